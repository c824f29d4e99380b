import {
  endPenalty,
  listPenalties,
  raisePenalty,
  replacePenalty,
  type Charge,
  type PenaltyRow,
} from '../../src/store/penalties';
import { NOON, openAccounts, type TestAccounts } from '../support/accounts';

let accounts: TestAccounts;
beforeEach(async () => {
  accounts = await openAccounts();
});
afterEach(() => accounts.close());

const offence = (atMs: number, lastsMs: number): PenaltyRow => ({
  source: '203.0.113.7',
  untilMs: atMs + lastsMs,
  enforced: true,
  reason: 'auth-failure',
  changedAtMs: atMs,
});
const charge = (row: PenaltyRow, addedMs = row.untilMs - row.changedAtMs): Charge => ({
  ...{ row, addedMs, mostMs: 600_000, enforcedFromMs: 15_000 },
});
const inForce = (): Promise<readonly PenaltyRow[]> =>
  accounts.db.run((sql) => listPenalties(sql, { timelineMs: NOON, limit: 9 }));

test('a penalty that the sysop ends stays ended, also when an earlier offence is written after that (rule K1)', async () => {
  const { db } = accounts;
  await db.transaction('board', (sql) => raisePenalty(sql, charge(offence(NOON - 2_000, 15_000))));
  expect(await db.run((sql) => endPenalty(sql, '203.0.113.7', NOON))).toBe(true);
  // A board writes what it saw a second ago.
  await db.transaction('board', (sql) => raisePenalty(sql, charge(offence(NOON - 500, 20_000))));
  expect(await inForce()).toEqual([]);
  const later = offence(NOON + 100, 15_000);
  await db.transaction('board', (sql) => raisePenalty(sql, charge(later)));
  expect(await inForce()).toEqual([later]);
});

test('what several processes add to a penalty comes together, up to the longest one (rule K1)', async () => {
  const { db } = accounts;
  const add = (addedMs: number): Promise<void> =>
    db.transaction('nothing-shared', (sql) =>
      raisePenalty(sql, charge({ ...offence(NOON, addedMs), enforced: false }, addedMs)),
    );
  await Promise.all([add(5_000), add(5_000)]);
  expect(await inForce()).toMatchObject([{ untilMs: NOON + 10_000, enforced: false }]);
  await add(5_000);
  expect(await inForce()).toMatchObject([{ untilMs: NOON + 15_000, enforced: true }]);
  await add(700_000);
  expect(await inForce()).toMatchObject([{ untilMs: NOON + 600_000, enforced: true }]);
});

test('an offence shortens no ban', async () => {
  const ban = { ...offence(NOON, 86_400_000), reason: 'ban' };
  await accounts.db.run((sql) => replacePenalty(sql, ban));
  await accounts.db.run((sql) => raisePenalty(sql, charge(offence(NOON, 20_000))));
  expect(await inForce()).toEqual([ban]);
});
