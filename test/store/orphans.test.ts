import { join } from 'node:path';
import { adoptFactors } from '../../src/auth/adopt-factors';
import { systemClock } from '../../src/base/clock';
import { createLog } from '../../src/base/log';
import { Database, isUnfinished } from '../../src/store/database';
import { sqliteDialect } from '../../src/store/sqlite';
import { listImportedFactors } from '../../src/store/factors';
import { migrate } from '../../src/store/migrate';
import { MIGRATIONS } from '../../src/store/migrations';
import { OWNED_TABLES } from '../../src/store/owned-rows';
import { findProperty } from '../../src/store/properties';
import { listSshKeys } from '../../src/store/ssh-keys';
import { findUser, insertUser } from '../../src/store/users';
import { openAccounts } from '../support/accounts';
import { EnigmaInstallation, runSql } from '../support/enigma-installation';

const log = createLog({ level: 'silent', write: () => undefined, nowMs: () => 0 });
const KEY = 'ssh-ed25519 AAAA stranger';

let old: EnigmaInstallation;
let file: string;

beforeEach(async () => {
  old = await EnigmaInstallation.make();
  file = join(old.dir, 'db/user.sqlite3');
  await old.accounts('sysop', 'joe');
});
afterEach(() => old.remove());

/** The database as it lies there, opened as the board's own. */
async function opened<T>(work: (db: Database) => Promise<T>): Promise<T> {
  const db = await Database.open({ file, clock: systemClock, log });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

/** As the version before the step that removes orphans has left it. */
async function migrateToStep12(): Promise<void> {
  const dialect = sqliteDialect(file, log);
  const sql = dialect.connect();
  const migrations = MIGRATIONS.filter(({ id }) => id < 13);
  await migrate({ sql, dialect, migrations, clock: systemClock, log });
  await sql.destroy();
}

/** Rows of account 3, which is gone, as no foreign key has kept them out. */
const ORPHANS = `
  insert into user_property (user_id, prop_name, prop_value) values (3, 'ssh_public_key', '${KEY}'),
    (3, 'auth_factor2_otp', 'googleAuth'), (3, 'auth_factor2_otp_secret', 'JBSWY3DPEHPK3PXP');
  insert into user_group_member (group_name, user_id) values ('sysops', 3);`;
const OWN_ORPHANS = `
  insert into ssh_key (user_id, algorithm, blob, fingerprint, added_at) values (3, 'ssh-ed25519', 'AAAA', 'SHA256:x', 1);
  insert into otp_factor (user_id, type, hash, digits, encoding, secret, binding, bound_at)
    values (3, 'googleAuth', 'SHA1', 6, 'base32', 'x', 'x', 1);
  insert into user_password (user_id, hash, changed_at) values (3, 'x', 1);
  insert into known_source (user_id, source, used_at) values (3, '192.0.2.7', 1);`;

async function addNewbie(db: Database): Promise<number> {
  return (await db.transaction('board', (sql) => insertUser(sql, { name: 'Newbie' }))) ?? 0;
}

/** How many rows any table of accounts has for an id. */
async function rowsOf(db: Database, userId: number): Promise<number> {
  let rows = 0;
  for (const table of OWNED_TABLES)
    rows += (await db.run((sql) => sql(table).where({ user_id: userId }))).length;
  return rows;
}

test('of a database copied by hand, a new account gets neither the id nor the rows of one that is gone', async () => {
  await old.sql(`${ORPHANS}
    create table user_achievement (user_id integer, achievement_tag varchar);
    insert into user_achievement values (5, 'veteran');`);
  await opened(async (db) => {
    expect(await rowsOf(db, 3)).toBe(0);
    // The text of the rows is still in free pages until the start has purged them.
    expect(await db.run((sql) => isUnfinished(sql, 'purge'))).toBe(true);
    const id = await addNewbie(db);
    expect(id).toBe(6);
    const newbie = await db.run((sql) => findUser(sql, id));
    expect(newbie).toMatchObject({ groups: [], factors: [] });
    expect(newbie?.properties.get('ssh_public_key')).toBeUndefined();
    expect(await db.run((sql) => findUser(sql, 2))).toMatchObject({ name: 'joe', status: 2 });
  });
});

test('a database that was migrated before loses the rows of accounts that are gone, and no others', async () => {
  await migrateToStep12();
  await runSql(
    file,
    ORPHANS + OWN_ORPHANS + ORPHANS.replaceAll('3,', '2,').replaceAll(', 3)', ', 2)'),
  );
  await opened(async (db) => {
    expect(await rowsOf(db, 3)).toBe(0);
    expect(await db.run((sql) => findUser(sql, 2))).toMatchObject({ groups: ['sysops'] });
    expect(await db.run((sql) => findProperty(sql, 2, 'ssh_public_key'))).toBe(KEY);
    expect(await addNewbie(db)).toBe(4);
  });
});

test('a new account begins with nothing, whatever rows its id has', async () => {
  await opened(() => Promise.resolve());
  await runSql(file, ORPHANS + OWN_ORPHANS);
  await opened(async (db) => {
    expect(await rowsOf(db, 3)).toBe(8);
    expect(await addNewbie(db)).toBe(3);
    expect(await rowsOf(db, 3)).toBe(0);
    expect(await db.run((sql) => listSshKeys(sql, 3))).toEqual([]);
  });
});

test('the rows of every table that belong to accounts go with them', async () => {
  await opened(async (db) => {
    const rows = await db.run((sql) =>
      sql.raw<readonly { readonly name: string }[]>(
        `select distinct t.name from sqlite_master t, pragma_foreign_key_list(t.name) k
           where t.type = 'table' and k."table" = 'user' order by t.name`,
      ),
    );
    expect(rows.length).toBeGreaterThan(9);
    const owned = new Set<string>(OWNED_TABLES);
    expect(rows.map(({ name }) => name).filter((name) => !owned.has(name))).toEqual([]);
  });
});

test('a secret whose account is gone is not taken over, and keeps no board from starting', async () => {
  const accounts = await openAccounts();
  await accounts.db.run(async (sql) => {
    await sql.raw('PRAGMA foreign_keys = OFF');
    const row = { user_id: 99, prop_name: 'auth_factor2_otp' };
    await sql('user_property').insert({ ...row, prop_value: 'googleAuth' });
    const secret = { user_id: 99, prop_name: 'auth_factor2_otp_secret' };
    await sql('user_property').insert({
      ...secret,
      prop_value: 'KRDEMYKENBUEMT2GKR4WSWSMN5NEMK3L',
    });
    await sql.raw('PRAGMA foreign_keys = ON');
  });
  expect(await accounts.db.run(listImportedFactors)).toEqual([]);
  expect(await adoptFactors(accounts)).toEqual({ adopted: 0, refused: [] });
  await accounts.close();
});

test('the groups of an account are found by an index, in a database that was taken over too', async () => {
  await opened(async (db) => {
    const plan = await db.run((sql) =>
      sql.raw<readonly { readonly detail: string }[]>(
        'explain query plan select * from user_group_member where user_id = 2',
      ),
    );
    expect(plan[0]?.detail).toContain('user_group_member_user');
  });
});
