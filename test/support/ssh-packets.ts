import type { Client } from 'ssh2';

/** The part of ssh2 that sends packets, of which its client uses less than a hostile one might. */
interface Protocol {
  readonly _packetRW: {
    readonly write: {
      readonly allocStart: number;
      alloc(size: number): Buffer;
      finalize(packet: Buffer): Buffer;
    };
  };
  readonly _cipher: { encrypt(packet: Buffer): void };
}

/** Sends one SSH packet unchanged, whatever the state of the connection. */
export function sendPacket(client: Client, payload: Buffer): void {
  const { _packetRW, _cipher } = (client as unknown as { readonly _protocol: Protocol })._protocol;
  const packet = _packetRW.write.alloc(payload.length);
  payload.copy(packet, _packetRW.write.allocStart);
  _cipher.encrypt(_packetRW.write.finalize(packet));
}

/** A string in SSH's encoding, its length first (RFC 4251 section 5). */
export function sshText(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
