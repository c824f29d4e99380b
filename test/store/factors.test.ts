import { findFactor, spendPosition } from '../../src/store/factors';
import { openAccounts } from '../support/accounts';

test('a position is spent by the statement itself, in any order they come: never at or below the last (rule A2)', async () => {
  const accounts = await openAccounts();
  const { db } = accounts;
  const userId = await accounts.addUser('joe');
  await accounts.enrollment.bind(userId, 'rfc4266_HOTP');
  // Read once, as by several who looked before any of them spent.
  const binding = (await db.run((sql) => findFactor(sql, userId)))?.binding ?? '';
  const spend = (position: number): Promise<boolean> =>
    db.run((sql) => spendPosition(sql, { userId, app: 0, binding, position, nowMs: 1 }));
  expect(await spend(7)).toBe(true);
  expect(await spend(6)).toBe(false);
  expect(await spend(7)).toBe(false);
  expect(await spend(0)).toBe(false);
  expect(await spend(8)).toBe(true);
  expect((await db.run((sql) => findFactor(sql, userId)))?.lastPosition).toBe(8);
  await accounts.close();
});
