import { pathToFileURL } from 'node:url';
import { knex } from 'knex';
import type { Knex } from 'knex';
import SqliteClient from 'knex/lib/dialects/sqlite3';
import type { Database as SqliteConnection } from 'sqlite3';
import { BbsError, toError } from '../base/errors';
import { LIMITS } from '../base/limits';
import type { Log } from '../base/log';
import { readFileMark } from './change-mark';
import { StatementCache } from './statement-cache';

export type DatabaseKind = 'sqlite' | 'postgres';

/**
 * What a transaction reads and then writes accordingly, which is locked until it ends:
 *
 * - `account`: what is stored of one account, its factors, links, mails, attempts and calls.
 * - `board`: everything. For what holds across accounts (names, mail addresses, caps of several
 *   accounts), and for work on accounts that are not known before.
 * - `nothing-shared`: nothing is read that decides what is written, except by conditional statements.
 */
export type Subject = 'board' | 'nothing-shared' | { readonly account: number };

/**
 * Everything that differs between database systems. The rest of store/ is written in SQL that both
 * SQLite and PostgreSQL read the same way.
 */
export interface Dialect {
  readonly kind: DatabaseKind;
  connect(): Knex;
  /**
   * Only to read: nothing is made, changed or migrated. `immutable` is for a file that nobody has open:
   * then not even a journal is made beside it.
   */
  connectToRead(options?: { readonly immutable: boolean }): Knex;
  /** Reads the pragmas back from the database; throws when one is not in force (rule I1). */
  verify(sql: Knex): Promise<void>;
  /** Waits, in a transaction, until no other one about the same subject runs. */
  lock(sql: Knex, about: Subject): Promise<void>;
  /** Adds triggers that refuse changes and removal of rows of `table`. */
  forbidChanges(sql: Knex, table: string): Promise<void>;
  /** Names of the tables that have a column of this name, also of tables that are not read here. */
  tablesWithColumn(sql: Knex, column: string): Promise<readonly string[]>;
  /** Removes deleted text from the files; false when another process prevented it. */
  purge(sql: Knex): Promise<boolean>;
  /** Differs once anything was committed, by any process; undefined where only a statement could tell. */
  readMark(): string | undefined;
  /** True for a failure of the database: locked, full, read-only, missing. */
  isFailure(error: unknown): boolean;
  /** True when another process holds the database, so that a retry may succeed. */
  isBusy(error: unknown): boolean;
}

/** Time that SQLite waits for another process; with TURN_MS it stays below LIMITS.storeMs. */
const BUSY_MS = 2_000;
const TURN_MS = 3_500;

/** busy_timeout comes first: switching to WAL needs it when a second process starts (rule I1). */
const PRAGMAS = [
  { name: 'busy_timeout', value: String(BUSY_MS), expected: BUSY_MS },
  { name: 'journal_mode', value: 'WAL', expected: 'wal' },
  { name: 'synchronous', value: 'FULL', expected: 2 },
  { name: 'foreign_keys', value: 'ON', expected: 1 },
] as const;

type RawConnection = SqliteConnection & {
  __knex__disposed?: Error;
  statements?: StatementCache;
};

/** Parts of tarn, knex's pool, that its types lack. */
interface Pool {
  readonly pendingAcquires: readonly { abort(): void }[];
}

/**
 * Takes the write lock when a transaction begins, so that a read inside it can never turn into an
 * instant SQLITE_BUSY; and throws a connection away whose COMMIT or ROLLBACK failed, so that nobody
 * else's statements end up inside the transaction that it may still hold open.
 */
class ImmediateClient extends SqliteClient {
  override async _query(connection: RawConnection, query: { sql: string }): Promise<unknown> {
    if (query.sql === 'BEGIN;') query.sql = 'BEGIN IMMEDIATE;';
    try {
      // On the connection, for a transaction's client is made without our constructor.
      connection.statements ??= new StatementCache(connection);
      return await super._query(connection.statements, query);
    } catch (error) {
      if (/^(COMMIT|ROLLBACK)/.test(query.sql)) connection.__knex__disposed = toError(error);
      if (isBusy(error)) this.dismissWaiting();
      throw error;
    }
  }

  override async destroyRawConnection(connection: RawConnection): Promise<void> {
    await connection.statements?.close();
    await super.destroyRawConnection(connection);
  }

  /**
   * Another process holds the database. Calls that wait for the connection fail together with the
   * one that detected it, before they have started any work: one after the other they would wait
   * for minutes.
   */
  private dismissWaiting(): void {
    const pool = this.pool as unknown as Pool | undefined;
    for (const waiting of [...(pool?.pendingAcquires ?? [])]) waiting.abort();
  }
}

