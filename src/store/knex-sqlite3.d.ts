/** The part of knex's own SQLite client that dialect.ts builds on; knex ships no types for it. */
declare module 'knex/lib/dialects/sqlite3' {
  import type { Knex } from 'knex';

  class SqliteClient extends Knex.Client {
    _query(connection: unknown, query: { sql: string }): Promise<unknown>;
    destroyRawConnection(connection: unknown): Promise<void>;
  }
  export = SqliteClient;
}
