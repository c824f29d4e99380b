import { createHash, type Hash } from 'node:crypto';
import type { Knex } from 'knex';
import { type DatabaseKind, selectRows } from './dialect';

/** A table that a copy of a database takes along. */
export interface CopiedTable {
  readonly name: string;
  /** By which its rows are told apart and put in order. */
  readonly key: readonly string[];
  /** Its `id` is given by the database. */
  readonly isNumbered?: true;
}

const byId = (name: string): CopiedTable => ({ name, key: ['id'], isNumbered: true });

/** In an order in which each row comes after those that it refers to. */
export const COPIED_TABLES: readonly CopiedTable[] = [
  { name: 'user', key: ['id'] },
  { name: 'id_sequence', key: ['name'] },
  { name: 'user_property', key: ['user_id', 'prop_name'] },
  { name: 'user_group_member', key: ['group_name', 'user_id'] },
  { name: 'user_password', key: ['user_id'] },
  { name: 'otp_factor', key: ['user_id'] },
  { name: 'otp_pending', key: ['user_id'] },
  byId('otp_app'),
  byId('backup_code'),
  { name: 'token', key: ['token_hash'] },
  { name: 'sheet_code', key: ['user_id', 'number'] },
  byId('ssh_key'),
  byId('outbox'),
  { name: 'attempt', key: ['subject', 'factor', 'budget'] },
  { name: 'known_source', key: ['user_id', 'source'] },
  { name: 'source_penalty', key: ['source'] },
  byId('audit'),
  byId('call'),
  { name: 'tally', key: ['name'] },
  { name: 'budget', key: ['kind', 'holder'] },
  { name: 'timeline', key: ['id'] },
  { name: 'unfinished', key: ['task'] },
  byId('oneliner'),
  { name: 'sealing_key', key: ['id'] },
  { name: 'factor_grace', key: ['user_id'] },
  { name: 'factor_recovery', key: ['user_id'] },
  byId('invite'),
  byId('far_account'),
  { name: 'line_ask', key: ['session_id'] },
];

export type Value = string | number | bigint | boolean | Buffer | null;
export type Row = Readonly<Record<string, Value>>;

/** The columns of a table; those that hold text, which each database would sort in its own way. */
export interface Columns {
  readonly all: readonly string[];
  readonly text: ReadonlySet<string>;
}

export async function columnsOf(sql: Knex, table: string): Promise<Columns> {
  const found: Readonly<Record<string, { readonly type: string }>> = await sql(table).columnInfo();
  const all = Object.keys(found).sort();
  const text = all.filter((name) => /char|text/i.test(found[name]?.type ?? ''));
  return { all, text: new Set(text) };
}

/** All tables of the database, as far as the role sees them. */
export async function listTables(sql: Knex, kind: DatabaseKind): Promise<readonly string[]> {
  const statement = {
    sqlite: "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'",
    postgres: 'select tablename as name from pg_tables where schemaname = current_schema()',
  }[kind];
  const rows = await selectRows<{ readonly name: string }>(sql, statement, []);
  return rows.map(({ name }) => name).sort();
}

/** Which rows of a table, in the order of its key. */
export interface Selection {
  readonly table: CopiedTable;
  readonly columns: Columns;
  /** Only rows behind the one with this key. */
  readonly after?: readonly Value[] | undefined;
}

const ROWS_AT_ONCE = 2_000;

/** Hands over all rows, some at a time. `sql` is a transaction. */
export async function eachBatch(
  sql: Knex,
  kind: DatabaseKind,
  selection: Selection,
  take: (rows: readonly Row[]) => Promise<void> | void,
): Promise<void> {
  if (kind === 'sqlite') return byKeys(sql, selection, take);
  // Its indexes are in another order, and a sort for each batch would take too long.
  const { statement, bindings } = select(kind, selection);
  await sql.raw(`declare rows_to_copy no scroll cursor for ${statement}`, [...bindings]);
  for (;;) {
    const rows = await selectRows<Row>(sql, `fetch ${ROWS_AT_ONCE} from rows_to_copy`, []);
    if (rows.length === 0) break;
    await take(rows);
  }
  await sql.raw('close rows_to_copy');
}

async function byKeys(
  sql: Knex,
  selection: Selection,
  take: (rows: readonly Row[]) => Promise<void> | void,
): Promise<void> {
  for (let { after } = selection; ;) {
    const { statement, bindings } = select('sqlite', { ...selection, after });
    const rows = await selectRows<Row>(sql, `${statement} limit ${ROWS_AT_ONCE}`, bindings);
    const last = rows.at(-1);
    if (last === undefined) return;
    await take(rows);
    after = keyOf(selection.table, last);
  }
}

function keyOf({ key }: CopiedTable, row: Row): readonly Value[] {
  return key.map((name) => row[name] ?? null);
}

