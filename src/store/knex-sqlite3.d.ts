/** The part of knex's own SQLite client that dialect.ts builds on; knex ships no types for it. */
declare module 'knex/lib/dialects/sqlite3' {
  import type { Knex } from 'knex';

  class SqliteClient extends Knex.Client {
    _query(connection: unknown, query: { sql: string }): Promise<unknown>;
    destroyRawConnection(connection: unknown): Promise<void>;
  }
  export = SqliteClient;
}

/** The same of its PostgreSQL client. */
declare module 'knex/lib/dialects/postgres' {
  import type { Knex } from 'knex';

  class PostgresClient extends Knex.Client {
    _query(connection: unknown, query: { sql: string }): Promise<unknown>;
    _acquireOnlyConnection(): Promise<unknown>;
    acquireRawConnection(): Promise<unknown>;
    destroyRawConnection(connection: unknown): Promise<void>;
  }
  export = PostgresClient;
}

declare module 'knex/lib/dialects/postgres/execution/pg-transaction' {
  class PostgresTransaction {
    constructor(client: unknown, container: unknown, config: unknown, outer: unknown);
    /** The client that all statements of the transaction go through. */
    readonly trxClient: unknown;
    begin(connection: unknown): Promise<unknown>;
    commit(connection: unknown, value: unknown): Promise<unknown>;
    query(connection: unknown, sql: string): Promise<unknown>;
  }
  export = PostgresTransaction;
}

/** Parts of pg without types: what a query of its own makes answers with, and values ready to be sent. */
declare module 'pg/lib/result' {
  import type { CustomTypesConfig, QueryResult } from 'pg';

  class Result implements QueryResult {
    constructor(rowMode: undefined, types: Pick<CustomTypesConfig, 'getTypeParser'>);
    command: string;
    rowCount: number | null;
    oid: number;
    fields: QueryResult['fields'];
    rows: Record<string, unknown>[];
    addFields(fields: readonly unknown[]): void;
    parseRow(fields: readonly unknown[]): Record<string, unknown>;
    addRow(row: Record<string, unknown>): void;
    addCommandComplete(message: unknown): void;
  }
  export = Result;
}

declare module 'pg/lib/utils' {
  function prepareValue(value: unknown): Buffer | string | null;
}
