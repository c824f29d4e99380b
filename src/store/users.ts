import { DEFAULT_OTP_TYPE, isOtpType, type OtpType } from '../base/otp-types';
import { BbsError } from '../base/errors';
import type { Sql } from './database';
import { selectRows } from './dialect';
import { lookupKey } from './lookup-key';
import { clearOwnedRows } from './owned-rows';
import { isSecretProperty } from './properties';
import { foldName } from './user-name';

/** 0 disabled, 1 inactive (awaits activation), 2 active, 3 locked (contract A1.3). */
export type UserStatus = 0 | 1 | 2 | 3;

/** A second factor that is bound to an account. */
export type AccountFactor = { readonly kind: 'otp'; readonly type: OtpType };

/** An account, without secrets. */
export interface User {
  readonly id: number;
  readonly name: string;
  /** 0 disabled, 1 inactive (awaits activation), 2 active, 3 locked (contract A1.3). */
  readonly status: UserStatus;
  readonly groups: readonly string[];
  /** Confirmed factors beyond password and keys; one of them must be shown, which is what AR2 asks. */
  readonly factors: readonly AccountFactor[];
  /** Properties by contract name (A1.4), without password, OTP and token values. */
  readonly properties: ReadonlyMap<string, string>;
  /** Raised by every change that ends logins: one that was accepted at another number is void (rule M1). */
  readonly loginVersion: number;
}

/** The sysop; never needs activation and cannot be removed. */
export const ROOT_ID = 1;

export async function findUser(sql: Sql, id: number): Promise<User | undefined> {
  return (await loadUsers(sql, byId(id)))[0];
}

/** Those of the accounts that there are. */
export async function findUsers(sql: Sql, ids: readonly number[]): Promise<readonly User[]> {
  return loadUsersById(sql, ids);
}

/** Finds an account by its name, compared by foldName (rule C6). */
export async function findUserByName(sql: Sql, name: string): Promise<User | undefined> {
  return (await loadUsers(sql, byName(name)))[0];
}

/** Folded names of all accounts. */
export async function listFoldedNames(sql: Sql): Promise<ReadonlySet<string>> {
  const rows: readonly { name_folded: string }[] = await sql('user').select('name_folded');
  return new Set(rows.map((row) => row.name_folded));
}

/** Throws USER_UNKNOWN where findUser would return undefined. */
export async function getUser(sql: Sql, id: number): Promise<User> {
  const user = await findUser(sql, id);
  if (user === undefined) throw new BbsError('USER_UNKNOWN', `there is no account with id ${id}`);
  return user;
}

/** Number of accounts, as counted by insertUser and removeUser. */
export async function countUsers(sql: Sql): Promise<number> {
  const row = await sql('tally')
    .where({ name: 'user' })
    .first<{ total: number } | undefined>('total');
  return Number(row?.total ?? 0);
}

/** Number of accounts that await activation. The values stand in the statement: so its index is of these rows alone. */
export async function countInactive(sql: Sql): Promise<number> {
  const [row] = await selectRows<{ readonly count: number }>(
    sql,
    'select count(*) as count from user_property' +
      " where prop_name = 'account_status' and prop_value = '1'",
    [],
  );
  return Number(row?.count ?? 0);
}

/** True where at least one account exists. */
export async function hasUsers(sql: Sql): Promise<boolean> {
  return (await sql('user').limit(1).first('id')) !== undefined;
}

/** Number of accounts created at or after `sinceMs`. */
export async function countCreatedSince(sql: Sql, sinceMs: number): Promise<number> {
  const row = await sql('user_property')
    .where({ prop_name: 'account_created' })
    .andWhere('lookup', '>=', lookupKey('account_created', new Date(sinceMs).toISOString()))
    .count<{ count: number }[]>({ count: '*' })
    .first();
  return Number(row?.count ?? 0);
}

/** The first active accounts by name; reads no more of them than it returns, and those not active between. */
export async function listActiveUsers(sql: Sql, limit: number): Promise<readonly User[]> {
  // The order of the tables stays as written, so that the index of names gives the order of the rows.
  const rows = await selectRows<{ readonly id: number }>(
    sql,
    'select u.id from "user" as u cross join user_property as s' +
      " where s.user_id = u.id and s.prop_name = 'account_status' and s.prop_value = '2'" +
      ' order by u.name_folded limit ?',
    [limit],
  );
  return loadUsersById(
    sql,
    rows.map(({ id }) => Number(id)),
  );
}

/**
 * Adds an account and returns its id, or undefined when the name is taken. Ids rise and never come
 * back; 1 is given only where `root` asks for it.
 */
export async function insertUser(
  sql: Sql,
  user: { readonly name: string; readonly root?: boolean },
): Promise<number | undefined> {
  if (user.root !== true) await sql('id_sequence').where({ name: 'user' }).increment('last_id', 1);
  const sequence = await sql('id_sequence')
    .where({ name: 'user' })
    .first<{ last_id: number } | undefined>('last_id');
  const id = user.root === true ? ROOT_ID : Number(sequence?.last_id);
  const taken = await sql('user')
    .where({ id })
    .orWhere({ name_folded: foldName(user.name) })
    .orWhere({ user_name: user.name })
    .first('id');
  if (taken !== undefined) return undefined;
  await clearOwnedRows(sql, id);
  await sql('user').insert({ id, user_name: user.name, name_folded: foldName(user.name) });
  await sql('tally').where({ name: 'user' }).increment('total', 1);
  return id;
}

