import type { Migration } from '../migrate';

/** Why the last try of a waiting mail failed, for `oputil mail list`. */
export const mailErrors: Migration = {
  id: 10,
  name: '0010-mail-errors',
  async up(sql) {
    await sql.schema.alterTable('outbox', (table) => {
      table.text('last_error');
    });
  },
};
