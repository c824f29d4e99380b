import { SourcePenalties } from '../../src/throttle/source-penalties';
import { endPenalty, listPenalties, replacePenalty } from '../../src/store/penalties';
import { openAccounts } from '../support/accounts';
import type { TestAccounts } from '../support/accounts';

let accounts: TestAccounts;
let penalties: SourcePenalties;
const IP = '203.0.113.9';

const begin = (sourcesPerFamily?: number): Promise<SourcePenalties> =>
  SourcePenalties.open({
    ...accounts,
    isExempt: (ip) => ip === '127.0.0.1',
    ...(sourcesPerFamily === undefined ? {} : { sourcesPerFamily }),
  });

beforeEach(async () => {
  accounts = await openAccounts();
  penalties = await begin();
});

afterEach(async () => {
  await penalties.close();
  await accounts.close();
});

const offend = (ip: string, times: number): void => {
  for (let time = 0; time < times; time++) penalties.penalize(ip, 'auth-failure');
};

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200 && !condition(); turn++) {
    await accounts.fake.advance(1_000);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(condition()).toBe(true);
}

test('three failures shut a source out for fifteen seconds, two do not', async () => {
  offend(IP, 2);
  expect(penalties.admit(IP)).toEqual({ ok: true });
  offend(IP, 1);
  expect(penalties.admit(IP)).toEqual({ ok: false, retryAfterMs: 15_000 });
  await accounts.fake.advance(14_999);
  expect(penalties.admit(IP).ok).toBe(false);
  await accounts.fake.advance(1);
  expect(penalties.admit(IP)).toEqual({ ok: true });
});

test.each([
  ['auth-failure', 3],
  ['unknown-user', 3],
  ['no-auth', 15],
  ['grace', 2],
  ['protocol', 2],
] as const)('a source charged with %s is shut out at the %i. time (rule K1)', (kind, times) => {
  for (let time = 1; time < times; time += 1) penalties.penalize(IP, kind);
  expect(penalties.admit(IP)).toEqual({ ok: true });
  penalties.penalize(IP, kind);
  expect(penalties.admit(IP).ok).toBe(false);
});

test('a penalty ends after ten minutes, whatever was done', () => {
  offend(IP, 1_000);
  expect(penalties.admit(IP)).toEqual({ ok: false, retryAfterMs: 600_000 });
});

test('one IPv6 network is one source, and exempt ones are never charged', () => {
  for (let host = 1; host <= 3; host++) offend(`2001:db8:1:2::${host}`, 1);
  expect(penalties.admit('2001:db8:1:2:ffff::1').ok).toBe(false);
  expect(penalties.admit('2001:db8:1:3::1').ok).toBe(true);
  offend('127.0.0.1', 50);
  expect(penalties.admit('127.0.0.1').ok).toBe(true);
});

test('an exempt proxy is charged for callers whom it does not name (rule G3)', () => {
  for (let time = 0; time < 3; time++) penalties.penalize('127.0.0.1', 'auth-failure', true);
  expect(penalties.admit('127.0.0.1').ok).toBe(false);
});

test('offences that two processes see shut a source out on both for their sum (rule K1)', async () => {
  const other = await begin();
  for (const each of [penalties, other, penalties, other, penalties, other])
    each.penalize(IP, 'auth-failure');
  const lasts = (): readonly number[] =>
    [penalties, other].map((each) => {
      const admitted = each.admit(IP);
      return admitted.ok ? 0 : admitted.retryAfterMs;
    });
  expect(lasts()).toEqual([15_000, 15_000]);
  // Each writes and reads once a second.
  for (let turn = 0; turn < 4; turn += 1) {
    await accounts.fake.advance(1_000);
    for (let calls = 0; calls < 30; calls += 1) await accounts.db.run((sql) => sql.raw('select 1'));
  }
  expect(lasts()).toEqual([26_000, 26_000]);
  await other.close();
});

test('penalties outlive a restart', async () => {
  offend(IP, 4);
  await penalties.close();
  penalties = await begin();
  expect(penalties.admit(IP)).toEqual({ ok: false, retryAfterMs: 20_000 });
});

test('what the sysop bans and frees holds within seconds, for as long as he said', async () => {
  const nowMs = accounts.clock.nowMs();
  const ban = { source: IP, enforced: true, reason: 'ban', changedAtMs: nowMs };
  await accounts.db.run((sql) => replacePenalty(sql, { ...ban, untilMs: nowMs + 86_400_000 }));
  await until(() => !penalties.admit(IP).ok);
  offend(IP, 1);
  await accounts.fake.advance(3_600_000);
  expect(penalties.admit(IP).ok).toBe(false);
  const later = accounts.clock.nowMs();
  expect(await accounts.db.run((sql) => endPenalty(sql, IP, later))).toBe(true);
  await until(() => penalties.admit(IP).ok);
  expect(
    await accounts.db.run((sql) => listPenalties(sql, { timelineMs: later, limit: 9 })),
  ).toEqual([]);
});

/** How long the source is kept out yet, in ms. */
function left(): number {
  const admitted = penalties.admit(IP);
  return admitted.ok ? 0 : admitted.retryAfterMs;
}

test('a penalty lasts its length, whatever the wall clock does', async () => {
  offend(IP, 4);
  const leftMs = left();
  accounts.fake.stepWall(-6 * 3600_000);
  expect(left()).toBe(leftMs);
  await accounts.fake.advance(leftMs);
  expect(penalties.admit(IP)).toEqual({ ok: true });
});

test('memory is bounded, and a full one lets further sources in', async () => {
  await penalties.close();
  penalties = await begin(100);
  for (let source = 0; source < 300; source++) offend(`198.51.${source >> 8}.${source & 255}`, 4);
  expect(penalties.size).toBe(100);
  expect(penalties.admit('198.51.0.1').ok).toBe(false);
  expect(penalties.admit('198.51.1.20').ok).toBe(true);
});
