import { knex } from 'knex';
import type { Knex } from 'knex';
import PostgresClient from 'knex/lib/dialects/postgres';
import PostgresTransaction from 'knex/lib/dialects/postgres/execution/pg-transaction';
import { Client, type ClientConfig, types } from 'pg';
import { BbsError, isError, toError } from '../base/errors';
import type { Log } from '../base/log';
import { parsePostgresAddress, type PostgresAddress } from '../base/postgres-address';
import { codeOf, type Dialect, selectRows, type Subject } from './dialect';
import { holdAlone, type LinkOptions, PostgresLink } from './postgres-link';
import { PostgresNode, tellChanges } from './postgres-node';

/** The oldest version that is tested and that still gets mends from its makers. */
const LEAST_VERSION = 15;
/** How long a connection may take to be made, and how long a call waits for one of the pool. */
const CONNECT_MS = 2_000;
const TURN_MS = 3_500;
/** How long the end of a board waits for statements that run. */
const CLOSE_MS = 1_500;
/** How long a statement of the connection beside the pool may take: well within a lease. */
const LINK_MS = 4_300;

/** A PostgreSQL database, and how it is reached. */
export interface PostgresServer {
  /** `postgres://user:password@host:port/database`, as `parsePostgresAddress` reads it. */
  readonly address: string;
  /** Most connections at once. */
  readonly pool: number;
  readonly tls: {
    readonly enabled: boolean;
    readonly rejectUnauthorized: boolean;
    /** PEM text of the authorities that are believed, in place of the usual ones; empty for those. */
    readonly ca: string;
  };
}

type RawConnection = Client & {
  /** What knex takes for: give this connection out no more. */
  __knex__disposed?: unknown;
  /** pg's own connection, whose types it does not ship. */
  readonly connection: { readonly stream: { destroy(): void } };
};

/** The lock of a transaction goes with its BEGIN: one round trip. */
class LockingTransaction extends PostgresTransaction {
  private readonly lock: string;

  constructor(client: unknown, work: unknown, config: unknown, outer: unknown) {
    super(client, work, config, outer);
    this.lock = (config as Locking).lock;
  }

  override begin(connection: unknown): Promise<unknown> {
    return this.query(connection, `BEGIN; ${this.lock}`);
  }
}

/** What knex hands on to the transaction as it is. */
interface Locking {
  /** Statements; none where nothing is locked. */
  readonly lock: string;
}

class BoardClient extends PostgresClient {
  override transaction(work: unknown, config: unknown, outer: unknown): Knex.Transaction {
    return new LockingTransaction(this, work, config, outer) as unknown as Knex.Transaction;
  }

  override async _query(connection: RawConnection, query: Query): Promise<unknown> {
    if (query.bindings?.some((value) => typeof value === 'string' && value.includes('\0')))
      throw new BbsError('USER_INVALID', 'text for the database must not contain a NUL character');
    try {
      return await super._query(connection, query);
    } catch (error) {
      await this.giveUp(connection, query, error);
      throw error;
    }
  }

  override async destroyRawConnection(connection: RawConnection): Promise<void> {
    // A farewell to a server that does not answer would be waited for.
    if (connection.__knex__disposed !== undefined) connection.connection.stream.destroy();
    else await super.destroyRawConnection(connection);
  }

  /** Nobody else's statements may end up in a transaction that a connection still holds open. */
  private async giveUp(connection: RawConnection, query: Query, error: unknown): Promise<void> {
    if (/^BEGIN/.test(query.sql) && !isLost(error)) {
      await super._query(connection, { sql: 'ROLLBACK' }).catch((again: unknown) => {
        connection.__knex__disposed = again;
      });
    } else if (isLost(error) || /^(COMMIT|ROLLBACK)/.test(query.sql)) {
      connection.__knex__disposed = error;
      // The answer may still be on its way; whoever gets the connection next must not read it.
      connection.connection.stream.destroy();
    }
  }
}

interface Query {
  readonly sql: string;
  readonly bindings?: readonly unknown[];
}

