import type { Migration } from '../migrate';

/** The word by which the page of a set-up recognises its session, sealed, and where that session calls from. */
export const setUpWord: Migration = {
  id: 11,
  name: '0011-set-up-word',
  async up(sql) {
    await sql.schema.alterTable('otp_pending', (table) => {
      table.text('word');
      table.string('server', 20);
      table.string('source', 64);
    });
  },
};
