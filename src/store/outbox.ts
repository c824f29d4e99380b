import type { Sql } from './database';
import { selectRows } from './dialect';

/** A mail that waits to be sent. The message is sealed: it holds links. */
export interface OutboxRow {
  readonly id: number;
  /** 0 for mail that belongs to no account. */
  readonly userId: number;
  readonly kind: string;
  /** Hash of the token in its link; a mail with an ended link is never sent. */
  readonly tokenHash: string | undefined;
  readonly message: string;
  /** With the one that a claim begins. */
  readonly attempts: number;
  readonly createdAtMs: number;
}

/** Limit of the stored answer of a mail server, in characters. */
const MAX_ERROR_CHARACTERS = 500;

export async function addToOutbox(
  sql: Sql,
  mail: Omit<OutboxRow, 'id' | 'attempts'>,
): Promise<void> {
  await sql('outbox').insert({
    user_id: mail.userId,
    kind: mail.kind,
    token_hash: mail.tokenHash ?? null,
    message: mail.message,
    created_at: mail.createdAtMs,
    next_at: mail.createdAtMs,
  });
}

/**
 * Claims mails that are due and that no process has claimed, oldest first. `passing` is what a database takes
 * behind a select so that of several processes none waits for the rows that another one takes.
 */
export async function takeDueMail(
  sql: Sql,
  take: {
    readonly timelineMs: number;
    readonly untilMs: number;
    readonly most: number;
    readonly passing: string;
  },
): Promise<readonly OutboxRow[]> {
  const { timelineMs, untilMs, most, passing } = take;
  const rows = await selectRows<Record<string, unknown>>(
    sql,
    'update outbox set attempts = attempts + 1, claimed_until = ? where id in (select id from outbox' +
      ' where sent_at is null and next_at <= ? and claimed_until <= ?' +
      ` order by id limit ? ${passing}) returning *`,
    [untilMs, timelineMs, timelineMs, most],
  );
  return rows.map(toOutbox).toSorted((one, other) => one.id - other.id);
}

/**
 * When something is to be done in the outbox next although nobody changes it: a mail is due, its claim
 * ends, or it was sent `keepSentMs` ago. Infinity where there is nothing.
 */
export async function findNextMailMs(
  sql: Sql,
  options: { readonly keepSentMs: number },
): Promise<number> {
  const waiting = await sql('outbox')
    .whereNull('sent_at')
    .min<{ at: number | string | null }[]>({
      at: sql.raw('case when claimed_until > next_at then claimed_until else next_at end'),
    })
    .first();
  const sent = await sql('outbox')
    .whereNotNull('sent_at')
    .min<{ at: number | string | null }[]>({ at: 'sent_at' })
    .first();
  const dueMs = Number(waiting?.at ?? Infinity);
  return Math.min(dueMs, Number(sent?.at ?? Infinity) + options.keepSentMs + 1);
}

/** Releases a claimed mail for another try at `nextAtMs`. */
export async function postponeMail(
  sql: Sql,
  id: number,
  later: { readonly nextAtMs: number; readonly error: string },
): Promise<void> {
  const { nextAtMs, error } = later;
  await sql('outbox')
    .where({ id })
    .update({
      next_at: nextAtMs,
      claimed_until: 0,
      last_error: error.slice(0, MAX_ERROR_CHARACTERS),
    });
}

/** Makes all waiting mails due, except claimed ones. */
export async function makeMailDue(sql: Sql, timelineMs: number): Promise<void> {
  await sql('outbox')
    .whereNull('sent_at')
    .andWhere('claimed_until', '<=', timelineMs)
    .andWhere('next_at', '>', timelineMs)
    .update({ next_at: timelineMs });
}

/** Empties a sent mail; the row stays for counting (rules A15, C7). */
export async function markMailSent(sql: Sql, id: number, timelineMs: number): Promise<void> {
  await sql('outbox').where({ id }).update({ sent_at: timelineMs, message: '', token_hash: null });
}

/** Empties the waiting mails of a kind for one account: they are not sent, but still counted. */
export async function voidLinkMail(
  sql: Sql,
  mails: { readonly userId: number; readonly kind: string },
): Promise<void> {
  await sql('outbox')
    .where({ user_id: mails.userId, kind: mails.kind })
    .whereNull('sent_at')
    .update({ sent_at: sql.ref('created_at'), message: '', token_hash: null });
}

/** Number of mails of one kind for one account since `sinceMs`, sent or waiting. */
export async function countRecentMail(
  sql: Sql,
  recent: { readonly userId: number; readonly kind: string; readonly sinceMs: number },
): Promise<number> {
  const rows = await sql('outbox')
    .where({ user_id: recent.userId, kind: recent.kind })
    .andWhere('created_at', '>', recent.sinceMs)
    .count<{ mails: number | string }[]>({ mails: '*' });
  return Number(rows[0]?.mails ?? 0);
}

/** Removes rows of mails that were sent before `beforeMs`. */
export async function pruneOutbox(sql: Sql, beforeMs: number): Promise<number> {
  return sql('outbox').where('sent_at', '<', beforeMs).delete();
}

export async function removeMail(sql: Sql, id: number): Promise<void> {
  await sql('outbox').where({ id }).delete();
}

/** Number of waiting mails. */
export async function countOutbox(sql: Sql): Promise<number> {
  const rows = await sql('outbox')
    .whereNull('sent_at')
    .count<{ mails: number | string }[]>({ mails: '*' });
  return Number(rows[0]?.mails ?? 0);
}

function toOutbox(row: Record<string, unknown>): OutboxRow {
  return {
    id: Number(row['id']),
    userId: Number(row['user_id']),
    kind: String(row['kind']),
    tokenHash: row['token_hash'] === null ? undefined : String(row['token_hash']),
    message: String(row['message']),
    attempts: Number(row['attempts']),
    createdAtMs: Number(row['created_at']),
  };
}

/** A mail that has not been sent yet, without its text. */
interface WaitingMail {
  readonly id: number;
  /** 0 for mail that belongs to no account. */
  readonly userId: number;
  readonly kind: string;
  readonly attempts: number;
  readonly createdAtMs: number;
  readonly nextAtMs: number;
  /** Error of the last try. */
  readonly lastError: string | undefined;
}

/** Waiting mails, oldest first. */
export async function listWaitingMail(sql: Sql, limit: number): Promise<readonly WaitingMail[]> {
  const rows: readonly Record<string, unknown>[] = await sql('outbox')
    .whereNull('sent_at')
    .orderBy('id')
    .limit(limit)
    .select('id', 'user_id', 'kind', 'attempts', 'created_at', 'next_at', 'last_error');
  return rows.map((row) => ({
    id: Number(row['id']),
    userId: Number(row['user_id']),
    kind: String(row['kind']),
    attempts: Number(row['attempts']),
    createdAtMs: Number(row['created_at']),
    nextAtMs: Number(row['next_at']),
    lastError: typeof row['last_error'] === 'string' ? row['last_error'] : undefined,
  }));
}
