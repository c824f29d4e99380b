import type { Cancel, Clock } from '../base/clock';
import type { Log } from '../base/log';
import type { ChangeMark } from './change-mark';
import type { Database, Sql } from './database';
import { selectRows } from './dialect';

/** Kinds of changes of an account, and whether each ends its logins (rules J4, M1). */
const ENDS_LOGINS = {
  password: true,
  /** Disabled, inactive or locked. */
  status: true,
  'second-factor': true,
  keys: true,
  name: true,
  deleted: true,
  /** Active again, or its waits are over. */
  unlocked: false,
  /** Another session of the account has ended the call of the session that is named. */
  'call-ended': false,
  groups: false,
  properties: false,
} as const;

export type AccountEventKind = keyof typeof ENDS_LOGINS;

/** One change of an account, written in the transaction of the change (rule J4). */
export interface AccountEvent {
  readonly id: number;
  readonly userId: number;
  readonly kind: AccountEventKind;
  /** True where earlier logins end, except the session that made the change. */
  readonly endsLogins: boolean;
  /** Of the account since this change; undefined where the account was removed. */
  readonly loginVersion: number | undefined;
  /** The session that made the change, which may go on; of `call-ended` the one that may not. */
  readonly sessionId: string | undefined;
}

const POLL_MS = 500;
/** Where rows are seen in the order of their ids; a margin. Elsewhere no number of ids is enough. */
const OVERLAP = 100;

interface EventRow {
  readonly id: number;
  readonly user_id: number;
  readonly kind: AccountEventKind;
  readonly login_version: number | null;
  readonly session_id: string | null;
  /** The transaction that wrote it, and the oldest one that ran when it was read; not on SQLite. */
  readonly xid?: string;
  readonly horizon?: string;
}

/** What a follower has read: all that was committed before this, and some after it, by id. */
interface Read {
  newest: number;
  /** Every transaction below this number had ended. */
  horizon: string | undefined;
  seen: Set<number>;
}

/**
 * Writes an event, and raises the account's login version where the change ends logins. The version, and
 * not the order of events, says whether a login missed a change: transactions that change one account
 * raise it one after the other, whatever the order in which their events become visible.
 */
export async function addAccountEvent(
  sql: Sql,
  event: {
    readonly userId: number;
    readonly kind: AccountEventKind;
    readonly sessionId?: string | undefined;
    readonly nowMs: number;
  },
): Promise<void> {
  const { userId, kind } = event;
  const raised: readonly { login_version: number }[] = await sql('user')
    .where({ id: userId })
    .update({ login_version: sql.raw('login_version + ?', [ENDS_LOGINS[kind] ? 1 : 0]) }, [
      'login_version',
    ]);
  await sql('account_event').insert({
    user_id: userId,
    kind,
    login_version: raised[0]?.login_version ?? null,
    session_id: event.sessionId ?? null,
    at: event.nowMs,
  });
}

/** Events that took an account from one login version to another, oldest first. */
export async function listAccountEvents(
  sql: Sql,
  userId: number,
  versions: { readonly after: number; readonly upTo: number },
): Promise<readonly AccountEvent[]> {
  const rows: readonly EventRow[] = await sql('account_event')
    .where({ user_id: userId })
    .andWhere('login_version', '>', versions.after)
    .andWhere('login_version', '<=', versions.upTo)
    .orderBy('id');
  return rows.map(toEvent);
}

async function newestEventId(sql: Sql): Promise<number> {
  const row = await sql('account_event').max<{ id: number | null }[]>({ id: 'id' }).first();
  return Number(row?.id ?? 0);
}

interface AccountEventsOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
}

/** Notifies listeners, within a second, of changes made in this or another process. */
export class AccountEvents {
  private readonly listeners = new Set<(event: AccountEvent) => void>();
  private asking = false;
  private again = false;
  private closed = false;
  private cancel: Cancel = () => undefined;
  private readonly changes: ChangeMark;

  private constructor(
    private readonly options: AccountEventsOptions,
    private readonly read: Read,
  ) {
    this.changes = options.db.followChanges();
    this.wait();
  }

