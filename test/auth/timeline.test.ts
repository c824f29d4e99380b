import { KNOWN_SOURCE_MS, KnownPlaces } from '../../src/auth/known-places';
import { currentStatus } from '../../src/auth/login-records';
import { SourcePenalties } from '../../src/throttle/source-penalties';
import { BoardClock } from '../../src/base/clock';
import { chargeAttempt } from '../../src/store/attempts';
import { takeBudget } from '../../src/store/budget';
import { addToOutbox, countRecentMail, findNextMailMs, takeDueMail } from '../../src/store/outbox';
import { postponeMail } from '../../src/store/outbox';
import { listPenalties, replacePenalty } from '../../src/store/penalties';
import { readSignInById } from '../../src/store/sign-in';
import { rememberSource } from '../../src/store/sources';
import { formatTimestamp, writeProperties } from '../../src/store/properties';
import { findTimelineMark, Timeline } from '../../src/store/timeline';
import { findToken, replaceToken, TOKEN_PURPOSES } from '../../src/store/tokens';
import { getUser } from '../../src/store/users';
import { onSqlite, refuseWrites } from '../support/database-kind';
import { NOON, openAccounts, type TestAccounts } from '../support/accounts';
import { FakeClock } from '../support/fake-clock';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** What each thing below lasts, but for budgets and counted mails. */
const LENGTH_MS = 5 * MINUTE_MS;
const IP = '203.0.113.9';
const PATIENCE_MS = 10_000;

const BACK = [-LENGTH_MS + 1_000, -LENGTH_MS, -2 * HOUR_MS, -DAY_MS, -365 * DAY_MS];
const STEPS = [...BACK, 3_000, LENGTH_MS - 1_000, LENGTH_MS, 2 * HOUR_MS, DAY_MS, 365 * DAY_MS];

let fake: FakeClock;
let clock: BoardClock;
let accounts: TestAccounts;
let timeline: Timeline;
let user: number;

/** As a process has it that starts now: all that it knows of the time is the machine's clock. */
function newClock(): BoardClock {
  return new BoardClock({
    nowMs: () => fake.nowMs(),
    monotonicMs: () => fake.monotonicMs(),
    after: (delayMs, run) => fake.after(delayMs, run),
  });
}

beforeEach(async () => {
  fake = new FakeClock(NOON);
  clock = newClock();
  accounts = await openAccounts({ clock });
  user = await accounts.addUser('joe');
  timeline = await Timeline.open({ ...accounts, clock });
});
afterEach(async () => {
  await timeline.close();
  await accounts.close();
});

const stepsSeen = (): number =>
  accounts.logLines.filter((line) => line.includes('clock.stepped')).length;

/** Lets what the board's timers began come to its end, so that the next ones wait. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 3; turns++) {
    await accounts.db.run((sql) => sql.raw('select 1'));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function until(condition: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + PATIENCE_MS;
  while (!condition() && Date.now() < giveUpAt) await settle();
  expect(condition()).toBe(true);
}

/** Steps the machine's clock, and waits until the board has taken it over. */
async function step(byMs: number): Promise<void> {
  const before = stepsSeen();
  await settle();
  // The turn that the last advance began has ended, and the next one waits.
  await until(() => fake.nextInMs <= 1_000);
  fake.stepWall(byMs);
  await fake.advance(1_000);
  await until(() => stepsSeen() > before);
  await settle();
}

/** A start of the board after its clock was stepped while it was off. */
async function restart(byMs: number): Promise<void> {
  await timeline.close();
  fake.stepWall(byMs);
  clock = newClock();
  timeline = await Timeline.open({ ...accounts, clock });
}

const TURN_MS = 1_000;
const nowMs = (): number => clock.timelineMs();

interface Thing {
  readonly begin: () => Promise<unknown>;
  readonly lasts: () => Promise<boolean>;
}

