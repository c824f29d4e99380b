import { setTimeout as delay } from 'node:timers/promises';
import type { Knex } from 'knex';
import PostgresClient from 'knex/lib/dialects/postgres';
import PostgresTransaction from 'knex/lib/dialects/postgres/execution/pg-transaction';
import type { Client, QueryResult } from 'pg';
import { BbsError, isError, toError } from '../base/errors';
import { codeOf, keepReason } from './dialect';
import { type BatchFailure, type Part, Batch } from './postgres-batch';
import { CONNECT_MS, TIMELINE } from './postgres-hosts';
import type { PostgresPulse } from './postgres-pulse';
import type { Holding, HoldOptions, Statement } from './sending';
import { sqlStateOf } from './sql-state';

/** How long a call waits for a connection of the pool. */
export const TURN_MS = 3_500;
/** How often a server that has no room for a connection is asked again. */
const ROOM_MS = 100;

export type RawConnection = Client & {
  /** What knex takes for: give this connection out no more. */
  __knex__disposed?: unknown;
  /** pg's own connection, whose types it does not ship. */
  readonly connection: { readonly stream: { destroy(): void } };
};

/** Which transaction one is, for the question what became of it. */
export interface Begun {
  /** Its number at the server. */
  readonly xid: string;
  /** The server's timeline: after a failover to a replica the same number may be another transaction's. */
  readonly timeline: string;
}

const WHICH = `select pg_current_xact_id()::text as xid, ${TIMELINE} as timeline`;

/**
 * A transaction whose BEGIN, lock and number go with its first statement that is waited for, and whose COMMIT goes
 * with those that nobody waited for.
 */
class LockingTransaction extends PostgresTransaction {
  declare readonly trxClient: BoardClient;
  private readonly options: Locking;

  constructor(client: unknown, work: unknown, config: unknown, outer: unknown) {
    super(client, work, config, outer);
    this.options = config as Locking;
  }

  override begin(connection: unknown): Promise<unknown> {
    const { lock, locksAtOnce } = this.options;
    this.trxClient.beginWith(connection as RawConnection, lock);
    return locksAtOnce ? this.trxClient.sendHeld('BEGIN') : Promise.resolve();
  }

  override async commit(connection: unknown, value: unknown): Promise<unknown> {
    // Its number must be known before COMMIT is sent, for where the answer to that is lost.
    if (this.trxClient.begun === undefined) await this.trxClient.sendHeld();
    return super.commit(connection, value);
  }
}

/** What knex hands on to the transaction as it is. */
export interface Locking {
  /** Statements that take the locks. */
  readonly lock: readonly string[];
  /** True where they are taken before the work begins, and not with its first statement. */
  readonly locksAtOnce: boolean;
}

/** What stands in knex's configuration beside its own keys. */
export interface Reached {
  readonly connect: () => Promise<Client>;
  /** undefined for a tool, which waits. */
  readonly pulse: PostgresPulse | undefined;
  /** Has no connection that is there given out again. */
  readonly retire: (why: unknown) => void;
}

interface Query {
  readonly sql: string;
  readonly bindings?: readonly unknown[];
  response?: unknown;
}

/** A statement that goes with the next one that is waited for. */
interface Held extends Part {
  answered?(result: QueryResult): void;
  /** What it means that it did not change exactly one row. */
  readonly orElse?: (() => Error) | undefined;
}

/** What `onlyOne` makes of another number of rows. */
const DIVISION_BY_ZERO = '22012';

/** Fails where the statement changes none or several rows, so that the server does nothing that comes after it. */
function onlyOne(sql: string): string {
  return `with changed as (${sql} returning 1) select 1 / case count(*) when 1 then 1 else 0 end from changed`;
}

/** A connection to PostgreSQL for the board; tells what may be done again after it was lost. */
export class BoardClient extends PostgresClient implements Holding {
  /** Set by knex for the client of a transaction. */
  declare readonly transacting?: true;
  /** Set for the client of a transaction that has begun. */
  begun: Begun | undefined;
  /** Of the client of a transaction: its connection, and what it was not sent yet. */
  private own: { readonly connection: RawConnection; held: Held[] } | undefined;

  override transaction(work: unknown, config: unknown, outer: unknown): Knex.Transaction {
    return new LockingTransaction(this, work, config, outer) as unknown as Knex.Transaction;
  }

  beginWith(connection: RawConnection, lock: readonly string[]): void {
    const answered = ({ rows }: QueryResult): void => {
      this.begun = rows[0] as Begun;
    };
    const held = [{ sql: 'BEGIN' }, ...lock.map((sql) => ({ sql })), { sql: WHICH, answered }];
    this.own = { connection, held };
  }

