import type { Knex } from 'knex';

/**
 * The tables whose rows belong to the account that `user_id` names and go with it. Rows of other tables
 * outlive their account: audit, account events, calls, mails.
 */
export const OWNED_TABLES = [
  'user_property',
  'user_group_member',
  'otp_factor',
  'otp_pending',
  'otp_app',
  'backup_code',
  'token',
  'ssh_key',
  'user_password',
  'known_source',
  'oneliner',
  'factor_grace',
  'factor_recovery',
  'sheet_code',
  'far_account',
] as const;

/** The highest id that is believed of a row whose account is gone. */
const MAX_ID = 2 ** 31 - 1;

/** Rows of an owned table whose account is gone; ENiGMA½ does not always remove them. */
export function orphansOf(sql: Knex, table: (typeof OWNED_TABLES)[number]): Knex.QueryBuilder {
  return sql(table).whereNotIn('user_id', sql('user').select('id'));
}

/** Removes the rows whose account is gone, and returns how many there were. */
export async function removeOrphans(sql: Knex): Promise<number> {
  let removed = 0;
  for (const table of OWNED_TABLES)
    if (await sql.schema.hasTable(table)) removed += await orphansOf(sql, table).delete();
  return removed;
}

/** Removes what a new account would otherwise find under its id. */
export async function clearOwnedRows(sql: Knex, userId: number): Promise<void> {
  for (const table of OWNED_TABLES) await sql(table).where({ user_id: userId }).delete();
}

/** New accounts get ids above those that rows of these tables name, whose accounts may be gone. */
export async function raiseLastId(sql: Knex, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    const row = (await sql(table)
      .whereBetween('user_id', [1, MAX_ID])
      .max({ id: 'user_id' })
      .first()) as { readonly id: number | null } | undefined;
    const id = Number(row?.id ?? 0);
    await sql('id_sequence')
      .where({ name: 'user' })
      .andWhere('last_id', '<', id)
      .update({ last_id: id });
  }
}
