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
  const properties = new Map<string, string>();
  for (const name of OLD_PROPERTIES) {
    const value = await findProperty(sql, userId, name);
    if (value !== undefined) properties.set(name, value);
  }
  return toStoredPassword(row?.hash, (name) => properties.get(name));
}

const OLD_PROPERTIES = ['pw_pbkdf2_salt', 'pw_pbkdf2_dk', 'pw_hash_params'] as const;

/** Of a PHC string, and of the properties in which ENiGMA½ keeps a password. */
export function toStoredPassword(
  hash: string | undefined,
  valueOf: (property: string) => string | undefined,
): StoredPassword | undefined {
  if (hash !== undefined) return { kind: 'argon2', hash };
  const [salt, key, parameters] = OLD_PROPERTIES.map(valueOf);
  if (salt === undefined || key === undefined) return undefined;
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
  await writeProperties(sql, userId, WITHOUT_OLD_FORM);
}

const WITHOUT_OLD_FORM = {
  pw_pbkdf2_salt: undefined,
  pw_pbkdf2_dk: undefined,
  pw_hash_params: undefined,
};

/** Leaves the account without a password, in any form. */
export async function removePassword(sql: Sql, userId: number): Promise<void> {
  await sql('user_password').where({ user_id: userId }).delete();
  await writeProperties(sql, userId, WITHOUT_OLD_FORM);
}

/** True while the account has the password that the first start generated. */
export async function hasFirstPassword(sql: Sql, userId: number): Promise<boolean> {
  const row: unknown = await sql('user_password')
    .where({ user_id: userId, is_first: 1 })
    .first('user_id');
  return row !== undefined;
}
