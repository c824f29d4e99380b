import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BoardClock, systemClock } from '../../src/base/clock';
import { databaseFile } from '../../src/backend';
import { runOputil } from '../../src/oputil/program';
import { copyDatabase, type CopyProgress } from '../../src/store/copy';
import { COPIED_TABLES } from '../../src/store/copy-rows';
import { Database } from '../../src/store/database';
import type { Dialect } from '../../src/store/dialect';
import { postgresDialect } from '../../src/store/postgres';
import { sqliteDialect } from '../../src/store/sqlite';
import { openBackOffice } from '../support/back-office';
import { allRows, fillEveryTable, nextIds } from '../support/every-table';
import { MemoryLog } from '../support/memory-log';
import { schemaOf, serverOf, sql } from './database-place';

jest.setTimeout(240_000);

let folder: string;
/** The board's own, which this run has on PostgreSQL. */
let first: string;
const schemas: string[] = [];
const log = new MemoryLog();

/** A schema with nothing in it. */
function schema(name: string): string {
  const made = schemaOf(join(folder, name));
  schemas.push(made);
  return made;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-copy-'));
  const office = await openBackOffice(join(folder, 'old'));
  await fillEveryTable(office);
  await office.close();
  first = schemaOf(databaseFile(join(folder, 'old')));
  schemas.push(first);
});
afterAll(async () => {
  for (const name of schemas) sql(`drop schema if exists ${name} cascade`);
  await rm(folder, { recursive: true, force: true });
});

const postgres = (name: string): Dialect =>
  postgresDialect(serverOf(name), { log, callMs: 60_000 });
const sqlite = (name: string): Dialect => sqliteDialect(join(folder, `${name}.sqlite3`), log);

function copy(source: Dialect, target: Dialect, onProgress?: (progress: CopyProgress) => void) {
  const options = { source, target, clock: systemClock, log };
  return copyDatabase({ ...options, ...(onProgress === undefined ? {} : { onProgress }) });
}

async function rowsOf(dialect: Dialect): Promise<ReadonlyMap<string, string>> {
  const connected = dialect.connect();
  try {
    return await allRows(connected);
  } finally {
    await dialect.close(connected);
  }
}

const cut = (table: string, at: (rows: number, of: number) => boolean) => {
  return (progress: CopyProgress): void => {
    if (progress.table === table && at(progress.rows, progress.of)) throw new Error('cut short');
  };
};

/** Interrupted at each table, and in the middle of the longest. */
async function copyInPieces(source: Dialect, target: () => Dialect): Promise<void> {
  for (const { name } of COPIED_TABLES) {
    const stops = [cut(name, (rows) => rows === 0)];
    if (name === 'audit') stops.push(cut(name, (rows, of) => rows > 0 && rows < of));
    for (const stop of stops)
      await expect(copy(source, target(), stop)).rejects.toThrow('cut short');
  }
  expect((await copy(source, target())).isResumed).toBe(true);
}

test('a board goes from PostgreSQL to SQLite and back, interrupted at each table, and is the same', async () => {
  await copyInPieces(postgres(first), () => sqlite('there'));
  const wanted = await rowsOf(postgres(first));
  expect(await rowsOf(sqlite('there'))).toEqual(wanted);
  const back = schema('back');
  await copyInPieces(sqlite('there'), () => postgres(back));
  expect(await rowsOf(postgres(back))).toEqual(wanted);
  const db = await Database.open({ server: serverOf(back), clock: systemClock, log });
  const straight = schema('straight');
  await copy(postgres(first), postgres(straight));
  const other = await Database.open({ server: serverOf(straight), clock: systemClock, log });
  // Ids go on where those of the first left off, over both ways.
  const original = await Database.open({ server: serverOf(first), clock: systemClock, log });
  const next = await nextIds(original);
  expect(await nextIds(db)).toEqual(next);
  expect(await nextIds(other)).toEqual(next);
  await original.close();
  await db.close();
  await other.close();
});

test('no board starts on a copy that is not complete, nor on one that has no tables yet', async () => {
  const half = schema('half');
  const server = serverOf(half);
  const stop = cut('call', () => true);
  await expect(copy(postgres(first), postgres(half), stop)).rejects.toThrow('cut short');
  const refusal = { code: 'DATABASE_REFUSED', message: expect.stringContaining('not complete') as unknown }; // prettier-ignore
  await expect(Database.open({ server, clock: systemClock, log })).rejects.toMatchObject(refusal);
  await copy(postgres(first), postgres(half));
  await (await Database.open({ server, clock: systemClock, log })).close();
});

describe('oputil database copy', () => {
  async function oputil(from: string, to: string): Promise<readonly [number, string]> {
    let said = '';
    const config = join(folder, 'config.hjson');
    const args = ['--data', join(folder, 'tool'), '--config', config];
    const code = await runOputil([...args, 'database', 'copy', '--from', from, '--to', to], {
      out: (text) => (said += text),
      err: (text) => (said += text),
      readLine: () => Promise.resolve(''),
      env: { OLD: serverOf(first).address, NEW: serverOf(schema('new')).address },
      clock: systemClock,
    });
    return [code, said];
  }

  it('copies by addresses that stand in the environment, and refuses what is not empty', async () => {
    await writeFile(join(folder, 'config.hjson'), '{}');
    const [code, said] = await oputil('postgres:@environment:OLD', 'postgres:@environment:NEW');
    expect(said).toMatch(
      new RegExp(`has all \\d+ rows of ${COPIED_TABLES.length} tables, compared one by one`),
    );
    expect(code).toBe(0);
    const again = await oputil('postgres:@environment:OLD', 'postgres:@environment:NEW');
    expect(again).toEqual([78, expect.stringContaining('is not empty') as unknown]);
  });

  it('refuses a database on which a board runs, at either end', async () => {
    const db = await Database.open({ server: serverOf(first), clock: systemClock, log });
    const nothing = (): void => undefined;
    const node = await db.joinBoard({
      ...{ version: '0', host: 'here', pid: process.pid, clock: new BoardClock(systemClock), log },
      ...{ onLost: nothing, onJoined: nothing, onCallers: nothing, onGone: nothing },
      onEvents: nothing,
    });
    const file = join(folder, 'x.sqlite3');
    for (const [from, to] of [
      ['postgres:@environment:OLD', `sqlite:${file}`],
      [`sqlite:${join(folder, 'there.sqlite3')}`, 'postgres:@environment:OLD'],
    ] as const)
      expect(await oputil(from, to)).toEqual([
        78,
        expect.stringContaining('a board runs on the database board on') as unknown,
      ]);
    await node?.release();
    await db.close();
  });
});
