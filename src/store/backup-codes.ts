import type { Knex } from 'knex';
import type { Sql } from './database';

/** `login` signs in once and keeps the factor; `disable` signs in once and removes it (contract TFS 4). */
export type BackupCodePurpose = 'login' | 'disable';

/**
 * `entry` is a code that the sysop gives to somebody who has no other: it signs in once, before its time
 * is over, for nothing but to bind a new factor.
 */
export type CodePurpose = BackupCodePurpose | 'entry';

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

/** Stores an entry code in place of an earlier one; `expiresAtMs` is of the timeline. */
export async function replaceEntryCode(
  sql: Sql,
  owner: { readonly userId: number; readonly nowMs: number; readonly expiresAtMs: number },
  code: BackupCodeHash,
): Promise<void> {
  await removeEntryCode(sql, owner.userId);
  await sql('backup_code').insert({
    user_id: owner.userId,
    purpose: 'entry',
    key_id: code.keyId,
    code_hash: code.hash,
    created_at: owner.nowMs,
    expires_at: owner.expiresAtMs,
  });
}

export async function removeEntryCode(sql: Sql, userId: number): Promise<void> {
  await sql('backup_code').where({ user_id: userId, purpose: 'entry' }).delete();
}

export async function removeBackupCodes(sql: Sql, userId: number): Promise<void> {
  await sql('backup_code').where({ user_id: userId }).delete();
}

/** Which codes of an account count: those with one of these hashes and purposes whose time is not over. */
export interface WantedCode {
  readonly userId: number;
  readonly hashes: readonly string[];
  readonly purposes: readonly CodePurpose[];
  readonly timelineMs: number;
}

function codesOf(sql: Sql, wanted: WantedCode): Knex.QueryBuilder {
  return sql('backup_code')
    .where({ user_id: wanted.userId })
    .whereIn('code_hash', wanted.hashes)
    .whereIn('purpose', wanted.purposes)
    .andWhere((end) => {
      void end.whereNull('expires_at').orWhere('expires_at', '>', wanted.timelineMs);
    });
}

/** Spends a code; of several concurrent attempts one returns true (rule B3). */
export async function spendBackupCode(
  sql: Sql,
  wanted: WantedCode,
  nowMs: number,
): Promise<boolean> {
  const changed = (await codesOf(sql, wanted)
    .whereNull('used_at')
    .update({ used_at: nowMs })) as number;
  return changed > 0;
}

/** The purpose of the code with one of these hashes, used or not. */
export async function findBackupCode(
  sql: Sql,
  wanted: WantedCode,
): Promise<CodePurpose | undefined> {
  const row = (await codesOf(sql, wanted).first('purpose')) as { purpose: CodePurpose } | undefined;
  return row?.purpose;
}

/** Number of unused codes of an account, without an entry code. */
export async function countBackupCodes(sql: Sql, userId: number): Promise<number> {
  const row = await sql('backup_code')
    .where({ user_id: userId })
    .whereNot({ purpose: 'entry' })
    .whereNull('used_at')
    .count<{ left: number | string }[]>({ left: '*' });
  return Number(row[0]?.left ?? 0);
}

/** Number of unused codes by the id of the key that hashed them; these keys must be kept. */
export async function countBackupCodesByKey(sql: Sql): Promise<ReadonlyMap<string, number>> {
  // An entry code is of minutes: a key is not kept for it.
  const rows = await sql('backup_code')
    .whereNot({ purpose: 'entry' })
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
    .whereNot({ purpose: 'entry' })
    .whereNull('used_at')
    .whereNotIn('key_id', exceptKeys)
    .distinct('user_id')
    .orderBy('user_id')
    .pluck<number[]>('user_id');
}

/** Ids of the keys under which an account has codes that are not used. */
export async function listCodeKeys(sql: Sql, userId: number): Promise<readonly string[]> {
  return sql('backup_code')
    .where({ user_id: userId })
    .whereNull('used_at')
    .distinct()
    .pluck<string[]>('key_id');
}
