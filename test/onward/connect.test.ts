import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { systemRandom, type Random } from '../../src/base/random';
import { dial } from '../../src/onward/connect';
import { FakeClock } from '../support/fake-clock';
import { eventually } from '../support/raw-caller';
import { freePort } from '../support/relay';

/** A port whose queue is full, so that the system answers no call to it: what is written is the port. */
const SILENT = `
import socket, time
server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen(0)
waiting = socket.create_connection(server.getsockname())
print(server.getsockname()[1], flush=True)
time.sleep(600)
`;

/** As long as a board may take. */
const ANSWER_MS = 3_000;

describe('a connection to a board', () => {
  const calling = (
    port: number,
    clock: FakeClock,
    { random = systemRandom, signal = new AbortController().signal } = {},
  ) => dial({ host: '127.0.0.1', port }, { clock, random, limitMs: ANSWER_MS, signal });

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

  it('is given up after three seconds of the clock where nothing answers at all', async () => {
    const silent = spawn('python3', ['-c', SILENT], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [port] = (await once(silent.stdout, 'data')) as [Buffer];
      const clock = new FakeClock();
      let failure: unknown;
      calling(Number(port), clock).catch((error: unknown) => (failure = error));
      // Begun later, and answered: the first would have been as well.
      const answers = createServer().listen(0, '127.0.0.1');
      await once(answers, 'listening');
      const { port: open } = answers.address() as AddressInfo;
      const other = connect({ host: '127.0.0.1', port: open });
      await once(other, 'connect');
      other.destroy();
      answers.close();
      await clock.advance(2_999);
      expect(failure).toBeUndefined();
      await clock.advance(1);
      expect(failure).toMatchObject({
        code: 'UNREACHABLE',
        message: 'no connection within 3000 ms',
      });
      expect(clock.waiting).toBe(0);
    } finally {
      silent.kill('SIGKILL');
    }
  });

  /** The pauses between attempts at a board that refuses all of them, in milliseconds. */
  async function pausesWith(below: Random['below']): Promise<readonly number[]> {
    const clock = new FakeClock();
    const pauses: number[] = [];
    let attempts = 0;
    const draw = (limit: number): number => {
      attempts += 1;
      return below(limit);
    };
    const random = { ...systemRandom, below: draw };
    const dialling = calling(await freePort(), clock, { random });
    const failed = expect(dialling).rejects.toMatchObject({ code: 'UNREACHABLE' });
    for (let attempt = 1; ; attempt += 1) {
      await eventually(`attempt ${attempt}`, () => attempts === attempt);
      // After the last one nothing waits.
      if (clock.waiting === 0) break;
      pauses.push(clock.nextInMs);
      await clock.advance(clock.nextInMs);
    }
    await failed;
    return pauses;
  }

  it('is tried again after a quarter to half a second, as chance has it', async () => {
    expect(await pausesWith(() => 0)).toEqual(Array(11).fill(250));
    expect(await pausesWith((limit) => limit - 1)).toEqual(Array(6).fill(499));
    const pauses = await pausesWith(systemRandom.below);
    expect(pauses.filter((pause) => pause < 250 || pause >= 500)).toEqual([]);
    expect(new Set(pauses).size).toBeGreaterThan(1);
  });

  it('is given up at once where the caller hangs up between two attempts', async () => {
    const calls = new AbortController();
    const dialling = calling(await freePort(), new FakeClock(), { signal: calls.signal });
    setImmediate(() => calls.abort(new Error('hung up')));
    await expect(dialling).rejects.toThrow('hung up');
  });
});
