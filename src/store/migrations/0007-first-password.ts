import type { Migration } from '../migrate';

/** Which password is still the one of the first start, and what a start has yet to finish. */
export const firstPassword: Migration = {
  id: 7,
  name: '0007-first-password',
  async up(sql) {
    await sql.schema.alterTable('user_password', (table) => {
      table.integer('is_first').notNullable().defaultTo(0);
    });
    // Made here at a first start, and never changed since: each change has its row in the audit.
    await sql('user_password')
      .where({ user_id: 1 })
      .whereExists(sql('audit').where({ user_id: 1, kind: 'account-created' }))
      .whereNotExists(sql('audit').where({ user_id: 1, kind: 'password-changed' }))
      .update({ is_first: 1 });
    await sql.schema.createTable('unfinished', (table) => {
      table.string('task', 32).primary();
    });
  },
};
