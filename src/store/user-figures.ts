import type { Sql } from './database';
import { formatTimestamp } from './properties';

/** Accounts made at or after a moment, by what their `account_created` says. */
export async function countUsersCreatedSince(sql: Sql, sinceMs: number): Promise<number> {
  const row = await sql('user_property')
    .where({ prop_name: 'account_created' })
    .andWhere('prop_value', '>=', formatTimestamp(sinceMs))
    .count<{ count: number }[]>({ count: '*' })
    .first();
  return Number(row?.count ?? 0);
}
