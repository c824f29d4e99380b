import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, realpathSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Log } from '../../src/base/log';
import type { DatabasePlace } from '../../src/store/database-place';
import type { Dialect } from '../../src/store/dialect';
import { postgresDialect } from '../../src/store/postgres';
import type { PostgresServer } from '../../src/base/postgres-address';

export type { DatabasePlace };

/** The server of this run, as test/pg/main.ts starts it: the folder of its socket. */
export const SOCKET = process.env['SALLYPORT_TEST_POSTGRES'] ?? '';

let socket = SOCKET;
let direct = SOCKET;

/**
 * By which socket the databases of this test file are reached from now on, and by which psql, which holds
 * this process up and so cannot go by a way that this process is part of.
 */
export function useSocket(folder: string, psql = folder): void {
  socket = folder;
  direct = psql;
}

/** What stands in the file that names a board's database: its schema. */
const MARK = /^postgres (\w+)$/;

/**
 * In place of src/store/database-place.ts, where the tests run on PostgreSQL: a file of SQLite's becomes a
 * schema of the test server, so that the tests need not know which database they are on.
 */
export function dialectOf(place: DatabasePlace, log: Log, callMs: number): Dialect {
  if (!('file' in place)) return postgresDialect(place.server, { log, callMs });
  return postgresDialect(serverOf(schemaOf(place.file)), { log, callMs });
}

/** The schema of a file; it is made with the first use of the file. */
export function schemaOf(file: string): string {
  const folder = dirname(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const known = existsSync(file) ? MARK.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
  const path = join(realpathSync(folder), basename(file));
  const schema = `t${createHash('sha256').update(path).digest('hex').slice(0, 20)}`;
  if (known === schema) return schema;
  sql(`create schema if not exists ${schema}`);
  writeFileSync(file, `postgres ${schema}`, { mode: 0o600 });
  return schema;
}

export function serverOf(schema: string): PostgresServer {
  return {
    address: `postgres://board@localhost/board?host=${encodeURIComponent(socket)}&schema=${schema}`,
    pool: 10,
    tls: { enabled: true, rejectUnauthorized: true, ca: '' },
  };
}

/** Runs a statement as the owner of the test database. */
export function sql(statement: string): string {
  const address = ['-h', direct, '-U', 'board', '-d', 'board'];
  return execFileSync('psql', [...address, '-X', '-q', '-A', '-t', '-c', statement], {
    encoding: 'utf8',
    env: { ...process.env, PGOPTIONS: '-c client_min_messages=error' },
  }).trim();
}
