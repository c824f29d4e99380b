import type { Knex } from 'knex';
import { accessSync, chmodSync, constants, statSync } from 'node:fs';
import { type Clock, sleep, withLimit } from '../base/clock';
import { BbsError, isError, toError } from '../base/errors';
import type { Log } from '../base/log';
import { checkNoLink, makePrivateFile } from '../base/private-file';
import { ChangeMark } from './change-mark';
import { CALL_MS, type DatabaseKind, type Dialect, sqliteDialect, type Subject } from './dialect';
import { migrate } from './migrate';
import { MIGRATIONS } from './migrations';

/** What store functions run their statements on: the database itself or a transaction. */
export type Sql = Knex;

interface DatabaseOptions {
  /** SQLite file; file and folder are created when missing. */
  readonly file: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Time limit of one call; the sysop's tool has a longer one. */
  readonly callMs?: number | undefined;
}

/**
 * Reads a database without creating, changing or migrating it. In one of an older version tables
 * may be missing.
 */
export async function readDatabase<T>(
  { file, log }: Pick<DatabaseOptions, 'file' | 'log'>,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  const sql = sqliteDialect(file, log).connectToRead();
  try {
    return await work(sql);
  } catch (error) {
    throw explainFailure(error, file);
  } finally {
    await sql.destroy();
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

/**
 * The one database. Both calls answer within LIMITS.storeMs; when the database is locked, full,
 * read-only or gone they throw BbsError STORE_FAILED, and then nothing may be granted.
 */
export class Database {
  private constructor(
    private readonly sql: Knex,
    private readonly dialect: Dialect,
    private readonly clock: Clock,
    private readonly callMs: number,
  ) {}

  /** Opens the database, checks that it keeps its promises, and brings its schema up to date. */
  static async open(options: DatabaseOptions): Promise<Database> {
    const { file, clock, log } = options;
    makeDatabaseFile(file);
    const dialect = sqliteDialect(file, log);
    const sql = dialect.connect();
    try {
      await whileBusy(dialect, clock, async () => {
        await dialect.verify(sql);
        await migrate({ sql, dialect, migrations: MIGRATIONS, clock, log });
      });
    } catch (error) {
      await sql.destroy();
      const explained = explainFailure(error, file);
      if (explained instanceof BbsError) throw explained;
      throw new BbsError(
        'DATABASE_UNAVAILABLE',
        `cannot use the database ${file}: ${toError(error).message}`,
        { cause: error },
      );
    }
    return new Database(sql, dialect, clock, options.callMs ?? CALL_MS);
  }

  get kind(): DatabaseKind {
    return this.dialect.kind;
  }

  /** A mark for one follower of changes. */
  followChanges(): ChangeMark {
    return new ChangeMark(() => this.readMark(), this.clock);
  }

  /** Differs once anything was committed, by any process; undefined where only a statement could tell. */
  readMark(): string | undefined {
    return this.dialect.readMark();
  }

  /** Runs single statements, each its own commit. Inside a transaction use its `sql` instead. */
  run<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.limited(() => work(this.sql));
  }

  /**
   * Runs `work` in one transaction: committed when it resolves, rolled back when it throws. Until then
   * no other transaction about the same subject runs, in no process.
   */
  transaction<T>(about: Subject, work: (sql: Sql) => Promise<T>): Promise<T> {
    const startedMs = this.clock.monotonicMs();
    return this.limited(() =>
      this.sql.transaction(async (transaction) => {
        await this.dialect.lock(transaction, about);
        const result = await work(transaction);
        // The caller has received a failure: the transaction must not take effect.
        if (this.clock.monotonicMs() - startedMs >= this.callMs) throw tooLate();
        return result;
      }),
    );
  }

  /**
   * Removes deleted text from file and journal; blocks all other calls. False where another process
   * uses the journal, and some text may be left.
   */
  purge(): Promise<boolean> {
    return this.dialect.purge(this.sql).catch((error: unknown) => {
      throw this.failure(error);
    });
  }

  close(): Promise<void> {
    return this.sql.destroy();
  }

  private async limited<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await withLimit(this.clock, work(), { limitMs: this.callMs, what: 'the database' });
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** Converts a failure of the database into STORE_FAILED; other errors are unchanged. */
  private failure(error: unknown): unknown {
    if (error instanceof BbsError && error.code !== 'TIMED_OUT') return error;
    if (!(error instanceof BbsError) && !this.dialect.isFailure(error)) return error;
    return new BbsError('STORE_FAILED', `the database failed: ${toError(error).message}`, {
      cause: error,
    });
  }
}

function tooLate(): BbsError {
  return new BbsError('STORE_FAILED', 'the database was too slow; rolled back');
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

/** Retries while another starting process holds the database. */
async function whileBusy(dialect: Dialect, clock: Clock, work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!dialect.isBusy(error) || tries >= 5) throw error;
      await sleep(clock, 100 * tries);
    }
  }
}

/** Tasks that a start repeats until they are complete, also after a kill. */
type UnfinishedTask =
  /** Deleted text is still in free pages and in the journal. */
  'purge';

export async function addUnfinished(sql: Sql, task: UnfinishedTask): Promise<void> {
  await sql('unfinished').insert({ task }).onConflict('task').ignore();
}

export async function isUnfinished(sql: Sql, task: UnfinishedTask): Promise<boolean> {
  return (await sql('unfinished').where({ task }).first('task')) !== undefined;
}

export async function markFinished(sql: Sql, task: UnfinishedTask): Promise<void> {
  await sql('unfinished').where({ task }).delete();
}