  /** Asks twice a second from now on whether anything was committed, and then the store. */
  static async open(options: AccountEventsOptions): Promise<AccountEvents> {
    const { db } = options;
    const horizon = await db.run((sql) => readHorizon(sql, db.horizon));
    const read: Read = { newest: await db.run(newestEventId), horizon, seen: new Set() };
    const rows = await db.run((sql) => listUnread(sql, db.horizon, read));
    read.seen = new Set(rows.map(({ id }) => id));
    return new AccountEvents(options, read);
  }

  /** Calls `listener` for each event from now on; the returned function ends that. */
  follow(listener: (event: AccountEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Polls now instead of at the next interval. Call it after a commit that added an event. */
  poke(): void {
    if (!this.closed) void this.turn(() => this.look());
  }

  /** Notifies of events of which another process was told. */
  async hear(ids: readonly number[]): Promise<void> {
    if (this.closed) return;
    try {
      const rows: readonly EventRow[] = await this.options.db.run((sql) =>
        sql('account_event').whereIn('id', [...ids]),
      );
      // Those of transactions before the horizon were told by a look, which knows their ids no more.
      this.tell(rows.filter((row) => isReadAgain(row, this.read)));
    } catch (error) {
      // They are read with the next look.
      this.options.log.warn('account-events.unread', { error });
      this.poke();
    }
  }

  close(): void {
    this.closed = true;
    this.cancel();
    this.listeners.clear();
  }

  private wait(): void {
    this.cancel = this.options.clock.after(
      POLL_MS,
      () => void this.turn(() => this.changes.whenChanged(() => this.look())),
    );
  }

  private async turn(first: () => Promise<void>): Promise<void> {
    if (this.asking) {
      this.again = true;
      return;
    }
    this.asking = true;
    this.cancel();
    try {
      this.again = false;
      await first();
      while (this.again && !this.closed) {
        this.again = false;
        await this.look();
      }
    } catch (error) {
      // The next poll reads the same rows again, so nothing is lost.
      if (!this.closed) this.options.log.warn('account-events.unread', { error });
    } finally {
      this.asking = false;
      if (!this.closed) this.wait();
    }
  }

  private async look(): Promise<void> {
    const { read } = this;
    const { db } = this.options;
    const rows = await db.run((sql) => listUnread(sql, db.horizon, read));
    this.tell(rows);
    // Only what the next look reads again has to be known, which begins where this one said; and what was
    // heard while this one read.
    read.horizon = rows[0]?.horizon ?? read.horizon;
    for (const row of rows) if (!isReadAgain(row, read)) read.seen.delete(row.id);
  }

  private tell(rows: readonly EventRow[]): void {
    const { read } = this;
    for (const row of rows) {
      if (read.seen.has(row.id)) continue;
      read.seen.add(row.id);
      read.newest = Math.max(read.newest, row.id);
      for (const listener of [...this.listeners]) listener(toEvent(row));
    }
  }
}

/** Those that may be new: on PostgreSQL of every transaction that had not ended at the look before. */
async function listUnread(
  sql: Sql,
  horizon: string | undefined,
  read: Pick<Read, 'newest' | 'horizon'>,
): Promise<readonly EventRow[]> {
  const rows = sql('account_event').orderBy('id');
  if (horizon === undefined || read.horizon === undefined)
    return rows.where('id', '>', read.newest - OVERLAP);
  return rows
    .where('xid', '>=', sql.raw('cast(? as xid8)', [read.horizon]))
    .select('*', sql.raw(`${horizon}::text as horizon`));
}

async function readHorizon(sql: Sql, horizon: string | undefined): Promise<string | undefined> {
  if (horizon === undefined) return undefined;
  const rows = await selectRows<{ readonly horizon: string }>(
    sql,
    `select ${horizon}::text as horizon`,
    [],
  );
  return rows[0]?.horizon;
}

function isReadAgain(row: EventRow, read: Read): boolean {
  if (row.xid === undefined || read.horizon === undefined) return row.id > read.newest - OVERLAP;
  return BigInt(row.xid) >= BigInt(read.horizon);
}

function toEvent(row: EventRow): AccountEvent {
  return {
    id: row.id,
    userId: row.user_id,
    kind: row.kind,
    // A kind written by a newer program is treated as one that ends logins.
    endsLogins: !(row.kind in ENDS_LOGINS) || ENDS_LOGINS[row.kind],
    loginVersion: row.login_version ?? undefined,
    sessionId: row.session_id ?? undefined,
  };
}
