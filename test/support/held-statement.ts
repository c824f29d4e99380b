import PostgresClient from 'knex/lib/dialects/postgres';
import SqliteClient from 'knex/lib/dialects/sqlite3';
import { Batch, type BatchFailure } from '../../src/store/postgres-batch';
import type { Database } from '../../src/store/database';
import { selectRows } from '../../src/store/dialect';
import { nextLook } from './next-look';

/**
 * Holds the first statement that a pattern matches, of any database of this process, before its driver gets
 * it: what was read before it stays as it was read while others come in between. Ends with the test's spies.
 */
export class HeldStatement {
  /** Resolves once the statement is there. */
  readonly isReached: Promise<void>;
  private letGo: () => void = () => undefined;
  private readonly goOn: Promise<void>;
  /** Statements that write and have no answer yet, each with how often it was found so. */
  private readonly unanswered = new Map<object, number>();

  private constructor(private pattern: RegExp | undefined) {
    let reach: () => void = () => undefined;
    this.isReached = new Promise((resolve) => (reach = resolve));
    this.goOn = new Promise((resolve) => (this.letGo = resolve));
    for (const Client of [PostgresClient, SqliteClient]) this.listen(Client, reach);
    this.listenToBatches(reach);
  }

  static before(pattern: RegExp): HeldStatement {
    return new HeldStatement(pattern);
  }

  /** Lets the statement go. */
  release(): void {
    this.letGo();
  }

  /** Waits until these have ended, or one of them waits for a lock that somebody holds. */
  async untilStuck(db: Database, work: readonly Promise<unknown>[]): Promise<'stuck' | 'ended'> {
    let hasEnded = false;
    void Promise.allSettled(work).then(() => (hasEnded = true));
    for (;;) {
      if (hasEnded) return 'ended';
      if (await this.isWaiting(db)) return 'stuck';
      await nextLook();
    }
  }

  private async isWaiting(db: Database): Promise<boolean> {
    if (db.kind === 'sqlite') {
      // One that is still without an answer after so many turns waits for the writer before it.
      for (const [statement, turns] of this.unanswered) {
        if (turns > 200) return true;
        this.unanswered.set(statement, turns + 1);
      }
      return false;
    }
    const rows = await db.run((sql) =>
      selectRows(sql, 'select 1 from pg_locks where not granted limit 1', []),
    );
    return rows.length > 0;
  }

  private listen(Client: typeof PostgresClient | typeof SqliteClient, reach: () => void): void {
    const original = Client.prototype._query;
    const pass = async (text: string, send: () => Promise<unknown>): Promise<unknown> => {
      if (this.isHeld(text)) {
        reach();
        await this.goOn;
      }
      if (!/^(BEGIN|insert|update|delete)/.test(text)) return send();
      const statement = {};
      this.unanswered.set(statement, 0);
      try {
        return await send();
      } finally {
        this.unanswered.delete(statement);
      }
    };
    jest.spyOn(Client.prototype, '_query').mockImplementation(function (
      this: PostgresClient,
      connection: unknown,
      query: { sql: string },
    ) {
      return pass(query.sql, () => original.call(this, connection, query));
    });
  }

  /** What stands before the statement in its message goes to the server, and what it locks is locked. */
  private listenToBatches(reach: () => void): void {
    const send = Batch.send.bind(Batch);
    jest.spyOn(Batch, 'send').mockImplementation(async (connection, parts) => {
      const at = parts.findIndex(({ sql }) => this.isHeld(bare(sql)));
      if (at < 0) return send(connection, parts);
      const before = at === 0 ? [] : await send(connection, parts.slice(0, at));
      reach();
      await this.goOn;
      const rest = await send(connection, parts.slice(at)).catch((error: BatchFailure) => {
        throw Object.assign(error, { at: at + error.at });
      });
      return [...before, ...rest];
    });
  }

  private isHeld(text: string): boolean {
    if (this.pattern?.test(text) !== true) return false;
    this.pattern = undefined;
    return true;
  }
}

/** Without the question how many rows it changed. */
function bare(sql: string): string {
  return sql.replace(/^with changed as \(/, '');
}