const wait: Thing = {
  begin: () => charge(),
  lasts: async () => (await charge()).kind === 'wait',
};
const charge = () => {
  const key = { subject: `u:${user}`, factor: 'password', budget: '' } as const;
  const rule = { free: 1, firstWaitMs: LENGTH_MS, mostWaitMs: LENGTH_MS };
  const options = { rule, timelineMs: nowMs(), about: { account: user } };
  return chargeAttempt(accounts.db, key, options);
};

const ban: Thing = {
  begin: () => {
    const times = { untilMs: nowMs() + LENGTH_MS, changedAtMs: nowMs() };
    const row = { source: IP, enforced: true, reason: 'ban', ...times };
    return accounts.db.run((sql) => replacePenalty(sql, row));
  },
  lasts: async () => {
    const query = { timelineMs: nowMs(), limit: 10 };
    return (await accounts.db.run((sql) => listPenalties(sql, query))).length > 0;
  },
};

const lock: Thing = {
  begin: () =>
    accounts.db.run((sql) =>
      writeProperties(sql, user, {
        account_status: '3',
        account_locked_timestamp: formatTimestamp(nowMs()),
      }),
    ),
  lasts: async () => {
    const users = structuredClone(accounts.config().users);
    users.failedLogin.autoUnlockMinutes = LENGTH_MS / MINUTE_MS;
    const options = { users, timelineMs: nowMs() };
    return accounts.db.run(
      async (sql) => (await currentStatus(sql, await getUser(sql, user), options)) === 3,
    );
  },
};

const budget: Thing = {
  begin: () => take(),
  lasts: async () => !(await take()),
};
const take = (): Promise<boolean> => {
  const options = { rule: { most: 1, spanMs: LENGTH_MS }, timelineMs: nowMs() };
  return accounts.db.run((sql) => takeBudget(sql, { kind: 'application', holder: '' }, options));
};

const addMail = () =>
  accounts.db.run((sql) =>
    addToOutbox(sql, {
      ...{ userId: user, kind: 'otp-register', tokenHash: undefined, message: 'sealed' },
      createdAtMs: nowMs(),
    }),
  );
const isDue = () =>
  accounts.db.run(async (sql) => (await findNextMailMs(sql, { keepSentMs: 0 })) <= nowMs());

const retry: Thing = {
  begin: async () => {
    await addMail();
    const later = { nextAtMs: nowMs() + LENGTH_MS, error: 'the mail server is down' };
    await accounts.db.run((sql) => postponeMail(sql, 1, later));
  },
  lasts: async () => !(await isDue()),
};
const claim: Thing = {
  begin: async () => {
    await addMail();
    const times = { timelineMs: nowMs(), untilMs: nowMs() + LENGTH_MS };
    const { passing } = accounts.db;
    await accounts.db.run((sql) => takeDueMail(sql, { ...times, most: 1, passing }));
  },
  lasts: async () => !(await isDue()),
};
/** The mail of `retry`, which counts from its making. */
const recentMail: Thing = {
  begin: () => Promise.resolve(),
  lasts: async () => {
    const recent = { userId: user, kind: 'otp-register', sinceMs: nowMs() - LENGTH_MS };
    return (await accounts.db.run((sql) => countRecentMail(sql, recent))) > 0;
  },
};

const knownPlace: Thing = {
  begin: () =>
    accounts.db.run((sql) => rememberSource(sql, user, { source: IP, timelineMs: nowMs() })),
  lasts: () =>
    accounts.db.run(async (sql) => {
      const place = { source: IP, sinceMs: nowMs() - LENGTH_MS };
      return (await readSignInById(sql, user, place)).isKnownPlace;
    }),
};

const THINGS: Readonly<Record<string, Thing>> = {
  ...{ wait, ban, budget, 'lock by failures': lock },
  ...{ 'mail that is tried again': retry, 'mail that counts': recentMail },
  'place that is known': knownPlace,
};

async function begin(): Promise<void> {
  for (const thing of Object.values(THINGS)) await thing.begin();
}

/** Names of what lasts now. */
async function lasting(): Promise<readonly string[]> {
  const names: string[] = [];
  for (const [name, { lasts }] of Object.entries(THINGS)) if (await lasts()) names.push(name);
  return names;
}

