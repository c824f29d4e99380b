import type { Sql } from './database';

/** The place that a sealed value is bound to; it cannot be opened for another one (rule I3). */
export interface SealPlace {
  readonly table: string;
  readonly column: string;
  /** 0 for a value without owner. */
  readonly userId: number;
}

/** Seals text for the database with a key that is not in it. */
export interface Sealer {
  /** Id of the key that new values are sealed with. */
  currentKeyId(): string;
  seal(plain: string, place: SealPlace): string;
  /** Throws SEAL_BROKEN when the value was changed, moved to another row, or its key is missing. */
  open(sealed: string, place: SealPlace): string;
}

/** Id of the key with which all nodes seal; undefined in a database that names none yet. */
export async function findCurrentKey(sql: Sql): Promise<string | undefined> {
  const row = await sql('sealing_key').where({ id: 1 }).first<{ key_id: string } | undefined>();
  return row?.key_id;
}

/** Names a key as the current one where none is named; returns the one that is. */
export async function claimCurrentKey(sql: Sql, keyId: string, nowMs: number): Promise<string> {
  const named = await findCurrentKey(sql);
  if (named !== undefined) return named;
  const row = { id: 1, key_id: keyId, since: nowMs };
  await sql('sealing_key').insert(row).onConflict('id').ignore();
  return (await findCurrentKey(sql)) ?? keyId;
}

export async function setCurrentKey(sql: Sql, keyId: string, nowMs: number): Promise<void> {
  const row = { id: 1, key_id: keyId, since: nowMs };
  await sql('sealing_key').insert(row).onConflict('id').merge(['key_id', 'since']);
}

/** One column that holds sealed values, with the columns that name its rows. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  readonly rowKey: string;
  readonly userId: string;
}

/** All sealed columns, for rotation and check. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: 'otp_factor', column: 'secret', rowKey: 'user_id', userId: 'user_id' },
  { table: 'otp_app', column: 'secret', rowKey: 'id', userId: 'user_id' },
  { table: 'otp_pending', column: 'secret', rowKey: 'user_id', userId: 'user_id' },
  { table: 'otp_pending', column: 'word', rowKey: 'user_id', userId: 'user_id' },
  { table: 'far_account', column: 'name', rowKey: 'id', userId: 'user_id' },
  { table: 'far_account', column: 'password', rowKey: 'id', userId: 'user_id' },
  { table: 'outbox', column: 'message', rowKey: 'id', userId: 'user_id' },
];

/** The key id in a sealed value, read without opening it. */
export function sealedKeyId(sealed: string): string {
  return sealed.split('.', 3)[1] ?? '';
}

/** One sealed value with what is needed to open it and to write it back. */
export interface SealedRow {
  readonly rowKey: number;
  readonly userId: number;
  readonly sealed: string;
}

/** One page of the values of a column, in the order of their row keys. */
export async function listSealedRows(
  sql: Sql,
  column: SealedColumn,
  page: { readonly afterKey: number; readonly most: number },
): Promise<readonly SealedRow[]> {
  const rows: readonly Record<string, unknown>[] = await sql(column.table)
    .where(column.rowKey, '>', page.afterKey)
    // Sent mails are empty, and what a far account does not have.
    .whereNot(column.column, '')
    .orderBy(column.rowKey)
    .limit(page.most)
    .select({ row_key: column.rowKey, owner: column.userId, sealed: column.column });
  return rows.map((row) => ({
    rowKey: Number(row['row_key']),
    userId: Number(row['owner']),
    sealed: String(row['sealed']),
  }));
}

/** Writes a newly sealed value; false where the old one was changed meanwhile. */
export async function replaceSealed(
  sql: Sql,
  column: SealedColumn,
  change: { readonly row: SealedRow; readonly sealed: string },
): Promise<boolean> {
  const changed = await sql(column.table)
    .where({ [column.rowKey]: change.row.rowKey, [column.column]: change.row.sealed })
    .update({ [column.column]: change.sealed });
  return changed === 1;
}

/** The same for some rows in one statement; returns how many were as they had been read. */
export async function replaceAllSealed(
  sql: Sql,
  column: SealedColumn,
  changes: readonly { readonly row: SealedRow; readonly sealed: string }[],
): Promise<number> {
  if (changes.length === 0) return 0;
  const cases = changes.map(() => 'when ? then ?').join(' ');
  const values = changes.flatMap(({ row, sealed }) => [row.sealed, sealed]);
  // Values are told apart by themselves: no two are sealed with the same random number.
  return sql(column.table)
    .whereIn(
      column.rowKey,
      changes.map(({ row }) => row.rowKey),
    )
    .whereIn(
      column.column,
      changes.map(({ row }) => row.sealed),
    )
    .update({ [column.column]: sql.raw(`case ?? ${cases} end`, [column.column, ...values]) });
}

/** True where any value is sealed. */
export async function hasSealed(sql: Sql): Promise<boolean> {
  for (const column of SEALED_COLUMNS) {
    if ((await listSealedRows(sql, column, { afterKey: -1, most: 1 })).length > 0) return true;
  }
  return false;
}

/** Number of values by the id of the key that seals them. */
export async function countSealedByKey(sql: Sql): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const column of SEALED_COLUMNS) {
    for (let afterKey = -1; ;) {
      const rows = await listSealedRows(sql, column, { afterKey, most: 1000 });
      for (const { sealed } of rows) {
        const keyId = sealedKeyId(sealed);
        counts.set(keyId, (counts.get(keyId) ?? 0) + 1);
      }
      const last = rows.at(-1);
      if (last === undefined) break;
      afterKey = last.rowKey;
    }
  }
  return counts;
}
