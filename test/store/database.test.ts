import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sqlite3 from 'sqlite3';
import { systemClock } from '../../src/base/clock';
import type { BbsError } from '../../src/base/errors';
import { LIMITS } from '../../src/base/limits';
import { createLog } from '../../src/base/log';
import { Database } from '../../src/store/database';
import { sqliteDialect } from '../../src/store/sqlite';
import { migrate } from '../../src/store/migrate';
import type { Migration } from '../../src/store/migrate';
import { FakeClock } from '../support/fake-clock';

const log = createLog({ level: 'silent', write: () => undefined, nowMs: () => 0 });

let folder: string;
let file: string;
const open: Database[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-store-'));
  file = join(folder, 'data', 'board.sqlite3');
});

afterEach(async () => {
  for (const db of open.splice(0)) await db.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<Database> {
  const db = await Database.open({ file, clock: systemClock, log });
  open.push(db);
  return db;
}

function command(raw: sqlite3.Database, sql: string): Promise<void> {
  return new Promise((resolve, reject) => {
    raw.exec(sql, (error) => (error === null ? resolve() : reject(error)));
  });
}

/** A second connection, as another process would hold it. */
function connect(): Promise<sqlite3.Database> {
  return new Promise((resolve, reject) => {
    const raw = new sqlite3.Database(file, (error) =>
      error === null ? resolve(raw) : reject(error),
    );
  });
}

function disconnect(raw: sqlite3.Database): Promise<void> {
  return new Promise((resolve) => raw.close(() => resolve()));
}

test('the database file, its journal and its folder are private', async () => {
  const db = await start();
  await db.run((sql) => sql('user').insert({ id: 2, user_name: 'joe', name_folded: 'joe' }));
  expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
  for (const part of [file, `${file}-wal`, `${file}-shm`]) {
    expect(statSync(part).mode & 0o777).toBe(0o600);
  }
});

test('a database file that others could read is made private', async () => {
  await (await start()).close();
  open.pop();
  chmodSync(file, 0o644);
  await start();
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('the connection writes ahead, syncs fully, waits for others and holds foreign keys', async () => {
  const db = await start();
  const pragma = async (name: string): Promise<unknown> =>
    db.run(async (sql) => Object.values((await sql.raw(`PRAGMA ${name}`))[0])[0]);
  expect(await pragma('journal_mode')).toBe('wal');
  expect(await pragma('synchronous')).toBe(2);
  expect(await pragma('foreign_keys')).toBe(1);
  expect(await pragma('busy_timeout')).toBe(2000);
});

test('a file that is not a database is refused with its name', async () => {
  await (await start()).close();
  open.pop();
  writeFileSync(file, 'not a database at all, but long enough to be looked at as one '.repeat(20));
  await expect(start()).rejects.toMatchObject({
    code: 'DATABASE_DAMAGED',
    message: expect.stringContaining(file) as unknown,
  });
});

test('a database that a newer program has been at is refused', async () => {
  const db = await start();
  await db.run((sql) =>
    sql('schema_migration').insert({ id: 900, name: '0900-future', applied_at: 1 }),
  );
  await expect(start()).rejects.toMatchObject({ code: 'DATABASE_TOO_NEW' });
});

test('migrations run once, however many processes start together', async () => {
  const starts = await Promise.all([start(), start(), start(), start()]);
  const rows = await Promise.all(
    starts.map((db) => db.run((sql) => sql('schema_migration').count({ count: '*' }))),
  );
  const names = await starts[0]?.run((sql) => sql('schema_migration').pluck('name'));
  expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(1);
  expect(new Set(names).size).toBe(names?.length);
});

test('a migration that is cut short leaves nothing, and runs again at the next start', async () => {
  const sql = sqliteDialect(join(folder, 'half.sqlite3'), log).connect();
  const dialect = sqliteDialect(file, log);
  let cut = true;
  const migrations: readonly Migration[] = [
    {
      id: 1,
      name: '0001-halves',
      async up(transaction) {
        await transaction.schema.createTable('first_half', (table) => table.integer('id'));
        if (cut) throw new Error('killed');
        await transaction.schema.createTable('second_half', (table) => table.integer('id'));
      },
    },
  ];
  const run = (): Promise<void> => migrate({ sql, dialect, migrations, clock: systemClock, log });
  await expect(run()).rejects.toThrow('killed');
  expect(await sql.schema.hasTable('first_half')).toBe(false);
  cut = false;
  await run();
  await run();
  expect(await sql.schema.hasTable('second_half')).toBe(true);
  await sql.destroy();
});

test('accounts of an ENiGMA½ database are kept and get their folded names', async () => {
  await (await start()).close();
  open.pop();
  rmSync(file);
  const raw = await connect();
  await command(
    raw,
    `CREATE TABLE user (id INTEGER PRIMARY KEY, user_name VARCHAR NOT NULL, UNIQUE(user_name));
     CREATE TABLE user_property (user_id INTEGER NOT NULL, prop_name VARCHAR NOT NULL, prop_value VARCHAR,
       UNIQUE(user_id, prop_name), FOREIGN KEY(user_id) REFERENCES user(id) ON DELETE CASCADE);
     CREATE TABLE user_group_member (group_name VARCHAR NOT NULL, user_id INTEGER NOT NULL,
       UNIQUE(group_name, user_id));
     INSERT INTO user VALUES (1, 'NuSkooler'), (7, 'Joe%User');
     INSERT INTO user_property VALUES (7, 'real_name', 'Joe');`,
  );
  await disconnect(raw);
  const db = await start();
  const folded = await db.run((sql) => sql('user').orderBy('id').pluck('name_folded'));
  expect(folded).toEqual(['nuskooler', 'joe%user']);
  const sequence = await db.run((sql) => sql('id_sequence').first('last_id'));
  expect(sequence).toEqual({ last_id: 7 });
});

test('a transaction that throws leaves nothing behind', async () => {
  const db = await start();
  await expect(
    db.transaction('board', async (sql) => {
      await sql('user').insert({ id: 2, user_name: 'joe', name_folded: 'joe' });
      throw new RangeError('on purpose');
    }),
  ).rejects.toThrow(RangeError);
  expect(await db.run((sql) => sql('user'))).toEqual([]);
});

test('statements of others do not join a transaction', async () => {
  const db = await start();
  const failing = db.transaction('board', async (sql) => {
    await sql('user').insert({ id: 2, user_name: 'joe', name_folded: 'joe' });
    await new Promise((resolve) => setImmediate(resolve));
    throw new RangeError('on purpose');
  });
  const other = db.run((sql) =>
    sql('user').insert({ id: 3, user_name: 'ann', name_folded: 'ann' }),
  );
  await expect(failing).rejects.toThrow(RangeError);
  await other;
  expect(await db.run((sql) => sql('user').pluck('user_name'))).toEqual(['ann']);
});

test('a locked database fails within its limit, and works again when the lock is gone', async () => {
  const db = await start();
  const raw = await connect();
  await command(raw, 'BEGIN EXCLUSIVE');
  const startedMs = performance.now();
  const insert = (): Promise<unknown> =>
    db.run((sql) => sql('user').insert({ id: 2, user_name: 'joe', name_folded: 'joe' }));
  const outcomes = await Promise.allSettled([
    insert(),
    insert(),
    insert(),
    db.transaction('board', async (sql) => sql('user').select()),
  ]);
  expect(performance.now() - startedMs).toBeLessThan(6_500);
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'STORE_FAILED' } });
  }
  await command(raw, 'ROLLBACK');
  await disconnect(raw);
  await insert();
  expect(await db.run((sql) => sql('user').pluck('user_name'))).toEqual(['joe']);
});

