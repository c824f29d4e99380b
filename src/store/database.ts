import type { Knex } from 'knex';
import { type Clock, sleep, withLimit } from '../base/clock';
import { BbsError, isError, toError } from '../base/errors';
import type { Log } from '../base/log';
import { ChangeMark } from './change-mark';
import { type DatabasePlace, dialectOf } from './database-place';
import {
  type BoardHold,
  CALL_MS,
  type DatabaseKind,
  type Dialect,
  restoreReason,
  rowsOf,
  type Subject,
  selectRows,
} from './dialect';
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
 * read-only or gone they throw BbsError STORE_FAILED: nothing was done. STORE_UNSURE is thrown where nobody
 * knows: it counts as done, and is never repeated. With either nothing may be granted.
 */
export class Database {
  /** Since the first call of several in a row that the database did not answer. */
  private outage: { readonly sinceMs: number; failures: number } | undefined;

  private constructor(
    private readonly sql: Knex,
    private readonly dialect: Dialect,
    private readonly clock: Clock,
    private readonly callMs: number,
    private readonly log: Log,
  ) {}

  /** Opens the database, checks that it keeps its promises, and brings its schema up to date. */
  static async open(options: DatabaseOptions): Promise<Database> {
    const { clock, log, callMs = CALL_MS } = options;
    const dialect = dialectOf(options, log, callMs);
    dialect.prepare();
    const sql = dialect.connect();
    try {
      await untilReached(dialect, clock, async () => {
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
    return new Database(sql, dialect, clock, callMs, log);
  }

  get kind(): DatabaseKind {
    return this.dialect.kind;
  }

  /** The clock of the database server, in Unix milliseconds; undefined where it is this machine's. */
  async serverNowMs(): Promise<number | undefined> {
    const { serverNow } = this.dialect;
    if (serverNow === undefined) return undefined;
    const [row] = await this.run((sql) =>
      selectRows<{ readonly ms: number }>(sql, `select ${serverNow} as ms`, []),
    );
    return Number(row?.ms);
  }

  /** As `Dialect.passing`. */
  get passing(): string {
    return this.dialect.passing;
  }

  /** As `Dialect.horizon`. */
  get horizon(): string | undefined {
    return this.dialect.horizon;
  }

  /** A mark for one follower of changes. */
  followChanges(): ChangeMark {
    // What PostgreSQL notifies of can be seen by then.
    const settleMs = this.dialect.kind === 'postgres' ? 0 : undefined;
    return new ChangeMark(() => this.readMark(), this.clock, settleMs);
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
   * Runs `work` in one transaction: committed when it resolves, rolled back when it throws. Until then, from its
   * first statement that is waited for, no other transaction about the same subject runs, in no process; of one about
   * the board none runs from the start.
   */
  async transaction<T>(about: Subject, work: (sql: Sql) => Promise<T>): Promise<T> {
    const course: Course = { startedMs: this.clock.monotonicMs(), at: 'begin' };
    try {
      return await this.limited(() => this.tryTransaction(about, work, course));
    } catch (error) {
      // The limit ended the wait for an answer, and not the COMMIT.
      const cause = isError(error) ? error.cause : undefined;
      if (course.at === 'commit' && isTimeout(cause)) throw unknownOutcome(cause);
      throw error;
    }
  }

  private async tryTransaction<T>(
    about: Subject,
    work: (sql: Sql) => Promise<T>,
    course: Course,
  ): Promise<T> {
    let hasWorked = false;
    // The pool may give out connections that ended meanwhile, and each of it may have: again, until a new
    // one is made. Work that was rolled back is done once more.
    for (let again = this.dialect.connections; ; again -= 1) {
      course.at = 'begin';
      const tried = await this.attempt(about, work, course);
      if (tried.kind === 'done') return tried.value;
      if (again <= 0 || this.leftMs(course) <= 0) throw tried.error;
      if (tried.kind === 'undone' && hasWorked) throw tried.error;
      hasWorked ||= tried.kind === 'undone';
    }
  }

  /**
   * Runs one statement that reads rows and writes accordingly, as its own commit: alone among those about the same.
   * Where its connection ended it is done again, though it may have been done: for what must count once, and may twice.
   */
  async runAtLeastOnce<Row extends object>(
    about: Subject,
    statement: (sql: Sql) => Knex.Raw,
  ): Promise<readonly Row[]> {
    const { dialect } = this;
    return this.limited(() => dialect.runAlone<Row>(this.sql, about, statement)).catch(
      (error: unknown) => {
        const lost = isError(error) ? error.cause : undefined;
        // Not where the database does not answer: that would be waited for twice.
        if (!dialect.isUndone(lost)) throw error;
        return this.transaction(about, (sql) => rowsOf<Row>(statement(sql)));
      },
    );
  }

  /** Makes this process one of those that run on the database (`Dialect.joinBoard`). */
  joinBoard(options: Omit<JoinOptions, 'answers'>): Promise<SharedNode | undefined> {
    const answers = (): Promise<boolean> => this.run((sql) => sql.raw('select 1')).then(() => true);
    return this.dialect.joinBoard({ ...options, answers });
  }

  /** Keeps boards off the database (`Dialect.holdAlone`). */
  holdAlone(): Promise<BoardHold> {
    return this.dialect.holdAlone();
  }

  private async attempt<T>(
    about: Subject,
    work: (sql: Sql) => Promise<T>,
    course: Course,
  ): Promise<Attempt<T>> {
    const { dialect } = this;
    let failed: { readonly error: unknown } | undefined;
    let sent: { readonly value: T; readonly transaction: Knex.Transaction } | undefined;
    let begun: Knex.Transaction | undefined;
    try {
      const value = await dialect.transaction(this.sql, about, async (transaction) => {
        begun = transaction;
        course.at = 'work';
        try {
          const result = await work(transaction);
          // The caller has received a failure: the transaction must not take effect.
          if (this.leftMs(course) <= 0) throw tooLate();
          course.at = 'commit';
          sent = { value: result, transaction };
          return result;
        } catch (error) {
          failed = { error };
          throw error;
        }
      });
      return { kind: 'done', value };
    } catch (thrown) {
      // The first error tells why; the one of a rollback after it only that the connection is gone.
      const error = failed === undefined ? thrown : failed.error;
      // COMMIT is not sent before there was an answer.
      const hasBegun = begun !== undefined && dialect.hasBegun(begun);
      if (!hasBegun && dialect.isLost(error)) return { kind: 'not begun', error };
      if (course.at === 'commit' && sent !== undefined && dialect.isLost(error)) {
        const outcome = await dialect.outcomeOf(this.sql, sent.transaction, () =>
          this.leftMs(course),
        );
        if (outcome === 'committed') return { kind: 'done', value: sent.value };
        if (outcome === 'unknown') throw unknownOutcome(error);
        return { kind: 'undone', error };
      }
      if (dialect.isUndone(error)) return { kind: 'undone', error };
      throw error;
    }
  }

  private leftMs({ startedMs }: Course): number {
    return startedMs + this.callMs - this.clock.monotonicMs();
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
      const limit = { limitMs: this.callMs, what: 'the database' };
      const result = await withLimit(this.clock, work(), limit);
      this.worksAgain();
      return result;
    } catch (error) {
      const failure = this.failure(error);
      if (this.dialect.isLost(error) || isTimeout(error)) {
        this.outage ??= { sinceMs: this.clock.monotonicMs(), failures: 0 };
        this.outage.failures += 1;
      }
      throw failure;
    }
  }

  private worksAgain(): void {
    const { outage } = this;
    if (outage === undefined) return;
    this.outage = undefined;
    const seconds = Math.round((this.clock.monotonicMs() - outage.sinceMs) / 1000);
    this.log.info('store.works-again', { seconds, failures: outage.failures });
  }

  /** Converts a failure of the database into STORE_FAILED; other errors are unchanged. */
  private failure(error: unknown): unknown {
    restoreReason(error);
    if (error instanceof BbsError && error.code !== 'TIMED_OUT') return error;
    if (!(error instanceof BbsError) && !this.dialect.isFailure(error)) return error;
    if (this.dialect.isUnsure(error)) return unknownOutcome(error);
    return new BbsError('STORE_FAILED', `the database failed: ${toError(error).message}`, {
      cause: error,
    });
  }
}

/** How far a transaction has come. */
interface Course {
  readonly startedMs: number;
  at: 'begin' | 'work' | 'commit';
}

type Attempt<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** The connection had ended before anything was done on it. */
  | { readonly kind: 'not begun'; readonly error: unknown }
  /** It was rolled back, and may succeed when it is done again. */
  | { readonly kind: 'undone'; readonly error: unknown };

/** Nothing is granted, and nothing repeated: the next try reads from the database what became of it. */
function unknownOutcome(cause: unknown): BbsError {
  const why = toError(cause).message;
  const message = `the database did not say whether it kept a change: ${why}`;
  return new BbsError('STORE_UNSURE', message, { cause });
}

function isTimeout(error: unknown): boolean {
  return error instanceof BbsError && error.code === 'TIMED_OUT';
}

/** True where nobody knows whether a change was kept: it counts as done. */
export function isUnknownOutcome(error: unknown): boolean {
  return error instanceof BbsError && error.code === 'STORE_UNSURE';
}

function tooLate(): BbsError {
  return new BbsError('STORE_FAILED', 'the database was too slow; rolled back');
}

/**
 * Retries while another starting process holds the database, and where the server ends a connection or does not answer
 * for a moment: each step of the schema is looked up before it is done.
 */
async function untilReached(
  dialect: Dialect,
  clock: Clock,
  work: () => Promise<void>,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      const mayPass = dialect.isBusy(error) || dialect.isUndone(error) || isTimeout(error);
      if (!mayPass || tries >= 5) throw error;
      await sleep(clock, 100 * tries);
    }
  }
}

/** Writes for the sake of writing: resolves once the database has committed it. */
export async function countWrite(sql: Sql): Promise<void> {
  await sql('write_check')
    .insert({ id: 1, writes: 1 })
    .onConflict('id')
    .merge({ writes: sql.raw('?? + 1', ['write_check.writes']) });
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
