import type { Sql } from './database';
import { formatTimestamp } from './properties';

/** What a row holds in place of a time that it does not have. */
const NONE = 0;
/** The last time that can be written with four digits of the year: a ban for ever. */
const FOR_EVER_MS = 253_402_300_799_000;

/**
 * Every stored time by which something ends or is counted, but for links. Times that only tell what
 * happened (audit, calls) stay as they were written.
 */
const TIMES: readonly { readonly table: string; readonly columns: readonly string[] }[] = [
  { table: 'attempt', columns: ['charged_at', 'wait_until'] },
  { table: 'source_penalty', columns: ['changed_at', 'until_at'] },
  { table: 'known_source', columns: ['used_at'] },
  { table: 'budget', columns: ['ends_at'] },
  { table: 'outbox', columns: ['created_at', 'next_at', 'claimed_until', 'sent_at'] },
];
const LINK_TIMES = ['created_at', 'expires_at'] as const;

/**
 * Moves what is stored by as much as the clock stepped. What a wait, penalty, lock, budget or retry has
 * left is `end - now`; both terms move by the same, so a step of any size and direction leaves it as it
 * was: nothing ends early, and nothing lasts longer than its length.
 *
 * Links move back with the clock and never forward. A step back leaves what is left of a link as it was,
 * a step forward takes its size from it. So nothing is ever added: a link that has ended stays so, and
 * none lives longer than its length. That a step forward may end one is right, for wall time also jumps
 * where a machine slept.
 */
export async function shiftTimes(sql: Sql, stepMs: number): Promise<void> {
  for (const { table, columns } of TIMES) await shift(sql, { table, columns, stepMs });
  if (stepMs < 0) await shift(sql, { table: 'token', columns: LINK_TIMES, stepMs });
  await shiftLocks(sql, stepMs);
}

async function shift(
  sql: Sql,
  move: { readonly table: string; readonly columns: readonly string[]; readonly stepMs: number },
): Promise<void> {
  const { table, columns, stepMs } = move;
  const moved = columns.map((column) => [
    column,
    sql.raw('case when ?? > ? and ?? < ? then ?? + cast(? as bigint) else ?? end', [
      ...[column, NONE, column, FOR_EVER_MS],
      ...[column, stepMs, column],
    ]),
  ]);
  await sql(table).update(Object.fromEntries(moved));
}

/** Locks by failures, whose time is a property. */
async function shiftLocks(sql: Sql, stepMs: number): Promise<void> {
  const name = 'account_locked_timestamp';
  const locks: readonly { user_id: number; prop_value: string }[] = await sql('user_property')
    .where({ prop_name: name })
    .select('user_id', 'prop_value');
  for (const { user_id, prop_value } of locks) {
    const atMs = Date.parse(prop_value) + stepMs;
    if (Number.isNaN(atMs)) continue;
    await sql('user_property')
      .where({ user_id, prop_name: name })
      .update({ prop_value: formatTimestamp(atMs) });
  }
}

/** The last time that the board saw, and how many steps have been taken over. */
export interface TimeMark {
  readonly seenMs: number;
  readonly steps: number;
}

/** undefined for a board that has not run yet. */
export async function findTimeMark(sql: Sql): Promise<TimeMark | undefined> {
  const row = await sql('time_mark')
    .where({ id: 1 })
    .first<{ seen_at: number; steps: number } | undefined>();
  return row === undefined ? undefined : { seenMs: Number(row.seen_at), steps: Number(row.steps) };
}

export async function writeTimeMark(sql: Sql, nowMs: number): Promise<void> {
  await sql('time_mark')
    .insert({ id: 1, seen_at: nowMs, steps: 0 })
    .onConflict('id')
    .merge(['seen_at']);
}

/** Counts one more step than `steps`; false where that one has been taken over before. */
export async function countStep(sql: Sql, steps: number): Promise<boolean> {
  return (await sql('time_mark').where({ id: 1, steps }).increment('steps', 1)) === 1;
}