test('an error of the database does not tell the values that were bound', async () => {
  const db = await start();
  const insert = (): Promise<unknown> =>
    db.run((sql) => sql('user').insert({ id: 2, user_name: 'c4nary', name_folded: 'x' }));
  await insert();
  const error: unknown = await insert().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'STORE_FAILED' });
  expect(String(error)).not.toContain('c4nary');
  expect(String((error as Error).cause)).not.toContain('c4nary');
});

test('after closing, every call fails as a store failure', async () => {
  const db = await start();
  await db.close();
  open.pop();
  await expect(db.run((sql) => sql('user'))).rejects.toMatchObject({ code: 'STORE_FAILED' });
});

test('who waits behind a call that finds the database locked fails with it', async () => {
  const db = await start();
  const other = await connect();
  await command(other, 'BEGIN EXCLUSIVE');
  const startedMs = performance.now();
  const write = (): Promise<unknown> =>
    db.run((sql) => sql('user').insert({ id: 2, user_name: 'joe', name_folded: 'joe' }));
  const results = await Promise.allSettled(Array.from({ length: 50 }, write));
  expect(performance.now() - startedMs).toBeLessThan(6_000);
  for (const result of results) expect(result).toMatchObject({ reason: { code: 'STORE_FAILED' } });
  await command(other, 'ROLLBACK');
  await disconnect(other);
  expect(await db.run((sql) => sql('user').where({ id: 2 }))).toHaveLength(0);
  await write();
});

test.each([
  [undefined, 'STORE_FAILED'],
  [LIMITS.toolStoreMs, 'done'],
])(
  'a call with a limit of %s ms that takes longer than callers may wait ends with %s',
  async (callMs, end) => {
    const clock = new FakeClock();
    const db = await Database.open({ file, clock, log, callMs });
    open.push(db);
    const call = db.transaction('board', async () => {
      await clock.advance(LIMITS.storeMs + 1);
      return 'done';
    });
    expect(await call.catch((error: unknown) => (error as BbsError).code)).toBe(end);
  },
);
