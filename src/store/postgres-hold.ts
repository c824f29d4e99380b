import type { Client } from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import { BbsError, toError } from '../base/errors';
import type { Log } from '../base/log';
import type { BoardHold } from './dialect';

interface HoldOptions {
  readonly where: string;
  readonly connect: () => Client;
  /** What each connection begins with. */
  readonly prepare: readonly string[];
  readonly onTaken: () => void;
  readonly log: Log;
}

/** How long a start waits for the server to see that a killed board is gone, and how often it looks. */
const PATIENCE_MS = 3_000;
const LOOK_MS = 250;
/** How soon a lost connection is made again. */
const AGAIN_MS = 500;

const TRY = 'select pg_try_advisory_lock(current_schema()::regnamespace::oid::int4, -1) as held';

/**
 * A lock that a connection of its own holds while the board runs: two boards on one database would give
 * out the same node numbers, and each know its own callers only. The server releases it when the
 * connection ends; then the board takes it again, unless another board was faster.
 */
export async function holdPostgresBoard(options: HoldOptions): Promise<BoardHold> {
  const hold = new PostgresHold(options);
  await hold.take();
  return hold;
}

class PostgresHold implements BoardHold {
  private client: Client | undefined;
  private released = false;

  constructor(private readonly options: HoldOptions) {}

  async take(): Promise<void> {
    for (let waitedMs = 0; !(await this.tryOnce()); waitedMs += LOOK_MS) {
      if (waitedMs >= PATIENCE_MS) throw inUse(this.options.where);
      await delay(LOOK_MS);
    }
  }

  async release(): Promise<void> {
    this.released = true;
    const { client } = this;
    if (client === undefined) return;
    // A server that does not answer is not waited for.
    const end = client.end();
    await Promise.race([end.catch(() => undefined), delay(1_000, undefined, { ref: false })]);
  }

  private async tryOnce(): Promise<boolean> {
    const client = this.options.connect();
    client.on('error', () => undefined);
    try {
      await client.connect();
      for (const statement of this.options.prepare) await client.query(statement);
      const { rows } = await client.query<{ readonly held: boolean }>(TRY);
      if (rows[0]?.held !== true) {
        await client.end();
        return false;
      }
    } catch (error) {
      void client.end().catch(() => undefined);
      throw error;
    }
    this.client = client;
    client.once('end', () => void this.takeAgain());
    return true;
  }

  private async takeAgain(): Promise<void> {
    const { log, where, onTaken } = this.options;
    if (!this.released) log.warn('board.hold-lost', { detail: where });
    while (!this.released) {
      await delay(AGAIN_MS, undefined, { ref: false });
      try {
        if (this.released || (await this.tryOnce())) return;
        log.error('board.taken', { detail: `another board runs on ${where}` });
        return onTaken();
      } catch (error) {
        // The server is away; nobody signs in meanwhile, and another board cannot begin either.
        log.debug('board.hold-waits', { reason: toError(error).message });
      }
    }
  }
}

function inUse(where: string): BbsError {
  return new BbsError(
    'DATA_IN_USE',
    `another board runs on ${where}; one board at a time may use a database: stop it first`,
  );
}