/** Renames an account; false when another account has the name. */
export async function renameUser(sql: Sql, id: number, name: string): Promise<boolean> {
  const folded = foldName(name);
  const taken = await sql('user').where({ name_folded: folded }).whereNot({ id }).first('id');
  if (taken !== undefined) return false;
  await sql('user').where({ id }).update({ user_name: name, name_folded: folded });
  return true;
}

/** Removes the account and all rows that belong to it, except audit rows and past calls. */
export async function removeUser(sql: Sql, id: number): Promise<boolean> {
  const removed = await sql('user').where({ id }).delete();
  await sql('tally').where({ name: 'user' }).decrement('total', removed);
  return removed > 0;
}

/** Replaces the groups of an account. */
export async function setGroups(sql: Sql, id: number, groups: readonly string[]): Promise<void> {
  await sql('user_group_member').where({ user_id: id }).delete();
  const rows = [...new Set(groups)].map((group) => ({ group_name: group, user_id: id }));
  if (rows.length > 0) await sql('user_group_member').insert(rows);
}

/** Every group that an account is in, by name. */
export async function listGroups(sql: Sql): Promise<readonly string[]> {
  const names: unknown = await sql('user_group_member')
    .distinct()
    .orderBy('group_name')
    .pluck('group_name');
  return names as readonly string[];
}

/** In the order of `ids`. */
async function loadUsersById(sql: Sql, ids: readonly number[]): Promise<readonly User[]> {
  const users = new Map<number, User>();
  // SQLite takes a limited number of bound values, and each stands in the statement four times.
  for (let at = 0; at < ids.length; at += 200) {
    const values = ids.slice(at, at + 200);
    for (const user of await loadUsers(sql, { column: 'id', values })) users.set(user.id, user);
  }
  return ids.flatMap((id) => users.get(id) ?? []);
}

/** One fact about an account: its name, a property, a group, the type of its one-time codes, or what a sign-in adds. */
interface Fact {
  readonly user_id: number;
  readonly kind: 'name' | 'property' | 'group' | 'factor' | 'place' | 'hash';
  readonly name: string;
  readonly value: string | null;
}

interface Wanted {
  readonly column: 'id' | 'name_folded';
  readonly values: readonly (number | string)[];
}

/** The account with this id. */
export function byId(id: number): Wanted {
  return { column: 'id', values: [id] };
}

/** The account with a name that folds to the same (rule C6). */
export function byName(name: string): Wanted {
  return { column: 'name_folded', values: [foldName(name)] };
}

/** All of some accounts in one statement, whose text stays the same; `of` are their ids in it. */
export function accountFacts({ column, values }: Wanted): {
  readonly text: string;
  readonly bindings: readonly (number | string)[];
  readonly of: string;
} {
  const these = `(${values.map(() => '?').join(',')})`;
  const of = column === 'id' ? these : `(select id from "user" where ${column} in ${these})`;
  const text =
    `select id as user_id, 'name' as kind, user_name as name, cast(login_version as varchar(20)) as value from "user" where ${column} in ${these}` +
    ` union all select user_id, 'property', prop_name, prop_value from user_property where user_id in ${of}` +
    ` union all select user_id, 'group', group_name, null from user_group_member where user_id in ${of}` +
    ` union all select user_id, 'factor', type, null from otp_factor where user_id in ${of}`;
  return { text, bindings: [...values, ...values, ...values, ...values], of };
}

async function loadUsers(sql: Sql, wanted: Wanted): Promise<readonly User[]> {
  if (wanted.values.length === 0) return [];
  const { text, bindings } = accountFacts(wanted);
  const facts = await selectRows<Fact>(sql, text, bindings);
  const byUser = new Map<number, Fact[]>();
  for (const fact of facts) {
    const known = byUser.get(Number(fact.user_id));
    if (known === undefined) byUser.set(Number(fact.user_id), [fact]);
    else known.push(fact);
  }
  return [...byUser].flatMap(([id, own]) => toUser(id, own) ?? []);
}

/** The account that these facts make; undefined where it is gone. */
export function toUser(id: number, facts: readonly Fact[]): User | undefined {
  const properties = new Map<string, string>();
  const groups: string[] = [];
  let name: string | undefined;
  let loginVersion = 0;
  let factor: string | undefined;
  for (const fact of facts) {
    if (fact.kind === 'name') {
      name = fact.name;
      loginVersion = Number(fact.value);
    } else if (fact.kind === 'group') groups.push(fact.name);
    else if (fact.kind === 'factor') factor = fact.name;
    else if (fact.kind === 'property' && fact.value !== null && !isSecretProperty(fact.name))
      properties.set(fact.name, fact.value);
  }
  if (name === undefined) return undefined;
  const type = toOtpType(factor ?? properties.get('auth_factor2_otp'));
  const factors: AccountFactor[] = [];
  if (type !== undefined) factors.push({ kind: 'otp', type });
  if (type !== undefined) properties.set('auth_factor2_otp', type);
  return {
    id,
    name,
    status: toStatus(properties.get('account_status')),
    groups: groups.sort(),
    factors,
    properties,
    loginVersion,
  };
}

/** An unknown status counts as disabled: a damaged row lets nobody in. */
export function toStatus(value: string | null | undefined): UserStatus {
  return value === '1' ? 1 : value === '2' ? 2 : value === '3' ? 3 : 0;
}

/** A type whose factor row is missing still asks for a second factor: it fails closed. */
function toOtpType(value: string | undefined): OtpType | undefined {
  if (value === undefined) return undefined;
  return isOtpType(value) ? value : DEFAULT_OTP_TYPE;
}
