import type { Database, Statement } from 'sqlite3';

/** The methods that knex calls on an SQLite connection. */
export interface Runner {
  all(sql: string, bindings: readonly unknown[], done: Done): void;
  run(sql: string, bindings: readonly unknown[], done: Done): void;
}

/** knex reads the counts of SQLite from `this`. */
type Done = (this: Counted, error: Error | null, rows?: unknown) => void;

interface Counted {
  readonly lastID: number;
  readonly changes: number;
}

/** Limit of prepared statements; the board has fewer different ones. */
const MAX_STATEMENTS = 200;
/** Statements that recur; schema changes and pragmas run once. */
const WORTH_KEEPING = /^(?:select|insert|update|delete|with|begin|commit)\b/i;

/**
 * Prepares each statement of a connection once: preparing takes longer than running most of them.
 */
export class StatementCache implements Runner {
  /** In the order of their last use. */
  private readonly statements = new Map<string, Statement>();

  constructor(private readonly connection: Database) {}

  all(sql: string, bindings: readonly unknown[], done: Done): void {
    this.prepared(sql, done, (statement) => statement.all(bindings, this.counted(sql, done)));
  }

  run(sql: string, bindings: readonly unknown[], done: Done): void {
    this.prepared(sql, done, (statement) => statement.run(bindings, this.counted(sql, done)));
  }

  /** SQLite does not close a connection that has prepared statements. */
  async close(): Promise<void> {
    const statements = [...this.statements.values()];
    this.statements.clear();
    for (const statement of statements)
      await new Promise<void>((resolve) => statement.finalize(() => resolve()));
  }

  private prepared(sql: string, done: Done, use: (statement: Statement) => void): void {
    const known = this.statements.get(sql);
    if (known !== undefined) {
      this.statements.delete(sql);
      this.statements.set(sql, known);
      use(known);
      return;
    }
    const statement = this.connection.prepare(sql, (error: Error | null) => {
      if (error !== null) {
        done.call({ lastID: 0, changes: 0 }, error);
        return;
      }
      if (WORTH_KEEPING.test(sql) && !this.statements.has(sql)) this.keep(sql, statement);
      use(statement);
      // A statement that is not kept is finalized after its use; SQLite keeps this order.
      if (this.statements.get(sql) !== statement) statement.finalize();
    });
  }

  private keep(sql: string, statement: Statement): void {
    this.statements.set(sql, statement);
    const [oldest] = this.statements;
    if (this.statements.size <= MAX_STATEMENTS || oldest === undefined) return;
    this.statements.delete(oldest[0]);
    oldest[1].finalize();
  }

  /** Copies the counts, because the statement may run again before knex reads them. */
  private counted(sql: string, done: Done): Done {
    const failed = (): void => this.drop(sql);
    return function (error, rows) {
      if (error !== null) failed();
      done.call({ lastID: this.lastID, changes: this.changes }, error, rows);
    };
  }

  /** A statement that failed half-way may still be in progress for SQLite, and no COMMIT would pass it. */
  private drop(sql: string): void {
    const statement = this.statements.get(sql);
    this.statements.delete(sql);
    statement?.finalize();
  }
}