/** SQLite in one file, through one connection that a transaction owns while it runs (rule I2). */
export function sqliteDialect(file: string, log: Log): Dialect {
  const warn = (message: unknown): void => log.warn('store.driver', { detail: String(message) });
  return {
    kind: 'sqlite',
    connect: () =>
      knex({
        client: ImmediateClient,
        connection: { filename: file },
        useNullAsDefault: true,
        // Bound values are secrets: they must not stand in error messages.
        compileSqlOnError: false,
        acquireConnectionTimeout: TURN_MS,
        pool: {
          min: 1,
          max: 1,
          afterCreate: (connection: RawConnection, done: (error: Error | null) => void) => {
            prepare(connection).then(
              () => done(null),
              (error: unknown) => done(toError(error)),
            );
          },
        },
        log: { warn, error: warn, deprecate: () => undefined, debug: () => undefined },
      }),
    connectToRead: (options) =>
      knex({
        client: SqliteClient,
        // A flag of knex's cannot take away the right to write, and an address can.
        connection: {
          filename: `${pathToFileURL(file).href}?mode=ro${options?.immutable === true ? '&immutable=1' : ''}`,
          flags: ['OPEN_URI'],
        },
        useNullAsDefault: true,
        compileSqlOnError: false,
        acquireConnectionTimeout: TURN_MS,
        pool: { min: 0, max: 1 },
        log: { warn, error: warn, deprecate: () => undefined, debug: () => undefined },
      }),
    verify: async (sql) => {
      for (const { name, expected } of PRAGMAS) {
        const rows: readonly object[] = await sql.raw(`PRAGMA ${name}`);
        const found: unknown = Object.values(rows[0] ?? {})[0];
        if (found !== expected) {
          throw new BbsError(
            'DATABASE_UNAVAILABLE',
            `${file}: ${name} is ${String(found)} and not ${expected}; keep the database on a local disk`,
          );
        }
      }
    },
    // BEGIN IMMEDIATE lets one transaction of all write.
    lock: () => Promise.resolve(),
    forbidChanges: async (sql, table) => {
      for (const verb of ['UPDATE', 'DELETE']) {
        await sql.raw(
          `CREATE TRIGGER ${table}_no_${verb.toLowerCase()} BEFORE ${verb} ON ${table} ` +
            `BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END`,
        );
      }
    },
    tablesWithColumn: async (sql, column) => {
      // A virtual table cannot be looked into where its module is missing.
      const rows = await selectRows<{ readonly name: string }>(
        sql,
        'select m.name from sqlite_master m join pragma_table_info(m.name) c' +
          " where m.type = 'table' and m.sql not like 'create virtual%' and c.name = ? order by 1",
        [column],
      );
      // The query builder takes a dot in a name for the end of a schema's name.
      return rows.map(({ name }) => name).filter((name) => /^\w+$/.test(name));
    },
    purge: async (sql) => {
      // Free pages go, and the journal, which holds the pages as they were.
      await sql.raw('VACUUM');
      const rows: readonly { readonly busy: number }[] = await sql.raw(
        'PRAGMA wal_checkpoint(TRUNCATE)',
      );
      return rows[0]?.busy === 0;
    },
    readMark: () => readFileMark(file),
    isFailure: (error) =>
      codeOf(error).startsWith('SQLITE_') ||
      // What knex and its pool say when it was never our turn or the connection is gone.
      /^(Knex: Timeout|Unable to acquire|Transaction query already complete|aborted)/.test(
        toError(error).message,
      ),
    isBusy,
  };
}

function isBusy(error: unknown): boolean {
  return ['SQLITE_BUSY', 'SQLITE_LOCKED'].includes(codeOf(error));
}

/** Rows of a statement that is written out; drivers hand them over in different wrappings. */
export async function selectRows<Row>(
  sql: Knex,
  statement: string,
  bindings: readonly (string | number)[],
): Promise<readonly Row[]> {
  const result: readonly Row[] | { readonly rows: readonly Row[] } = await sql.raw(statement, [
    ...bindings,
  ]);
  return 'rows' in result ? result.rows : result;
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}

async function prepare(connection: RawConnection): Promise<void> {
  for (const { name, value } of PRAGMAS) {
    await new Promise<void>((resolve, reject) => {
      connection.all(`PRAGMA ${name} = ${value}`, (error: Error | null) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
  }
}

/** How long one call may take in all; see BUSY_MS and TURN_MS. */
export const CALL_MS = LIMITS.storeMs;
