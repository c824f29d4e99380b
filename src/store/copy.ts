import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import type { Clock } from '../base/clock';
import { BbsError, toError } from '../base/errors';
import type { Log } from '../base/log';
import {
  Checksum,
  columnsOf,
  COPIED_TABLES,
  type CopiedTable,
  countRows,
  eachBatch,
  insertRows,
  lastKey,
  lastNumber,
  listTables,
  type Selection,
  setLastNumber,
} from './copy-rows';
import type { Dialect } from './dialect';
import { beginCopy, endCopy, findCopy, listApplied, migrate } from './migrate';
import { MIGRATIONS } from './migrations';

/** How far a copy has come in a table. */
export interface CopyProgress {
  readonly table: string;
  readonly rows: number;
  readonly of: number;
}

interface CopyOptions {
  /** Nobody else may write to either meanwhile: whoever calls this holds the locks of their boards. */
  readonly source: Dialect;
  readonly target: Dialect;
  readonly clock: Clock;
  readonly log: Log;
  readonly onProgress?: (progress: CopyProgress) => void;
}

export interface Copied {
  readonly isResumed: boolean;
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
}

/**
 * Copies a board's database into an empty one, and goes on with a copy that was cut short. Until all of
 * it is there and compared, the target has a mark with which no board starts. Throws DATABASE_REFUSED
 * where it cannot be, STORE_FAILED where a database failed meanwhile.
 */
export async function copyDatabase(options: CopyOptions): Promise<Copied> {
  const { source, target } = options;
  target.prepare();
  const from = source.connect();
  const to = target.connect();
  try {
    await source.verify(from);
    await target.verify(to);
    // To the end, so that nobody changes what was copied.
    return await source.transaction(from, 'board', (reading) =>
      new Copy(options, reading, to).run(),
    );
  } catch (error) {
    throw source.explain(target.explain(error));
  } finally {
    await source.close(from);
    await target.close(to);
  }
}

class Copy {
  /** Of the tables that were read in one go. */
  private readonly checksums = new Map<string, string>();

  constructor(
    private readonly options: CopyOptions,
    private readonly from: Knex,
    private readonly to: Knex,
  ) {}

  async run(): Promise<Copied> {
    const isResumed = await this.prepare();
    for (const table of COPIED_TABLES) await this.during(table, () => this.copy(table));
    const tables: { name: string; rows: number }[] = [];
    for (const table of COPIED_TABLES)
      tables.push({
        name: table.name,
        rows: await this.during(table, () => this.compare(table)),
      });
    const { source, target } = this.options;
    await target.transaction(this.to, 'board', async (sql) => {
      for (const table of COPIED_TABLES) {
        if (table.isNumbered !== true) continue;
        const last = await lastNumber(this.from, source.kind, table);
        await setLastNumber(sql, target.kind, { name: table.name, last });
      }
      await endCopy(sql);
    });
    return { isResumed, tables };
  }

  /** Checks both, and makes the tables of the target, with the mark in them first. Returns true for one that goes on. */
  private async prepare(): Promise<boolean> {
    const { to } = this;
    const { target, clock, log } = this.options;
    const id = await this.idOfSource();
    const begun = await findCopy(to);
    if (begun === undefined) {
      const tables = await listTables(to, target.kind);
      if (tables.length > 0)
        throw refused(`${target.where} is not empty: it has the table ${tables[0] ?? ''}`);
    } else if (begun.source !== id)
      throw refused(`${target.where} has the beginning of a copy of another database: empty it`);
    if (begun?.isPrepared === true) return true;
    await target.transaction(to, 'board', (sql) => beginCopy(sql, id));
    await migrate({ sql: to, dialect: target, migrations: MIGRATIONS, clock, log, isCopy: true });
    await target.transaction(to, 'board', async (sql) => {
      // Rows that every new database begins with.
      for (const { name } of COPIED_TABLES) if (name !== 'audit') await sql(name).delete();
      await beginCopy(sql, id, true);
    });
    return false;
  }

