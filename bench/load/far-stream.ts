import { createHash } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Client, Server, utils } from 'ssh2';
import { SeededRandom } from '../../test/support/seeded-random';

/** By which a caller comes, or a board is reached: bare bytes, or the shell of SSH. */
export type Carrier = 'tcp' | 'ssh';

export interface Place {
  readonly port: number;
  /** Of the host key, where it is SSH. */
  readonly fingerprint: string;
}

interface Credentials {
  readonly username: string;
  readonly password: string;
}

const ANYBODY: Credentials = { username: 'anybody', password: 'anything' };
const PIECE_BYTES = 64 * 1024;

/** What is sent in one go: letters, or bytes as files have them, each 255 doubled as telnet has it. */
export function pieceOf(content: 'text' | 'file'): Buffer {
  const piece = Buffer.alloc(PIECE_BYTES, 'a');
  if (content === 'text') return piece;
  const bytes = new SeededRandom(1).bytes(PIECE_BYTES);
  for (let at = 0, from = 0; at < PIECE_BYTES - 1; from += 1) {
    const byte = bytes[from] ?? 0;
    piece[at++] = byte;
    if (byte === 255) piece[at++] = byte;
  }
  return piece;
}

/** Listens, lets everybody in, and passes on each one's bytes. */
export function listen(carrier: Carrier, serve: (stream: Duplex) => void): Promise<Place> {
  if (carrier === 'tcp') {
    const server = createServer({ noDelay: true }, (socket) => {
      socket.on('error', () => undefined);
      serve(socket);
    });
    return new Promise((resolve) =>
      server.listen(0, '127.0.0.1', () =>
        resolve({ port: (server.address() as AddressInfo).port, fingerprint: '' }),
      ),
    );
  }
  const hostKey = utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const blob = Buffer.from(hostKey.public.split(' ')[1] ?? '', 'base64');
  const hash = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
  const server = new Server({ hostKeys: [hostKey.private] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (context) => context.accept());
    client.on('session', (accept) => {
      const session = accept();
      session.on('pty', (agree) => agree?.());
      session.on('shell', (agree) => serve(agree()));
    });
  });
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({ port, fingerprint: `SHA256:${hash}` });
    }),
  );
}

/** Calls such a server, or a gate. */
export function dial(
  carrier: Carrier,
  port: number,
  credentials: Credentials = ANYBODY,
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ host: '127.0.0.1', port, noDelay: true });
    socket.once('error', reject);
    if (carrier === 'tcp') {
      socket.once('connect', () => resolve(socket));
      return;
    }
    const client = new Client();
    client.once('error', reject);
    client.once('ready', () =>
      client.shell({ term: 'ansi', cols: 80, rows: 24 }, (error, channel) => {
        if (error === undefined) resolve(channel);
        else reject(error);
      }),
    );
    client.connect({ sock: socket, ...credentials });
  });
}