  get holds(): boolean {
    return this.own !== undefined;
  }

  hold(statement: Statement, options: HoldOptions = {}): void {
    const { sql, bindings } = statement.toSQL().toNative();
    checkText(bindings);
    const { orElse } = options;
    this.own?.held.push({ ...options, bindings, sql: orElse === undefined ? sql : onlyOne(sql) });
  }

  async sendHeld(what = ''): Promise<void> {
    if (this.own === undefined) return;
    const { connection } = this.own;
    try {
      await this.sendBatch(connection, this.takeHeld());
    } catch (error) {
      await this.giveUp(connection, { sql: what }, error);
      throw error;
    }
  }

  /**
   * Does one statement and commits it, in one wait. Where the connection is lost nobody knows whether that was done.
   */
  async runAlone(lock: readonly string[], statement: Statement): Promise<QueryResult> {
    const { sql, bindings } = statement.toSQL().toNative();
    checkText(bindings);
    const connection = (await this.acquireConnection()) as RawConnection;
    try {
      const parts = ['BEGIN', ...lock].map((part) => ({ sql: part }));
      let result: QueryResult | undefined;
      const answered = (answer: QueryResult): void => {
        result = answer;
      };
      await this.sendBatch(connection, [...parts, { sql, bindings, answered }, { sql: 'COMMIT' }]);
      if (result === undefined) throw new Error('the database did not answer');
      return result;
    } catch (error) {
      await this.giveUp(connection, { sql: 'COMMIT' }, error);
      throw error;
    } finally {
      await this.releaseConnection(connection);
    }
  }

  override async _query(connection: RawConnection, query: Query): Promise<unknown> {
    checkText(query.bindings);
    // What was not sent is not done.
    const held = /^ROLLBACK/.test(query.sql) ? [] : this.takeHeld();
    try {
      if (held.length === 0) await this.watched(() => super._query(connection, query));
      else {
        const answered = (result: QueryResult): void => {
          query.response = result;
        };
        await this.sendBatch(connection, [...held, { ...query, answered }]);
      }
      checkCommitted(query);
      return query;
    } catch (error) {
      keepReason(error);
      await this.giveUp(connection, query, error);
      // Of a transaction whoever runs it knows what had been sent.
      if (this.transacting === true || !isLost(error)) throw error;
      if (/^\s*select\b/i.test(query.sql)) {
        if (hasEnded(error)) return this.readAgain(query, error);
        // What only reads has changed nothing, whatever became of it.
        throw error;
      }
      throw Object.assign(toError(error), { isUnsure: true });
    }
  }

  private takeHeld(): readonly Held[] {
    const held = this.own?.held ?? [];
    if (this.own !== undefined) this.own.held = [];
    return held;
  }

  /** In one message; throws what a statement says that did not change its row. */
  private async sendBatch(connection: RawConnection, batch: readonly Held[]): Promise<void> {
    try {
      const results = await this.watched(() => Batch.send(connection, batch));
      for (const [at, result] of results.entries()) batch[at]?.answered?.(result);
    } catch (error) {
      const failed = batch[(error as BatchFailure).at];
      keepReason(error);
      throw (codeOf(error) === DIVISION_BY_ZERO && failed?.orElse?.()) || error;
    }
  }

  /** Throws TIMED_OUT at once while the server does not answer. */
  override acquireConnection(): Promise<unknown> {
    const acquire = (): Promise<unknown> => super.acquireConnection();
    return (
      this.pulse?.turn(acquire, (connection) => this.releaseConnection(connection)) ?? acquire()
    );
  }

  /** A server without room for another connection is asked again, as long as a call waits for its turn. */
  override async acquireRawConnection(): Promise<unknown> {
    for (let leftMs = TURN_MS - CONNECT_MS; ; leftMs -= ROOM_MS) {
      try {
        return await this.watched(() => super.acquireRawConnection());
      } catch (error) {
        if (codeOf(error) !== '53300' || leftMs <= 0) throw error;
        await delay(ROOM_MS, undefined, { ref: false });
      }
    }
  }

  override async _acquireOnlyConnection(): Promise<unknown> {
    const connection = (await (this.config as Reached).connect()) as RawConnection;
    const dispose = (why?: unknown): void => {
      connection.__knex__disposed ??= why ?? 'ended';
    };
    connection.on('error', dispose);
    connection.on('end', dispose);
    return connection;
  }