  /** Of another program version it is not copied: its tables are not known. */
  private async idOfSource(): Promise<string> {
    const { source } = this.options;
    const copy = await findCopy(this.from);
    if (copy !== undefined) throw refused(`${source.where} is itself a copy that is not complete`);
    const applied = await listApplied(this.from);
    if (applied.length === 0) throw refused(`${source.where} is no database of a board`);
    const missing = MIGRATIONS.find(({ id }) => !applied.some((each) => each.id === id));
    if (missing !== undefined)
      throw refused(
        `${source.where} is of an older sallyport (it lacks ${missing.name}): start the board on it once`,
      );
    const known = (id: number): boolean => MIGRATIONS.some((each) => each.id === id);
    const newer = applied.find(({ id }) => !known(id));
    if (newer !== undefined)
      throw refused(`${source.where} is of a newer sallyport (it knows ${newer.name})`);
    const times = applied.map(({ id, applied_at: at }) => `${id}:${at}`).join(' ');
    return createHash('sha256').update(times).digest('hex').slice(0, 16);
  }

  private async copy(table: CopiedTable): Promise<void> {
    const { source, target, onProgress } = this.options;
    const selection = await this.selectionOf(table);
    const after = await lastKey(this.to, target.kind, selection);
    let rows = after === undefined ? 0 : await countRows(this.to, table);
    const of = await countRows(this.from, table);
    const checksum = new Checksum(selection.columns);
    onProgress?.({ table: table.name, rows, of });
    await eachBatch(this.from, source.kind, { ...selection, after }, async (batch) => {
      await target.transaction(this.to, 'nothing-shared', (sql) =>
        insertRows(sql, selection, batch),
      );
      checksum.add(batch);
      rows += batch.length;
      onProgress?.({ table: table.name, rows, of });
    });
    if (after === undefined) this.checksums.set(table.name, String(checksum));
  }

  /** Reads both again where only a part was read. Returns the number of rows. */
  private async compare(table: CopiedTable): Promise<number> {
    const { source, target } = this.options;
    const selection = await this.selectionOf(table);
    const theirs = new Checksum(selection.columns);
    await target.transaction(this.to, 'nothing-shared', (sql) =>
      eachBatch(sql, target.kind, selection, (batch) => theirs.add(batch)),
    );
    let ours = this.checksums.get(table.name);
    if (ours === undefined) {
      const again = new Checksum(selection.columns);
      await eachBatch(this.from, source.kind, selection, (batch) => again.add(batch));
      ours = String(again);
    }
    if (ours === String(theirs)) return theirs.rows;
    throw refused(
      `the table ${table.name} is not the same in both (${ours.split(':', 1).join('')} and ${theirs.rows} rows): ` +
        `one of them has changed since the copy began; empty ${target.where} and begin again`,
    );
  }

  private async selectionOf(table: CopiedTable): Promise<Selection> {
    const columns = await columnsOf(this.to, table.name);
    const there = new Set((await columnsOf(this.from, table.name)).all);
    const missing = columns.all.find((name) => !there.has(name));
    if (missing === undefined) return { table, columns };
    throw refused(`the table ${table.name} of ${this.options.source.where} has no ${missing}`);
  }

  private async during<T>({ name }: CopiedTable, work: () => Promise<T>): Promise<T> {
    const { source, target } = this.options;
    try {
      return await work();
    } catch (error) {
      if (error instanceof BbsError && error.code !== 'USER_INVALID') throw error;
      if (!(error instanceof BbsError) && !source.isFailure(error) && !target.isFailure(error))
        throw error;
      throw new BbsError(
        'STORE_FAILED',
        `the copy stopped in the table ${name}: ${toError(error).message}; the same command goes on from there`,
        { cause: error },
      );
    }
  }
}

function refused(message: string): BbsError {
  return new BbsError('DATABASE_REFUSED', message);
}
