import type { Knex } from 'knex';
import { LOOKUP_PROPERTIES, lookupKey } from '../lookup-key';
import type { Migration } from '../migrate';

/** Indexed lookup keys of properties, budgets, and a kept count of accounts (rules M5, M6). */
export const lookups: Migration = {
  id: 4,
  name: '0004-lookups',
  async up(sql) {
    await makeLookups(sql);
    await makeTally(sql);
    await makeBudgets(sql);
    await sql.schema.alterTable('outbox', (table) => {
      table.index(['sent_at'], 'outbox_sent');
    });
  },
};

/** Few enough for a statement of any database, and many enough that a million users take seconds. */
const AT_ONCE = 500;

interface PropertyRow {
  readonly user_id: number;
  readonly prop_name: string;
  readonly prop_value: string | null;
}

async function makeLookups(sql: Knex): Promise<void> {
  await sql.schema.alterTable('user_property', (table) => {
    table.string('lookup');
  });
  for (const name of LOOKUP_PROPERTIES) await fillLookups(sql, name);
  await sql.schema.alterTable('user_property', (table) => {
    // Several accounts of a board that was taken over may have one mail address.
    table.index(['prop_name', 'lookup', 'user_id'], 'user_property_lookup', {
      predicate: sql.whereNotNull('lookup'),
    });
  });
}

/** By ranges of ids, so that a million accounts are never in memory at once. */
async function fillLookups(sql: Knex, name: string): Promise<void> {
  for (let afterId = -1; ;) {
    const ids = await sql('user')
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(AT_ONCE)
      .pluck<number[]>('id');
    const lastId = ids.at(-1);
    if (lastId === undefined) return;
    const rows: readonly PropertyRow[] = await sql('user_property')
      .whereIn('user_id', ids)
      .andWhere({ prop_name: name })
      .select('user_id', 'prop_name', 'prop_value');
    await writeKeys(sql, name, rows);
    afterId = lastId;
  }
}

/** As an insert that meets its row each time: that finds it by its key, whatever else is indexed. */
async function writeKeys(sql: Knex, name: string, rows: readonly PropertyRow[]): Promise<void> {
  const keyed = rows.flatMap((row) => {
    const lookup = lookupKey(name, row.prop_value ?? '');
    return lookup === null ? [] : [{ ...row, lookup }];
  });
  if (keyed.length === 0) return;
  await sql('user_property').insert(keyed).onConflict(['user_id', 'prop_name']).merge(['lookup']);
}

/** Counting rows takes longer the more there are, and callers see the number of accounts. */
async function makeTally(sql: Knex): Promise<void> {
  await sql.schema.createTable('tally', (table) => {
    table.string('name', 20).primary();
    table.integer('total').notNullable();
  });
  const row = await sql('user').count<{ count: number }[]>({ count: '*' }).first();
  await sql('tally').insert({ name: 'user', total: Number(row?.count ?? 0) });
}

async function makeBudgets(sql: Knex): Promise<void> {
  await sql.schema.createTable('budget', (table) => {
    table.string('kind', 24).notNullable();
    // A source, an account, a hashed mail address, or empty for the whole board.
    table.string('holder', 64).notNullable();
    table.integer('used').notNullable();
    table.integer('refused').notNullable().defaultTo(0);
    table.bigInteger('ends_at').notNullable();
    table.primary(['kind', 'holder']);
    table.index(['ends_at'], 'budget_end');
  });
}
