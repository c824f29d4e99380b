import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '../../src/base/log';
import { addCall, countCalls, hasEnded, listCalls } from '../../src/store/calls';
import { Database } from '../../src/store/database';
import { adoptCalls } from '../../src/store/old-calls';
import { insertUser } from '../../src/store/users';
import { runSql, SYSTEM_TABLES } from '../support/enigma-installation';
import { FakeClock } from '../support/fake-clock';

const NOON = '2026-01-01T12:00:00.000';

let folder: string;
let file: string;
let db: Database;
let logged: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-calls-'));
  file = join(folder, 'system.sqlite3');
  logged = [];
  const log = createLog({ level: 'warn', write: (line) => logged.push(line), nowMs: () => 0 });
  db = await Database.open({ file: join(folder, 'user.sqlite3'), clock: new FakeClock(), log });
  await db.transaction('board', async (sql) => {
    await insertUser(sql, { name: 'sysop', root: true });
    await insertUser(sql, { name: 'joe' });
  });
});

afterEach(async () => {
  await db.close();
  await rm(folder, { recursive: true });
});

const adopt = (): Promise<number> => {
  const log = createLog({ level: 'warn', write: (line) => logged.push(line), nowMs: () => 0 });
  return adoptCalls({ db, file, log });
};

/** Entries as ENiGMA½ writes them: JSON, the account's number, and the same as another driver stored it. */
const HISTORY = `${SYSTEM_TABLES}
  insert into system_stat values ('login_count', '1234');
  insert into system_event_log (timestamp, log_name, log_value) values
    ('${NOON}-06:00', 'user_login_history', '1'),
    ('2026-01-02T12:00:00.000-06:00', 'user_login_history', '2.0'),
    ('2026-01-03T12:00:00.000-06:00', 'other', '1'),
    ('2026-01-04T12:00:00.000-06:00', 'user_login_history', '{"userId":2,"sessionId":"abc"}'),
    ('2026-01-05T12:00:00.000-06:00', 'user_login_history', '{"userId":99,"sessionId":"gone"}'),
    ('no time', 'user_login_history', '1'),
    ('2026-01-06T12:00:00.000-06:00', 'user_login_history', '{"broken');`;

const call = (sessionId: string, startedAtMs: number) => ({
  ...{ userId: 2, userName: 'joe', sessionId, node: 1, server: 'telnet', source: '127.0.0.1' },
  startedAtMs,
});

test('who called last, when, and how many calls there ever were comes along', async () => {
  await runSql(file, HISTORY);
  expect(await adopt()).toBe(3);
  const calls = await db.run((sql) => listCalls(sql, { limit: 9 }));
  expect(calls.map(({ userName, startedAtMs }) => `${userName} ${startedAtMs}`)).toEqual([
    `joe ${Date.UTC(2026, 0, 4, 18)}`,
    `joe ${Date.UTC(2026, 0, 2, 18)}`,
    `sysop ${Date.UTC(2026, 0, 1, 18)}`,
  ]);
  expect(await db.run((sql) => countCalls(sql))).toBe(1234);
  expect(await db.run((sql) => hasEnded(sql, calls[0]?.sessionId ?? ''))).toBe(true);
  await db.transaction('board', (sql) => addCall(sql, call('new', Date.UTC(2026, 1, 1)), -1));
  expect(await db.run((sql) => countCalls(sql))).toBe(1235);
  expect(logged).toEqual([]);
});

test('it is taken over once, and calls that were made here before come after it', async () => {
  await db.transaction('board', (sql) => addCall(sql, call('one', 1000), -1));
  await db.transaction('board', (sql) => addCall(sql, call('two', 2000), -1));
  await runSql(file, HISTORY);
  expect(await adopt()).toBe(3);
  expect(await adopt()).toBe(0);
  const calls = await db.run((sql) => listCalls(sql, { limit: 9 }));
  expect(calls.map(({ id }) => id)).toEqual([1236, 1235, 1234, 1233, 1232]);
  expect(calls.map(({ sessionId }) => sessionId).slice(0, 2)).toEqual(['two', 'one']);
  await db.transaction('board', (sql) => addCall(sql, call('three', 3000), -1));
  expect(await db.run((sql) => countCalls(sql))).toBe(1237);
});

test('a call of old says nothing about the places of an account', async () => {
  await runSql(file, HISTORY);
  await adopt();
  expect(await db.run((sql) => listCalls(sql, { limit: 9, userId: 2 }))).toEqual([]);
});

test('the newest ten thousand of a longer history come along, and the total is right', async () => {
  await runSql(
    file,
    `${SYSTEM_TABLES}
    with recursive n(i) as (select 1 union all select i + 1 from n where i < 12000)
      insert into system_event_log (timestamp, log_name, log_value)
      select datetime('2020-01-01', '+' || i || ' minutes') || 'Z', 'user_login_history', '2' from n;`,
  );
  expect(await adopt()).toBe(10_000);
  expect(await db.run((sql) => countCalls(sql))).toBe(10_000);
  const [newest] = await db.run((sql) => listCalls(sql, { limit: 1 }));
  expect(newest?.startedAtMs).toBe(Date.UTC(2020, 0, 1) + 12_000 * 60_000);
});

test.each([
  ['a file that is no database', undefined],
  ['a database of something else', 'create table x (y)'],
])('%s is logged, and the board opens', async (_, statements) => {
  if (statements === undefined) await writeFile(file, 'x'.repeat(999));
  else await runSql(file, statements);
  expect(await adopt()).toBe(0);
  expect(logged.join('')).toContain('calls.not-adopted');
  expect(await db.run((sql) => countCalls(sql))).toBe(0);
});
