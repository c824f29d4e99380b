import type { Knex } from 'knex';
import type { Migration } from '../migrate';

/** Password hashes, counted attempts, penalties of sources, audit, account events and calls (rule I4). */
export const signIns: Migration = {
  id: 3,
  name: '0003-sign-ins',
  async up(sql, dialect) {
    await makePasswords(sql);
    await makeAttempts(sql);
    await makeSources(sql);
    await makeAudit(sql);
    await dialect.forbidChanges(sql, 'audit');
    await makeEvents(sql);
    await makeCalls(sql);
  },
};

async function makePasswords(sql: Knex): Promise<void> {
  await sql.schema.createTable('user_password', (table) => {
    table.integer('user_id').primary().references('id').inTable('user').onDelete('CASCADE');
    table.text('hash').notNullable();
    table.bigInteger('changed_at').notNullable();
  });
}

async function makeAttempts(sql: Knex): Promise<void> {
  await sql.schema.createTable('attempt', (table) => {
    // An account, or a bucket of names that no account has: both are counted alike (rule C4).
    table.string('subject', 24).notNullable();
    table.string('factor', 10).notNullable();
    // Empty is everybody; otherwise a source that the account was used from before (rule C5).
    table.string('budget', 45).notNullable();
    table.integer('failures').notNullable();
    table.bigInteger('wait_until').notNullable();
    table.bigInteger('charged_at').notNullable();
    table.primary(['subject', 'factor', 'budget']);
    table.index(['charged_at'], 'attempt_age');
  });
}

async function makeSources(sql: Knex): Promise<void> {
  await sql.schema.createTable('known_source', (table) => {
    table.integer('user_id').notNullable().references('id').inTable('user').onDelete('CASCADE');
    table.string('source', 45).notNullable();
    table.bigInteger('used_at').notNullable();
    table.primary(['user_id', 'source']);
  });
  await sql.schema.createTable('source_penalty', (table) => {
    table.string('source', 45).primary();
    table.bigInteger('until_at').notNullable();
    // 1 once enough has come together for calls to be refused (rule K1).
    table.integer('enforced').notNullable();
    table.string('reason', 20).notNullable();
    table.bigInteger('changed_at').notNullable();
    table.index(['changed_at'], 'source_penalty_changed');
    table.index(['until_at'], 'source_penalty_until');
  });
}

async function makeAudit(sql: Knex): Promise<void> {
  await sql.schema.createTable('audit', (table) => {
    table.increments('id');
    table.bigInteger('at').notNullable();
    table.integer('node').notNullable();
    table.string('server', 20).notNullable();
    table.string('source', 45).notNullable();
    // No foreign key: the rows outlive the account. NULL is a name that no account has.
    table.integer('user_id');
    table.integer('factor').notNullable();
    table.string('kind', 24).notNullable();
    table.string('result', 12).notNullable();
    table.string('reason', 64).notNullable();
    table.index(['user_id', 'at'], 'audit_user');
    table.index(['at'], 'audit_at');
  });
}

async function makeEvents(sql: Knex): Promise<void> {
  await sql.schema.createTable('account_event', (table) => {
    table.increments('id');
    // No foreign key: the last event of an account is that it is gone.
    table.integer('user_id').notNullable();
    table.string('kind', 20).notNullable();
    // The session that made the change, which may go on.
    table.string('session_id', 64);
    table.bigInteger('at').notNullable();
    table.index(['user_id'], 'account_event_user');
  });
}

async function makeCalls(sql: Knex): Promise<void> {
  await sql.schema.createTable('call', (table) => {
    table.increments('id');
    table.integer('user_id').notNullable();
    table.string('user_name').notNullable();
    table.string('session_id', 64).notNullable().unique({ indexName: 'call_session' });
    table.integer('node').notNullable();
    table.string('server', 20).notNullable();
    table.string('source', 45).notNullable();
    table.bigInteger('started_at').notNullable();
    table.bigInteger('ended_at');
    table.index(['user_id', 'started_at'], 'call_user');
    table.index(['started_at'], 'call_started');
  });
}
