import type { Sql } from './database';

/** What is kept of a caller's account on a board that callers are handed on to. */
export interface FarAccountRow {
  /** By which a hand-off finds it. */
  readonly board: string;
  /** What callers read the board is called. */
  readonly title: string;
  /** Sealed; empty where the caller goes there under the name of the account here. */
  readonly name: string;
  /** Sealed; empty where none was made. */
  readonly password: string;
}

type Held = Pick<FarAccountRow, 'board'> & { readonly userId: number };

export async function findFarAccount(
  sql: Sql,
  { userId, board }: Held,
): Promise<FarAccountRow | undefined> {
  const rows = await select(sql, { user_id: userId, board });
  return rows[0];
}

/** Of one account, in the order in which they were made. */
export function listFarAccounts(sql: Sql, userId: number): Promise<readonly FarAccountRow[]> {
  return select(sql, { user_id: userId });
}

/** Of all accounts; reads the whole table, for a tool. */
export async function countFarAccounts(sql: Sql): Promise<number> {
  const rows: readonly { readonly count: string | number }[] = await sql('far_account').count({
    count: '*',
  });
  return Number(rows[0]?.count ?? 0);
}

/** Adds it, or changes what is given of one that is there. */
export async function saveFarAccount(
  sql: Sql,
  { userId, board }: Held,
  values: Partial<Omit<FarAccountRow, 'board'>>,
): Promise<void> {
  await sql('far_account')
    .insert({ title: '', name: '', password: '', ...values, user_id: userId, board })
    .onConflict(['user_id', 'board'])
    .merge(Object.keys(values));
}

/** Removes it, by its board or by the id of its row. */
export async function removeFarAccount(
  sql: Sql,
  held: Held | { readonly userId: number; readonly id: number },
): Promise<void> {
  const which = 'id' in held ? { id: held.id } : { board: held.board };
  await sql('far_account')
    .where({ user_id: held.userId, ...which })
    .delete();
}

async function select(
  sql: Sql,
  where: Readonly<Record<string, string | number>>,
): Promise<readonly FarAccountRow[]> {
  const rows: readonly FarAccountRow[] = await sql('far_account')
    .where(where)
    .orderBy('id')
    .select('board', 'title', 'name', 'password');
  return rows;
}
