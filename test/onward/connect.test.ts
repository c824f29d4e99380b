import { createServer } from 'node:net';
import { systemRandom } from '../../src/base/random';
import { dial } from '../../src/onward/connect';
import { FakeClock } from '../support/fake-clock';
import { eventually } from '../support/raw-caller';
import { freePort } from '../support/relay';

describe('a connection to a board', () => {
  const calling = (port: number, clock: FakeClock, signal = new AbortController().signal) =>
    dial({ host: '127.0.0.1', port }, { clock, random: systemRandom, limitMs: 3_000, signal });

  it('is tried again while the board refuses it, until the time is over', async () => {
    const clock = new FakeClock();
    const port = await freePort();
    const dialling = calling(port, clock);
    const server = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    let isThere = false;
    void dialling.then(() => (isThere = true));
    await eventually('the connection', () => {
      if (!isThere) void clock.advance(50);
      return isThere;
    });
    (await dialling).destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it('fails with why where the board refused it to the end', async () => {
    const clock = new FakeClock();
    const dialling = calling(await freePort(), clock);
    let failure: unknown;
    dialling.catch((error: unknown) => (failure = error));
    await eventually('the end', () => {
      void clock.advance(50);
      return failure !== undefined;
    });
    expect(failure).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringMatching(/ECONNREFUSED/) as string,
    });
  });

  it('is given up at once where the caller hangs up between two attempts', async () => {
    const calls = new AbortController();
    const dialling = calling(await freePort(), new FakeClock(), calls.signal);
    setImmediate(() => calls.abort(new Error('hung up')));
    await expect(dialling).rejects.toThrow('hung up');
  });
});
