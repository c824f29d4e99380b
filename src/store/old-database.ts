import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Knex } from 'knex';
import { BbsError, toError } from '../base/errors';
import type { Log } from '../base/log';
import { makePrivateFile, syncPath } from '../base/private-file';
import { checkCopy } from './backup';
import { explainFailure, sqliteDialect } from './sqlite';
import { orphansOf, OWNED_TABLES } from './owned-rows';
import { foldName } from './user-name';
import { ROOT_ID } from './users';

/** A name that another account has too, as names are compared here, and the one it gets in the copy. */
interface RenamedAccount {
  readonly id: number;
  readonly name: string;
  readonly newName: string;
  /** Who keeps the name. */
  readonly keptBy: { readonly id: number; readonly name: string };
}

/** What is in a user database of ENiGMA½ (contract A1.2). */
export interface OldAccounts {
  readonly accounts: number;
  readonly secondFactors: number;
  readonly sshKeys: number;
  /** Accounts that are not active. */
  readonly notActive: number;
  readonly renamed: readonly RenamedAccount[];
  /** Tables that are not read here; their rows stay in the copy. */
  readonly unreadTables: readonly string[];
  /** `table.column` of what a newer ENiGMA½ has added to the tables that are read here. */
  readonly unreadColumns: readonly string[];
  /** Rows of accounts that are gone, which the first start removes (migration 0013). */
  readonly orphans: number;
}

interface OldDatabaseOptions {
  /** The database of the old board, which may be in use; nothing of it is changed. */
  readonly file: string;
  readonly log: Log;
}

/** The tables that are read here with their columns, as ENiGMA½ makes them. */
const TABLES: Readonly<Record<string, { readonly columns: readonly string[]; make: string }>> = {
  user: {
    columns: ['id', 'user_name'],
    make: 'id integer primary key, user_name varchar not null, unique(user_name)',
  },
  user_property: {
    columns: ['user_id', 'prop_name', 'prop_value'],
    make:
      'user_id integer not null, prop_name varchar not null, prop_value varchar, ' +
      'unique(user_id, prop_name), foreign key(user_id) references user(id) on delete cascade',
  },
  user_group_member: {
    columns: ['group_name', 'user_id'],
    make:
      'group_name varchar not null, user_id integer not null, unique(group_name, user_id), ' +
      'foreign key(user_id) references user(id) on delete cascade',
  },
};

/** Looks into a user database without writing anything anywhere. */
export async function readOldAccounts(options: OldDatabaseOptions): Promise<OldAccounts> {
  return reading(options, (sql) => readFacts(sql, options.file));
}

/**
 * Copies a user database, as of one moment, into `target`, a file for this user alone, and makes of the
 * copy what the first start can take over. Properties stay byte for byte.
 */
export async function copyOldAccounts(
  options: OldDatabaseOptions & { readonly target: string },
): Promise<OldAccounts> {
  const { target, log } = options;
  await copyDatabase(options);
  const sql = sqliteDialect(target, log).connect();
  let facts: OldAccounts;
  try {
    facts = await readFacts(sql, options.file);
    await sql.raw('PRAGMA foreign_keys = OFF');
    await sql.transaction(async (transaction) => {
      await dropForeign(transaction, 'trigger');
      await dropForeign(transaction, 'view');
      for (const table of new Set(facts.unreadColumns.map((name) => name.split('.')[0] ?? '')))
        await rebuild(transaction, table);
      for (const { id, newName } of facts.renamed)
        await transaction('user').where({ id }).update({ user_name: newName });
    });
  } finally {
    await sql.destroy();
  }
  await finish(target, log);
  return facts;
}

/** Copies any SQLite database of an old board, as of one moment; nothing of the old one is changed. */
export async function copyOldDatabase(
  options: OldDatabaseOptions & { readonly target: string },
): Promise<void> {
  await copyDatabase(options);
  await finish(options.target, options.log);
}

async function finish(target: string, log: Log): Promise<void> {
  await checkCopy(target, log);
  syncPath(target);
}