const ALL = Object.keys(THINGS);

it.each(STEPS)('all that is limited lasts as long over a step of %i ms (rule L13)', async (ms) => {
  await begin();
  await step(ms);
  expect(await lasting()).toEqual(ALL);
  await fake.advance(LENGTH_MS - TURN_MS - 1);
  expect(await lasting()).toEqual(ALL);
  await fake.advance(1);
  expect(await lasting()).toEqual([]);
});

it.each([-2 * HOUR_MS, 2 * HOUR_MS])(
  'a mail that is being sent stays claimed over a step of %i ms (rule L13)',
  async (stepMs) => {
    await claim.begin();
    await step(stepMs);
    expect(await claim.lasts()).toBe(true);
    await fake.advance(LENGTH_MS - TURN_MS);
    expect(await claim.lasts()).toBe(false);
  },
);

it('guesses by two processes whose timelines differ wait as those by one (rule A11)', async () => {
  const key = { subject: `u:${user}`, factor: 'password', budget: '' } as const;
  const rule = { free: 5, firstWaitMs: 30_000, mostWaitMs: 900_000 };
  const kinds: string[] = [];
  for (let guess = 0; guess < 40; guess++) {
    const timelineMs = guess % 2 === 0 ? nowMs() : nowMs() - 1_000_000;
    const options = { rule, timelineMs, about: { account: user } };
    const charged = await chargeAttempt(accounts.db, key, options);
    kinds.push(charged.kind);
  }
  // The fifth sets a wait; the one who is behind can be let on by none that the other has set.
  expect(kinds).toEqual([...Array<string>(5).fill('charged'), ...Array<string>(35).fill('wait')]);
});

it('nothing is made longer by a step back while the board was off (rule L13)', async () => {
  await begin();
  await restart(-2 * HOUR_MS);
  expect(await lasting()).toEqual(ALL);
  await fake.advance(LENGTH_MS);
  expect(await lasting()).toEqual([]);
});

it('what is over stays over after a step back (rule L13)', async () => {
  await begin();
  await fake.advance(LENGTH_MS);
  await step(-2 * HOUR_MS);
  expect(await lasting()).toEqual([]);
});

const make = (aheadMs = 0) =>
  accounts.db.run(async (sql) => {
    for (const purpose of TOKEN_PURPOSES) {
      await replaceToken(sql, {
        ...{ tokenHash: purpose, purpose, userId: user, subject: undefined },
        createdAtMs: nowMs() + aheadMs,
        expiresAtMs: nowMs() + aheadMs + LENGTH_MS,
      });
    }
  });

/** Purposes of the links that live now. */
const living = () =>
  accounts.db.run(async (sql) => {
    const found: string[] = [];
    for (const purpose of TOKEN_PURPOSES) {
      const wanted = { tokenHash: purpose, purpose, timelineMs: nowMs() };
      if ((await findToken(sql, wanted)) !== undefined) found.push(purpose);
    }
    return found;
  });

it.each(STEPS)('a link lives for its own length over a step of %i ms (rule D2)', async (stepMs) => {
  await make();
  await step(stepMs);
  expect(await living()).toEqual([...TOKEN_PURPOSES]);
  await fake.advance(LENGTH_MS - TURN_MS - 1);
  expect(await living()).toEqual([...TOKEN_PURPOSES]);
  await fake.advance(1);
  expect(await living()).toEqual([]);
});

it.each(STEPS)('a link that has ended never wakes after %i ms (rule D2)', async (stepMs) => {
  await make();
  await fake.advance(LENGTH_MS);
  expect(await living()).toEqual([]);
  await step(stepMs);
  for (let times = 0; times < 3; times++) {
    expect(await living()).toEqual([]);
    await fake.advance(LENGTH_MS);
  }
});

it.each([2 * HOUR_MS, 365 * DAY_MS])(
  'a link asked for while the clock is %i ms ahead lives no longer once it is right (rule D2)',
  async (aheadMs) => {
    await step(aheadMs);
    await make();
    await step(-aheadMs);
    expect(await living()).toEqual([...TOKEN_PURPOSES]);
    await fake.advance(LENGTH_MS - TURN_MS);
    expect(await living()).toEqual([]);
  },
);

