import { createServer, type AddressInfo } from 'node:net';
import { readArgument, say } from '../processes';

/** Of what is sent in one go. */
const PIECE = Buffer.alloc(64 * 1024, 'a');

/**
 * A board behind the gate: answers an rlogin greeting, echoes, sends so many bytes for an `S`, and for an `R` takes
 * as many and says one byte then.
 */
function main(): void {
  const { bytes } = readArgument<{ bytes: number }>();
  const server = createServer({ noDelay: true }, (socket) => {
    let awaited = 0;
    socket.on('error', () => undefined);
    const sendFrom = (sent: number): void => {
      for (let at = sent; at < bytes; at += PIECE.length) {
        const isTaken = socket.write(PIECE.subarray(0, Math.min(PIECE.length, bytes - at)));
        if (isTaken) continue;
        socket.once('drain', () => sendFrom(at + PIECE.length));
        return;
      }
    };
    socket.on('data', (chunk) => {
      if (awaited > 0) {
        awaited -= chunk.length;
        if (awaited <= 0) socket.write('.');
      } else if (chunk[0] === 0) socket.write('\0');
      else if (chunk.toString('latin1') === 'S') sendFrom(0);
      else if (chunk[0] === 0x52) {
        awaited = bytes - chunk.length + 1;
        if (awaited <= 0) socket.write('.');
      } else socket.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1', () => say((server.address() as AddressInfo).port));
}

main();
