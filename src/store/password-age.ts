import type { Sql } from './database';

/** When the password was set here last; undefined for one that came from ENiGMA½. */
export async function findPasswordChange(sql: Sql, userId: number): Promise<number | undefined> {
  const row = await sql('user_password')
    .where({ user_id: userId })
    .first<{ changed_at: number | string } | undefined>('changed_at');
  return row === undefined ? undefined : Number(row.changed_at);
}
