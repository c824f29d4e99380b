import type { Sql } from './database';
import { foldName } from './user-name';
import { findUsers, toStatus, type User, type UserStatus } from './users';

export type UserSort =
  'id' | 'username' | 'realname' | 'status' | 'created' | 'lastlogin' | 'logins';

interface ListOptions {
  readonly status?: UserStatus;
  readonly sort?: UserSort;
  /** Only where this is part of user name or real name, letter case and accents aside. */
  readonly search?: string;
  readonly limit?: number;
}

/** Runs one store function, such as `Database.run`. */
type Read = <T>(work: (sql: Sql) => Promise<T>) => Promise<T>;

/** Rows of one statement, so that none takes long and few are in memory, however many accounts there are. */
const PAGE = 1_000;

/** Properties by which accounts are sorted; those by which the database itself sorts have none. */
const SORT_PROPERTIES: Readonly<Record<UserSort, string>> = {
  id: '',
  username: '',
  realname: 'real_name',
  status: 'account_status',
  created: 'account_created',
  lastlogin: 'last_login_timestamp',
  logins: 'login_count',
};

/**
 * Accounts in the order asked for, by name where nothing is asked, a page at a time. Each page begins behind
 * the account that the one before ended with: one that is there all the time is listed once, whatever else
 * comes and goes.
 */
export async function* listUsers(
  read: Read,
  options: ListOptions = {},
): AsyncGenerator<readonly User[]> {
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  for await (const ids of chosenIds(read, options)) {
    const page = ids.slice(0, left);
    if (page.length > 0) yield await read((sql) => findUsers(sql, page));
    left -= page.length;
    if (left <= 0) return;
  }
}

/** User names by id, a page at a time. */
export async function* listUserNames(read: Read): AsyncGenerator<readonly string[]> {
  for await (const rows of keyedPages(read, 'id')) yield rows.map((row) => row.user_name);
}

async function* chosenIds(read: Read, options: ListOptions): AsyncGenerator<readonly number[]> {
  const { sort = 'username' } = options;
  const isChosen = filterOf(options);
  if (sort === 'id' || sort === 'username') {
    for await (const rows of keyedPages(read, sort))
      yield rows.filter(isChosen).map(({ id }) => Number(id));
    return;
  }
  const found: { readonly id: number; readonly key: string }[] = [];
  for await (const rows of keyedPages(read, sort)) {
    for (const row of rows.filter(isChosen)) found.push({ id: Number(row.id), key: row.key ?? '' });
  }
  const { compare } = new Intl.Collator('en', { numeric: true });
  found.sort((a, b) => compare(a.key, b.key) || a.id - b.id);
  for (let at = 0; at < found.length; at += PAGE)
    yield found.slice(at, at + PAGE).map(({ id }) => id);
}

interface KeyedRow {
  readonly id: number;
  readonly user_name: string;
  readonly folded: string;
  readonly real_name: string | null;
  readonly status: string | null;
  readonly key: string | null;
}

function filterOf({ status, search }: ListOptions): (row: KeyedRow) => boolean {
  const part = search === undefined ? undefined : foldName(search);
  const hasPart = (name: string | null): boolean =>
    part === undefined || (name !== null && foldName(name).includes(part));
  return (row) =>
    (status === undefined || toStatus(row.status) === status) &&
    (hasPart(row.folded) || hasPart(row.real_name));
}

/** All accounts with what they are chosen and sorted by; in the order of their names or of their ids. */
async function* keyedPages(read: Read, sort: UserSort): AsyncGenerator<readonly KeyedRow[]> {
  const by = sort === 'username' ? 'name_folded' : 'id';
  let after: string | number | undefined;
  do {
    const from = after;
    const rows = await read((sql) => readPage(sql, { sort, by, after: from }));
    yield rows;
    const last = rows.length < PAGE ? undefined : rows.at(-1);
    after = by === 'id' ? last?.id : last?.folded;
  } while (after !== undefined);
}

async function readPage(
  sql: Sql,
  page: {
    readonly sort: UserSort;
    readonly by: 'name_folded' | 'id';
    readonly after: string | number | undefined;
  },
): Promise<readonly KeyedRow[]> {
  const { sort, by, after } = page;
  const query = sql('user as u')
    .leftJoin('user_property as s', (on) =>
      on.on('s.user_id', 'u.id').andOnVal('s.prop_name', 'account_status'),
    )
    .leftJoin('user_property as r', (on) =>
      on.on('r.user_id', 'u.id').andOnVal('r.prop_name', 'real_name'),
    )
    .leftJoin('user_property as k', (on) =>
      on.on('k.user_id', 'u.id').andOnVal('k.prop_name', SORT_PROPERTIES[sort]),
    )
    .orderBy(`u.${by}`)
    .limit(PAGE);
  if (after !== undefined) void query.where(`u.${by}`, '>', after);
  return query
    .select('u.id', 'u.user_name', 'u.name_folded as folded')
    .select('r.prop_value as real_name', 's.prop_value as status', 'k.prop_value as key');
}
