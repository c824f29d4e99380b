import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createLog } from '../../src/base/log';
import { Database } from '../../src/store/database';
import { copyOldAccounts, readOldAccounts } from '../../src/store/old-database';
import { findUserByName, insertUser } from '../../src/store/users';
import { FakeClock } from '../support/fake-clock';
import {
  EnigmaInstallation,
  openSqlite,
  runSql,
  USER_TABLES,
} from '../support/enigma-installation';

const log = createLog({ level: 'silent', write: () => undefined, nowMs: () => 0 });

let old: EnigmaInstallation;
let file: string;
let target: string;

beforeEach(async () => {
  old = await EnigmaInstallation.make();
  file = join(old.dir, 'db/user.sqlite3');
  target = join(old.folder, 'copy.sqlite3');
});

afterEach(() => old.remove());

const copy = () => copyOldAccounts({ file, target, log });

async function rowsOf<Row>(path: string, statement: string): Promise<readonly Row[]> {
  const db = await openSqlite(path);
  const rows = await db.all<Row>(statement);
  await db.close();
  return rows;
}

/** What the first start makes of the copy. */
async function adopted<T>(work: (db: Database) => Promise<T>): Promise<T> {
  const db = await Database.open({ file: target, clock: new FakeClock(), log });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

test('a database that is in use is copied with all that was committed, and not changed', async () => {
  await old.accounts('sysop');
  const running = await openSqlite(file);
  await running.run('pragma journal_mode = wal; pragma wal_autocheckpoint = 0');
  await running.run(
    `insert into user values (2, 'joe'); begin immediate; insert into user values (3, 'half')`,
  );
  const before = [file, `${file}-wal`].map((path) => readFileSync(path));
  const facts = await copy();
  expect(facts.accounts).toBe(2);
  expect([file, `${file}-wal`].map((path) => readFileSync(path))).toEqual(before);
  await running.run('commit');
  await running.close();
  expect(await rowsOf(target, 'select user_name from user order by id')).toEqual([
    { user_name: 'sysop' },
    { user_name: 'joe' },
  ]);
});

test('nothing is made beside a database that nobody has open', async () => {
  await old.accounts('sysop');
  await runSql(file, 'pragma journal_mode = wal');
  const before = old.fingerprint();
  await readOldAccounts({ file, log });
  await copy();
  expect(old.fingerprint()).toEqual(before);
  expect(readdirSync(join(old.dir, 'db'))).toEqual(['user.sqlite3']);
});

test('what a killed board left in its journal is in the copy, and the journal stays', async () => {
  await old.accounts('sysop');
  const running = await openSqlite(file);
  await running.run('pragma journal_mode = wal; pragma wal_autocheckpoint = 0');
  await running.run(`insert into user values (2, 'joe')`);
  // As it lies there when the board is killed: without the index that only running programs use.
  const killed = join(old.dir, 'db/killed.sqlite3');
  copyFileSync(file, killed);
  copyFileSync(`${file}-wal`, `${killed}-wal`);
  await running.close();
  const before = readFileSync(`${killed}-wal`);
  expect(before.length).toBeGreaterThan(0);
  const facts = await copyOldAccounts({ file: killed, target, log });
  expect(facts.accounts).toBe(2);
  expect(readFileSync(`${killed}-wal`)).toEqual(before);
  expect(existsSync(`${killed}-shm`)).toBe(false);
  expect(readdirSync(old.folder).sort()).toEqual(['copy.sqlite3', 'enigma-bbs']);
});

test('names that cannot be told apart here are made so, the first account keeping its own', async () => {
  await old.accounts('sysop', 'joe', 'JOE', 'Müller', 'muller', 'joe-2', 'SysOp');
  const { renamed } = await copy();
  expect(renamed.map(({ id, name, newName, keptBy }) => [id, name, newName, keptBy.id])).toEqual([
    [3, 'JOE', 'JOE-3', 2],
    [5, 'muller', 'muller-2', 4],
    [7, 'SysOp', 'SysOp-2', 1],
  ]);
  const found = await adopted((db) =>
    db.run(async (sql) =>
      Promise.all(
        ['joe', 'joe-3', 'JOE-2'].map(async (name) => (await findUserByName(sql, name))?.id),
      ),
    ),
  );
  expect(found).toEqual([2, 3, 6]);
});

test('a database that was put in place by hand and has two names that cannot be told apart is refused by both, and stays as it was', async () => {
  await old.accounts('sysop', 'Bob', 'BOB');
  copyFileSync(file, target);
  const accounts = () => rowsOf(target, 'select * from user order by id');
  const before = await accounts();
  await expect(adopted(() => Promise.resolve())).rejects.toThrow(
    /the accounts "(Bob|BOB)" and "(Bob|BOB)" have names that cannot be told apart; rename one first/,
  );
  expect(await accounts()).toEqual(before);
  await runSql(target, "update user set user_name = 'Bobby' where user_name = 'BOB'");
  const found = await adopted((db) => db.run((sql) => findUserByName(sql, 'bobby')));
  expect(found?.id).toBe(3);
});

test('a newer database is taken over, and what is not known is told by name', async () => {
  await old.sql(`
    create table user (id integer primary key, user_name varchar not null, realm varchar not null,
      unique(user_name, realm));
    create table user_property (user_id integer not null, prop_name varchar not null,
      prop_value varchar, unique(user_id, prop_name),
      foreign key(user_id) references user(id) on delete cascade);
    create table user_group_member (group_name varchar, user_id integer, unique(group_name, user_id));
    create table user_passkey (user_id integer, blob);
    create trigger no_new before insert on user_group_member begin select raise(abort, 'no'); end;
    create view everybody as select realm from user;
    insert into user values (1, 'sysop', 'a'), (2, 'joe', 'b');
    insert into user_property values (2, 'location', 'Ulm'), (2, 'account_status', '2');`);
  const facts = await copy();
  expect(facts.unreadColumns).toEqual(['user.realm']);
  expect(facts.unreadTables).toEqual(['user_passkey']);
  const made = await adopted((db) =>
    db.transaction('board', async (sql) => {
      const id = await insertUser(sql, { name: 'new' });
      await sql('user_group_member').insert({ group_name: 'users', user_id: id });
      return { id, joe: (await findUserByName(sql, 'joe'))?.properties.get('location') };
    }),
  );
  expect(made).toEqual({ id: 3, joe: 'Ulm' });
});

test('a new account does not come by what one that is gone has left', async () => {
  await old.accounts('sysop');
  await old.sql(`insert into user_property values (2, 'ssh_public_key', 'ssh-ed25519 AAAA');
    insert into user_group_member values ('sysops', 2);`);
  expect((await copy()).orphans).toBe(2);
  const found = await adopted((db) =>
    db.transaction('board', async (sql) => {
      await insertUser(sql, { name: 'new' });
      return findUserByName(sql, 'new');
    }),
  );
  expect(found).toMatchObject({ id: 3, groups: [] });
  expect(found?.properties.get('ssh_public_key')).toBeUndefined();
});

test.each([
  ['create table x (y)', `it has no table 'user'`],
  ['create table user (id integer); create table user_property (x)', `has no column 'user_name'`],
  [`${USER_TABLES} create table schema_migration (id)`, 'it is of this program already'],
])('refuses %s', async (statements, why) => {
  await old.sql(statements);
  await expect(copy()).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining(why) as string,
  });
  await expect(readOldAccounts({ file, log })).rejects.toMatchObject({ code: 'USAGE' });
});

