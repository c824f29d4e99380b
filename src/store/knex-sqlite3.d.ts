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
    acquireRawConnection(): Promise<unknown>;
    destroyRawConnection(connection: unknown): Promise<void>;
  }
  export = PostgresClient;
}

declare module 'knex/lib/dialects/postgres/execution/pg-transaction' {
  class PostgresTransaction {
    constructor(client: unknown, container: unknown, config: unknown, outer: unknown);
    begin(connection: unknown): Promise<unknown>;
    query(connection: unknown, sql: string): Promise<unknown>;
  }
  export = PostgresTransaction;
}
