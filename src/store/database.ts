import type { Knex } from 'knex';
import { type Clock, sleep, withLimit } from '../base/clock';
import { BbsError, toError } from '../base/errors';
import type { Log } from '../base/log';
import { ChangeMark } from './change-mark';
import { type DatabasePlace, dialectOf } from './database-place';
import { type BoardHold, CALL_MS, type DatabaseKind, type Dialect, type Subject } from './dialect';
import { migrate } from './migrate';
import { MIGRATIONS } from './migrations';
import type { JoinOptions, SharedNode } from './shared-node';

/** What store functions run their statements on: the database itself or a transaction. */
export type Sql = Knex;

type DatabaseOptions = DatabasePlace & {
  readonly clock: Clock;
  readonly log: Log;
  /** Time limit of one call; the sysop's tool has a longer one. */
  readonly callMs?: number | undefined;
};

/**
 * Reads a database without creating, changing or migrating it. In one of an older version tables
 * may be missing.
 */
export async function readDatabase<T>(
  options: DatabasePlace & { readonly log: Log },
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  const dialect = dialectOf(options, options.log, CALL_MS);
  const sql = dialect.connectToRead();
  try {
    return await work(sql);
  } catch (error) {
    throw dialect.explain(error);
  } finally {
    await dialect.close(sql);
  }
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
    const { clock, log, callMs = CALL_MS } = options;
    const dialect = dialectOf(options, log, callMs);
    dialect.prepare();
    const sql = dialect.connect();
    try {
      await whileBusy(dialect, clock, async () => {
        await dialect.verify(sql);
        await migrate({ sql, dialect, migrations: MIGRATIONS, clock, log });
      });
    } catch (error) {
      await dialect.close(sql);
      const explained = dialect.explain(error);
      if (explained instanceof BbsError) throw explained;
      throw new BbsError(
        'DATABASE_UNAVAILABLE',
        `cannot use ${dialect.where}: ${toError(error).message}`,
        { cause: error },
      );
    }
    return new Database(sql, dialect, clock, callMs);
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
    return this.limited(async () => {
      // Nothing was done where the pool gave out a connection that had ended meanwhile, and each of it
      // may have: again, until a new one is made.
      for (let again = this.dialect.connections; ; again -= 1) {
        const tried = await this.attempt(about, work, startedMs);
        if (tried.kind === 'done') return tried.value;
        if (again <= 0 || this.clock.monotonicMs() - startedMs >= this.callMs) throw tried.error;
      }
    });
  }

  /**
   * Runs one statement that reads rows and writes accordingly, as its own commit: alone among those about
   * the same. Where all writers take turns anyway, that is `run`.
   */
  runAlone<T>(about: Subject, work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.dialect.writersTakeTurns ? this.run(work) : this.transaction(about, work);
  }

  /** Makes this process one of those that run on the database (`Dialect.joinBoard`). */
  joinBoard(options: JoinOptions): Promise<SharedNode | undefined> {
    return this.dialect.joinBoard(options);
  }

  /** Keeps boards off the database (`Dialect.holdAlone`). */
  holdAlone(): Promise<BoardHold> {
    return this.dialect.holdAlone();
  }

  private async attempt<T>(
    about: Subject,
    work: (sql: Sql) => Promise<T>,
    startedMs: number,
  ): Promise<Attempt<T>> {
    const progress: { at: 'begin' | 'work' | 'commit' } = { at: 'begin' };
    let failed: { readonly error: unknown } | undefined;
    try {
      const value = await this.dialect.transaction(this.sql, about, async (transaction) => {
        progress.at = 'work';
        try {
          const result = await work(transaction);
          // The caller has received a failure: the transaction must not take effect.
          if (this.clock.monotonicMs() - startedMs >= this.callMs) throw tooLate();
          progress.at = 'commit';
          return result;
        } catch (error) {
          failed = { error };
          throw error;
        }
      });
      return { kind: 'done', value };
    } catch (error) {
      // The first error tells why; the one of a rollback after it only that the connection is gone.
      const cause = failed === undefined ? error : failed.error;
      if (progress.at === 'begin' && this.dialect.isLost(cause))
        return { kind: 'not begun', error: cause };
      if (progress.at === 'commit' && this.dialect.isLost(cause)) throw unknownOutcome(cause);
      throw cause;
    }
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
    return this.dialect.close(this.sql);
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

type Attempt<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** The connection had ended before anything was done on it. */
  | { readonly kind: 'not begun'; readonly error: unknown };

/** Nothing is granted, and nothing repeated: the next try reads from the database what became of it. */
function unknownOutcome(cause: unknown): BbsError {
  const why = toError(cause).message;
  const message = `the database did not say whether it kept a change: ${why}`;
  return new BbsError('STORE_FAILED', message, { cause });
}

function tooLate(): BbsError {
  return new BbsError('STORE_FAILED', 'the database was too slow; rolled back');
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