test('properties stay byte for byte', async () => {
  await old.accounts('sysop');
  await old.sql(`insert into user_property values (1, 'a', ' |04x\t'), (1, 'b', 'ü€𝄞' || char(0) || 'z'),
    (1, 'c', null), (1, 'd', ''), (1, 'e', x'00ff'), (1, 'f', 5.0);`);
  const ask = `select prop_name, hex(prop_value) as value, typeof(prop_value) as type
    from user_property order by prop_name`;
  const before = await rowsOf(file, ask);
  await copy();
  await adopted(() => Promise.resolve());
  expect(await rowsOf(target, ask)).toEqual(before);
});

test('a hundred thousand accounts are copied in seconds and little memory', async () => {
  await old.sql(`${USER_TABLES}
    with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000)
      insert into user select i, 'Caller ' || i from n;
    insert into user_property select id, 'account_status', '2' from user;
    insert into user_property select id, 'pw_pbkdf2_dk', hex(randomblob(64)) from user;`);
  const startedMs = performance.now();
  const memory = process.memoryUsage().rss;
  expect((await copy()).accounts).toBe(100_000);
  const usedMib = (process.memoryUsage().rss - memory) / 1024 / 1024;
  // Generous: a loaded machine is slow, and a step that looks at each pair of names is slower still.
  expect(performance.now() - startedMs).toBeLessThan(60_000);
  expect(usedMib).toBeLessThan(400);
  expect(statSync(target).size).toBeGreaterThan(10_000_000);
  rmSync(target);
}, 120_000);
