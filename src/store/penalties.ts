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

/** What a process adds to the penalty of a source. */
export interface Charge {
  /** The penalty as this process knows it, stored where there is none. */
  readonly row: PenaltyRow;
  /** Of `row`, what is not stored yet. */
  readonly addedMs: number;
  /** The longest penalty, and the shortest that is enforced. */
  readonly mostMs: number;
  readonly enforcedFromMs: number;
}

/**
 * Adds to the stored penalty, whoever else has added to it meanwhile, unless it is a ban or the sysop has
 * ended it since.
 */
export async function raisePenalty(sql: Sql, charge: Charge): Promise<void> {
  const { row, addedMs, mostMs, enforcedFromMs } = charge;
  const { source, changedAtMs: atMs } = row;
  const inserted: readonly unknown[] = await sql('source_penalty')
    .insert({ source, ...toColumns(row) }, ['source'])
    .onConflict('source')
    .ignore();
  if (inserted.length > 0) return;
  // One that lasts longer than any can is left over from a clock that was wrong.
  const inForce = 'until_at > ? and until_at <= ?';
  const bounds = [atMs, atMs + mostMs];
  const sum = `case when ${inForce} then until_at else ? end + ?`;
  const sumOf = [...bounds, atMs, addedMs];
  await sql('source_penalty')
    .where({ source })
    .andWhere((open) => {
      void open.whereNot({ reason: 'ban' }).orWhere('until_at', '<=', atMs);
    })
    .andWhere((open) => {
      void open.where('until_at', '>', ENDED).orWhere('changed_at', '<=', atMs);
    })
    .update({
      until_at: sql.raw(`case when ${sum} > ? then ? else ${sum} end`, [
        ...[...sumOf, atMs + mostMs, atMs + mostMs],
        ...sumOf,
      ]),
      enforced: sql.raw(
        `case when (${inForce} and enforced = 1) or ${sum} >= ? then 1 else 0 end`,
        [...bounds, ...sumOf, atMs + enforcedFromMs],
      ),
      reason: row.reason,
      changed_at: sql.raw('case when changed_at > ? then changed_at else ? end', [atMs, atMs]),
    });
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
