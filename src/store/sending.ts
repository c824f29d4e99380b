import type { Knex } from 'knex';
import { selectRows } from './dialect';

/** A statement that was built and not run. */
export type Statement = Pick<Knex.QueryBuilder, 'toSQL'>;

export interface HoldOptions {
  /** Called with the answer, once there is one. */
  readonly answered?: (result: { readonly rows: readonly object[] }) => void;
  /** The statement must change exactly one row; this is what it means that it did not. */
  readonly orElse?: (() => Error) | undefined;
}

/** The client of a database for which each answer is a wait. */
export interface Holding {
  /** True in a transaction. */
  readonly holds: boolean;
  /** Keeps a statement of a transaction until another one, or the end, is waited for. */
  hold(statement: Statement, options?: HoldOptions): void;
  /** Sends what is kept. */
  sendHeld(): Promise<void>;
}

function holdingOf(sql: Knex): Holding | undefined {
  const client = sql.client as Partial<Holding>;
  return client.holds === true ? (client as Holding) : undefined;
}

/**
 * Runs a statement whose answer nobody needs before the transaction ends. On PostgreSQL it goes with the next statement
 * that is waited for, or with COMMIT, and that is what fails where it does: all stay in the order in which they
 * are written down. With `orElse` it must change exactly one row, else the transaction fails with that error.
 */
export async function send(sql: Knex, statement: Statement, orElse?: () => Error): Promise<void> {
  const holding = holdingOf(sql);
  if (holding !== undefined) {
    holding.hold(statement, { orElse });
    return;
  }
  if (orElse === undefined) {
    await (statement as Knex.QueryBuilder);
    return;
  }
  const { sql: text, bindings } = statement.toSQL();
  const changed = await selectRows(
    sql,
    `${text} returning 1 as changed`,
    bindings as (string | number)[],
  );
  if (changed.length !== 1) throw orElse();
}

/** Rows of a statement that is sent with the next one that is waited for; where nothing is gained by that, when they are asked for. */
export function readLater<Row extends object>(
  sql: Knex,
  statement: string,
  bindings: readonly (string | number)[],
): () => Promise<readonly Row[]> {
  const holding = holdingOf(sql);
  if (holding === undefined) return () => selectRows<Row>(sql, statement, bindings);
  let rows: readonly Row[] | undefined;
  holding.hold(sql.raw(statement, [...bindings]), {
    answered: (result) => {
      rows = result.rows as readonly Row[];
    },
  });
  return async () => {
    if (rows === undefined) await holding.sendHeld();
    if (rows === undefined) throw new Error('the statements of the transaction have failed');
    return rows;
  };
}