it('a link is not made longer by a step back while the board was off (rule D2)', async () => {
  await make();
  await fake.advance(LENGTH_MS - 1_000);
  await restart(-DAY_MS);
  expect(await living()).toEqual([...TOKEN_PURPOSES]);
  await fake.advance(1_000);
  expect(await living()).toEqual([]);
});

it('a link of a writer whose clock was ahead is gone, and does not begin later (rule D2)', async () => {
  await make(HOUR_MS);
  expect(await living()).toEqual([]);
  await restart(0);
  await fake.advance(HOUR_MS);
  expect(await living()).toEqual([]);
});

describe('penalties in memory', () => {
  let penalties: SourcePenalties;
  beforeEach(async () => {
    penalties = await SourcePenalties.open({ ...accounts, isExempt: () => false });
    for (let times = 0; times < 12; times++) penalties.penalize(IP, 'auth-failure');
  });
  afterEach(() => penalties.close());

  it.each([-DAY_MS, 2 * HOUR_MS])(
    'keep a source out for their own length over %i ms (rule L13)',
    async (stepMs) => {
      await step(stepMs);
      expect(penalties.admit(IP)).toEqual({ ok: false, retryAfterMs: 60_000 - TURN_MS });
      // Several turns, in which the stored penalties are read again.
      for (let seconds = 1; seconds < 59; seconds++) {
        await fake.advance(1_000);
        await settle();
        expect(penalties.admit(IP).ok).toBe(false);
      }
      await fake.advance(1_000);
      expect(penalties.admit(IP).ok).toBe(true);
    },
  );
});

it.each([-DAY_MS, 365 * DAY_MS])(
  'places in memory stay known for their own length over %i ms (rule L13)',
  async (stepMs) => {
    // The end of its time is near: a clock that stands is moved a second at a time.
    const usedAtMs = nowMs() - KNOWN_SOURCE_MS + LENGTH_MS;
    await accounts.db.run((sql) => rememberSource(sql, user, { source: IP, timelineMs: usedAtMs }));
    const places = await KnownPlaces.open(accounts);
    await step(stepMs);
    await fake.advance(LENGTH_MS - TURN_MS - 1);
    expect(places.has(IP)).toBe(true);
    await fake.advance(1);
    expect(places.has(IP)).toBe(false);
    await places.close();
  },
);

it('a ban for ever stays one over any step (rule L13)', async () => {
  const untilMs = 253_402_300_799_000;
  const row = { source: IP, enforced: true, reason: 'ban', untilMs, changedAtMs: nowMs() };
  await accounts.db.run((sql) => replacePenalty(sql, row));
  await step(-DAY_MS);
  await step(365 * DAY_MS);
  const [kept] = await accounts.db.run((sql) =>
    listPenalties(sql, { timelineMs: nowMs(), limit: 1 }),
  );
  expect(kept).toMatchObject({ untilMs });
});

it('a step changes nothing of what is stored but the mark (rule L13)', async () => {
  await begin();
  await make();
  const stored = () =>
    accounts.db.run(async (sql) => {
      const rows: unknown[] = [];
      for (const table of [
        'attempt',
        'source_penalty',
        'budget',
        'outbox',
        'token',
        'known_source',
      ])
        rows.push(await sql(table).select());
      return JSON.stringify(rows);
    });
  const before = await stored();
  await step(2 * HOUR_MS);
  await step(-DAY_MS);
  expect(await stored()).toBe(before);
});

it('a mark that cannot be written changes nothing of what runs (rule L13)', async () => {
  await wait.begin();
  const allow = await refuseWrites(accounts.db, { before: 'update', table: 'timeline' });
  fake.stepWall(DAY_MS);
  await fake.advance(1_000);
  await until(() => accounts.logLines.some((line) => line.includes('clock.mark-not-written')));
  expect(await wait.lasts()).toBe(true);
  await allow();
  await step(0);
  await restart(0);
  expect(nowMs()).toBe(NOON + 2_000);
  expect(await wait.lasts()).toBe(true);
});

