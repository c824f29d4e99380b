import { promises } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ClockWatch } from '../../src/app/clock-watch';
import { Closers } from '../../src/app/closers';
import { Drain, type DrainState } from '../../src/app/drain';
import { mayReadReasons, Readiness } from '../../src/app/readiness';
import { drainFile, removeDrainOrder, writeDrainOrder } from '../../src/config/run-file';
import { type ConfigInput, configSchema } from '../../src/config/schema';
import { Nodes } from '../../src/servers/nodes';
import { sayWith } from '../../src/texts/texts';
import { openAccounts, type TestAccounts } from '../support/accounts';
import { refuseWrites } from '../support/database-kind';
import type { FakeClock } from '../support/fake-clock';
import { MemoryLog } from '../support/memory-log';
import { eventually } from '../support/raw-caller';
import { TestLimiter } from '../support/test-limiter';
import { openWebBoard } from '../support/web-board';

let accounts: TestAccounts;
let log: MemoryLog;
beforeEach(async () => {
  accounts = await openAccounts();
  log = new MemoryLog();
});
afterEach(() => accounts.close());

function readiness(leastFreeBytes?: number): Readiness {
  const { db, clock, folder: dataDir } = accounts;
  const limit = leastFreeBytes === undefined ? {} : { leastFreeBytes };
  const made = new Readiness({ db, clock, log, dataDir, ...limit });
  made.opened();
  return made;
}

const fake = (): FakeClock => accounts.clock as FakeClock;

describe('a board is ready', () => {
  test('from the time on when it is open, until it stops', async () => {
    const { db, clock, folder: dataDir } = accounts;
    const made = new Readiness({ db, clock, log, dataDir });
    expect(await made.reasons()).toEqual(['starting']);
    made.opened();
    expect(await made.reasons()).toEqual([]);
    made.stopping();
    expect(await made.reasons()).toEqual(['stopping']);
  });

  test('not while its database refuses writes, and again when it takes them', async () => {
    const made = readiness();
    const room = await refuseWrites(accounts.db, { before: 'insert', table: 'write_check' });
    expect(await made.reasons()).toEqual(['database']);
    await room();
    await fake().advance(1_000);
    expect(await made.reasons()).toEqual([]);
    // A line for each change, however often somebody asks.
    await made.reasons();
    const events = log.entries.map(({ event, reasons }) => [event, reasons]);
    expect(events.filter(([event]) => event !== 'board.no-write')).toEqual([
      ['board.not-ready', 'database'],
      ['board.ready', undefined],
    ]);
  });

  test('for a second by one write and one look at the disk, however many ask', async () => {
    const made = readiness();
    const looks = jest.spyOn(promises, 'statfs');
    const writes = (): Promise<number> =>
      accounts.db
        .run((sql) => sql('write_check').first('writes'))
        .then((row) => Number(row.writes));
    const all = await Promise.all(Array.from({ length: 50 }, () => made.reasons()));
    for (let asked = 0; asked < 50; asked += 1) all.push(await made.reasons());
    expect(all.flat()).toEqual([]);
    expect([await writes(), looks.mock.calls.length]).toEqual([1, 1]);
    await fake().advance(1_000);
    await made.reasons();
    expect([await writes(), looks.mock.calls.length]).toEqual([2, 2]);
    // Nor more often where it is not ready.
    const full = readiness(Number.MAX_SAFE_INTEGER);
    for (let asked = 0; asked < 100; asked += 1) expect(await full.reasons()).toEqual(['disk']);
    expect([await writes(), looks.mock.calls.length]).toEqual([3, 3]);
    looks.mockRestore();
  });

  test('not at once after a drain was ordered, whatever was found a moment ago', async () => {
    const made = readiness();
    let isDrained = false;
    made.add(() => (isDrained ? 'draining' : undefined));
    expect(await made.reasons()).toEqual([]);
    isDrained = true;
    expect(await made.reasons()).toEqual(['draining']);
  });

  test('not where the disk of its data folder is nearly full, or gone', async () => {
    expect(await readiness(Number.MAX_SAFE_INTEGER).reasons()).toEqual(['disk']);
    const { db, clock } = accounts;
    const gone = new Readiness({ db, clock, log, dataDir: join(accounts.folder, 'gone') });
    gone.opened();
    expect(await gone.reasons()).toEqual(['disk']);
  });

  test('or not, and says so within two seconds, while the database does not answer', async () => {
    const made = readiness();
    // A write that is under way for as long as the test wants.
    let letGo: (() => void) | undefined;
    const held = accounts.db.transaction('board', () => new Promise<void>((go) => (letGo = go)));
    await eventually('the transaction to run', () => letGo !== undefined);
    const asked = [made.reasons(), made.reasons()];
    await fake().advance(2_000);
    const said = await Promise.all(asked);
    letGo?.();
    await held;
    // The disk may be asked for longer than this clock stands.
    expect(said.map((reasons) => reasons[0])).toEqual(['database', 'database']);
  });

  test('and what else is in the way stands beside it', async () => {
    const made = readiness(Number.MAX_SAFE_INTEGER);
    made.add(() => 'draining');
    expect(await made.reasons()).toEqual(['disk', 'draining']);
  });
});