/** The key of the last row; undefined where there is none. */
export async function lastKey(
  sql: Knex,
  kind: DatabaseKind,
  { table, columns }: Selection,
): Promise<readonly Value[] | undefined> {
  const order = table.key.map((name) => `${sorted(kind, name, columns)} desc`).join(', ');
  const names = table.key.map(quoted).join(', ');
  const statement = `select ${names} from ${quoted(table.name)} order by ${order} limit 1`;
  const [row] = await selectRows<Row>(sql, statement, []);
  return row === undefined ? undefined : keyOf(table, row);
}

export async function countRows(sql: Knex, table: CopiedTable): Promise<number> {
  const row = await sql(table.name).count<{ n: number }[]>({ n: '*' }).first();
  return Number(row?.n ?? 0);
}

interface Statement {
  readonly statement: string;
  readonly bindings: readonly (string | number)[];
}

function select(kind: DatabaseKind, { table, columns, after }: Selection): Statement {
  const order = table.key.map((name) => sorted(kind, name, columns)).join(', ');
  const marks = table.key.map(() => '?').join(', ');
  const where = after === undefined ? '' : ` where (${order}) > (${marks})`;
  return {
    statement: `select ${columns.all.map(quoted).join(', ')} from ${quoted(table.name)}${where} order by ${order}`,
    bindings: (after ?? []) as readonly (string | number)[],
  };
}

/** A column as something to sort by: text by its bytes, whatever the database's language. */
function sorted(kind: DatabaseKind, name: string, { text }: Columns): string {
  return kind === 'postgres' && text.has(name) ? `${quoted(name)} collate "C"` : quoted(name);
}

function quoted(name: string): string {
  return `"${name}"`;
}

/** Few enough for a statement of either database. */
const VALUES_AT_ONCE = 5_000;

/** Adds rows as they are; `sql` is a transaction. */
export async function insertRows(
  sql: Knex,
  { table, columns }: Selection,
  rows: readonly Row[],
): Promise<void> {
  const names = columns.all;
  const atOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / names.length));
  const into = `insert into ${quoted(table.name)} (${names.map(quoted).join(', ')}) values `;
  const marks = `(${names.map(() => '?').join(', ')})`;
  for (let from = 0; from < rows.length; from += atOnce) {
    const part = rows.slice(from, from + atOnce);
    const values = part.flatMap((row) => names.map((name) => row[name] ?? null));
    await sql.raw(into + part.map(() => marks).join(', '), values as Knex.RawBinding[]);
  }
}

/** A checksum of rows in their order, the same for both databases. */
export class Checksum {
  private readonly hash: Hash = createHash('sha256');
  rows = 0;

  constructor(private readonly columns: Columns) {}

  add(rows: readonly Row[]): void {
    this.rows += rows.length;
    for (const row of rows) {
      const values = this.columns.all.map((name) => plain(row[name] ?? null));
      this.hash.update(`${JSON.stringify(values)}\n`);
    }
  }

  toString(): string {
    return `${this.rows}:${this.hash.copy().digest('hex')}`;
  }
}

function plain(value: Value): string | null {
  if (value === null) return null;
  return Buffer.isBuffer(value) ? value.toString('hex') : String(value);
}

/** The last id that the database has given in a table; 0 before the first. */
export async function lastNumber(
  sql: Knex,
  kind: DatabaseKind,
  { name }: CopiedTable,
): Promise<number> {
  if (kind === 'sqlite') {
    const found = 'select seq as n from sqlite_sequence where name = ?';
    const [row] = await selectRows<{ readonly n: number }>(sql, found, [name]);
    return row?.n ?? 0;
  }
  const sequence = await sequenceOf(sql, name);
  const found = `select case when is_called then last_value else 0 end as n from ${sequence}`;
  const [row] = await selectRows<{ readonly n: number }>(sql, found, []);
  return Number(row?.n ?? 0);
}

/** Has the database give the ids behind this one. */
export async function setLastNumber(
  sql: Knex,
  kind: DatabaseKind,
  { name, last }: { readonly name: string; readonly last: number },
): Promise<void> {
  if (last === 0) return;
  if (kind === 'sqlite') {
    await sql.raw('delete from sqlite_sequence where name = ?', [name]);
    await sql.raw('insert into sqlite_sequence (name, seq) values (?, ?)', [name, last]);
  } else await sql.raw('select setval(?, ?)', [await sequenceOf(sql, name), last]);
}

async function sequenceOf(sql: Knex, table: string): Promise<string> {
  const statement = 'select pg_get_serial_sequence(?, ?) as name';
  const [row] = await selectRows<{ readonly name: string | null }>(sql, statement, [
    ...[quoted(table), 'id'],
  ]);
  if (row?.name === undefined || row.name === null) throw new Error(`${table} gives no ids`);
  return row.name;
}
