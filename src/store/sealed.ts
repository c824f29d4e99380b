import type { Sql } from './database';

/** Where a sealed value lives; it opens nowhere else (rule I3). */
export interface SealPlace {
  readonly table: string;
  readonly column: string;
  /** 0 for what belongs to nobody. */
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

/** One column that holds sealed values, with the columns that name its rows. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  readonly rowKey: string;
  readonly userId: string;
}

/** Every sealed column there is; rotation and check walk this list. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: 'otp_factor', column: 'secret', rowKey: 'user_id', userId: 'user_id' },
  { table: 'otp_pending', column: 'secret', rowKey: 'user_id', userId: 'user_id' },
  { table: 'otp_pending', column: 'word', rowKey: 'user_id', userId: 'user_id' },
  { table: 'outbox', column: 'message', rowKey: 'id', userId: 'user_id' },
];

/** The key id that a sealed value names, without opening it. */
export function sealedKeyId(sealed: string): string {
  return sealed.split('.', 3)[1] ?? '';
}

/** One sealed value with what is needed to open it and to write it back. */
export interface SealedRow {
  readonly rowKey: number;
  readonly userId: number;
  readonly sealed: string;
}

/** The next values of a column, by row key, so that a walk over many can stop and go on. */
export async function listSealedRows(
  sql: Sql,
  column: SealedColumn,
  page: { readonly afterKey: number; readonly most: number },
): Promise<readonly SealedRow[]> {
  const rows: readonly Record<string, unknown>[] = await sql(column.table)
    .where(column.rowKey, '>', page.afterKey)
    // A mail that was sent is emptied.
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

/** Writes a value that was sealed anew, unless somebody changed it meanwhile. */
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

/** Values by the id of the key they are sealed with. */
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