describe('why a board is not ready', () => {
  const isExempt = (ip: string): boolean => ip === '127.0.0.1';
  const READ = { status: 503, body: '{"status":"not ready","reasons":["sealing key 1a2b3c4d"]}' };
  const UNREAD = { status: 503, body: '{"status":"not ready"}' };

  test.each([
    ['an exempt source', {}, isExempt, READ],
    ['a stranger', {}, () => false, UNREAD],
    ['a proxy that asks for itself', { proxies: ['127.0.0.1/32'] }, () => false, READ],
    [
      'whoever comes by a proxy that names nobody',
      { contentServers: { web: { behindProxy: true } } },
      isExempt,
      UNREAD,
    ],
  ])(
    'is read by exempt sources and by proxies alone: %s',
    async (_, rest: ConfigInput, exempt, answer) => {
      const config = configSchema.parse(rest);
      const board = await openWebBoard(
        {},
        {},
        {
          notReady: () => Promise.resolve(['sealing key 1a2b3c4d']),
          mayReadReasons: (caller) =>
            mayReadReasons(caller, { config: () => config, isExempt: exempt }),
        },
      );
      const said = await board.ask('/_enig/ready');
      await board.close();
      expect(said).toMatchObject(answer);
    },
  );

  test('is not told where many may share the address', () => {
    const config = configSchema.parse({ proxies: ['192.0.2.1/32'] });
    const hears = (isShared: boolean): boolean =>
      mayReadReasons({ remoteIp: '192.0.2.1', isShared }, { config: () => config, isExempt });
    expect([hears(false), hears(true)]).toEqual([true, false]);
  });
});

describe('the clock of a node and that of its database server', () => {
  let offMs: number;
  const db = { serverNowMs: () => Promise.resolve(fake().nowMs() - offMs) };
  const open = (): Promise<ClockWatch> => ClockWatch.open({ db, clock: fake(), log });

  test.each([
    [6_000, '6 s ahead of'],
    [-6_000, '6 s behind'],
  ])('that differ by %i ms keep it from starting, with one line', async (off, words) => {
    offMs = off;
    await expect(open()).rejects.toMatchObject({
      code: 'CLOCK_WRONG',
      exitCode: 78,
      message: `the clock of this machine is ${words} the database server's; set both by NTP, and start again`,
    });
    expect(fake().waiting).toBe(0);
  });

  test('have a line from two seconds on, and from thirty on nobody is let in', async () => {
    offMs = 2_000;
    const watch = await open();
    const lines = (): number => log.entries.filter(({ event }) => event === 'clock.differs').length;
    expect([lines(), watch.isWrong]).toEqual([0, false]);
    for (const [off, told, isWrong] of [
      [2_001, 1, false],
      [30_000, 1, false],
      [30_001, 1, true],
      [-30_001, 1, true],
      [0, 1, false],
      [-2_001, 2, false],
    ] as const) {
      offMs = off;
      await fake().advance(60_000);
      expect([off, lines(), watch.isWrong]).toEqual([off, told, isWrong]);
    }
    watch.close();
  });

  test('are one where the database is a file', async () => {
    const watch = await ClockWatch.open({ ...accounts, db: accounts.db, log });
    expect([watch.isWrong, fake().waiting]).toEqual([false, 0]);
  });
});

describe('a stop', () => {
  test('goes on to the next part when its time is over, and closes all of them', async () => {
    const closed: string[] = [];
    const closers = new Closers(fake());
    closers.push(() => void closed.push('first'));
    closers.push(() => Promise.reject(new Error('broken')));
    closers.push(() => new Promise<void>(() => closed.push('stuck')));
    closers.push(() => void closed.push('last'));
    const stopped = closers.close(9_000).then(
      () => 'well',
      (error: Error) => error.message,
    );
    await eventually('the second part to hang', () => closed.includes('stuck'));
    await fake().advance(8_999);
    expect(closed).toEqual(['last', 'stuck']);
    await fake().advance(1);
    // What hung is no failure; what failed is one.
    expect(await stopped).toBe('broken');
    expect(closed).toEqual(['last', 'stuck', 'first']);
  });
});

