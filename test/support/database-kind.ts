import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../../src/store/database';
import { selectRows } from '../../src/store/dialect';
import { IS_POSTGRES } from './is-postgres';

export { IS_POSTGRES };

/** A test that looks into SQLite's file or its plans; left out on PostgreSQL. */
export const onSqlite = IS_POSTGRES ? it.skip : it;

/** A test of what one SQLite file cannot have: two writers at once. */
export const itOnPostgres = IS_POSTGRES ? it : it.skip;

/** Tests that all do so. */
export const describeOnSqlite = IS_POSTGRES ? describe.skip : describe;

/** Those of the texts that the database can hold; PostgreSQL holds no NUL character. */
export function storable(texts: readonly string[]): readonly string[] {
  return IS_POSTGRES ? texts.filter((text) => !text.includes('\0')) : texts;
}

/** Refuses writes to a table from now on, as a full disk does; the returned function ends that. */
export async function refuseWrites(
  db: Database,
  where: { readonly before: 'insert' | 'update'; readonly table: string; readonly when?: string },
): Promise<() => Promise<void>> {
  const { before, table, when } = where;
  const event = `before ${before} on "${table}" for each row ${when === undefined ? '' : `when (${when})`}`;
  const full = IS_POSTGRES
    ? [
        `create function refuse_writes() returns trigger language plpgsql as $$ begin raise exception 'full'; end $$`,
        `create trigger refuse_writes ${event} execute function refuse_writes()`,
      ]
    : [`create trigger refuse_writes ${event} begin select raise(abort, 'full'); end`];
  const room = IS_POSTGRES
    ? ['drop function refuse_writes cascade']
    : ['drop trigger refuse_writes'];
  const runAll = async (statements: readonly string[]): Promise<void> => {
    for (const statement of statements) await db.run((sql) => sql.raw(statement));
  };
  await runAll(full);
  return () => runAll(room);
}

/** All that the database keeps, as text: SQLite's file and journal, or every row of PostgreSQL. */
export async function storedText(place: {
  readonly db: Database;
  readonly folder: string;
}): Promise<string> {
  if (!IS_POSTGRES) {
    const files = ['board.sqlite3', 'board.sqlite3-wal'].map((name) => join(place.folder, name));
    return (await Promise.all(files.map((file) => readFile(file, 'latin1')))).join('');
  }
  return place.db.run(async (sql) => {
    const tables = await selectRows<{ readonly name: string }>(
      sql,
      'select tablename as name from pg_tables where schemaname = current_schema()',
      [],
    );
    const texts: string[] = [];
    for (const { name } of tables)
      for (const row of await selectRows<{ readonly text: string }>(
        sql,
        `select t::text as text from "${name}" as t`,
        [],
      ))
        texts.push(`${name} ${row.text}`);
    return texts.join('\n');
  });
}
