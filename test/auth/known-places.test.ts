import { KnownPlaces } from '../../src/auth/known-places';
import { rememberSource, replaceSources } from '../../src/store/sources';
import { openAccounts, type TestAccounts } from '../support/accounts';

const HOME = '192.0.2.7';
const DAY_MS = 86_400_000;

let accounts: TestAccounts;
let places: KnownPlaces;
let userId: number;

beforeEach(async () => {
  accounts = await openAccounts();
  userId = await accounts.addUser('ann');
  places = await KnownPlaces.open(accounts);
});

afterEach(async () => {
  await places.close();
  await accounts.close();
});

const remember = (source: string, nowMs = accounts.clock.nowMs()): Promise<void> =>
  accounts.db.run((sql) => rememberSource(sql, userId, { source, timelineMs: nowMs }));

/** Turns of the memory until it is so; the store answers in its own time. */
async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 400 && !condition(); turn += 1) {
    await accounts.fake.advance(5_000);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(condition()).toBe(true);
}

test('a place is known soon after a complete sign-in from there, on every node, and from the start after a restart (rule M11)', async () => {
  expect(places.has(HOME)).toBe(false);
  await remember(HOME);
  await until(() => places.has(HOME));
  const again = await KnownPlaces.open(accounts);
  expect(again.has(HOME)).toBe(true);
  await again.close();
});

test('a place is forgotten with its account, and thirty days after its last use', async () => {
  await remember(HOME);
  await until(() => places.has(HOME));
  await accounts.db.run((sql) => replaceSources(sql, userId, undefined));
  await until(() => !places.has(HOME));
  await remember('192.0.2.8');
  await until(() => places.has('192.0.2.8'));
  accounts.fake.skip(30 * DAY_MS);
  expect(places.has('192.0.2.8')).toBe(false);
});

test('an account that calls from ever new places leaves the places of others known (rule M11)', async () => {
  const few = await KnownPlaces.open({ ...accounts, most: 40 });
  const other = await accounts.addUser('bob');
  await remember(HOME);
  await until(() => few.has(HOME));
  for (let at = 0; at < 60; at += 1) {
    const used = { source: `198.51.100.${at}`, timelineMs: accounts.clock.timelineMs() + at };
    await accounts.db.run((sql) => rememberSource(sql, other, used));
    if (at % 20 === 19) await until(() => few.has(used.source));
  }
  await until(() => few.has(HOME));
  await few.close();
});

test('of more places than are kept, those used last are known (rule L19)', async () => {
  for (let at = 1; at <= 5; at += 1) await remember(`192.0.2.${at}`, accounts.clock.nowMs() + at);
  const few = await KnownPlaces.open({ ...accounts, most: 3 });
  expect(few.size).toBe(3);
  expect([2, 3, 4, 5].map((at) => few.has(`192.0.2.${at}`))).toEqual([false, true, true, true]);
  await few.close();
});