  override async destroyRawConnection(connection: RawConnection): Promise<void> {
    // A farewell to a server that does not answer would be waited for.
    if (connection.__knex__disposed !== undefined) connection.connection.stream.destroy();
    else await super.destroyRawConnection(connection);
  }

  private get pulse(): PostgresPulse | undefined {
    return (this.config as Partial<Reached>).pulse;
  }

  private watched<T>(work: () => Promise<T>): Promise<T> {
    return this.pulse?.during(work) ?? work();
  }

  private get connections(): number {
    const { max } = (this.config.pool ?? {}) as { readonly max?: number };
    return max ?? 1;
  }

  /** A statement that only reads, on other connections: all that wait in the pool may have ended with one. */
  private async readAgain(query: Query, first: unknown): Promise<unknown> {
    let lost = first;
    for (let left = this.connections; left > 0 && hasEnded(lost); left -= 1) {
      const connection = (await this.acquireConnection()) as RawConnection;
      try {
        return await super._query(connection, query);
      } catch (error) {
        keepReason(error);
        await this.giveUp(connection, query, error);
        lost = error;
      } finally {
        await this.releaseConnection(connection);
      }
    }
    throw lost;
  }

  /** Nobody else's statements may end up in a transaction that a connection still holds open. */
  private async giveUp(connection: RawConnection, query: Query, error: unknown): Promise<void> {
    // The others are as old as this one.
    if (isReadOnly(error)) (this.config as Partial<Reached>).retire?.(error);
    if (/^(BEGIN|COMMIT)/.test(query.sql) && !isLost(error)) {
      await super._query(connection, { sql: 'ROLLBACK' }).catch((again: unknown) => {
        connection.__knex__disposed = again;
      });
    } else if (isLost(error) || isReadOnly(error) || /^ROLLBACK/.test(query.sql)) {
      connection.__knex__disposed = error;
      // The answer may still be on its way; whoever gets the connection next must not read it.
      connection.connection.stream.destroy();
    }
  }
}

/**
 * The server answers COMMIT with ROLLBACK where a statement has failed before: whoever has passed over that must not
 * take it for done.
 */
function checkCommitted({ sql, response }: Query): void {
  const { command } = (response ?? {}) as Partial<QueryResult>;
  if (/^COMMIT/.test(sql) && command === 'ROLLBACK')
    throw new Error('a statement of the transaction has failed, and nothing was committed');
}

function checkText(bindings: readonly unknown[] = []): void {
  if (bindings.some((value) => typeof value === 'string' && value.includes('\0')))
    throw new BbsError('USER_INVALID', 'text for the database must not contain a NUL character');
}

/** What knex, its pool and pg say themselves. A statement may stand before it. */
const LOST =
  /Connection terminated|connection error and is not queryable|Query read timeout|Client was closed/;
const NO_CONNECTION =
  /Knex: Timeout|Unable to acquire|timeout expired|Transaction query already complete|aborted$/;

/** Errors of the system that end a connection, or prevent one. */
const SYSTEM = /^(ECONN|EPIPE$|ETIMEDOUT$|EHOST|ENET|ENOTFOUND$|EAI_|ENOENT$|EACCES$)/;

/** True for the end of a connection, after which nobody knows what became of the statement on it. */
export function isLost(error: unknown): boolean {
  const code = codeOf(error);
  return SYSTEM.test(code) || /^(08|57P)/.test(code) || LOST.test(toError(error).message);
}

/** The same, where the connection has ended and not only a wait for its answer. */
function hasEnded(error: unknown): boolean {
  return isLost(error) && !/timeout/.test(toError(error).message);
}

/** True for a statement that may have written, and to which there was no answer. */
export function isUnsure(error: unknown): boolean {
  return isError(error) && 'isUnsure' in error;
}

/**
 * True where a transaction was not committed, and doing it again may succeed at once: the connection
 * ended, the server takes no writes, it could not be serialised, or it waited for itself.
 */
export function isUndone(error: unknown): boolean {
  return hasEnded(error) || isReadOnly(error) || ['40001', '40P01'].includes(codeOf(error));
}

/** True where the server is a replica or was made read-only: a new connection may go to the one that is not. */
export function isReadOnly(error: unknown): boolean {
  return codeOf(error) === '25006';
}

/** All that the server says, as all that SQLite says: the work was not done, and nothing is granted. */
export function isFailure(error: unknown): boolean {
  if (sqlStateOf(error) !== '') return true;
  return isLost(error) || NO_CONNECTION.test(toError(error).message);
}
