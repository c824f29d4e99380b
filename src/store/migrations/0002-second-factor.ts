import type { Knex } from 'knex';
import type { Migration } from '../migrate';

/** One-time passwords, backup codes, mailed tokens, SSH keys and the outbox (rule I4: columns, not properties). */
export const secondFactor: Migration = {
  id: 2,
  name: '0002-second-factor',
  async up(sql) {
    await makeFactors(sql);
    await makeBackupCodes(sql);
    await makeTokens(sql);
    await makeKeys(sql);
    await makeOutbox(sql);
  },
};

async function makeFactors(sql: Knex): Promise<void> {
  await sql.schema.createTable('otp_factor', (table) => {
    ownedByUser(table).primary();
    otpProfile(table);
    // New with each binding, so that a code in flight for the old secret cannot spend on the new one.
    table.string('binding', 32).notNullable();
    // TOTP: the newest step that was spent. HOTP: the newest counter value that was spent.
    table.bigInteger('last_position').notNullable().defaultTo(-1);
    // HOTP: where a wrong code would belong beyond the look-ahead, for the resync by a second one.
    table.bigInteger('resync_position');
    table.bigInteger('resync_at');
    // TOTP: steps by which the caller's clock is off, and what it is learned from (rule A5).
    table.integer('drift').notNullable().defaultTo(0);
    table.text('drift_trail');
    table.bigInteger('bound_at').notNullable();
    table.bigInteger('used_at');
  });
  await sql.schema.createTable('otp_pending', (table) => {
    ownedByUser(table).primary();
    otpProfile(table);
    // The session that began it: it goes on when the factor changes, the others end (rule D18).
    table.string('session_id', 64);
    table.bigInteger('created_at').notNullable();
  });
}

function otpProfile(table: Knex.CreateTableBuilder): void {
  table.string('type', 20).notNullable();
  table.string('hash', 10).notNullable();
  table.integer('digits').notNullable();
  table.string('encoding', 10).notNullable();
  table.text('secret').notNullable();
}

async function makeBackupCodes(sql: Knex): Promise<void> {
  await sql.schema.createTable('backup_code', (table) => {
    table.increments('id');
    ownedByUser(table);
    table.string('purpose', 10).notNullable();
    table.string('key_id', 32).notNullable();
    table.string('code_hash', 64).notNullable();
    table.bigInteger('created_at').notNullable();
    table.bigInteger('used_at');
    table.unique(['user_id', 'code_hash'], { indexName: 'backup_code_once' });
  });
}

async function makeTokens(sql: Knex): Promise<void> {
  await sql.schema.createTable('token', (table) => {
    table.string('token_hash', 64).primary();
    ownedByUser(table);
    table.string('purpose', 20).notNullable();
    // What the token is about, where its purpose needs more than the account: a new mail address.
    table.string('subject', 254);
    table.integer('failures').notNullable().defaultTo(0);
    table.bigInteger('created_at').notNullable();
    table.bigInteger('expires_at').notNullable();
    table.unique(['user_id', 'purpose'], { indexName: 'token_one_live' });
    table.index(['expires_at'], 'token_expiry');
  });
}

async function makeKeys(sql: Knex): Promise<void> {
  await sql.schema.createTable('ssh_key', (table) => {
    table.increments('id');
    ownedByUser(table);
    table.string('algorithm', 64).notNullable();
    table.text('blob').notNullable();
    table.string('fingerprint', 64).notNullable();
    table.string('comment', 128).notNullable().defaultTo('');
    table.bigInteger('added_at').notNullable();
    table.bigInteger('used_at');
    // sk- keys count their signatures; one that goes back was cloned.
    table.bigInteger('signature_count');
    table.unique(['user_id', 'fingerprint'], { indexName: 'ssh_key_once' });
  });
}

async function makeOutbox(sql: Knex): Promise<void> {
  await sql.schema.createTable('outbox', (table) => {
    table.increments('id');
    // No foreign key: a farewell is still sent after its account is gone. 0 is nobody.
    table.integer('user_id').notNullable().defaultTo(0);
    table.string('kind', 40).notNullable();
    table.string('token_hash', 64);
    table.text('message').notNullable();
    table.integer('attempts').notNullable().defaultTo(0);
    table.bigInteger('created_at').notNullable();
    table.bigInteger('next_at').notNullable();
    table.bigInteger('claimed_until').notNullable().defaultTo(0);
    // Kept for a day without its text, so that mails of a kind can be counted.
    table.bigInteger('sent_at');
    table.index(['next_at'], 'outbox_due');
    table.index(['user_id', 'kind', 'created_at'], 'outbox_recent');
  });
}

function ownedByUser(table: Knex.CreateTableBuilder): Knex.ReferencingColumnBuilder {
  return table
    .integer('user_id')
    .notNullable()
    .references('id')
    .inTable('user')
    .onDelete('CASCADE');
}
