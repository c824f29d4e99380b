import type { Migration } from '../migrate';

/** Where the board's timeline stands, by which waits, links and bans end (rule L13). */
export const timeline: Migration = {
  id: 6,
  name: '0006-timeline',
  async up(sql) {
    await sql.schema.createTable('timeline', (table) => {
      table.integer('id').primary();
      table.bigInteger('at').notNullable();
      table.bigInteger('wall_offset').notNullable();
    });
  },
};
