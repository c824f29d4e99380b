import type { Sql } from './database';

/** Limit of sources per account; the oldest are removed first. */
const KEPT = 32;

/** True when the account was fully signed in to from this source after `sinceMs` (rule C5). */
export async function isKnownSource(
  sql: Sql,
  userId: number,
  query: { readonly source: string; readonly sinceMs: number },
): Promise<boolean> {
  const row = await sql('known_source')
    .where({ user_id: userId, source: query.source })
    .andWhere('used_at', '>', query.sinceMs)
    .first('user_id');
  return row !== undefined;
}

export interface KnownSource {
  readonly source: string;
  readonly usedAtMs: number;
}

/** Sources of all accounts, one row per account and source, last used first. */
export async function listKnownSources(
  sql: Sql,
  query: { readonly sinceMs: number; readonly limit: number },
): Promise<KnownSource[]> {
  const rows = await sql('known_source')
    .where('used_at', '>', query.sinceMs)
    .orderBy('used_at', 'desc')
    .limit(query.limit)
    .select<{ source: string; used_at: number }[]>('source', 'used_at');
  return rows.map((row) => ({ source: row.source, usedAtMs: Number(row.used_at) }));
}

export async function rememberSource(
  sql: Sql,
  userId: number,
  used: { readonly source: string; readonly timelineMs: number },
): Promise<void> {
  await sql('known_source')
    .insert({ user_id: userId, source: used.source, used_at: used.timelineMs })
    .onConflict(['user_id', 'source'])
    .merge(['used_at']);
  const oldest = await sql('known_source')
    .where({ user_id: userId })
    .orderBy('used_at', 'desc')
    .offset(KEPT)
    .limit(1)
    .first<{ used_at: number } | undefined>('used_at');
  if (oldest === undefined) return;
  await sql('known_source')
    .where({ user_id: userId })
    .andWhere('used_at', '<=', oldest.used_at)
    .delete();
}

/** Removes all sources of an account except the one from which a change of password was proven. */
export async function replaceSources(
  sql: Sql,
  userId: number,
  proven: { readonly source: string; readonly timelineMs: number } | undefined,
): Promise<void> {
  await sql('known_source').where({ user_id: userId }).delete();
  if (proven !== undefined) await rememberSource(sql, userId, proven);
}
