import { AccountEvents, addAccountEvent } from '../../src/store/account-events';
import type { AccountEvent } from '../../src/store/account-events';
import { openAccounts } from '../support/accounts';
import type { TestAccounts } from '../support/accounts';
import { onSqlite } from '../support/database-kind';

let accounts: TestAccounts;

beforeEach(async () => {
  accounts = await openAccounts();
});
afterEach(() => accounts.close());

const add = (userId: number, sessionId?: string): Promise<void> =>
  accounts.db.run((sql) => addAccountEvent(sql, { userId, kind: 'password', sessionId, nowMs: 1 }));

/** A second of the fake clock, and as long as the real database takes to answer. */
async function withinASecond(condition: () => boolean): Promise<void> {
  await accounts.fake.advance(1_000);
  for (let turn = 0; turn < 2_000 && !condition(); turn++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

test('events of another process are told within a second, each once, and old ones never', async () => {
  await add(1);
  const events = await AccountEvents.open(accounts);
  const heard: AccountEvent[] = [];
  const stop = events.follow((event) => heard.push(event));
  const other = await openAccounts({ folder: accounts.folder, clock: accounts.clock });
  await other.db.run((sql) => addAccountEvent(sql, { userId: 2, kind: 'status', nowMs: 2 }));
  await withinASecond(() => heard.length > 0);
  await add(3, 'abc');
  await withinASecond(() => heard.length > 1);
  expect(heard).toMatchObject([
    { userId: 2, kind: 'status', sessionId: undefined },
    { userId: 3, kind: 'password', sessionId: 'abc' },
  ]);
  stop();
  await add(4);
  await accounts.fake.advance(2_000);
  expect(heard).toHaveLength(2);
  events.close();
  await other.close();
});

onSqlite(
  'an event that the disk held back for long after its commit was written is told all the same',
  async () => {
    const events = await AccountEvents.open(accounts);
    const heard = new Promise<AccountEvent>((resolve) => events.follow(resolve));
    // The files change when a commit is written, and not again when it can be read.
    const mark = jest.spyOn(accounts.db, 'readMark').mockReturnValue('before');
    await accounts.fake.advance(60_000);
    mark.mockReturnValue('written');
    for (let second = 0; second < 25; second += 1) {
      await accounts.fake.advance(1_000);
      await accounts.db.run((sql) => sql('account_event').first('id'));
    }
    await add(6);
    await accounts.fake.advance(1_000);
    expect(await heard).toMatchObject({ userId: 6 });
    events.close();
  },
);

test('a poke tells at once', async () => {
  const events = await AccountEvents.open(accounts);
  const heard = new Promise<AccountEvent>((resolve) => events.follow(resolve));
  await add(5);
  events.poke();
  expect(await heard).toMatchObject({ userId: 5 });
  events.close();
});

test('an event that was read is not told again when the process is told of it afterwards', async () => {
  const events = await AccountEvents.open(accounts);
  const heard: number[] = [];
  const first = new Promise((resolve) => events.follow(resolve));
  events.follow((event) => heard.push(event.id));
  await add(5);
  events.poke();
  await first;
  await events.hear(heard);
  expect(heard).toHaveLength(1);
  events.close();
});

test('an event whose transaction commits late is not lost', async () => {
  const events = await AccountEvents.open(accounts);
  const heard: number[] = [];
  events.follow((event) => heard.push(event.id));
  const row = { user_id: 1, kind: 'status', at: 1 };
  await accounts.db.run((sql) => sql('account_event').insert({ ...row, id: 12 }));
  await withinASecond(() => heard.length > 0);
  await accounts.db.run((sql) => sql('account_event').insert({ ...row, id: 11 }));
  await withinASecond(() => heard.length > 1);
  expect(heard).toEqual([12, 11]);
  events.close();
});

test('audit rows can be neither changed nor removed', async () => {
  await accounts.db.run((sql) =>
    sql('audit').insert({
      at: 1,
      node: 0,
      server: 'ssh',
      source: '',
      factor: 0,
      kind: 'password',
      result: 'rejected',
      reason: '',
    }),
  );
  const change = accounts.db.run((sql) => sql('audit').update({ result: 'accepted' }));
  await expect(change).rejects.toMatchObject({ code: 'STORE_FAILED' });
  const removal = accounts.db.run((sql) => sql('audit').delete());
  await expect(removal).rejects.toMatchObject({ code: 'STORE_FAILED' });
});
