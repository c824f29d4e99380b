import type { Sql } from './database';

/** One numbered code of a sheet as stored: keyed hashes of the whole and of each of its groups. */
export interface SheetCodeHash {
  readonly number: number;
  readonly keyId: string;
  readonly hash: string;
  /** Of the groups, in their order: they tell that a wrong code was nearly right. */
  readonly groups: readonly string[];
}

/** What is known of an account's sheet. */
export interface SheetStatus {
  readonly madeAtMs: number;
  readonly total: number;
  readonly left: number;
  /** The lowest number that is left; undefined where none is. */
  readonly next: number | undefined;
}

/** A code that is asked for by its number. */
interface SheetCode {
  readonly userId: number;
  readonly number: number;
}

/** Stores a sheet in place of the one that the account had. */
export async function replaceSheet(
  sql: Sql,
  owner: { readonly userId: number; readonly nowMs: number },
  codes: readonly SheetCodeHash[],
): Promise<void> {
  await removeSheet(sql, owner.userId);
  for (const { number, keyId, hash, groups } of codes) {
    await sql('sheet_code').insert({
      user_id: owner.userId,
      number,
      key_id: keyId,
      code_hash: hash,
      group_hashes: groups.join(' '),
      created_at: owner.nowMs,
    });
  }
}

/** False where there is none. */
export async function removeSheet(sql: Sql, userId: number): Promise<boolean> {
  return (await sql('sheet_code').where({ user_id: userId }).delete()) > 0;
}

export async function findSheet(sql: Sql, userId: number): Promise<SheetStatus | undefined> {
  const rows = await sql('sheet_code')
    .where({ user_id: userId })
    .orderBy('number')
    .select<readonly Readonly<Record<string, unknown>>[]>('number', 'created_at', 'used_at');
  const [first] = rows;
  if (first === undefined) return undefined;
  const left = rows.filter((row) => row['used_at'] === null);
  return {
    madeAtMs: Number(first['created_at']),
    total: rows.length,
    left: left.length,
    next: left[0] && Number(left[0]['number']),
  };
}

/** Numbers of the codes that are left, the lowest first. */
export async function listSheetNumbers(sql: Sql, userId: number): Promise<readonly number[]> {
  return sql('sheet_code')
    .where({ user_id: userId })
    .whereNull('used_at')
    .orderBy('number')
    .pluck<number[]>('number');
}

/** Hashes of the groups of a code, whether it is spent or not; undefined where there is none. */
export async function findSheetGroups(
  sql: Sql,
  { userId, number }: SheetCode,
): Promise<readonly string[] | undefined> {
  const row = (await sql('sheet_code').where({ user_id: userId, number }).first('group_hashes')) as
    { group_hashes: string } | undefined;
  return row?.group_hashes.split(' ');
}

/**
 * Spends a code in one conditional statement: one that has one of these hashes, or whatever it is where none
 * are given. Of several concurrent attempts one returns true (invariant 3).
 */
export async function spendSheetCode(
  sql: Sql,
  { userId, number }: SheetCode,
  spent: { readonly nowMs: number; readonly hashes?: readonly string[] },
): Promise<boolean> {
  const code = sql('sheet_code').where({ user_id: userId, number }).whereNull('used_at');
  if (spent.hashes !== undefined) void code.whereIn('code_hash', spent.hashes);
  return (await code.update({ used_at: spent.nowMs })) > 0;
}

/** The number of the code with one of these hashes, spent or not; undefined where there is none. */
export async function findSheetNumber(
  sql: Sql,
  { userId, hashes }: { readonly userId: number; readonly hashes: readonly string[] },
): Promise<number | undefined> {
  const row = (await sql('sheet_code')
    .where({ user_id: userId })
    .whereIn('code_hash', hashes)
    .first('number')) as { number: number } | undefined;
  return row && Number(row.number);
}

/** Number of unspent codes by the id of the key that hashed them; these keys must be kept. */
export async function countSheetCodesByKey(sql: Sql): Promise<ReadonlyMap<string, number>> {
  const rows = await sql('sheet_code')
    .whereNull('used_at')
    .groupBy('key_id')
    .select('key_id')
    .count<{ key_id: string; codes: number | string }[]>({ codes: '*' });
  return new Map(rows.map((row) => [row.key_id, Number(row.codes)]));
}

/** Removes sheets of which no code can be compared any more: they are under other keys than these. */
export async function removeLostSheets(sql: Sql, keyIds: readonly string[]): Promise<void> {
  await sql('sheet_code').whereNotIn('key_id', keyIds).delete();
}