it.each([-1_900, -900, 900, 1_900])(
  'steps of %i ms in each second add up to nothing (rule L13)',
  async (stepMs) => {
    await begin();
    await make();
    for (let seconds = 1; seconds < LENGTH_MS / 1_000; seconds++) {
      fake.stepWall(stepMs);
      await fake.advance(1_000);
    }
    await fake.advance(999);
    expect(await lasting()).toEqual(ALL);
    expect(await living()).toEqual([...TOKEN_PURPOSES]);
    await fake.advance(1);
    expect(await lasting()).toEqual([]);
    expect(await living()).toEqual([]);
  },
);

it('a step that a stop follows at once is known at the next start (rule L13)', async () => {
  await begin();
  fake.stepWall(2 * HOUR_MS);
  await restart(0);
  expect(await lasting()).toEqual(ALL);
  await fake.advance(LENGTH_MS);
  expect(await lasting()).toEqual([]);
});

it('a run at the beginning of 1970 takes nothing away (rule L13)', async () => {
  await begin();
  await restart(20_000 - NOON);
  expect(await lasting()).toEqual(ALL);
  await restart(NOON - 20_000);
  expect(await lasting()).toEqual(ALL);
  await fake.advance(LENGTH_MS);
  expect(await lasting()).toEqual([]);
});

it('what a tool writes while the clock is behind and the board is off lasts its length (rule L13)', async () => {
  await fake.advance(HOUR_MS);
  await timeline.close();
  fake.stepWall(-2 * HOUR_MS);
  clock = newClock();
  const mark = await accounts.db.run(findTimelineMark);
  if (mark === undefined) throw new Error('no mark was left');
  clock.resume(mark);
  await begin();
  await restart(0);
  expect(await lasting()).toEqual(ALL);
  await fake.advance(LENGTH_MS);
  expect(await lasting()).toEqual([]);
});

it('time in which the board is off counts, as far as the clock went on (rule L13)', async () => {
  await begin();
  await timeline.close();
  await fake.advance(LENGTH_MS);
  clock = newClock();
  timeline = await Timeline.open({ ...accounts, clock });
  expect(await lasting()).toEqual([]);
});

it('a step of the wall clock is logged once, with its size', async () => {
  await step(2 * HOUR_MS);
  await fake.advance(10_000);
  await settle();
  const [line = '{}', ...others] = accounts.logLines.filter((each) =>
    each.includes('clock.stepped'),
  );
  expect(JSON.parse(line)).toMatchObject({ bySeconds: 7_200, whileRunning: true });
  expect(others).toEqual([]);
});

onSqlite(
  'a commit that the disk holds back beside the mark is followed by another mark, so that all look again',
  async () => {
    // The files change when a commit is written, and not again when it can be read.
    jest.spyOn(accounts.db, 'readMark').mockReturnValue('written');
    const other = await openAccounts({ folder: accounts.folder, clock });
    let free: () => void = () => undefined;
    const freed = new Promise<void>((resolve) => {
      free = resolve;
    });
    let held: Promise<void> | undefined;
    const run = accounts.db.run.bind(accounts.db);
    const runs = jest.spyOn(accounts.db, 'run').mockImplementation(async (work) => {
      const result = await run(work);
      runs.mockRestore();
      await new Promise<void>((resolve) => {
        held = other.db.transaction('nothing-shared', () => {
          resolve();
          return freed;
        });
      });
      return result;
    });
    await fake.advance(61_000);
    for (let turns = 0; turns < 2_000 && held === undefined; turns += 1)
      await new Promise((resolve) => setTimeout(resolve, 1));
    // What waits for the lock gives up after two seconds.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    free();
    await held;
    await settle();
    await fake.advance(61_000);
    await settle();
    const after = await accounts.db.run(findTimelineMark);
    await other.close();
    expect(after?.timelineMs).toBeGreaterThanOrEqual(NOON + 2 * MINUTE_MS);
  },
);