describe('a drain', () => {
  /** One sentence is worded by the board, the others are those of the package. */
  const say = sayWith({ 'warning.maintenance-now': 'Closed to you in a minute.' });
  let drain: Drain;
  let nodes: Nodes;
  let states: DrainState[];
  let door: TestLimiter;
  beforeEach(() => {
    states = [];
    door = new TestLimiter();
    nodes = new Nodes({ clock: fake(), most: () => 0 });
    drain = new Drain({
      ...{ clock: fake(), log, nodes, dataDir: accounts.folder, say },
      onChange: (state) => states.push(state),
    });
  });
  afterEach(() => drain.close());

  /** Resolves when the board has taken up the file. */
  async function taken(isOrdered: boolean): Promise<void> {
    while (drain.isOrdered !== isOrdered) {
      await eventually('the file to be noticed', () => fake().nextInMs <= 300);
      await fake().advance(300);
    }
  }

  test('tells the balancer first, turns callers away after the lead, and ends with the last caller', async () => {
    const alice = nodes.take('telnet', door.slot('192.0.2.1'));
    writeDrainOrder(accounts.folder, { leadSeconds: 10 });
    await taken(true);
    expect(drain.refusal).toBeUndefined();
    await fake().advance(10_000);
    expect(drain.refusal).toBe('call.no-new-callers');
    expect(states.at(-1)).toEqual({ state: 'draining', callers: 1 });
    alice?.release();
    await fake().advance(500);
    expect(states.at(-1)).toEqual({ state: 'drained', callers: 0 });
    removeDrainOrder(accounts.folder);
    await taken(false);
    expect(drain.refusal).toBeUndefined();
    expect(states.at(-1)).toEqual({ state: 'open' });
  });

  test('ends with the last caller here, whoever is on the other processes of the board', async () => {
    nodes.share(
      {
        take: () => 2,
        giveBack: () => undefined,
        elsewhere: () => 1,
        processes: () => 2,
        whenFree: () => Promise.resolve(),
      },
      {
        list: () => [
          {
            ...{ node: 1, server: 'telnet', user: { id: 7, name: 'bob' }, description: '' },
            ...{ connectedAtMs: 0, isVisible: true, isAvailable: true },
          },
        ],
        post: () => true,
        tell: () => undefined,
        arrived: () => undefined,
      },
    );
    const alice = nodes.take('telnet', door.slot('192.0.2.1'));
    expect(nodes.list()).toHaveLength(2);
    writeDrainOrder(accounts.folder, { leadSeconds: 0 });
    await taken(true);
    await fake().advance(1);
    expect(states.at(-1)).toEqual({ state: 'draining', callers: 1 });
    alice?.release();
    await fake().advance(500);
    expect(states.at(-1)).toEqual({ state: 'drained', callers: 0 });
  });

  test('tells those who are there of its limit, and ends their calls then', async () => {
    const heard: string[] = [];
    const ended: string[] = [];
    drain.onLimit((sentence) => ended.push(sentence));
    const slot = nodes.take('telnet', door.slot('192.0.2.1'));
    const nothing = (): void => undefined;
    const handle = { takenOver: nothing, cutOff: nothing, kicked: nothing };
    slot?.attach({ ...handle, post: ({ text }) => heard.push(text) });
    writeDrainOrder(accounts.folder, { leadSeconds: 0, limitMinutes: 5 });
    await taken(true);
    await fake().advance(4 * 60_000 - 1_000);
    expect(heard).toEqual([expect.stringContaining('in 5 minutes')]);
    await fake().advance(1_000);
    expect(heard[1]).toContain('Closed to you in a minute.');
    expect(ended).toEqual([]);
    await fake().advance(60_000);
    expect(ended).toEqual(['call.maintenance']);
  });

  test('is for one run: a start takes callers, and what is no order is none', async () => {
    writeDrainOrder(accounts.folder, { leadSeconds: 0 });
    const next = new Drain({
      ...{ clock: fake(), log, nodes, dataDir: accounts.folder, say },
      onChange: () => undefined,
    });
    expect(next.isOrdered).toBe(false);
    next.close();
    expect(() => removeDrainOrder(accounts.folder)).not.toThrow();
    await rm(drainFile(accounts.folder), { force: true });
  });
});
