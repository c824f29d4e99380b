import type { Migration } from '../migrate';
import { raiseLastId, removeOrphans } from '../owned-rows';
import { users } from './0001-users';
import { secondFactor } from './0002-second-factor';
import { signIns } from './0003-sign-ins';
import { lookups } from './0004-lookups';
import { nodes } from './0015-nodes';
import { authenticatorApps } from './0041-authenticator-apps';

/**
 * The schema, in the order in which its steps run. The list is append-only: once released, id, name
 * and effect of a step stay, and a correction is a new step. A long step has a file of its own.
 */
export const MIGRATIONS: readonly Migration[] = [
  users,
  secondFactor,
  signIns,
  lookups,
  // A number for each account that is raised by every change that ends its logins (rule M1).
  {
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
  },
  // Where the board's timeline stands, by which waits, links and bans end (rule L13).
  {
    id: 6,
    name: '0006-timeline',
    async up(sql) {
      await sql.schema.createTable('timeline', (table) => {
        table.integer('id').primary();
        table.bigInteger('at').notNullable();
        table.bigInteger('wall_offset').notNullable();
      });
    },
  },
  // Which password is still the one of the first start, and what a start has yet to finish.
  {
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
  },
  // Places of accounts by their last use, for the memory of them that decides who connects (rule M11).
  {
    id: 8,
    name: '0008-known-source-use',
    async up(sql) {
      await sql.schema.alterTable('known_source', (table) => {
        table.index(['used_at'], 'known_source_use');
      });
    },
  },
  // Why the last try of a waiting mail failed, for `oputil mail list`.
  {
    id: 10,
    name: '0010-mail-errors',
    async up(sql) {
      await sql.schema.alterTable('outbox', (table) => {
        table.text('last_error');
      });
    },
  },
  // The word by which the page of a set-up recognises its session, sealed, and where that session calls from.
  {
    id: 11,
    name: '0011-set-up-word',
    async up(sql) {
      await sql.schema.alterTable('otp_pending', (table) => {
        table.text('word');
        table.string('server', 20);
        table.string('source', 64);
      });
    },
  },
  // An index of the few audit rows that `listLostFactors` asks for; its condition is the same there.
  {
    id: 12,
    name: '0012-audit-factor',
    async up(sql) {
      await sql.raw(
        `create index audit_factor on audit (user_id, id) where kind in ('second-factor-on', 'second-factor-off')`,
      );
    },
  },
  // A database that was taken over may hold rows of accounts that are gone, which new ones must not inherit.
  {
    id: 13,
    name: '0013-orphans',
    async up(sql, dialect) {
      // Before the rows go: their ids are not given again.
      await raiseLastId(sql, await dialect.tablesWithColumn(sql, 'user_id'));
      const removed = await removeOrphans(sql);
      // Passwords and secrets may be among them.
      if (removed > 0)
        await sql('unfinished').insert({ task: 'purge' }).onConflict('task').ignore();
    },
  },
  // Lines that callers write for all to read (module onelinerz); they go with their account.
  {
    id: 14,
    name: '0014-oneliners',
    async up(sql) {
      await sql.schema.createTable('oneliner', (table) => {
        table.increments('id');
        table.integer('user_id').notNullable().index('oneliner_user');
        table.foreign('user_id').references('user.id').onDelete('CASCADE');
        table.text('text').notNullable();
        table.bigInteger('written_at').notNullable();
      });
    },
  },
  nodes,
  // What a look at the board's readiness writes, and which sealing key is current on all nodes: its id, never the key.
  {
    id: 23,
    name: '0023-readiness',
    async up(sql) {
      await sql.schema.createTable('write_check', (table) => {
        table.integer('id').primary();
        table.bigInteger('writes').notNullable();
      });
      await sql.schema.createTable('sealing_key', (table) => {
        table.integer('id').primary();
        table.string('key_id', 16).notNullable();
        table.bigInteger('since').notNullable();
      });
    },
  },
  // A database that was taken over has no index for the groups of an account; migration 1 makes one with its table.
  {
    id: 16,
    name: '0016-groups-of-account',
    async up(sql) {
      await sql.raw(
        'create index if not exists user_group_member_user on user_group_member (user_id)',
      );
    },
  },
  // Ids of events are given before their transactions commit: who follows them goes by the transactions.
  {
    id: 20,
    name: '0020-events-by-transaction',
    async up(sql, dialect) {
      await dialect.numberRows(sql, 'account_event');
    },
  },
  // Since when, and for how many sign-ins, an account has gone without the second factor that is asked of it.
  {
    id: 28,
    name: '0028-factor-grace',
    async up(sql) {
      await sql.schema.createTable('factor_grace', (table) => {
        table.integer('user_id').primary();
        table.foreign('user_id').references('user.id').onDelete('CASCADE');
        table.bigInteger('since').notNullable();
        table.integer('sign_ins').notNullable();
      });
    },
  },
  // Until when an entry code of the sysop is good, by the timeline; backup codes have no end.
  {
    id: 31,
    name: '0031-entry-codes',
    async up(sql) {
      await sql.schema.alterTable('backup_code', (table) => {
        table.bigInteger('expires_at');
      });
    },
  },
  // Codes by which people may apply on a board that is by invitation; the hash of the code, never the code.
  {
    id: 37,
    name: '0037-invites',
    async up(sql) {
      await sql.schema.createTable('invite', (table) => {
        table.increments('id');
        table.string('code_hash', 64).notNullable().unique();
        table.text('note').notNullable();
        table.integer('uses_left').notNullable();
        table.bigInteger('created_at').notNullable();
        table.bigInteger('expires_at').notNullable();
      });
    },
  },
  authenticatorApps,
  // Names and passwords of callers on boards that they are handed on to, sealed; empty where there is none.
  {
    id: 44,
    name: '0044-far-accounts',
    async up(sql) {
      await sql.schema.createTable('far_account', (table) => {
        table.increments('id');
        table.integer('user_id').notNullable().references('id').inTable('user').onDelete('CASCADE');
        table.string('board', 300).notNullable();
        table.text('title').notNullable();
        table.text('name').notNullable();
        table.text('password').notNullable();
        table.unique(['user_id', 'board']);
      });
    },
  },
  // Lost second factors whose waiting time runs or is over; the hash of the link that began it, never the link.
  {
    id: 42,
    name: '0042-factor-recovery',
    async up(sql) {
      await sql.schema.createTable('factor_recovery', (table) => {
        table.integer('user_id').primary();
        table.foreign('user_id').references('user.id').onDelete('CASCADE');
        table.string('link_hash', 64).notNullable().unique();
        table.string('source', 64).notNullable();
        table.bigInteger('started_at').notNullable();
        table.bigInteger('ends_at').notNullable();
      });
    },
  },
  // Numbered codes on paper, for lines that others can read, and which of them each call is asked for.
  {
    id: 40,
    name: '0040-sheets',
    async up(sql) {
      await sql.schema.createTable('sheet_code', (table) => {
        table.integer('user_id').notNullable();
        table.foreign('user_id').references('user.id').onDelete('CASCADE');
        table.integer('number').notNullable();
        table.primary(['user_id', 'number']);
        table.string('key_id', 16).notNullable();
        table.string('code_hash', 64).notNullable();
        table.text('group_hashes').notNullable();
        table.bigInteger('created_at').notNullable();
        table.bigInteger('used_at');
      });
      await sql.schema.createTable('line_ask', (table) => {
        table.string('session_id', 32).primary();
        table.string('subject', 24).notNullable().index('line_ask_subject');
        table.integer('number').notNullable();
        table.bigInteger('until_at').notNullable();
      });
    },
  },
  // Who is asked for a code on a line that others can read, and what was begun to be typed there.
  {
    id: 45,
    name: '0045-line-asks-by-place',
    async up(sql) {
      await sql.schema.alterTable('line_ask', (table) => {
        table.string('source', 64).notNullable().defaultTo('');
        table.integer('known').notNullable().defaultTo(0);
        table.text('typed').notNullable().defaultTo('');
      });
    },
  },
  // SSH keys that sign in without a code for a while.
  {
    id: 43,
    name: '0043-remembered-keys',
    async up(sql) {
      await sql.schema.alterTable('ssh_key', (table) => {
        table.bigInteger('remembered_at');
        table.bigInteger('remembered_until');
        table.integer('remembered_version');
      });
    },
  },
  // Who is in a door, where several processes run the board.
  {
    id: 48,
    name: '0048-door-seats',
    async up(sql) {
      await sql.schema.createTable('door_seat', (table) => {
        table.integer('node_id').notNullable();
        table.foreign('node_id').references('node.id').onDelete('CASCADE');
        table.integer('visit').notNullable();
        table.primary(['node_id', 'visit']);
        table.string('door', 300).notNullable().index('door_seat_door');
      });
    },
  },
  // An index of the few accounts that `countInactive` asks for; its condition is the same there.
  {
    id: 46,
    name: '0046-inactive-accounts',
    async up(sql) {
      await sql.raw(
        'create index user_property_inactive on user_property (prop_name, user_id)' +
          " where prop_name = 'account_status' and prop_value = '1'",
      );
    },
  },
];