async function copyDatabase(
  options: OldDatabaseOptions & { readonly target: string },
): Promise<void> {
  const { file, target, log } = options;
  // SQLite writes into a file that is there if it is empty, and so keeps its mode.
  makePrivateFile(target, '');
  if (!needsRecovery(file)) {
    await reading(options, (sql) => sql.raw('VACUUM INTO ?', [target]));
    return;
  }
  // What was interrupted is finished on a copy, so that the old board stays as it is.
  const folder = `${target}.recover`;
  mkdirSync(folder, { mode: 0o700 });
  try {
    const copy = join(folder, basename(file));
    for (const suffix of ['', ...JOURNALS])
      if (existsSync(file + suffix)) copyFileSync(file + suffix, copy + suffix);
    const sql = sqliteDialect(copy, log).connect();
    try {
      await sql.raw('VACUUM INTO ?', [target]);
    } finally {
      await sql.destroy();
    }
  } catch (error) {
    throw unusable(file, error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const JOURNALS = ['-wal', '-journal'] as const;

/** True where the program that wrote it ended without closing it, and nobody has it open. */
function needsRecovery(file: string): boolean {
  if (existsSync(`${file}-journal`)) return true;
  return existsSync(`${file}-wal`) && !existsSync(`${file}-shm`);
}

async function reading<T>(
  { file, log }: OldDatabaseOptions,
  work: (sql: Knex) => Promise<T>,
): Promise<T> {
  // With a journal somebody has it open, and reads along; without one no journal is made beside it.
  const immutable = !existsSync(`${file}-wal`) || needsRecovery(file);
  const sql = sqliteDialect(file, log).connectToRead({ immutable });
  try {
    return await work(sql);
  } catch (error) {
    throw unusable(file, error);
  } finally {
    await sql.destroy();
  }
}

function unusable(file: string, error: unknown): BbsError {
  if (error instanceof BbsError) return error;
  const explained = explainFailure(error, file);
  const isDamaged = explained instanceof BbsError && explained.code === 'DATABASE_DAMAGED';
  // The driver writes the statement first.
  const reason = toError(error).message.replace(/^.* - (?=SQLITE_)/s, '');
  const text = isDamaged
    ? `${file} is damaged, or no SQLite database: put the latest backup of it in its place`
    : `cannot copy ${file}: ${reason}`;
  return new BbsError('DATABASE_UNAVAILABLE', text, { cause: error });
}

async function readFacts(sql: Knex, file: string): Promise<OldAccounts> {
  const tables = await names(sql, 'table');
  const unreadColumns = await checkTables(sql, { tables, file });
  const owned = OWNED_TABLES.filter((table) => table in TABLES && tables.includes(table));
  let orphans = 0;
  for (const table of owned) orphans += await count(orphansOf(sql, table));
  const withProperty = (name: string): Knex.QueryBuilder =>
    sql('user_property').where({ prop_name: name }).whereIn('user_id', sql('user').select('id'));
  return {
    accounts: await count(sql('user')),
    secondFactors: await count(withProperty('auth_factor2_otp')),
    sshKeys: await count(withProperty('ssh_public_key')),
    notActive: await count(withProperty('account_status').whereNot({ prop_value: '2' })),
    renamed: findRenamed(
      await sql('user').select<readonly NameRow[]>('id', 'user_name').orderBy('id'),
    ),
    unreadTables: tables.filter((name) => !(name in TABLES) && !name.startsWith('sqlite_')).sort(),
    unreadColumns,
    orphans,
  };
}

/** Refuses what is no user database of ENiGMA½, and names the columns that are not read here. */
async function checkTables(
  sql: Knex,
  { tables, file }: { readonly tables: readonly string[]; readonly file: string },
): Promise<readonly string[]> {
  const refuse = (why: string): BbsError =>
    new BbsError('USAGE', `${file} is no user database of ENiGMA½: ${why}`);
  if (tables.includes('schema_migration'))
    throw refuse('it is of this program already; copy it by oputil backup');
  const unread: string[] = [];
  for (const [table, { columns }] of Object.entries(TABLES)) {
    // Groups are made where there are none.
    if (!tables.includes(table) && table === 'user_group_member') continue;
    if (!tables.includes(table)) throw refuse(`it has no table '${table}'`);
    const rows: readonly { readonly name: string }[] = await sql.raw(`PRAGMA table_info(${table})`);
    const found = rows.map(({ name }) => name);
    const missing = columns.find((name) => !found.includes(name));
    if (missing !== undefined) throw refuse(`its table '${table}' has no column '${missing}'`);
    unread.push(...found.filter((name) => !columns.includes(name)).map((n) => `${table}.${n}`));
  }
  return unread;
}

interface NameRow {
  readonly id: number;
  readonly user_name: string | null;
}

/** Of names that cannot be told apart here, the first account keeps its own (rule C6). */
function findRenamed(rows: readonly NameRow[]): readonly RenamedAccount[] {
  const taken = new Map<string, { readonly id: number; readonly name: string }>([
    ['', { id: 0, name: '' }],
  ]);
  const renamed: RenamedAccount[] = [];
  const later: NameRow[] = [];
  const first = [...rows].sort((a, b) => Number(b.id === ROOT_ID) - Number(a.id === ROOT_ID));
  for (const row of first) {
    const name = String(row.user_name ?? '');
    const folded = foldName(name);
    if (taken.has(folded)) later.push(row);
    else taken.set(folded, { id: row.id, name });
  }
  // After all that keep their names, so that no made name takes one of them.
  for (const { id, user_name: given } of later) {
    const name = String(given ?? '');
    const base = foldName(name) === '' ? `user${id}` : name;
    let number = 2;
    while (taken.has(foldName(`${base}-${number}`))) number++;
    const newName = `${base}-${number}`;
    taken.set(foldName(newName), { id, name: newName });
    const keptBy = taken.get(foldName(name)) ?? { id: 0, name: '' };
    renamed.push({ id, name, newName, keptBy });
  }
  return renamed;
}

/** What a newer ENiGMA½ has the database do by itself would work on tables that are changed here. */
async function dropForeign(sql: Knex, type: 'trigger' | 'view'): Promise<void> {
  for (const name of await names(sql, type)) await sql.raw(`drop ${type} ??`, [name]);
}

/** Without the columns that are not read here: one that must not be empty would refuse new accounts. */
async function rebuild(sql: Knex, table: string): Promise<void> {
  const known = TABLES[table];
  if (known === undefined) return;
  const columns = known.columns.join(', ');
  await sql.raw(`create table adopted_${table} (${known.make})`);
  await sql.raw(`insert into adopted_${table} (${columns}) select ${columns} from ??`, [table]);
  await sql.raw('drop table ??', [table]);
  await sql.raw(`alter table adopted_${table} rename to ??`, [table]);
}

async function names(sql: Knex, type: 'table' | 'trigger' | 'view'): Promise<readonly string[]> {
  return sql('sqlite_master').where({ type }).pluck<string[]>('name');
}

async function count(rows: Knex.QueryBuilder): Promise<number> {
  const row = (await rows.count({ count: '*' }).first()) as { readonly count: number } | undefined;
  return Number(row?.count ?? 0);
}
