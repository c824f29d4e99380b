import type { Knex } from 'knex';
import type { Clock } from '../base/clock';
import { BbsError } from '../base/errors';
import type { Log } from '../base/log';
import type { Dialect } from './dialect';

/** One step of the schema. `up` runs inside a transaction, so a killed start leaves no partial step. */
export interface Migration {
  readonly id: number;
  readonly name: string;
  up(sql: Knex.Transaction, dialect: Dialect): Promise<void>;
}

interface Applied {
  readonly id: number;
  readonly name: string;
}

interface MigrateOptions {
  readonly sql: Knex;
  readonly dialect: Dialect;
  readonly migrations: readonly Migration[];
  readonly clock: Clock;
  readonly log: Log;
}

const TABLE = 'schema_migration';

/** Brings the schema up to date; throws DATABASE_TOO_NEW where a newer program has migrated it. */
export async function migrate(options: MigrateOptions): Promise<void> {
  const { sql, dialect, migrations, clock, log } = options;
  const done = await applied(sql);
  refuseNewer(done, migrations);
  for (const migration of migrations) {
    if (done.some(({ id }) => id === migration.id)) continue;
    const ran = await dialect.transaction(sql, 'board', async (transaction) => {
      // Another process may start at the same moment: check again under the write lock.
      await makeTable(transaction);
      const now = await applied(transaction);
      refuseNewer(now, migrations);
      if (now.some(({ id }) => id === migration.id)) return false;
      await migration.up(transaction, dialect);
      await transaction(TABLE).insert({
        id: migration.id,
        name: migration.name,
        applied_at: clock.nowMs(),
      });
      return true;
    });
    if (ran) log.info('store.migrated', { migration: migration.name });
  }
}

async function applied(sql: Knex): Promise<readonly Applied[]> {
  if (!(await sql.schema.hasTable(TABLE))) return [];
  return sql(TABLE).select<Applied[]>('id', 'name').orderBy('id');
}

async function makeTable(sql: Knex): Promise<void> {
  if (await sql.schema.hasTable(TABLE)) return;
  await sql.schema.createTable(TABLE, (table) => {
    table.integer('id').primary();
    table.string('name').notNullable();
    table.bigInteger('applied_at').notNullable();
  });
}

function refuseNewer(done: readonly Applied[], known: readonly Migration[]): void {
  for (const { id, name } of done) {
    const ours = known.find((migration) => migration.id === id);
    if (ours?.name === name) continue;
    throw new BbsError(
      'DATABASE_TOO_NEW',
      `the database was made by a newer sallyport (it knows step ${id}, ${name}); install that version or restore a backup`,
    );
  }
}
