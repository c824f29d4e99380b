import type { Sql } from './database';
import { findProperty, writeProperties } from './properties';

/** The stored form of a password. */
export type StoredPassword =
  /** A PHC string. */
  | { readonly kind: 'argon2'; readonly hash: string }
  /** The hash of ENiGMA½, until the next successful sign-in (contract A1.5). */
  | {
      readonly kind: 'pbkdf2';
      /** The salt is this text itself, not the bytes that it spells. */
      readonly salt: string;
      readonly key: string;
      /** JSON; absent for the oldest accounts. */
      readonly parameters: string | undefined;
    };

/** Returns undefined when the account has no valid password hash. */
export async function findPassword(sql: Sql, userId: number): Promise<StoredPassword | undefined> {
  const row = await sql('user_password')
    .where({ user_id: userId })
    .first<{ hash: string } | undefined>('hash');
  if (row !== undefined) return { kind: 'argon2', hash: row.hash };
  const salt = await findProperty(sql, userId, 'pw_pbkdf2_salt');
  const key = await findProperty(sql, userId, 'pw_pbkdf2_dk');
  if (salt === undefined || key === undefined) return undefined;
  const parameters = await findProperty(sql, userId, 'pw_hash_params');
  return { kind: 'pbkdf2', salt, key, parameters };
}

/** Stores a PHC string and removes any older form. */
export async function storePassword(
  sql: Sql,
  userId: number,
  change: {
    readonly hash: string;
    readonly nowMs: number;
    /** True for the password that the first start makes and prints. */
    readonly isFirst?: boolean;
    /** The same password, hashed at a higher cost. */
    readonly isRehash?: boolean;
  },
): Promise<void> {
  await sql('user_password')
    .insert({
      user_id: userId,
      hash: change.hash,
      changed_at: change.nowMs,
      is_first: change.isFirst === true ? 1 : 0,
    })
    .onConflict('user_id')
    .merge(change.isRehash === true ? ['hash'] : ['hash', 'changed_at', 'is_first']);
  await writeProperties(sql, userId, {
    pw_pbkdf2_salt: undefined,
    pw_pbkdf2_dk: undefined,
    pw_hash_params: undefined,
  });
}

/** True while the account has the password that the first start generated. */
export async function hasFirstPassword(sql: Sql, userId: number): Promise<boolean> {
  const row: unknown = await sql('user_password')
    .where({ user_id: userId, is_first: 1 })
    .first('user_id');
  return row !== undefined;
}

export function isSamePassword(
  a: StoredPassword | undefined,
  b: StoredPassword | undefined,
): boolean {
  if (a?.kind === 'argon2' && b?.kind === 'argon2') return a.hash === b.hash;
  return a?.kind === 'pbkdf2' && b?.kind === 'pbkdf2' && a.key === b.key && a.salt === b.salt;
}
