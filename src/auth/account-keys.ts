import type { Sql } from '../store/database';
import { findProperty } from '../store/properties';
import { findSshKey } from '../store/ssh-keys';
import type { SshKeyRow } from '../store/ssh-keys';
import { isUsableKey, parseSshPublicKey, sshFingerprint } from './ssh-key';
import type { SshPublicKey } from './ssh-key';

/**
 * The stored key with this blob: one of the account's keys, or the one that ENiGMA½ kept for it. A key
 * that was stored under other rules and is not accepted any more counts as none: a client that asks
 * about it is told so before it signs.
 */
export async function findAccountKey(
  sql: Sql,
  userId: number,
  blob: Buffer,
): Promise<SshKeyRow | 'property' | undefined> {
  const row = await findSshKey(sql, userId, sshFingerprint(blob));
  if (row !== undefined) {
    const isSame = Buffer.from(row.blob, 'base64').equals(blob);
    return isSame && isUsableKey(blob) ? row : undefined;
  }
  const imported = await importedAccountKey(sql, userId);
  return imported?.blob.equals(blob) === true ? 'property' : undefined;
}

/** The one key that ENiGMA½ kept for an account (contract A1.4). */
export async function importedAccountKey(
  sql: Sql,
  userId: number,
): Promise<SshPublicKey | undefined> {
  const line = await findProperty(sql, userId, 'ssh_public_key');
  const parsed = line === undefined ? undefined : parseSshPublicKey(line);
  return parsed?.kind === 'key' ? parsed.key : undefined;
}
