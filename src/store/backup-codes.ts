import type { Sql } from './database';

/** `login` signs in once and keeps the factor; `disable` signs in once and removes it (contract TFS 4). */
export type BackupCodePurpose = 'login' | 'disable';

/** One code as stored: a keyed hash and the id of its key. */
export interface BackupCodeHash {
  readonly keyId: string;
  readonly hash: string;
}

interface NewBackupCode extends BackupCodeHash {
  readonly purpose: BackupCodePurpose;
}

/** Replaces all codes of an account. */
export async function replaceBackupCodes(
  sql: Sql,
  owner: { readonly userId: number; readonly nowMs: number },
  codes: readonly NewBackupCode[],
): Promise<void> {
  await removeBackupCodes(sql, owner.userId);
  for (const code of codes) {
    await sql('backup_code').insert({
      user_id: owner.userId,
      purpose: code.purpose,
      key_id: code.keyId,
      code_hash: code.hash,
      created_at: owner.nowMs,
    });
  }
}

export async function removeBackupCodes(sql: Sql, userId: number): Promise<void> {
  await sql('backup_code').where({ user_id: userId }).delete();
}

/** Spends a code; of several concurrent attempts one returns true (rule B3). */
export async function spendBackupCode(
  sql: Sql,
  spend: { readonly userId: number; readonly hashes: readonly string[]; readonly nowMs: number },
): Promise<boolean> {
  const changed = await sql('backup_code')
    .where({ user_id: spend.userId })
    .whereIn('code_hash', spend.hashes)
    .whereNull('used_at')
    .update({ used_at: spend.nowMs });
  return changed > 0;
}

/** The purpose of the code with one of these hashes, used or not. */
export async function findBackupCode(
  sql: Sql,
  userId: number,
  hashes: readonly string[],
): Promise<BackupCodePurpose | undefined> {
  const row: { purpose: BackupCodePurpose } | undefined = await sql('backup_code')
    .where({ user_id: userId })
    .whereIn('code_hash', hashes)
    .first('purpose');
  return row?.purpose;
}

/** Number of unused codes of an account. */
export async function countBackupCodes(sql: Sql, userId: number): Promise<number> {
  const row = await sql('backup_code')
    .where({ user_id: userId })
    .whereNull('used_at')
    .count<{ left: number | string }[]>({ left: '*' });
  return Number(row[0]?.left ?? 0);
}

/** Number of unused codes by the id of the key that hashed them; these keys must be kept. */
export async function countBackupCodesByKey(sql: Sql): Promise<ReadonlyMap<string, number>> {
  const rows = await sql('backup_code')
    .whereNull('used_at')
    .groupBy('key_id')
    .select('key_id')
    .count<{ key_id: string; codes: number | string }[]>({ codes: '*' });
  return new Map(rows.map((row) => [row.key_id, Number(row.codes)]));
}

/** Accounts with unused codes under any other key than these. */
export async function listOwnersOfCodes(
  sql: Sql,
  { exceptKeys }: { readonly exceptKeys: readonly string[] },
): Promise<readonly number[]> {
  return sql('backup_code')
    .whereNull('used_at')
    .whereNotIn('key_id', exceptKeys)
    .distinct('user_id')
    .orderBy('user_id')
    .pluck<number[]>('user_id');
}
