import { BbsError } from '../base/errors';
import type { Sql } from './database';
import { lookupKey } from './lookup-key';
import { send } from './sending';

/** Written by auth and the store only; menus and modules may read those that are not secret. */
const PROTECTED =
  /^(pw_|auth_|account_(status|locked|created)|failed_login_|email_password_reset_|ssh_public_key|login_count$|last_login_|groups?$)/i;

/** Never part of a User, so that no screen, log or command shows them. */
const SECRET =
  /^(pw_|auth_factor2_otp_(secret|backup)|email_password_reset_)|private_key|_token|_secret/i;

const NAME = /^[A-Za-z0-9_.-]{1,64}$/;
const VALUE_CHARACTERS = 4096;

export type PropertyValues = Readonly<Record<string, string | undefined>>;

/** True for a property that only auth and the store may write (rule I4). */
function isProtectedProperty(name: string): boolean {
  return PROTECTED.test(name);
}

/** True for a property whose value is a secret. */
export function isSecretProperty(name: string): boolean {
  return SECRET.test(name);
}

/**
 * Writes properties for menus, modules and tools; `undefined` removes one. Throws USER_INVALID for
 * those that belong to auth (rule I4).
 */
export async function setProperties(
  sql: Sql,
  userId: number,
  values: PropertyValues,
): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    if (!NAME.test(name) || isProtectedProperty(name) || isSecretProperty(name)) {
      throw new BbsError(
        'USER_INVALID',
        `the property ${JSON.stringify(name)} cannot be set here; use the command or screen for it`,
      );
    }
    if (value !== undefined && value.length > VALUE_CHARACTERS) {
      throw new BbsError(
        'USER_INVALID',
        `the property ${name} is longer than ${VALUE_CHARACTERS} characters`,
      );
    }
  }
  await writeProperties(sql, userId, values);
}

/** The same without the check, for auth/ and store/ only. */
export async function writeProperties(
  sql: Sql,
  userId: number,
  values: PropertyValues,
): Promise<void> {
  const removed: string[] = [];
  const rows: Record<string, unknown>[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) removed.push(name);
    else
      rows.push({
        ...{ user_id: userId, prop_name: name, prop_value: value },
        lookup: lookupKey(name, value),
      });
  }
  if (removed.length > 0) {
    await send(
      sql,
      sql('user_property').where({ user_id: userId }).whereIn('prop_name', removed).delete(),
    );
  }
  if (rows.length === 0) return;
  await send(
    sql,
    sql('user_property')
      .insert(rows)
      .onConflict(['user_id', 'prop_name'])
      .merge(['prop_value', 'lookup']),
  );
}

/** Returns one value. Also a secret one: a module asks for properties of its own only. */
export async function findProperty(
  sql: Sql,
  userId: number,
  name: string,
): Promise<string | undefined> {
  const row = await sql('user_property')
    .where({ user_id: userId, prop_name: name })
    .first<{ prop_value: string | null } | undefined>('prop_value');
  return row?.prop_value ?? undefined;
}

/** Some of the accounts whose property has this value, or one that is folded alike (LOOKUP_PROPERTIES). */
export async function findHolders(
  sql: Sql,
  wanted: { readonly property: string; readonly value: string; readonly exceptUserId?: number },
): Promise<readonly PropertyHolder[]> {
  const rows: readonly { id: number; user_name: string }[] = await sql('user_property as p')
    .join('user as u', 'u.id', 'p.user_id')
    .where({ prop_name: wanted.property, lookup: lookupKey(wanted.property, wanted.value) ?? '' })
    .andWhereNot({ user_id: wanted.exceptUserId ?? NOBODY })
    .orderBy('p.user_id')
    .limit(MAX_HOLDERS)
    .select('u.id', 'u.user_name');
  return rows.map((row) => ({ id: Number(row.id), name: row.user_name }));
}

interface PropertyHolder {
  readonly id: number;
  readonly name: string;
}

/** An id that no account has. */
const NOBODY = 0;
/** Limit of names in a mail. */
const MAX_HOLDERS = 5;

/** Formats a time for properties: ISO 8601 with the offset +00:00 (contract A1.1). */
export function formatTimestamp(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+00:00');
}
