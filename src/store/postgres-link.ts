import type { Client } from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import { BbsError, toError } from '../base/errors';
import type { Log } from '../base/log';
import type { BoardHold } from './dialect';
import { isReadOnly } from './postgres-client';
import { cut } from './postgres-hosts';

export interface LinkOptions {
  readonly where: string;
  readonly connect: () => Promise<Client>;
  /** What each connection begins with. */
  readonly prepare: readonly string[];
  readonly log: Log;
}

/** How long a start waits for a tool that works alone, and how often it looks. */
const PATIENCE_MS = 3_000;
const LOOK_MS = 250;
/** How soon a lost connection is made again. */
const AGAIN_MS = 500;

/** Boards hold the lock shared, a tool that must be alone holds it alone. */
const SCHEMA = 'current_schema()::regnamespace::oid';
const SHARED = `select ${SCHEMA} as schema, pg_try_advisory_lock_shared(${SCHEMA}::int4, -1) as held`;
const ALONE = `select ${SCHEMA} as schema, pg_try_advisory_lock(${SCHEMA}::int4, -1) as held`;

interface LinkListener {
  /** Called with the payload of each notification. */
  onNotice(payload: string): void;
  /** Called when a lost connection is there again: notifications may have been missed. */
  onUp(): void;
}

/**
 * A connection of its own beside the pool: it hears notifications, and the statements that keep this
 * process registered never wait for a turn. Made again where it is lost.
 */
export class PostgresLink {
  private client: Client | undefined;
  private listener: LinkListener | undefined;
  private closed = false;

  private constructor(private readonly options: LinkOptions) {}

  /** Throws DATA_IN_USE while a tool works alone on the database. */
  static async open(options: LinkOptions): Promise<PostgresLink> {
    const link = new PostgresLink(options);
    await untilHeld(() => link.connect(), {
      message: `a tool works on ${options.where} alone; start again when it has ended`,
    });
    return link;
  }

  get isUp(): boolean {
    return this.client !== undefined;
  }

  listen(listener: LinkListener): void {
    this.listener = listener;
  }

  async query<Row>(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    const { client } = this;
    if (client === undefined) throw new Error('the connection to the database is lost');
    try {
      const { rows } = await client.query<Row & object>(text, [...values]);
      return rows;
    } catch (error) {
      // The answer may still be on its way, and would be taken for that of the next statement.
      if (/timeout|terminated/i.test(toError(error).message) || isReadOnly(error)) cut(client);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    const { client } = this;
    this.client = undefined;
    if (client !== undefined) await endOf(client);
  }

  private async connect(): Promise<boolean> {
    const { prepare } = this.options;
    const client = await connected(this.options, [...prepare], SHARED);
    if (client === undefined) return false;
    client.on('notification', ({ payload }) => this.listener?.onNotice(payload ?? ''));
    client.once('end', () => void this.again(client));
    this.client = client;
    return true;
  }

  private async again(lost: Client): Promise<void> {
    if (this.client === lost) this.client = undefined;
    const { log, where } = this.options;
    if (!this.closed) log.warn('node.link-lost', { detail: where });
    while (!this.closed) {
      await delay(AGAIN_MS, undefined, { ref: false });
      if (this.closed) return;
      try {
        if (!(await this.connect())) continue;
        // Closed while the connection was made.
        if (this.closed) return await this.close();
        return this.listener?.onUp();
      } catch (error) {
        // The server is away; nobody signs in meanwhile.
        log.debug('node.link-waits', { reason: toError(error).message });
      }
    }
  }
}

/** Keeps all boards off the database, for a tool. Throws DATA_IN_USE while one runs on it. */
export async function holdAlone(options: LinkOptions): Promise<BoardHold> {
  let client: Client | undefined;
  const take = async (): Promise<boolean> => {
    client = await connected(options, options.prepare, ALONE);
    return client !== undefined;
  };
  await untilHeld(take, { message: `a board runs on ${options.where}: stop it first` });
  return { release: () => (client === undefined ? Promise.resolve() : endOf(client)) };
}

async function untilHeld(
  take: () => Promise<boolean>,
  { message }: { readonly message: string },
): Promise<void> {
  for (let waitedMs = 0; !(await take()); waitedMs += LOOK_MS) {
    if (waitedMs >= PATIENCE_MS) throw new BbsError('DATA_IN_USE', message);
    await delay(LOOK_MS);
  }
}

/** A connection that holds the lock and hears what is told; undefined where the lock is held otherwise. */
async function connected(
  { connect }: LinkOptions,
  prepare: readonly string[],
  lock: string,
): Promise<Client | undefined> {
  const client = await connect();
  try {
    for (const statement of prepare) await client.query(statement);
    const { rows } = await client.query<{ readonly schema: number; readonly held: boolean }>(lock);
    const [row] = rows;
    if (row?.held === true) {
      await client.query(`listen sallyport_${row.schema}`);
      return client;
    }
  } catch (error) {
    cut(client);
    throw error;
  }
  await endOf(client);
  return undefined;
}

/** Resolves when the server has answered anything on this connection, which is ended then. */
export async function askAnything(client: Client): Promise<void> {
  try {
    await client.query('select 1');
  } finally {
    cut(client);
  }
}

/** A server that does not answer is not waited for. */
async function endOf(client: Client): Promise<void> {
  const end = client.end().catch(() => undefined);
  await Promise.race([end, delay(1_000, undefined, { ref: false })]);
}
