import { once } from 'node:events';
import type { TakenConnection } from '../../src/menu/run/caller';
import { QuizServers } from '../support/quiz-servers';
import { eventually, type RawCaller } from '../support/raw-caller';

describe('the limits of a call whose connection is taken over (rule J5)', () => {
  let board: QuizServers;
  let taken: TakenConnection | undefined;
  let input: string;
  let giveBack: () => void;

  async function start(config: ConstructorParameters<typeof QuizServers>[0]): Promise<void> {
    board = new QuizServers(config);
    await board.start();
    input = '';
    taken = undefined;
    const work = new Promise<void>((resolve) => (giveBack = resolve));
    board.work = (connection) => {
      taken = connection;
      connection.stream.on('data', (chunk: Buffer) => (input += chunk.toString()));
      return Promise.race([work, once(connection.stream, 'close')]).then(() => undefined);
    };
  }
  afterEach(() => board.close());

  /** Signs in by this line, and has the connection taken over. */
  async function takeAfter(line: string | undefined): Promise<RawCaller> {
    const caller = await board.call();
    if (line !== undefined) {
      caller.send(`${line}\r`);
      await caller.sees('accepted.');
    }
    caller.send('~\r');
    await eventually('the taking', () => taken !== undefined);
    return caller;
  }

  test('the longest call is the same; the caller is told why it ends', async () => {
    await start({ users: { sessionMaxSeconds: 300, idleLogoutSeconds: 3600 } });
    const caller = await takeAfter('ann right');
    await board.clock.advance(298_000);
    expect(caller.closed).toBe(false);
    expect(caller.received.includes('it ends in')).toBe(false);
    await board.clock.advance(2_000);
    await caller.sees('The longest time for a call is over');
    await caller.isClosed();
    expect(taken?.stream.errored).toMatchObject({ name: 'SessionEnd', reason: 'idle' });
  });

  test('bytes of either side keep the call, silence of both ends it', async () => {
    await start({ users: { idleLogoutSeconds: 600 } });
    const caller = await takeAfter('ann right');
    await board.clock.advance(590_000);
    taken?.stream.write('still here');
    await caller.sees('still here');
    await board.clock.advance(590_000);
    caller.send('me too');
    await eventually('the input', () => input === 'me too');
    await board.clock.advance(590_000);
    expect(caller.closed).toBe(false);
    await board.clock.advance(10_000);
    await caller.sees('silent for too long');
    await caller.isClosed();
    expect(caller.received.includes('silent for a while')).toBe(false);
  });

  test.each([
    ['this call ends in', { idleLogoutSeconds: 300, sessionMaxSeconds: 3600 }],
    ['it ends in', { idleLogoutSeconds: 3600, sessionMaxSeconds: 300 }],
  ])("the warning '%s' waits, and tells the time that is left then", async (warning, users) => {
    await start({ users });
    const caller = await takeAfter('ann right');
    await board.clock.advance(260_000);
    expect(caller.received.includes('ends in')).toBe(false);
    giveBack();
    // The sign-in took a second of the longest call.
    await caller.until('the warning', () =>
      new RegExp(`${warning} (?:39|40) seconds`).test(caller.received.toString('latin1')),
    );
    expect(caller.received.includes('60 seconds')).toBe(false);
    await board.clock.advance(38_000);
    expect(caller.closed).toBe(false);
    await board.clock.advance(2_000);
    await caller.isClosed();
  });

  test('a warning whose reason is over is not shown', async () => {
    await start({ users: { idleLogoutSeconds: 300 } });
    const caller = await takeAfter('ann right');
    await board.clock.advance(260_000);
    caller.send('awake');
    await eventually('the input', () => input === 'awake');
    giveBack();
    await caller.sees('given back.');
    await board.clock.advance(100_000);
    expect(caller.received.includes('silent')).toBe(false);
  });

  test('before the sign-in its deadline holds, whatever passes meanwhile', async () => {
    await start({});
    const caller = await takeAfter(undefined);
    for (let second = 1; second < 119; second += 1) {
      taken?.stream.write('x');
      await board.clock.advance(1_000);
    }
    expect(caller.closed).toBe(false);
    await board.clock.advance(1_000);
    await caller.sees('You took too long to sign in');
    await caller.isClosed();
  });

  test('output that had to wait, and was received, ends no call afterwards', async () => {
    await start({ users: { idleLogoutSeconds: 600 } });
    const caller = await takeAfter('ann right');
    const before = board.clock.waiting;
    caller.socket.pause();
    const much = Buffer.alloc(16 * 1024 * 1024, 'x');
    taken?.stream.write(much);
    await eventually('output that waits', () => board.clock.waiting > before);
    caller.socket.resume();
    await caller.until('all of it', () => caller.received.length > much.length);
    await board.clock.advance(60_000);
    expect(board.log.of('call.too-slow')).toEqual([]);
    expect(caller.closed).toBe(false);
  });

  test('a taker who says nothing after the end of the input has 30 seconds', async () => {
    await start({});
    const caller = await takeAfter('ann right');
    caller.socket.end();
    await eventually('the end of the input', () => taken?.stream.readableEnded === true);
    await board.clock.advance(29_000);
    taken?.stream.write('an answer');
    await caller.sees('an answer');
    await board.clock.advance(29_000);
    expect(caller.closed).toBe(false);
    await board.clock.advance(1_000);
    await caller.isClosed();
    await eventually('the end', () => board.log.of('call.ended').length === 1);
    expect(board.log.of('call.ended')).toMatchObject([{ reason: 'hung-up' }]);
  });

  test('a call that is over leaves no timer behind', async () => {
    await start({});
    const before = board.clock.waiting;
    const caller = await takeAfter('ann right');
    caller.socket.resetAndDestroy();
    await eventually('the end of the stream', () => taken?.stream.destroyed === true);
    await eventually('no timers', () => board.clock.waiting === before);
  });
});