/** PostgreSQL. READ COMMITTED: what must not change between reading and writing is locked by name. */
export function postgresDialect(
  server: PostgresServer,
  options: { readonly log: Log; readonly callMs: number },
): Dialect {
  const { log, callMs } = options;
  const address = parsePostgresAddress(server.address);
  const where = `the database ${address.database} on ${address.host}`;
  const warn = (message: unknown): void => log.warn('store.driver', { detail: String(message) });
  const made = new Set<RawConnection>();
  const connect = (settings: readonly string[]): Knex =>
    knex({
      client: BoardClient,
      connection: clientConfig(server, address, callMs) as Knex.PgConnectionConfig,
      // Bound values are secrets: they must not stand in error messages.
      compileSqlOnError: false,
      acquireConnectionTimeout: TURN_MS,
      pool: {
        min: 0,
        max: server.pool,
        afterCreate: (connection: RawConnection, done: (error: Error | null) => void) => {
          made.add(connection);
          connection.once('end', () => made.delete(connection));
          connection.query([...settings, ...pathOf(address)].join('; ')).then(
            () => done(null),
            (error: unknown) => done(toError(error)),
          );
        },
      },
      log: { warn, error: warn, deprecate: () => undefined, debug: () => undefined },
    });
  const link: LinkOptions = {
    ...{ where, log },
    connect: () => new Client(clientConfig(server, address, LINK_MS)),
    prepare: [...sessionSettings(LINK_MS), ...pathOf(address)],
  };
  let node: PostgresNode | undefined;
  return {
    kind: 'postgres',
    writersTakeTurns: false,
    connections: server.pool,
    where,
    prepare: () => undefined,
    connect: () => connect(sessionSettings(callMs)),
    connectToRead: () =>
      connect([...sessionSettings(callMs), 'set default_transaction_read_only = on']),
    close: async (sql) => {
      const cut = setTimeout(() => {
        for (const { connection } of made) connection.stream.destroy();
      }, CLOSE_MS);
      await sql.destroy();
      clearTimeout(cut);
    },
    verify: (sql) => verify(sql, where),
    transaction: (sql, about, work) =>
      sql.transaction(
        async (transaction) => {
          // knex runs the work also where the BEGIN has failed.
          if (transaction.isCompleted()) throw new Error('the transaction was not begun');
          return work(transaction);
        },
        { lock: lockOf(about) } satisfies Locking as Knex.TransactionConfig,
      ),
    tellChanges,
    joinBoard: async (join) => {
      node = await PostgresNode.join(await PostgresLink.open(link), join);
      return node;
    },
    holdAlone: () => holdAlone(link),
    forbidChanges,
    tablesWithColumn: async (sql, column) => {
      const rows = await selectRows<{ readonly name: string }>(
        sql,
        'select c.table_name as name from information_schema.columns c' +
          ' join information_schema.tables t using (table_schema, table_name)' +
          " where t.table_type = 'BASE TABLE' and c.table_schema = current_schema()" +
          ' and c.column_name = ? order by 1',
        [column],
      );
      return rows.map(({ name }) => name).filter((name) => /^\w+$/.test(name));
    },
    purge: async (sql) => {
      // Old versions of rows go from the table; the write-ahead log and its archive are the server's.
      await sql.raw('vacuum full user_property');
      return true;
    },
    readMark: () => node?.readMark(),
    isFailure,
    isLost,
    isBusy: (error) => ['40001', '40P01', '55P03', '42P07', '23505'].includes(codeOf(error)),
    explain: (error) => explain(error, where),
  };
}

