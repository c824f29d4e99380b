import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock';
import { databaseFile } from '../../src/backend';
import { boardLockFile, takeBoardLock } from '../../src/store/board-lock';
import { copyDatabase, type CopyProgress } from '../../src/store/copy';
import { COPIED_TABLES, listTables } from '../../src/store/copy-rows';
import { Database } from '../../src/store/database';
import { selectRows } from '../../src/store/dialect';
import { sqliteDialect } from '../../src/store/sqlite';
import { openBackOffice } from '../support/back-office';
import { allRows, fillEveryTable, nextIds } from '../support/every-table';
import { MemoryLog } from '../support/memory-log';
import { Shell } from './shell';

/** Tables of what runs: the target begins with none of it. */
const LIVE_TABLES = [
  ...[
    'node',
    'node_slot',
    'door_seat',
    'board_event',
    'account_event',
    'write_check',
    'schema_migration',
  ],
];

let folder: string;
let source: string;
const log = new MemoryLog();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-copy-'));
  const office = await openBackOffice(join(folder, 'old'));
  await fillEveryTable(office);
  await office.close();
  source = databaseFile(join(folder, 'old'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A new place for a copy. */
async function target(name: string): Promise<string> {
  const file = databaseFile(join(folder, name));
  await mkdir(join(folder, name, 'db'), { recursive: true, mode: 0o700 });
  return file;
}

function copyTo(file: string, onProgress?: (progress: CopyProgress) => void, from = source) {
  return copyDatabase({
    ...{ source: sqliteDialect(from, log), target: sqliteDialect(file, log) },
    ...{ clock: systemClock, log },
    ...(onProgress === undefined ? {} : { onProgress }),
  });
}

async function read<T>(file: string, work: (db: Database) => Promise<T>): Promise<T> {
  const db = await Database.open({ file, clock: systemClock, log });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

const rowsOf = (file: string) => read(file, (db) => db.run((sql) => allRows(sql)));

const cut = (table: string, at: (rows: number, of: number) => boolean) => {
  return (progress: CopyProgress): void => {
    if (progress.table === table && at(progress.rows, progress.of)) throw new Error('cut short');
  };
};

test('every table of a new database is copied, or made by what runs', async () => {
  const tables = await read(source, (db) => db.run((sql) => listTables(sql, 'sqlite')));
  expect(tables).toEqual([...COPIED_TABLES.map(({ name }) => name), ...LIVE_TABLES].sort());
});

test('a copy that is cut short at each table goes on, and nobody can use it before it is whole', async () => {
  const file = await target('resumed');
  for (const { name } of COPIED_TABLES) {
    await expect(
      copyTo(
        file,
        cut(name, (rows) => rows === 0),
      ),
    ).rejects.toThrow('cut short');
    // With some of its rows there.
    const midway = cut(name, (rows, of) => rows > 0 && rows < of);
    if (name === 'audit') await expect(copyTo(file, midway)).rejects.toThrow('cut short');
    await expect(rowsOf(file)).rejects.toMatchObject({
      code: 'DATABASE_REFUSED',
      message: expect.stringContaining('a copy that is not complete') as unknown,
    });
  }
  const { isResumed } = await copyTo(file);
  expect(isResumed).toBe(true);
  expect(await rowsOf(file)).toEqual(await rowsOf(source));
});

test('a copy that ended while it made the tables begins again', async () => {
  const file = await target('early');
  const stops = { ...log, info: () => { throw new Error('cut short'); } } as unknown as MemoryLog; // prettier-ignore
  const options = { source: sqliteDialect(source, log), target: sqliteDialect(file, log) };
  const begun = copyDatabase({ ...options, clock: systemClock, log: stops });
  await expect(begun).rejects.toThrow('cut short');
  await expect(rowsOf(file)).rejects.toMatchObject({ code: 'DATABASE_REFUSED' });
  expect((await copyTo(file)).isResumed).toBe(false);
  expect(await rowsOf(file)).toEqual(await rowsOf(source));
});

test('ids go on behind the last one that was ever given, also where its row is gone', async () => {
  const file = await target('ids');
  await copyTo(file);
  const given = "select seq as n from sqlite_sequence where name = 'outbox'";
  const [last, highest] = await read(source, (db) =>
    db.run(async (sql) => [
      (await selectRows<{ readonly n: number }>(sql, given, []))[0]?.n ?? 0,
      (await sql('outbox').max<{ n: number }[]>({ n: 'id' }))[0]?.n ?? 0,
    ]),
  );
  expect(last).toBeGreaterThan(highest ?? 0);
  expect((await read(file, nextIds))[0]).toBe((last ?? 0) + 1);
});

test('a row of the source that changes while a copy is cut short is found', async () => {
  const changing = await target('changing');
  await copyTo(changing);
  const file = await target('stale');
  const stop = cut('audit', (rows) => rows === 0);
  await expect(copyTo(file, stop, changing)).rejects.toThrow('cut short');
  await read(changing, (db) =>
    db.run((sql) =>
      sql('user_property').where({ prop_name: 'email_address' }).update('lookup', 'x'),
    ),
  );
  await expect(copyTo(file, undefined, changing)).rejects.toMatchObject({
    code: 'DATABASE_REFUSED',
    message: expect.stringContaining('the table user_property is not the same in both') as unknown,
  });
  await expect(rowsOf(file)).rejects.toMatchObject({ code: 'DATABASE_REFUSED' });
});

describe('oputil database copy', () => {
  let shell: Shell;
  beforeAll(async () => (shell = await Shell.openEmpty()));
  afterAll(() => shell.close());
  const copy = (from: string, to: string) =>
    shell.try('database', 'copy', '--from', from, '--to', to);

  it('says how far it is and what it has copied', async () => {
    const file = await target('told');
    const { exitCode, out, err } = await copy(`sqlite:${source}`, `sqlite:${file}`);
    expect(out).toMatch(
      new RegExp(
        `has all \\d+ rows of ${COPIED_TABLES.length} tables, compared one by one; \\d+ s\\.`,
      ),
    );
    expect(err).toMatch(/audit: (\d+) of \1 rows \(100 %\)/);
    expect(exitCode).toBe(0);
    const again = await copy(`sqlite:${source}`, `sqlite:${file}`);
    expect([again.exitCode, again.err]).toEqual([
      78,
      expect.stringContaining('is not empty: it has the table') as unknown,
    ]);
  });

  it('refuses a source or a target on which a board runs', async () => {
    const file = await target('in-use');
    for (const name of ['old', 'in-use']) {
      const lock = await takeBoardLock(boardLockFile(join(folder, name)), 4711);
      const { exitCode, err } = await copy(`sqlite:${source}`, `sqlite:${file}`);
      expect(err).toContain(`a board runs on ${join(folder, name)} (process 4711): stop it first`);
      expect(exitCode).toBe(78);
      if (lock.kind === 'taken') await lock.release();
    }
  });

  it('refuses a source of another version, one that is none, and the beginning of another copy', async () => {
    const other = await target('other');
    await copyTo(other);
    const file = await target('level');
    await expect(
      copyTo(
        file,
        cut('audit', () => true),
      ),
    ).rejects.toThrow('cut short');
    const change = (work: string) =>
      read(other, (db) => db.run((sql) => sql.raw(work).then(() => undefined)));
    await change('update schema_migration set applied_at = applied_at + 1');
    const foreign = await copy(`sqlite:${other}`, `sqlite:${file}`);
    expect(foreign.err).toContain('has the beginning of a copy of another database: empty it');
    await change("insert into schema_migration values (900, '0900-x', 1)");
    const newer = await copy(`sqlite:${other}`, `sqlite:${await target('x')}`);
    expect(newer.err).toContain('is of a newer sallyport (it knows 0900-x)');
    const sql = sqliteDialect(other, log).connect();
    await sql('schema_migration').whereIn('id', [31, 900]).delete();
    await sql.destroy();
    const older = await copy(`sqlite:${other}`, `sqlite:${await target('y')}`);
    expect(older.err).toContain('it lacks 0031-entry-codes): start the board on it once');
    const empty = await target('empty');
    const strange = sqliteDialect(empty, log).connect();
    await strange.raw('create table x (y)');
    await strange.destroy();
    const none = await copy(`sqlite:${empty}`, `sqlite:${await target('z')}`);
    expect(none.err).toContain('is no database of a board');
    for (const { exitCode } of [foreign, newer, older, none]) expect(exitCode).toBe(78);
  });

  it.each([
    [['nonsense', 'sqlite:x'], 'a place is sqlite:FILE or postgres://USER@HOST/DATABASE'],
    [['postgres:@environment:NOT_SET', 'sqlite:x'], 'the variable NOT_SET is not set'],
    [['sqlite:x', 'sqlite:./x'], '--from and --to are the same database'],
  ])('takes no places %j', async ([from = '', to = ''], text) => {
    const { exitCode, err } = await copy(from, to);
    expect([exitCode, err]).toEqual([2, `oputil: ${text}\n`]);
  });
});
