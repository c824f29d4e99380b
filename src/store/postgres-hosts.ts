import { setTimeout as delay } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import type { Log } from '../base/log';
import {
  placeOf,
  type PostgresAddress,
  type PostgresPlace,
  type PostgresServer,
} from '../base/postgres-address';
import { sqlStateOf } from './sql-state';
import { VALUE_TYPES } from './postgres-batch';

/** How long a connection may take to be made. */
export const CONNECT_MS = 2_000;
/** How long the server that was the right one the last time is tried alone. */
const AHEAD_MS = 250;

/** The server's timeline, from the name of the file that it writes to. */
export const TIMELINE = 'substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)';

const WRITES_TO =
  `select case current_setting('transaction_read_only') when 'off' then ${TIMELINE} end as timeline,` +
  " current_setting('synchronous_standby_names') <> '' as waits";

interface ConnectOptions {
  /** How long a statement may take. */
  readonly limitMs: number;
  readonly connectMs?: number;
  /** Also a replica, which takes no writes. */
  readonly onlyToRead?: boolean;
}

/** The servers of an address. Of several, one at a time takes writes, and only that is connected to. */
export class PostgresHosts {
  /** The one of the last connection. */
  private current = 0;
  /** The highest timeline that was seen: each promotion of a replica begins a higher one. */
  private timeline = 0;
  /** Connections to a server of that timeline. */
  private readonly made = new Set<Client>();
  /** What was logged: each once, as it is seen with every connection. */
  private readonly told = new Set<string>();

  constructor(
    private readonly server: PostgresServer,
    private readonly address: PostgresAddress,
    private readonly log: Log,
  ) {}

  /** For knex, which makes its connections by `connect`. */
  get first(): ClientConfig {
    return this.configOf(this.address.places[0], { limitMs: 0 });
  }

  /** Throws what the servers have said, or why none was reached. */
  async connect(options: ConnectOptions): Promise<Client> {
    const { places } = this.address;
    if (places.length > 1 && this.timeline === 0 && options.onlyToRead !== true)
      await this.learn(options);
    const order = [...places.slice(this.current), ...places.slice(0, this.current)];
    let found: Client | undefined;
    const tried: Promise<Client>[] = [];
    const tryOne = async (place: PostgresPlace, previous: typeof tried): Promise<Client> => {
      // At once where those before it have failed, which is where one is usually down.
      const failed = Promise.allSettled(previous);
      if (previous.length > 0)
        await Promise.race([failed, delay(AHEAD_MS, undefined, { ref: false })]);
      if (found !== undefined) throw new Error('another server was reached');
      const client = await this.open(place, options);
      if (found !== undefined) {
        cut(client);
        throw new Error('another server was reached');
      }
      found = client;
      this.current = places.indexOf(place);
      return client;
    };
    for (const [at, place] of order.entries())
      tried.push(tryOne(place, at === 0 ? [] : tried.slice(0, 1)));
    try {
      return await Promise.any(tried);
    } catch (error) {
      throw mostTelling((error as AggregateError).errors);
    }
  }

  /** Before the first connection: an old primary that goes on may be the first to answer. */
  private async learn(options: ConnectOptions): Promise<void> {
    const silent = new Set(this.address.places);
    const asked = this.address.places.map(async (place) => {
      const client = await this.open(place, options, () => silent.delete(place));
      cut(client);
    });
    try {
      await Promise.any(asked);
    } catch (error) {
      throw mostTelling((error as AggregateError).errors);
    }
    await Promise.race([Promise.allSettled(asked), delay(AHEAD_MS, undefined, { ref: false })]);
    // Any of these may have been promoted, and then what is used is the one of before.
    for (const place of silent) this.tellOnce('store.server-away', place);
  }

  private async open(
    place: PostgresPlace,
    options: ConnectOptions,
    answers: () => void = () => undefined,
  ): Promise<Client> {
    const client = new Client(this.configOf(place, options));
    client.on('error', () => undefined);
    try {
      await client.connect();
      answers();
      if (this.address.places.length > 1 && options.onlyToRead !== true)
        await this.checkPrimary(client, place);
      return client;
    } catch (error) {
      cut(client);
      throw error;
    }
  }

  /**
   * Throws for a replica, and for the primary of before a promotion that goes on: what is written there is lost. The
   * code is that of a server which takes no connections now. Where a promotion is seen, the connections of before end.
   */
  private async checkPrimary(client: Client, place: PostgresPlace): Promise<void> {
    const { rows } = await client.query<{
      readonly timeline: string | null;
      readonly waits: boolean;
    }>(WRITES_TO);
    const timeline = Number.parseInt(rows[0]?.timeline ?? '0', 16);
    if (timeline < Math.max(1, this.timeline)) {
      if (timeline > 0) this.tellOnce('store.old-primary', place);
      throw Object.assign(new Error('none of the servers takes writes'), { code: '57P03' });
    }
    if (timeline > this.timeline && this.timeline > 0) {
      const fields = { timeline, connections: this.made.size };
      this.log.warn('store.promoted', { detail: placeOf(place), ...fields });
      for (const older of this.made) cut(older);
    }
    this.timeline = timeline;
    if (rows[0]?.waits === false) this.tellOnce('store.commits-alone', place);
    this.made.add(client);
    client.once('end', () => this.made.delete(client));
  }

  private tellOnce(event: string, place: PostgresPlace): void {
    const detail = placeOf(place);
    const once = `${event} ${detail} ${this.timeline}`;
    if (!this.told.has(once)) this.log.warn(event, { detail });
    this.told.add(once);
  }

  /** TLS is verified where it is on; a socket in the file system has none. */
  private configOf(
    { host, port }: PostgresPlace,
    { limitMs, connectMs = CONNECT_MS }: ConnectOptions,
  ): ClientConfig {
    const { tls } = this.server;
    const { user, password, database } = this.address;
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
      connectionTimeoutMillis: connectMs,
      // The server's own limit comes first where it can still be heard.
      query_timeout: limitMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      types: VALUE_TYPES,
    };
  }
}

/** What a server has said against the connection tells more than that another one is not there. */
function mostTelling(errors: readonly unknown[]): unknown {
  const said = errors.filter((error) => sqlStateOf(error) !== '');
  return said.find((error) => !sqlStateOf(error).startsWith('57P')) ?? said[0] ?? errors[0];
}

/** Ends a connection without waiting for its server. */
export function cut(client: Client): void {
  const { connection } = client as unknown as {
    readonly connection: { readonly stream: { destroy(): void } };
  };
  connection.stream.destroy();
}
