import type { Sql } from './database';

/** A public key that signs in to an account. */
export interface SshKeyRow {
  readonly id: number;
  readonly userId: number;
  /** As in the key line: `ssh-ed25519`, `ssh-rsa`, `ecdsa-sha2-nistp256`, `sk-...`. */
  readonly algorithm: string;
  /** Base64 of the key blob, as in the key line. */
  readonly blob: string;
  /** `SHA256:...`, as ssh-keygen prints it. */
  readonly fingerprint: string;
  readonly comment: string;
  readonly addedAtMs: number;
  readonly usedAtMs: number | undefined;
  /** Signature counter of an sk- key, undefined before its first use. */
  readonly signatureCount: number | undefined;
  /** While it signs in without a code; undefined where it never did. */
  readonly remembered: RememberedKey | undefined;
}

/** A key that needs no code for a while (rule N9). */
interface RememberedKey {
  /** Both of the timeline. */
  readonly sinceMs: number;
  readonly untilMs: number;
  /** The login version of the account then: any change that ends its calls ends this too. */
  readonly loginVersion: number;
}

export async function listSshKeys(sql: Sql, userId: number): Promise<readonly SshKeyRow[]> {
  const rows: readonly Record<string, unknown>[] = await sql('ssh_key')
    .where({ user_id: userId })
    .orderBy('id');
  return rows.map(toKey);
}

export async function findSshKey(
  sql: Sql,
  userId: number,
  fingerprint: string,
): Promise<SshKeyRow | undefined> {
  const row: Record<string, unknown> | undefined = await sql('ssh_key')
    .where({ user_id: userId, fingerprint })
    .first();
  return row === undefined ? undefined : toKey(row);
}

/** Adds a key; false when the account has it already. */
export async function addSshKey(
  sql: Sql,
  key: Pick<SshKeyRow, 'userId' | 'algorithm' | 'blob' | 'fingerprint' | 'comment' | 'addedAtMs'>,
): Promise<boolean> {
  const there = await findSshKey(sql, key.userId, key.fingerprint);
  if (there !== undefined) return false;
  await sql('ssh_key').insert({
    user_id: key.userId,
    algorithm: key.algorithm,
    blob: key.blob,
    fingerprint: key.fingerprint,
    comment: key.comment,
    added_at: key.addedAtMs,
  });
  return true;
}

/** Removes one key of an account, or all; returns their number. */
export async function removeSshKeys(
  sql: Sql,
  userId: number,
  fingerprint?: string,
): Promise<number> {
  const rows = sql('ssh_key').where({ user_id: userId });
  if (fingerprint !== undefined) void rows.andWhere({ fingerprint });
  return rows.delete();
}

/** Remembers a key of an account; false where it is gone. */
export async function rememberSshKey(
  sql: Sql,
  key: { readonly userId: number; readonly id: number } & RememberedKey,
): Promise<boolean> {
  const changed = await sql('ssh_key').where({ user_id: key.userId, id: key.id }).update({
    remembered_at: key.sinceMs,
    remembered_until: key.untilMs,
    remembered_version: key.loginVersion,
  });
  return changed === 1;
}

/** Forgets that keys of an account were remembered, one or all. */
export async function forgetSshKeys(sql: Sql, userId: number, fingerprint?: string): Promise<void> {
  const rows = sql('ssh_key').where({ user_id: userId }).whereNotNull('remembered_until');
  if (fingerprint !== undefined) void rows.andWhere({ fingerprint });
  await rows.update({ remembered_at: null, remembered_until: null, remembered_version: null });
}

/**
 * Records that a key signed in. For sk- keys the counter must have grown; false means that it did not,
 * so that the authenticator is a copy.
 */
export async function recordSshKeyUse(
  sql: Sql,
  use: { readonly id: number; readonly nowMs: number; readonly signatureCount?: number },
): Promise<boolean> {
  const { signatureCount } = use;
  const rows = sql('ssh_key').where({ id: use.id });
  if (signatureCount !== undefined) {
    // Authenticators without a counter send 0 each time.
    const grown = signatureCount === 0 ? '<=' : '<';
    void rows.andWhere((part) => {
      void part.whereNull('signature_count').orWhere('signature_count', grown, signatureCount);
    });
  }
  const changed = await rows.update({
    used_at: use.nowMs,
    ...(signatureCount === undefined ? {} : { signature_count: signatureCount }),
  });
  return changed === 1;
}

function toKey(row: Record<string, unknown>): SshKeyRow {
  return {
    id: Number(row['id']),
    userId: Number(row['user_id']),
    algorithm: String(row['algorithm']),
    blob: String(row['blob']),
    fingerprint: String(row['fingerprint']),
    comment: String(row['comment']),
    addedAtMs: Number(row['added_at']),
    usedAtMs: row['used_at'] === null ? undefined : Number(row['used_at']),
    signatureCount: row['signature_count'] === null ? undefined : Number(row['signature_count']),
    remembered: toRemembered(row),
  };
}

function toRemembered(row: Record<string, unknown>): RememberedKey | undefined {
  if (row['remembered_until'] === null) return undefined;
  return {
    sinceMs: Number(row['remembered_at']),
    untilMs: Number(row['remembered_until']),
    loginVersion: Number(row['remembered_version']),
  };
}
