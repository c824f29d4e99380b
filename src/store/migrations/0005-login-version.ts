import type { Migration } from '../migrate';

/** A number for each account that is raised by every change that ends its logins (rule M1). */
export const loginVersion: Migration = {
  id: 5,
  name: '0005-login-version',
  async up(sql) {
    await sql.schema.alterTable('user', (table) => {
      table.integer('login_version').notNullable().defaultTo(0);
    });
    await sql.schema.alterTable('account_event', (table) => {
      // The account's number after the event; NULL where the account is gone.
      table.integer('login_version');
    });
  },
};
