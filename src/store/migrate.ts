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
  readonly applied_at: number;
}

interface MigrateOptions {
  readonly sql: Knex;
  readonly dialect: Dialect;
  readonly migrations: readonly Migration[];
  readonly clock: Clock;
  readonly log: Log;
  /** True for whoever makes a copy, whose mark keeps everybody else away. */
  readonly isCopy?: boolean;
}

const TABLE = 'schema_migration';

/** Brings the schema up to date; throws DATABASE_TOO_NEW where a newer program has migrated it. */
export async function migrate(options: MigrateOptions): Promise<void> {
  const { sql, dialect, migrations, clock, log, isCopy = false } = options;
  const applied = async (from: Knex): Promise<readonly Applied[]> => {
    const rows = await listRows(from);
    return isCopy ? rows.filter(({ id }) => id !== COPY_ID) : rows;
  };
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

async function listRows(sql: Knex): Promise<readonly Applied[]> {
  if (!(await sql.schema.hasTable(TABLE))) return [];
  return sql(TABLE).select<Applied[]>('id', 'name', 'applied_at').orderBy('id');
}

/** The steps that a database has come through. */
export async function listApplied(sql: Knex): Promise<readonly Applied[]> {
  return (await listRows(sql)).filter(({ id }) => id !== COPY_ID);
}

/** The row of a copy that is not complete: a step that no program knows, so that none of any version starts. */
const COPY_ID = 1_000_000;
const COPY_NAME = 'copy-incomplete ';

/** A copy that has begun. */
interface BegunCopy {
  /** What it is a copy of. */
  readonly source: string;
  /** True once the tables are there, with nothing in them but rows of the source. */
  readonly isPrepared: boolean;
}

export async function findCopy(sql: Knex): Promise<BegunCopy | undefined> {
  const row = (await listRows(sql)).find(({ id }) => id === COPY_ID);
  if (row === undefined) return undefined;
  return { source: row.name.slice(COPY_NAME.length), isPrepared: Number(row.applied_at) === 1 };
}

export async function beginCopy(sql: Knex, source: string, isPrepared = false): Promise<void> {
  await makeTable(sql);
  await sql(TABLE)
    .insert({ id: COPY_ID, name: COPY_NAME + source, applied_at: isPrepared ? 1 : 0 })
    .onConflict('id')
    .merge();
}

export async function endCopy(sql: Knex): Promise<void> {
  await sql(TABLE).where({ id: COPY_ID }).delete();
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
    if (id === COPY_ID)
      throw new BbsError(
        'DATABASE_REFUSED',
        "the database is a copy that is not complete: run the same 'oputil database copy' again",
      );
    throw new BbsError(
      'DATABASE_TOO_NEW',
      `the database was made by a newer sallyport (it knows step ${id}, ${name}); install that version or restore a backup`,
    );
  }
}
