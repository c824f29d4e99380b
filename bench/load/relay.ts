import { readArgument, say } from '../processes';
import { dial, listen, type Carrier } from './far-stream';

/** The least that can stand between a caller and a board: two sockets, or what ssh2 makes of them. */
async function main(): Promise<void> {
  const { port, from, to } = readArgument<{ port: number; from: Carrier; to: Carrier }>();
  const place = await listen(from, (near) => {
    near.on('error', () => undefined).pause();
    void dial(to, port).then((far) => {
      far.on('error', () => undefined);
      near.pipe(far).pipe(near);
    });
  });
  say(place);
}

void main();
