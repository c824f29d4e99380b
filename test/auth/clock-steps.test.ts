import { NOON, openAccounts, type TestAccounts } from '../support/accounts';
import { accountSubject, chargeAttempt } from '../../src/store/attempts';
import { listPenalties, raisePenalty } from '../../src/store/penalties';
import { totp } from '../support/authenticator';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let accounts: TestAccounts;
let user: number;
let secret: string;

beforeEach(async () => {
  accounts = await openAccounts();
  user = await accounts.addUser('joe');
  ({ secret } = await accounts.enrollment.bind(user, 'googleAuth'));
});
afterEach(() => accounts.close());

const codeAt = (atMs: number): string => totp(secret, atMs);
const verify = async (code: string): Promise<string> =>
  (await accounts.verifyCode(user, code)).kind;
const lastPosition = async (): Promise<unknown> => {
  const [row] = await accounts.db.run((sql) => sql('otp_factor').pluck('last_position'));
  return row;
};

test.each([-2 * HOUR_MS, -DAY_MS])(
  'a link neither wakes nor lives longer after a step of %i ms (rule D2)',
  async (stepMs) => {
    const begun = await accounts.enrollment.begin(user, 'googleAuth');
    const token = begun.kind === 'begun' ? begun.token : '';
    expect(await accounts.enrollment.find(token)).toBeDefined();
    accounts.fake.stepWall(stepMs);
    await accounts.fake.advance(30 * 60_000 - 1);
    expect(await accounts.enrollment.find(token)).toBeDefined();
    await accounts.fake.advance(1);
    expect(await accounts.enrollment.find(token)).toBeUndefined();
    accounts.fake.stepWall(-stepMs);
    expect(await accounts.enrollment.find(token)).toBeUndefined();
  },
);

test('a wait holds for its own length after the clock went back a day (rule L13)', async () => {
  const key = { subject: accountSubject(user), factor: 'password', budget: '' } as const;
  const rule = { free: 1, firstWaitMs: 30_000, mostWaitMs: 900_000 };
  const charge = () =>
    chargeAttempt(accounts.db, key, {
      ...{ rule, timelineMs: accounts.clock.timelineMs(), about: { account: user } },
    });
  expect((await charge()).kind).toBe('charged');
  accounts.fake.stepWall(-DAY_MS);
  expect((await charge()).kind).toBe('wait');
  await accounts.fake.advance(29_999);
  expect((await charge()).kind).toBe('wait');
  await accounts.fake.advance(1);
  expect((await charge()).kind).toBe('charged');
});

test('a penalty of a clock that was a year ahead is not listed (rule L13)', async () => {
  const nowMs = accounts.clock.nowMs();
  const aheadMs = nowMs + 365 * DAY_MS;
  const row = { enforced: true, reason: 'grace', changedAtMs: aheadMs };
  await accounts.db.run(async (sql) => {
    await raisePenalty(sql, {
      row: { ...row, source: '192.0.2.1', untilMs: aheadMs + 20_000 },
      ...{ addedMs: 20_000, mostMs: 600_000, enforcedFromMs: 15_000 },
    });
    expect(await listPenalties(sql, { timelineMs: nowMs, limit: 10 })).toEqual([]);
    expect(await listPenalties(sql, { timelineMs: aheadMs, limit: 10 })).toHaveLength(1);
  });
});

test.each([HOUR_MS, DAY_MS])(
  'a clock that jumps %i ms ahead burns no code of the time that is right (rule A14)',
  async (jumpMs) => {
    accounts.fake.stepWall(jumpMs);
    expect(await verify(codeAt(NOON))).toBe('wrong');
    expect(await lastPosition()).toBe(-1);
    accounts.fake.stepWall(-jumpMs);
    expect(await verify(codeAt(NOON))).toBe('right');
  },
);

test('the step that was spent is never beyond what the clock allowed at that time (rule A14)', async () => {
  for (const ahead of [0, HOUR_MS, DAY_MS]) {
    accounts.fake.stepWall(ahead);
    const nowMs = accounts.fake.nowMs();
    expect(await verify(codeAt(nowMs + 60_000))).toBe('wrong');
    expect(await verify(codeAt(nowMs + 30_000))).toBe('right');
    expect(await lastPosition()).toBe(Math.floor(nowMs / 30_000) + 1);
  }
});

test('who signed in while the clock was an hour ahead waits an hour at most, and it is reported (rule A14)', async () => {
  accounts.fake.stepWall(HOUR_MS);
  expect(await verify(codeAt(NOON + HOUR_MS))).toBe('right');
  accounts.fake.stepWall(-HOUR_MS);
  expect(await verify(codeAt(NOON))).toBe('spent');
  const [line = '{}'] = accounts.logLines.filter((each) => each.includes('clock.went-back'));
  expect(JSON.parse(line)).toMatchObject({ userId: user, codesRefusedForSeconds: 3_600 });
  await accounts.fake.advance(HOUR_MS);
  // The step of that moment is the one that was spent; the next one is open.
  expect(await verify(codeAt(NOON + HOUR_MS))).toBe('spent');
  await accounts.fake.advance(30_000);
  expect(await verify(codeAt(NOON + HOUR_MS + 30_000))).toBe('right');
});
