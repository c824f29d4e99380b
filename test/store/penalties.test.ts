import {
  endPenalty,
  listPenalties,
  raisePenalty,
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
const inForce = (): Promise<readonly PenaltyRow[]> =>
  accounts.db.run((sql) => listPenalties(sql, { timelineMs: NOON, limit: 9 }));

test('a penalty that the sysop ends stays ended, also when an earlier offence is written after that (rule K1)', async () => {
  const { db } = accounts;
  await db.transaction('board', (sql) => raisePenalty(sql, offence(NOON - 2_000, 15_000)));
  expect(await db.run((sql) => endPenalty(sql, '203.0.113.7', NOON))).toBe(true);
  // A board writes what it saw a second ago.
  await db.transaction('board', (sql) => raisePenalty(sql, offence(NOON - 500, 20_000)));
  expect(await inForce()).toEqual([]);
  const later = offence(NOON + 100, 15_000);
  await db.transaction('board', (sql) => raisePenalty(sql, later));
  expect(await inForce()).toEqual([later]);
});
