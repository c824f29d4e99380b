import { knex } from 'knex';
import type { Knex } from 'knex';
import { setTimeout as delay } from 'node:timers/promises';
import { toError } from '../base/errors';
import type { Log } from '../base/log';
import {
  parsePostgresAddress,
  placeOf,
  type PostgresAddress,
  type PostgresServer,
} from '../base/postgres-address';
import { CALL_MS, codeOf, type Dialect, type Outcome, selectRows, type Subject } from './dialect';
import {
  BoardClient,
  isFailure,
  isLost,
  isUndone,
  isUnsure,
  type Locking,
  type RawConnection,
  type Reached,
  TURN_MS,
} from './postgres-client';
import { cut as cutOff, PostgresHosts, TIMELINE } from './postgres-hosts';
import { askAnything, holdAlone, type LinkOptions, PostgresLink } from './postgres-link';
import { PostgresPulse } from './postgres-pulse';
import { tellChanges } from './node-statements';
import { PostgresNode } from './postgres-node';
import { explain, verify } from './postgres-start';

/** How long the end of a board waits for statements that run. */
const CLOSE_MS = 1_500;
/** How long a statement of the connection beside the pool may take: well within a lease. */
const LINK_MS = 4_300;

/** PostgreSQL. READ COMMITTED: what must not change between reading and writing is locked by name. */
export function postgresDialect(
  server: PostgresServer,
  options: { readonly log: Log; readonly callMs: number },
): Dialect {
  const { log, callMs } = options;
  const address = parsePostgresAddress(server.address);
  const where = `the database ${address.database} on ${address.places.map(placeOf).join(', ')}`;
  const warn = (message: unknown): void => log.warn('store.driver', { detail: String(message) });
  const made = new Set<RawConnection>();
  const cut = (): void => {
    for (const connection of made) cutOff(connection);
  };
  const retire = (why: unknown): void => {
    for (const connection of made) connection.__knex__disposed ??= why;
  };
  const hosts = new PostgresHosts(server, address, log);
  const ask = async (connectMs: number): Promise<void> =>
    askAnything(await hosts.connect({ limitMs: connectMs, connectMs }));
  // A tool has nobody who waits at a screen.
  const pulse = callMs > CALL_MS ? undefined : new PostgresPulse({ where, log, ask, cut });
  const connect = (settings: readonly string[], onlyToRead = false): Knex =>
    knex({
      client: BoardClient,
      ...({
        ...{ pulse, retire },
        connect: () => hosts.connect({ limitMs: callMs - 300, onlyToRead }),
      } satisfies Reached),
      connection: hosts.first as Knex.PgConnectionConfig,
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
    connect: () => hosts.connect({ limitMs: LINK_MS - 300 }),
    prepare: [...sessionSettings(LINK_MS), ...pathOf(address)],
  };
  let node: PostgresNode | undefined;
  return {
    kind: 'postgres',
    serverNow: 'extract(epoch from clock_timestamp()) * 1000',
    writersTakeTurns: false,
    connections: server.pool,
    where,
    prepare: () => undefined,
    connect: () => connect(sessionSettings(callMs)),
    connectToRead: () =>
      connect([...sessionSettings(callMs), 'set default_transaction_read_only = on'], true),
    close: async (sql) => {
      pulse?.close();
      const timer = setTimeout(cut, CLOSE_MS);
      await sql.destroy();
      clearTimeout(timer);
    },
    verify: (sql) => verify(sql, where),
    transaction: (sql, about, work) =>
      sql.transaction(work, {
        lock: lockOf(about),
        locksAtOnce: about === 'board',
      } satisfies Locking as Knex.TransactionConfig),
    runAlone: async <Row extends object>(
      sql: Knex,
      about: Subject,
      statement: (sql: Knex) => Knex.Raw,
    ) => {
      const client = sql.client as BoardClient;
      const { rows } = await client.runAlone(lockOf(about), statement(sql));
      return rows as readonly Row[];
    },
    hasBegun: (transaction) => (transaction.client as BoardClient).begun !== undefined,
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
    passing: 'for update skip locked',
    horizon: 'pg_snapshot_xmin(pg_current_snapshot())',
    numberRows: async (sql, table) => {
      const number = 'xid xid8 not null default pg_current_xact_id()';
      await sql.raw(`alter table "${table}" add column ${number}`);
      await sql.raw(`create index ${table}_xid on "${table}" (xid)`);
    },
    isFailure,
    isLost,
    isUnsure,
    isUndone,
    outcomeOf,
    isBusy: (error) => ['40001', '40P01', '55P03', '42P07', '23505'].includes(codeOf(error)),
    explain: (error) => explain(error, where),
  };
}

/** How often a transaction that is still on its way is looked at. */
const LOOK_MS = 100;

/** What the server says of a transaction whose answer to the COMMIT was lost. */
async function outcomeOf(
  sql: Knex,
  transaction: Knex.Transaction,
  untilMs: () => number,
): Promise<Outcome> {
  const { begun } = transaction.client as BoardClient;
  if (begun === undefined) return 'unknown';
  const statement = `select case when ${TIMELINE} = ? then pg_xact_status(cast(? as xid8)) end as status`;
  for (;;) {
    // A server that does not answer, or that does not know the number, leaves it unknown.
    const [row] = await selectRows<{ readonly status: string | null }>(sql, statement, [
      begun.timeline,
      begun.xid,
    ]).catch(() => []);
    if (row?.status === 'committed' || row?.status === 'aborted') return row.status;
    if (row?.status !== 'in progress' || untilMs() <= LOOK_MS) return 'unknown';
    await delay(LOOK_MS, undefined, { ref: false });
  }
}

function sessionSettings(callMs: number): readonly string[] {
  return [
    `set statement_timeout = ${callMs - 800}`,
    `set lock_timeout = ${Math.min(3_000, callMs / 2)}`,
    `set idle_in_transaction_session_timeout = ${callMs + 4_000}`,
    "set default_transaction_isolation = 'read committed'",
    // What is granted is on the disk, and on that of a replica where the server waits for one; a stricter setting stays.
    "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') in ('off', 'local', 'remote_write')",
  ];
}

function pathOf({ schema }: PostgresAddress): readonly string[] {
  return schema === undefined ? [] : [`set search_path = "${schema.replaceAll('"', '""')}"`];
}

/**
 * Locks of one database are told apart by the schema of the board. A change of the board excludes all
 * others; each of an account holds the board's lock shared, before its own.
 */
function lockOf(about: Subject): readonly string[] {
  const schema = 'current_schema()::regnamespace::oid::int4';
  if (about === 'nothing-shared') return [];
  if (about === 'board') return [`select pg_advisory_xact_lock(${schema}, 0)`];
  if (!Number.isSafeInteger(about.account)) throw new RangeError('no id of an account');
  return [
    `select pg_advisory_xact_lock_shared(${schema}, 0)`,
    `select pg_advisory_xact_lock(${schema}, ${about.account})`,
  ];
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
