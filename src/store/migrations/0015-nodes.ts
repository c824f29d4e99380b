import type { Migration } from '../migrate';

/**
 * The processes that run on one database, the node numbers that each of them holds with who is on them,
 * and what they tell each other.
 */
export const nodes: Migration = {
  id: 15,
  name: '0015-nodes',
  async up(sql, dialect) {
    await sql.schema.createTable('node', (table) => {
      table.increments('id');
      table.string('host', 255).notNullable();
      table.integer('pid').notNullable();
      table.string('version', 40).notNullable();
      // `open`, or `draining`: no new callers.
      table.string('state', 16).notNullable().defaultTo('open');
      // When those who stay are ended; both by the clock of the database.
      table.bigInteger('drain_until');
      table.bigInteger('started_at').notNullable();
      table.bigInteger('lease_until').notNullable();
    });
    await sql.schema.createTable('node_slot', (table) => {
      table.integer('number').primary();
      table.integer('node_id').notNullable().index('node_slot_node');
      table.foreign('node_id').references('node.id').onDelete('CASCADE');
      // NULL until somebody is signed in there.
      table.integer('user_id').index('node_slot_user');
      table.string('user_name', 255);
      table.string('session_id', 64);
      table.string('server', 20);
      table.text('description');
      table.bigInteger('connected_at');
      table.integer('is_visible').notNullable().defaultTo(1);
      table.integer('is_available').notNullable().defaultTo(1);
    });
    await sql.schema.createTable('board_event', (table) => {
      table.increments('id');
      table.string('kind', 32).notNullable();
      table.integer('node_id');
      table.text('payload').notNullable();
      table.bigInteger('at').notNullable().defaultTo(0);
    });
    await dialect.tellChanges(sql);
  },
};
