import type { Log } from '../base/log';
import type { PostgresServer } from '../base/postgres-address';
import type { Dialect } from './dialect';
import { postgresDialect } from './postgres';
import { sqliteDialect } from './sqlite';

/** Where a database is. */
export type DatabasePlace =
  /** SQLite; file and folder are created when missing. */
  { readonly file: string } | { readonly server: PostgresServer };

/** The dialect of the database there; `callMs` is how long one call may take. */
export function dialectOf(place: DatabasePlace, log: Log, callMs: number): Dialect {
  return 'file' in place
    ? sqliteDialect(place.file, log)
    : postgresDialect(place.server, { log, callMs });
}
