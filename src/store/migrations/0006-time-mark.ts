import type { Migration } from '../migrate';

/** The last time that the board saw, so that a start notices a clock that went back meanwhile (rule L13). */
export const timeMark: Migration = {
  id: 6,
  name: '0006-time-mark',
  async up(sql) {
    await sql.schema.createTable('time_mark', (table) => {
      table.integer('id').primary();
      table.bigInteger('seen_at').notNullable();
      // How many steps have been taken over: none is taken twice where the answer of a commit was lost.
      table.integer('steps').notNullable();
    });
  },
};
