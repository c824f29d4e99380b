import type { Sql } from './database';

/** How long a recovery may be used once its waiting time is over, in milliseconds of the timeline. */
export const RECOVERY_USABLE_MS = 7 * 86_400_000;

/** A lost second factor whose waiting time has begun; one of an account at most. */
export interface Recovery {
  readonly userId: number;
  /** Hash of the link that began it, for which its page says so again. */
  readonly linkHash: string;
  /** Where the link was opened from. */
  readonly source: string;
  /** Milliseconds of the timeline. */
  readonly startedAtMs: number;
  /** End of the waiting time, by the timeline; from then on a password leads to the set-up of a new factor. */
  readonly endsAtMs: number;
}

/** Stores a recovery in place of one that was not used in time; false where another one waits or may be used. */
export async function addRecovery(sql: Sql, recovery: Recovery): Promise<boolean> {
  const { userId, startedAtMs } = recovery;
  await sql('factor_recovery')
    .where({ user_id: userId })
    .andWhere('ends_at', '<=', startedAtMs - RECOVERY_USABLE_MS)
    .delete();
  if ((await findRecovery(sql, userId, startedAtMs)) !== undefined) return false;
  await sql('factor_recovery').insert({
    user_id: userId,
    link_hash: recovery.linkHash,
    source: recovery.source,
    started_at: startedAtMs,
    ends_at: recovery.endsAtMs,
  });
  return true;
}

/** The recovery of an account that waits or may be used now. */
export async function findRecovery(
  sql: Sql,
  userId: number,
  timelineMs: number,
): Promise<Recovery | undefined> {
  return first(sql, { user_id: userId }, timelineMs);
}

/** The same by the hash of the link that began it. */
export async function findRecoveryOfLink(
  sql: Sql,
  linkHash: string,
  timelineMs: number,
): Promise<Recovery | undefined> {
  return first(sql, { link_hash: linkHash }, timelineMs);
}

/** All that wait or may be used now, by account. */
export async function listRecoveries(sql: Sql, timelineMs: number): Promise<readonly Recovery[]> {
  const rows: readonly Record<string, unknown>[] = await sql('factor_recovery')
    .where('ends_at', '>', timelineMs - RECOVERY_USABLE_MS)
    .orderBy('user_id');
  return rows.map(toRecovery);
}

/** Ends the recovery of an account; of several concurrent calls one returns true. */
export async function removeRecovery(sql: Sql, userId: number): Promise<boolean> {
  return (await sql('factor_recovery').where({ user_id: userId }).delete()) === 1;
}

async function first(
  sql: Sql,
  which: Readonly<Record<string, string | number>>,
  timelineMs: number,
): Promise<Recovery | undefined> {
  const row: Record<string, unknown> | undefined = await sql('factor_recovery')
    .where(which)
    .andWhere('ends_at', '>', timelineMs - RECOVERY_USABLE_MS)
    .first();
  return row === undefined ? undefined : toRecovery(row);
}

function toRecovery(row: Record<string, unknown>): Recovery {
  return {
    userId: Number(row['user_id']),
    linkHash: String(row['link_hash']),
    source: String(row['source']),
    startedAtMs: Number(row['started_at']),
    endsAtMs: Number(row['ends_at']),
  };
}
