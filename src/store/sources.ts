import type { Sql } from './database';
import { send } from './sending';

/** Limit of sources per account; the oldest are removed first. */
const KEPT = 32;

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
  used: {
    readonly source: string;
    readonly timelineMs: number;
    /** Number of sources that the account had before, where that is known. */
    readonly held?: number;
  },
): Promise<void> {
  await send(
    sql,
    sql('known_source')
      .insert({ user_id: userId, source: used.source, used_at: used.timelineMs })
      .onConflict(['user_id', 'source'])
      .merge(['used_at']),
  );
  if (used.held !== undefined && used.held < KEPT) return;
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
