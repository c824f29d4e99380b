import type { Sql } from './database';

/** One line that an account wrote on the wall of the board; it goes with its account. */
export interface Oneliner {
  readonly userId: number;
  readonly text: string;
  readonly writtenAtMs: number;
}

/** Older lines go when a new one comes. */
const MOST_KEPT = 250;

type Stored = Readonly<Record<string, unknown>>;

/** Adds a line and keeps the newest. */
export async function addOneliner(
  sql: Sql,
  { userId, text, writtenAtMs }: Oneliner,
): Promise<void> {
  await sql('oneliner').insert({ user_id: userId, text, written_at: writtenAtMs });
  const newest = await sql('oneliner').max<{ id: number }[]>({ id: 'id' }).first();
  await sql('oneliner')
    .where('id', '<=', Number(newest?.id ?? 0) - MOST_KEPT)
    .delete();
}

/** The newest lines, the last one at the end. */
export async function listOneliners(sql: Sql, most: number): Promise<readonly Oneliner[]> {
  const rows = (await sql('oneliner').orderBy('id', 'desc').limit(most)) as readonly Stored[];
  return [...rows].reverse().map((row) => ({
    userId: Number(row['user_id']),
    text: String(row['text']),
    writtenAtMs: Number(row['written_at']),
  }));
}
