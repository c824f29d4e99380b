import type { Sql } from './database';

/** The penalty of one source. */
export interface PenaltyRow {
  /** As sourceOf writes it. */
  readonly source: string;
  readonly untilMs: number;
  /** False while it is recorded but not enforced. */
  readonly enforced: boolean;
  /** The last offence, or `ban` for one by the sysop. */
  readonly reason: string;
  readonly changedAtMs: number;
}

type Stored = Readonly<Record<string, unknown>>;

/** What `until_at` says of a penalty that the sysop has ended. */
const ENDED = 0;

/** Stores a penalty where it lasts longer than the stored one, unless the sysop has ended that since. */
export async function raisePenalty(sql: Sql, row: PenaltyRow): Promise<void> {
  const columns = toColumns(row);
  const inserted = sql('source_penalty').insert({ source: row.source, ...columns });
  await inserted.onConflict('source').ignore();
  await sql('source_penalty')
    .where({ source: row.source })
    .andWhere('until_at', '<', row.untilMs)
    .andWhere((open) => {
      void open.where('until_at', '>', ENDED).orWhere('changed_at', '<=', row.changedAtMs);
    })
    .update(columns);
}

/** Replaces the penalty of a source, for the sysop. */
export async function replacePenalty(sql: Sql, row: PenaltyRow): Promise<void> {
  await sql('source_penalty')
    .insert({ source: row.source, ...toColumns(row) })
    .onConflict('source')
    .merge(['until_at', 'enforced', 'reason', 'changed_at']);
}

/** Ends a penalty; the row stays for a while, so that running servers learn of it. False when there was none. */
export async function endPenalty(sql: Sql, source: string, timelineMs: number): Promise<boolean> {
  const ended = await sql('source_penalty')
    .where({ source })
    .andWhere('until_at', '>', timelineMs)
    .update({ until_at: ENDED, enforced: 0, changed_at: timelineMs });
  return ended > 0;
}

/** Penalties in force, longest first. */
export async function listPenalties(
  sql: Sql,
  query: { readonly timelineMs: number; readonly limit: number },
): Promise<readonly PenaltyRow[]> {
  const rows: readonly Stored[] = await sql('source_penalty')
    .where('until_at', '>', query.timelineMs)
    // One that begins later than it is long is left over from a clock that was ahead.
    .andWhere((kept) => {
      const begun = 'changed_at - ? <= until_at - changed_at';
      void kept.where({ reason: 'ban' }).orWhereRaw(begun, [query.timelineMs]);
    })
    .orderBy('until_at', 'desc')
    .limit(query.limit);
  return rows.map(toPenalty);
}

/** The penalty of one source in force; else undefined. */
export async function findPenalty(
  sql: Sql,
  source: string,
  timelineMs: number,
): Promise<PenaltyRow | undefined> {
  const row: Stored | undefined = await sql('source_penalty')
    .where({ source })
    .andWhere('until_at', '>', timelineMs)
    .first();
  return row === undefined ? undefined : toPenalty(row);
}

/** Rows that changed at or after `sinceMs`, ended ones included. */
export async function listChangedPenalties(
  sql: Sql,
  query: { readonly sinceMs: number; readonly limit: number },
): Promise<readonly PenaltyRow[]> {
  const rows: readonly Stored[] = await sql('source_penalty')
    .where('changed_at', '>=', query.sinceMs)
    .orderBy('changed_at', 'desc')
    .limit(query.limit);
  return rows.map(toPenalty);
}

/** Removes rows that ended long enough ago for every server to have read them. */
export async function prunePenalties(sql: Sql, beforeMs: number): Promise<number> {
  return sql('source_penalty')
    .where('until_at', '<', beforeMs)
    .andWhere('changed_at', '<', beforeMs)
    .delete();
}

function toColumns(row: PenaltyRow): Stored {
  return {
    until_at: row.untilMs,
    enforced: row.enforced ? 1 : 0,
    reason: row.reason,
    changed_at: row.changedAtMs,
  };
}

function toPenalty(row: Stored): PenaltyRow {
  return {
    source: String(row['source']),
    untilMs: Number(row['until_at']),
    enforced: Number(row['enforced']) === 1,
    reason: String(row['reason']),
    changedAtMs: Number(row['changed_at']),
  };
}
