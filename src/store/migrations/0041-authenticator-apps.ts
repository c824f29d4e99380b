import type { Migration } from '../migrate';

/** What an app is called that was bound before apps had names. */
const LABEL = 'Authenticator app';

/**
 * Further authenticator apps of accounts, with names. The first one stays in `otp_factor`, from where it goes back to a
 * board that knows of one alone.
 */
export const authenticatorApps: Migration = {
  id: 41,
  name: '0041-authenticator-apps',
  async up(sql) {
    await sql.schema.alterTable('otp_factor', (table) => {
      table.string('label', 64).notNullable().defaultTo(LABEL);
    });
    await sql.schema.alterTable('otp_pending', (table) => {
      // The name of the app that it adds; NULL where it replaces all of them.
      table.string('label', 64);
    });
    await sql.schema.createTable('otp_app', (table) => {
      table.increments('id');
      table.integer('user_id').notNullable().index('otp_app_user');
      table.foreign('user_id').references('user.id').onDelete('CASCADE');
      table.string('label', 64).notNullable();
      table.string('type', 20).notNullable();
      table.string('hash', 10).notNullable();
      table.integer('digits').notNullable();
      table.string('encoding', 10).notNullable();
      table.text('secret').notNullable();
      // The rest means what it means in `otp_factor`, for this app alone.
      table.string('binding', 32).notNullable();
      table.bigInteger('last_position').notNullable().defaultTo(-1);
      table.bigInteger('resync_position');
      table.bigInteger('resync_at');
      table.integer('drift').notNullable().defaultTo(0);
      table.text('drift_trail');
      table.bigInteger('bound_at').notNullable();
      table.bigInteger('used_at');
    });
  },
};
