import type { Connection as SshConnection } from 'ssh2';
import { packetsOf, type PacketWriter } from '../../protocols/ssh-packets';

/**
 * The algorithms by which a key signs a caller in, whatever the profile: what is told to clients
 * (`server-sig-algs`, RFC 8308 section 3.1) and what is taken is this one list.
 */
export const SIGNATURE_ALGORITHMS = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
] as const;

const EXT_INFO = 7;
const EXTENSION = 'server-sig-algs';

/**
 * Has ssh2 1.17 tell clients this list in place of its own (mscdex/ssh2#1485), so that they offer exactly
 * what is taken here. The list goes out once, behind the key exchange.
 */
export function tellSignatureAlgorithms(connection: SshConnection): void {
  const packets = packetsOf(connection);
  let writer = packets.write;
  Object.defineProperty(packets, 'write', {
    configurable: true,
    get: () => withOwnList(writer),
    set: (next: PacketWriter) => (writer = next),
  });
  connection.once('handshake', () => {
    Object.defineProperty(packets, 'write', { value: writer, writable: true, configurable: true });
  });
}

function withOwnList(writer: PacketWriter): PacketWriter {
  const finalize = (packet: Buffer, force?: boolean): Buffer => {
    const at = writer.allocStart;
    // Message number, number of extensions, length of the name, name.
    const isList = packet[at] === EXT_INFO && packet.indexOf(EXTENSION, at) === at + 9;
    return writer.finalize(isList ? listPacket(writer) : packet, force);
  };
  return Object.create(writer, { finalize: { value: finalize } }) as PacketWriter;
}

function listPacket(writer: PacketWriter): Buffer {
  const list = SIGNATURE_ALGORITHMS.join(',');
  const packet = writer.alloc(1 + 4 + 4 + EXTENSION.length + 4 + list.length);
  let at = writer.allocStart;
  packet[at] = EXT_INFO;
  packet.writeUInt32BE(1, (at += 1));
  packet.writeUInt32BE(EXTENSION.length, (at += 4));
  packet.write(EXTENSION, (at += 4), 'latin1');
  packet.writeUInt32BE(list.length, (at += EXTENSION.length));
  packet.write(list, at + 4, 'latin1');
  return packet;
}
