import type { Knex } from 'knex';
import { BbsError } from '../../base/errors';
import type { Migration } from '../migrate';
import { foldName } from '../user-name';

/**
 * The user tables of contract A1.2, plus a unique column with the folded name (rule C6). Tables that
 * a database from ENiGMA½ already has are kept with their rows and only given what is missing.
 */
export const users: Migration = {
  id: 1,
  name: '0001-users',
  async up(sql) {
    if (await sql.schema.hasTable('user')) {
      await adopt(sql);
    } else {
      await sql.schema.createTable('user', (table) => {
        table.integer('id').primary();
        table.string('user_name').notNullable().unique();
        table.string('name_folded').notNullable();
      });
    }
    await sql.schema.alterTable('user', (table) => {
      table.unique(['name_folded'], { indexName: 'user_name_folded_unique' });
    });
    await makeProperties(sql);
    await makeGroups(sql);
    await makeIds(sql);
  },
};

async function adopt(sql: Knex): Promise<void> {
  await sql.schema.alterTable('user', (table) => {
    table.string('name_folded').notNullable().defaultTo('');
  });
  const names = new Map<string, string>();
  const folds: Fold[] = [];
  const rows = await sql('user').select<{ id: number; user_name: string }[]>('id', 'user_name');
  for (const { id, user_name: name } of rows) {
    const folded = foldName(name);
    const other = names.get(folded);
    if (other !== undefined) {
      throw new BbsError(
        'USER_INVALID',
        `the accounts ${JSON.stringify(other)} and ${JSON.stringify(name)} have names that cannot be told apart; rename one first`,
      );
    }
    names.set(folded, name);
    folds.push({ id, folded });
  }
  for (let from = 0; from < folds.length; from += AT_ONCE) {
    await writeFolds(sql, folds.slice(from, from + AT_ONCE));
  }
}

interface Fold {
  readonly id: number;
  readonly folded: string;
}

/** Few enough for a statement of any database, and many enough that a million users take seconds. */
const AT_ONCE = 200;

async function writeFolds(sql: Knex, folds: readonly Fold[]): Promise<void> {
  const cases = folds.map(() => 'when ? then ?').join(' ');
  const ids = folds.map(({ id }) => id);
  const values = folds.flatMap(({ id, folded }) => [id, folded]);
  await sql('user')
    .whereIn('id', ids)
    .update({ name_folded: sql.raw(`case ?? ${cases} end`, ['id', ...values]) });
}

async function makeProperties(sql: Knex): Promise<void> {
  if (await sql.schema.hasTable('user_property')) return;
  await sql.schema.createTable('user_property', (table) => {
    table.integer('user_id').notNullable().references('id').inTable('user').onDelete('CASCADE');
    table.string('prop_name').notNullable();
    table.text('prop_value');
    table.unique(['user_id', 'prop_name'], { indexName: 'user_property_id_and_name' });
    table.index(['prop_name'], 'user_property_name');
  });
}

async function makeGroups(sql: Knex): Promise<void> {
  if (await sql.schema.hasTable('user_group_member')) return;
  await sql.schema.createTable('user_group_member', (table) => {
    table.string('group_name').notNullable();
    table.integer('user_id').notNullable().references('id').inTable('user').onDelete('CASCADE');
    table.unique(['group_name', 'user_id'], { indexName: 'user_group_member_unique' });
    table.index(['user_id'], 'user_group_member_user');
  });
}

/** Ids are never used twice, or a new account would inherit the audit rows of a removed one. */
async function makeIds(sql: Knex): Promise<void> {
  await sql.schema.createTable('id_sequence', (table) => {
    table.string('name').primary();
    table.integer('last_id').notNullable();
  });
  const highest = await sql('user').max<{ id: number | null }>({ id: 'id' }).first();
  // 1 is the sysop, who is made by the first start and never by an application (rule C9).
  await sql('id_sequence').insert({ name: 'user', last_id: Math.max(1, highest?.id ?? 1) });
}
