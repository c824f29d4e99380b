import { accessSync, chmodSync, constants, statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { knex } from 'knex';
import SqliteClient from 'knex/lib/dialects/sqlite3';
import type { Database as SqliteConnection } from 'sqlite3';
import { BbsError, isError, toError } from '../base/errors';
import type { Log } from '../base/log';
import { checkNoLink, makePrivateFile } from '../base/private-file';
import { readFileMark } from './change-mark';
import { codeOf, type Dialect, keepReason, rowsOf, selectRows } from './dialect';
import { StatementCache } from './statement-cache';

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
      keepReason(error);
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
    serverNow: undefined,
    writersTakeTurns: true,
    connections: 1,
    where: `the database ${file}`,
    prepare: () => makeDatabaseFile(file),
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
    // BEGIN IMMEDIATE: of all transactions one runs at a time.
    transaction: (sql, _about, work) => sql.transaction(work),
    // Of statements that write one runs at a time as well.
    runAlone: (sql, _about, statement) => rowsOf(statement(sql)),
    hasBegun: () => true,
    close: (sql) => sql.destroy(),
    tellChanges: () => Promise.resolve(),
    joinBoard: () => Promise.resolve(undefined),
    // The lock of the data folder is the database's as well.
    holdAlone: () => Promise.resolve({ release: () => Promise.resolve() }),
    explain: (error) => explainFailure(error, file),
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
    passing: '',
    horizon: undefined,
    numberRows: () => Promise.resolve(),
    isLost: () => false,
    isUnsure: () => false,
    isUndone: () => false,
    outcomeOf: () => Promise.resolve('unknown'),
    isBusy,
  };
}

function isBusy(error: unknown): boolean {
  return ['SQLITE_BUSY', 'SQLITE_LOCKED'].includes(codeOf(error));
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

/**
 * SQLite gives the journal files mode and owner of the database file, so this covers all of them (rule
 * I5). A file that is there is never opened here: closing it would release the locks that another
 * connection of this process holds (POSIX).
 */
function makeDatabaseFile(file: string): void {
  try {
    for (const suffix of ['', '-wal', '-shm', '-journal']) checkNoLink(file + suffix);
    makePrivateFile(file, '');
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
    accessSync(file, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw new BbsError(
      'DATABASE_UNAVAILABLE',
      `cannot write the database ${file}: ${toError(error).message}`,
      { cause: error },
    );
  }
}

/**
 * Converts an error that prevents a start permanently into DATABASE_DAMAGED or DISK_FULL with a
 * remedy; returns any other error unchanged. `error` may come from the driver, the file system, or be
 * a BbsError with such a cause.
 */
export function explainFailure(error: unknown, file: string): unknown {
  const codes: string[] = [];
  for (let at = error; isError(at); at = at.cause) if ('code' in at) codes.push(String(at.code));
  if (codes.some((code) => code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB')) {
    return new BbsError(
      'DATABASE_DAMAGED',
      `the database ${file} is damaged; keep it, and put your latest backup in its place: see "A damaged database" in docs/runbook.md`,
      { cause: error },
    );
  }
  if (codes.some((code) => code === 'SQLITE_FULL' || code === 'ENOSPC')) {
    return new BbsError(
      'DISK_FULL',
      `the disk that holds ${file} is full; make room and start again: see "A full disk" in docs/runbook.md`,
      { cause: error },
    );
  }
  return error;
}
