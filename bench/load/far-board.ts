import type { Duplex } from 'node:stream';
import { readArgument, say } from '../processes';
import { listen, pieceOf, type Carrier } from './far-stream';

interface Order {
  readonly bytes: number;
  readonly by: Carrier;
  readonly content: 'text' | 'file';
}

/**
 * A board behind the gate: answers an rlogin greeting, echoes, sends so many bytes for an `S`, and for an `R` takes
 * as many and says one byte then.
 */
async function main(): Promise<void> {
  const { bytes, by, content } = readArgument<Order>();
  const piece = pieceOf(content);
  const serve = (stream: Duplex): void => {
    let awaited = 0;
    stream.on('error', () => undefined);
    const sendFrom = (sent: number): void => {
      for (let at = sent; at < bytes; at += piece.length) {
        const isTaken = stream.write(piece.subarray(0, Math.min(piece.length, bytes - at)));
        if (isTaken) continue;
        stream.once('drain', () => sendFrom(at + piece.length));
        return;
      }
    };
    stream.on('data', (chunk: Buffer) => {
      if (awaited > 0) {
        awaited -= chunk.length;
        if (awaited <= 0) stream.write('.');
      } else if (chunk[0] === 0) stream.write('\0');
      else if (chunk.toString('latin1') === 'S') sendFrom(0);
      else if (chunk[0] === 0x52) {
        awaited = bytes - chunk.length + 1;
        if (awaited <= 0) stream.write('.');
      } else stream.write(chunk);
    });
  };
  say(await listen(by, serve));
}

void main();
