import type { Client, Connection as SshConnection } from 'ssh2';
import { BbsError } from '../base/errors';

/** The writer of packets of ssh2 1.17, of which there is one after the other. */
export interface PacketWriter {
  readonly allocStart: number;
  readonly allocStartKEX: number;
  alloc(payloadBytes: number, force?: boolean): Buffer;
  finalize(packet: Buffer, force?: boolean): Buffer;
}

/** The part of ssh2 1.17 that writes packets; it has no functions for what is sent here. */
interface Protocol {
  readonly _packetRW?: { write: PacketWriter };
  ping(): void;
  disconnect(reason: number): void;
  channelOpenFail(recipient: number, reason: number, description: string): void;
}

interface Internals {
  readonly _protocol?: Protocol;
}

const DISCONNECT = 1;
const USERAUTH_BANNER = 53;
/** SSH_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE (RFC 4253 section 11.1). */
const NO_MORE_METHODS = 14;

/** SSH_OPEN_ADMINISTRATIVELY_PROHIBITED (RFC 4254 section 5.1). */
const PROHIBITED = 1;

/** Where the packets of a connection are written. */
export function packetsOf(connection: SshConnection | Client): { write: PacketWriter } {
  const packets = protocolOf(connection)._packetRW;
  if (packets === undefined)
    throw new BbsError('INTERNAL', 'this ssh2 has no writer of packets; see package.json');
  return packets;
}

/**
 * Ends a connection before the sign-in with a sentence in ASCII: as a banner (RFC 4252 section 5.4),
 * which Dropbear shows, and as the description of the end (RFC 4253 section 11.1), which SyncTERM shows.
 * OpenSSH 9 and PuTTY 0.83 show both.
 */
export function endWithSentence(connection: SshConnection, sentence: string): void {
  const protocol = protocolOf(connection);
  const packets = packetsOf(connection);
  insteadOf(packets, bannerPayload(sentence), () => protocol.ping());
  insteadOf(packets, disconnectPayload(sentence), () => protocol.disconnect(NO_MORE_METHODS));
}

/**
 * Calls ssh2's `reject` of a channel with the board's reason as the description (RFC 4254 section 5.1), in
 * place of ssh2's "connect failed" without a word. OpenSSH and ssh2 show it.
 */
export function rejectChannel(
  connection: SshConnection,
  reject: () => void,
  description: string,
): void {
  const protocol = protocolOf(connection);
  const { channelOpenFail } = protocol;
  protocol.channelOpenFail = (recipient) =>
    channelOpenFail.call(protocol, recipient, PROHIBITED, description);
  try {
    reject();
  } finally {
    protocol.channelOpenFail = channelOpenFail;
  }
}

function protocolOf(connection: SshConnection | Client): Protocol {
  const protocol = (connection as unknown as Internals)._protocol;
  if (protocol === undefined)
    throw new BbsError('INTERNAL', 'this ssh2 has no protocol to write to; see package.json');
  return protocol;
}

/** Has `payload` written in place of the packet that this connection writes next. */
export function replaceNextPacket(connection: SshConnection | Client, payload: Buffer): void {
  replaceNext(packetsOf(connection), payload);
}

/** Writes `payload` as the one packet that `send` writes. */
function insteadOf(packets: { write: PacketWriter }, payload: Buffer, send: () => void): void {
  const writer = packets.write;
  replaceNext(packets, payload);
  try {
    send();
  } finally {
    packets.write = writer;
  }
}

function replaceNext(packets: { write: PacketWriter }, payload: Buffer): void {
  const writer = packets.write;
  const finalize = (_packet: Buffer, force?: boolean): Buffer => {
    packets.write = writer;
    const own = writer.alloc(payload.length, force);
    payload.copy(own, force === true ? writer.allocStartKEX : writer.allocStart);
    return writer.finalize(own, force);
  };
  packets.write = Object.create(writer, { finalize: { value: finalize } }) as PacketWriter;
}

/** SSH_MSG_USERAUTH_BANNER without a language tag. */
function bannerPayload(sentence: string): Buffer {
  return Buffer.concat([Buffer.of(USERAUTH_BANNER), text(`${sentence}\r\n`), text('')]);
}

/** SSH_MSG_DISCONNECT without a language tag. */
function disconnectPayload(sentence: string): Buffer {
  const reason = Buffer.alloc(4);
  reason.writeUInt32BE(NO_MORE_METHODS);
  return Buffer.concat([Buffer.of(DISCONNECT), reason, text(sentence), text('')]);
}

function text(of: string): Buffer {
  // Clients show other letters as they like, or not at all.
  const bytes = Buffer.from(of.replace(/[^\r\n -~]/g, '?'), 'latin1');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
