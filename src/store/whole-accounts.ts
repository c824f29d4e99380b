import type { Sql } from './database';
import { listApps } from './factor-apps';
import type { FactorRow } from './factors';
import { lookupKey } from './lookup-key';
import { findPassword, type StoredPassword } from './passwords';
import { listSshKeys, type SshKeyRow } from './ssh-keys';
import { findUsers, type User } from './users';

/** An account with all that is stored of it; the secret of its factor is sealed. */
export interface WholeAccount {
  readonly user: User;
  /** Secrets among them. */
  readonly properties: ReadonlyMap<string, string>;
  readonly password: StoredPassword | undefined;
  /** Its authenticator apps, the first one in front. */
  readonly apps: readonly FactorRow[];
  readonly sshKeys: readonly SshKeyRow[];
}

/** The next accounts by id. */
export async function listWholeAccounts(
  sql: Sql,
  page: { readonly afterId: number; readonly most: number },
): Promise<readonly WholeAccount[]> {
  const ids = await sql('user')
    .where('id', '>', page.afterId)
    .orderBy('id')
    .limit(page.most)
    .pluck<number[]>('id');
  const rows: readonly {
    readonly user_id: number;
    readonly prop_name: string;
    readonly prop_value: string | null;
  }[] = await sql('user_property')
    .whereIn('user_id', ids)
    .select('user_id', 'prop_name', 'prop_value');
  const properties = new Map<number, Map<string, string>>();
  for (const { user_id: id, prop_name: name, prop_value: value } of rows) {
    const own = properties.get(Number(id)) ?? new Map<string, string>();
    if (value !== null) own.set(name, value);
    properties.set(Number(id), own);
  }
  const accounts: WholeAccount[] = [];
  for (const user of await findUsers(sql, ids)) {
    accounts.push({
      user,
      properties: properties.get(user.id) ?? new Map(),
      password: await findPassword(sql, user.id),
      apps: await listApps(sql, user.id),
      sshKeys: await listSshKeys(sql, user.id),
    });
  }
  return accounts;
}

/** Names of all properties that any account has, sorted. */
export async function listPropertyNames(sql: Sql): Promise<readonly string[]> {
  return sql('user_property')
    .whereNotNull('prop_value')
    .distinct('prop_name')
    .orderBy('prop_name')
    .pluck<string[]>('prop_name');
}

/** Writes the properties of an account that has none yet, as they are; for auth/ only. */
export async function insertProperties(
  sql: Sql,
  userId: number,
  values: ReadonlyMap<string, string>,
): Promise<void> {
  const rows = [...values].map(([name, value]) => ({
    ...{ user_id: userId, prop_name: name, prop_value: value },
    lookup: lookupKey(name, value),
  }));
  for (let from = 0; from < rows.length; from += AT_ONCE)
    await sql('user_property').insert(rows.slice(from, from + AT_ONCE));
}

/** Few enough for a statement of any database. */
const AT_ONCE = 100;