/** TLS is verified where it is on; a socket in the file system has none. */
function clientConfig(
  { tls }: PostgresServer,
  { host, port, user, password, database }: PostgresAddress,
  callMs: number,
): ClientConfig {
  const verified = {
    rejectUnauthorized: tls.rejectUnauthorized,
    ...(tls.ca === '' ? {} : { ca: tls.ca }),
  };
  return {
    ...{ host, port, database },
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ssl: tls.enabled && !host.startsWith('/') ? verified : false,
    application_name: 'sallyport',
    connectionTimeoutMillis: CONNECT_MS,
    // The server's own limit comes first where it can still be heard.
    query_timeout: callMs - 300,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: {
      // Ids and milliseconds fit a number; sums of counts are numeric.
      getTypeParser: ((oid: number, format?: 'text') =>
        NUMBERS.has(oid) ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
    },
  };
}

/** int8 and numeric. */
const NUMBERS: ReadonlySet<number> = new Set([20, 1700]);

function sessionSettings(callMs: number): readonly string[] {
  return [
    `set statement_timeout = ${callMs - 800}`,
    `set lock_timeout = ${Math.min(3_000, callMs / 2)}`,
    `set idle_in_transaction_session_timeout = ${callMs + 4_000}`,
    "set default_transaction_isolation = 'read committed'",
    // What is granted is on the disk; a stricter setting of the server's stays.
    "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'",
  ];
}

function pathOf({ schema }: PostgresAddress): readonly string[] {
  return schema === undefined ? [] : [`set search_path = "${schema.replaceAll('"', '""')}"`];
}

/**
 * Locks of one database are told apart by the schema of the board. A change of the board excludes all
 * others; each of an account holds the board's lock shared, before its own.
 */
function lockOf(about: Subject): string {
  const schema = 'current_schema()::regnamespace::oid::int4';
  if (about === 'nothing-shared') return '';
  if (about === 'board') return `select pg_advisory_xact_lock(${schema}, 0)`;
  if (!Number.isSafeInteger(about.account)) throw new RangeError('no id of an account');
  const shared = `pg_advisory_xact_lock_shared(${schema}, 0)`;
  return `select ${shared}; select pg_advisory_xact_lock(${schema}, ${about.account})`;
}

async function verify(sql: Knex, where: string): Promise<void> {
  const [found] = await selectRows<{
    readonly version: number;
    readonly encoding: string;
    readonly schema: string | null;
    readonly may_create: boolean | null;
    readonly read_only: string;
  }>(
    sql,
    "select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding," +
      ' current_schema() as schema, has_schema_privilege(current_schema(), ?) as may_create,' +
      " current_setting('transaction_read_only') as read_only",
    ['CREATE'],
  );
  if (found === undefined) return;
  const { version, encoding, schema, may_create: mayCreate, read_only: readOnly } = found;
  const major = Math.floor(version / 10_000);
  if (major < LEAST_VERSION)
    throw refused(`${where} is PostgreSQL ${major}; the least version is ${LEAST_VERSION}`);
  if (encoding !== 'UTF8')
    throw refused(`${where} is encoded as ${encoding}; make one with encoding UTF8`);
  if (schema === null) throw refused(`${where} has no schema that the role may use; make one`);
  if (readOnly === 'on')
    throw refused(`${where} is read-only: a replica, or switched so; name the primary server`);
  if (mayCreate !== true)
    throw refused(
      `the role may not make tables in the schema ${schema} of ${where}; grant it CREATE there`,
    );
}

/** Rows of the audit stay: neither UPDATE, DELETE nor TRUNCATE. */
async function forbidChanges(sql: Knex, table: string): Promise<void> {
  await sql.raw(
    `create function ${table}_no_change() returns trigger language plpgsql as ` +
      `$$ begin raise exception '${table} is append-only'; end $$`,
  );
  for (const [verb, each] of [
    ['update', 'row'],
    ['delete', 'row'],
    ['truncate', 'statement'],
  ]) {
    await sql.raw(
      `create trigger ${table}_no_${verb} before ${verb} on "${table}" for each ${each} ` +
        `execute function ${table}_no_change()`,
    );
  }
}

/** What knex, its pool and pg say themselves. A statement may stand before it. */
const LOST =
  /Connection terminated|connection error and is not queryable|Query read timeout|Client was closed/;
const NO_CONNECTION =
  /Knex: Timeout|Unable to acquire|timeout expired|Transaction query already complete|aborted$/;

/** Errors of the system that end a connection, or prevent one. */
const SYSTEM = /^(ECONN|EPIPE$|ETIMEDOUT$|EHOST|ENET|ENOTFOUND$|EAI_|ENOENT$|EACCES$)/;

function isLost(error: unknown): boolean {
  const code = codeOf(error);
  return SYSTEM.test(code) || /^(08|57P)/.test(code) || LOST.test(toError(error).message);
}

/** All that the server says, as all that SQLite says: the work was not done, and nothing is granted. */
function isFailure(error: unknown): boolean {
  if (/^[0-9A-Z]{5}$/.test(codeOf(error))) return true;
  return isLost(error) || NO_CONNECTION.test(toError(error).message);
}

function refused(message: string, cause?: unknown): BbsError {
  return new BbsError('DATABASE_REFUSED', message, { cause });
}

/** What prevents a start, as one line; none of them shows the address. */
function explain(error: unknown, where: string): unknown {
  if (error instanceof BbsError || !isError(error)) return error;
  const code = codeOf(error);
  const { message } = error;
  const remedy = REMEDIES[code];
  if (remedy !== undefined) return refused(`${where} ${remedy}`, error);
  if (message.includes('client password must be'))
    return refused(`${where} wants a password; put it into database.connection`, error);
  if (message.includes('does not support SSL'))
    return refused(
      `${where} has no TLS; set it up there, or database.tls.enabled: false where the way to it is safe`,
      error,
    );
  if (/certificate|CERT_|ERR_TLS/i.test(`${code} ${message}`))
    return refused(
      `the certificate of ${where} is not believed: ${message}; see database.tls.ca`,
      error,
    );
  if (code === '42501')
    return refused(`the role may not do what the board needs on ${where}: ${message}`, error);
  // A table that is not there yet is for whoever asked for it.
  if (!code.startsWith('42') && isFailure(error))
    return new BbsError('DATABASE_UNAVAILABLE', `cannot reach ${where}: ${message || code}`, {
      cause: error,
    });
  return error;
}

const REMEDIES: Readonly<Record<string, string>> = {
  '28P01': 'refuses the user and password of database.connection',
  '28000': 'refuses the user of database.connection, or the way in which it connects',
  '3D000': 'does not exist; make it with createdb',
  '3F000': 'has no such schema; make it first',
};
