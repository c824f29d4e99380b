import type { Sql } from './database';

/** A mail that has not been sent yet, without its text. */
export interface WaitingMail {
  readonly id: number;
  /** 0 for mail that belongs to no account. */
  readonly userId: number;
  readonly kind: string;
  readonly attempts: number;
  readonly createdAtMs: number;
  readonly nextAtMs: number;
  /** Why its last try failed. */
  readonly lastError: string | undefined;
}

/** The oldest first. */
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
