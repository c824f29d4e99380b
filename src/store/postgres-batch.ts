import { type Client, type Connection, type QueryResult, type Submittable, types } from 'pg';
import { prepareValue } from 'pg/lib/utils';
import Result from 'pg/lib/result';
import { toError } from '../base/errors';

/** A statement with its values, as the server gets it. */
export interface Part {
  readonly sql: string;
  readonly bindings?: readonly unknown[];
}

/** int8 and numeric. */
const NUMBERS: ReadonlySet<number> = new Set([20, 1700]);

/** How values of the server are read: ids and milliseconds fit a number; sums of counts are numeric. */
export const VALUE_TYPES = {
  getTypeParser: ((oid: number, format?: 'text') =>
    NUMBERS.has(oid) ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
};

/** Thrown by `Batch.send`: which statement failed, counted from zero. */
export interface BatchFailure extends Error {
  readonly at: number;
}

type Answer = (error: Error | null, results: readonly QueryResult[]) => void;

interface Statement {
  readonly text: string;
  readonly values: readonly (Buffer | string | null | undefined)[];
}

/**
 * Statements in one message, so that they are one wait (PostgreSQL's extended query protocol, with one Sync). Each sees
 * what those before it did, and what others committed until it begins, as if it had been sent alone. After one that
 * fails the server does none of the rest. What pg's client calls of it is what it calls of its own class `Query`.
 */
export class Batch implements Submittable {
  private readonly statements: readonly Statement[];
  private readonly results: Result[] = [];
  private current = new Result(undefined, VALUE_TYPES);

  private constructor(
    parts: readonly Part[],
    /** pg puts its limit of time around this. */
    public callback: Answer,
  ) {
    this.statements = parts.map(({ sql, bindings = [] }) => ({
      text: sql,
      values: bindings.map((value) => prepareValue(value)),
    }));
  }

  /** Throws BatchFailure. */
  static send(connection: Client, parts: readonly Part[]): Promise<readonly QueryResult[]> {
    return new Promise((resolve, reject) => {
      const batch = new Batch(parts, (error, results) => {
        if (error === null) resolve(results);
        else reject(Object.assign(toError(error), { at: batch.done }));
      });
      connection.query(batch);
    });
  }

  /** How many statements were done. */
  get done(): number {
    return this.results.length;
  }

  submit(connection: Connection): void {
    connection.stream.cork();
    try {
      for (const { text, values } of this.statements) {
        connection.parse({ name: '', text, types: [] }, true);
        connection.bind({ values: [...values] }, true);
        connection.describe({ type: 'P', name: '' }, true);
        connection.execute(null, true);
      }
      connection.sync();
    } finally {
      connection.stream.uncork();
    }
  }

  handleRowDescription({ fields }: { readonly fields: readonly unknown[] }): void {
    this.current.addFields(fields);
  }

  handleDataRow({ fields }: { readonly fields: readonly unknown[] }): void {
    this.current.addRow(this.current.parseRow(fields));
  }

  handleCommandComplete(message: unknown): void {
    this.current.addCommandComplete(message);
    this.results.push(this.current);
    this.current = new Result(undefined, VALUE_TYPES);
  }

  handleError(error: Error): void {
    this.callback(error, []);
  }

  handleReadyForQuery(): void {
    this.callback(null, this.results);
  }
}
