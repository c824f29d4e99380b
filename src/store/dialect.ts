import type { Knex } from 'knex';
import { isError } from '../base/errors';
import { LIMITS } from '../base/limits';
import type { JoinOptions, SharedNode } from './shared-node';

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

/** Of a transaction whose COMMIT was sent. */
export type Outcome = 'committed' | 'aborted' | 'unknown';

/** The right to work on the database while no board does. */
export interface BoardHold {
  release(): Promise<void>;
}

/**
 * Everything that differs between database systems. The rest of store/ is written in SQL that both
 * SQLite and PostgreSQL read the same way.
 */
export interface Dialect {
  readonly kind: DatabaseKind;
  /** True where statements that write never run side by side. */
  readonly writersTakeTurns: boolean;
  /** Most connections at once. */
  readonly connections: number;
  /** The database as messages name it. */
  readonly where: string;
  /** An expression for the server's own clock, in Unix milliseconds; undefined where it is this machine's. */
  readonly serverNow: string | undefined;
  /** Makes what must be there before `connect`. */
  prepare(): void;
  connect(): Knex;
  /**
   * Only to read: nothing is made, changed or migrated. `immutable` is for a file that nobody has open:
   * then not even a journal is made beside it.
   */
  connectToRead(options?: { readonly immutable: boolean }): Knex;
  /** Ends all connections, also those in use where they do not end by themselves. */
  close(sql: Knex): Promise<void>;
  /** Throws when the database does not keep what the board relies on (rule I1). */
  verify(sql: Knex): Promise<void>;
  /** Runs `work` in a transaction while no other one about the same subject runs. */
  transaction<T>(
    sql: Knex,
    about: Subject,
    work: (transaction: Knex.Transaction) => Promise<T>,
  ): Promise<T>;
  /**
   * Runs one statement as its own commit while no transaction about the same subject runs, and returns the rows that
   * it returns.
   */
  runAlone<Row extends object>(
    sql: Knex,
    about: Subject,
    statement: (sql: Knex) => Knex.Raw,
  ): Promise<readonly Row[]>;
  /** False where no statement of the transaction was answered, so that nothing was done. */
  hasBegun(transaction: Knex.Transaction): boolean;
  /** Adds triggers that refuse changes and removal of rows of `table`. */
  forbidChanges(sql: Knex, table: string): Promise<void>;
  /** Names of the tables that have a column of this name, also of tables that are not read here. */
  tablesWithColumn(sql: Knex, column: string): Promise<readonly string[]>;
  /** Removes deleted text from the files; false when another process prevented it. */
  purge(sql: Knex): Promise<boolean>;
  /** Differs once anything was committed, by any process; undefined where only a statement could tell. */
  readMark(): string | undefined;
  /** What stands behind a select of rows to take, so that nobody waits for those that others take. */
  readonly passing: string;
  /**
   * The number of the oldest transaction that runs, as SQL; those of rows are in their column `xid`
   * (`numberRows`). undefined where rows are seen in the order of their ids.
   */
  readonly horizon: string | undefined;
  /** Has each row of a table say by which transaction it was written, where `horizon` is said. */
  numberRows(sql: Knex, table: string): Promise<void>;
  /** Tells what prevents a start, with a remedy; returns any other error unchanged. */
  explain(error: unknown): unknown;
  /** Has the database tell processes that run on it what changed, where it can. */
  tellChanges(sql: Knex): Promise<void>;
  /**
   * Makes this process one of those that run on the database; undefined where one at a time does, which
   * the lock of its data folder is for. Throws DATA_IN_USE while a tool works alone on it.
   */
  joinBoard(options: JoinOptions): Promise<SharedNode | undefined>;
  /** Keeps boards off the database, for a tool. Throws DATA_IN_USE while one runs on it. */
  holdAlone(): Promise<BoardHold>;
  /** True for a failure of the database: locked, full, read-only, missing. */
  isFailure(error: unknown): boolean;
  /** True for the end of a connection, after which nobody knows what became of the statement on it. */
  isLost(error: unknown): boolean;
  /** True for a statement of its own that may have written, and to which there was no answer. */
  isUnsure(error: unknown): boolean;
  /** True where a transaction was not committed, and doing it again may succeed at once. */
  isUndone(error: unknown): boolean;
  /** What became of a transaction whose COMMIT was not answered; `leftMs` is the time to find out. */
  outcomeOf(sql: Knex, transaction: Knex.Transaction, leftMs: () => number): Promise<Outcome>;
  /** True when nothing was done and a retry may succeed: another process holds the database. */
  isBusy(error: unknown): boolean;
}

/** Rows of a statement that is written out; drivers hand them over in different wrappings. */
export async function selectRows<Row>(
  sql: Knex,
  statement: string,
  bindings: readonly (string | number)[],
): Promise<readonly Row[]> {
  return rowsOf<Row>(sql.raw(statement, [...bindings]));
}

/** Runs a statement that is written out, for its rows. */
export async function rowsOf<Row>(statement: Knex.Raw): Promise<readonly Row[]> {
  const result: readonly Row[] | { readonly rows: readonly Row[] } = await statement;
  return 'rows' in result ? result.rows : result;
}

/** The code that a driver or the system gives an error; empty without one. */
export function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}

/** What a driver said, before knex put the statement in front of it. */
interface Reasoned extends Error {
  reason?: string;
}

/** To be called on what a driver throws, before knex has it. */
export function keepReason(error: unknown): void {
  if (isError(error)) (error as Reasoned).reason ??= error.message;
}

/** Takes the statement out of the message again: it may be of any length, and is no text for a log. */
export function restoreReason(error: unknown): void {
  const { reason } = (isError(error) ? error : {}) as Partial<Reasoned>;
  if (reason !== undefined) (error as Reasoned).message = reason;
}

/** How long one call may take in all; see BUSY_MS and TURN_MS. */
export const CALL_MS = LIMITS.storeMs;
