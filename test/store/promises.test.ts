import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { sqliteDialect } from '../../src/store/sqlite';
import { MemoryLog } from '../support/memory-log';

let folder: string;
let sql: Knex | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-promises-'));
});
afterEach(async () => {
  await sql?.destroy();
  await rm(folder, { recursive: true });
});

test('a database that cannot write ahead is refused at the start, with what to do (rule I1)', async () => {
  // In memory, as on a disk that cannot share memory, SQLite has another journal than it was told to.
  const dialect = sqliteDialect(':memory:', new MemoryLog());
  sql = dialect.connect();
  await expect(dialect.verify(sql)).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    message: expect.stringMatching(
      /journal_mode is memory and not wal; keep .* local disk/,
    ) as string,
  });
});

test.each([
  ['busy_timeout', '0'],
  ['synchronous', 'NORMAL'],
  ['foreign_keys', 'OFF'],
])('a connection whose %s is %s is refused at the start (rule I1)', async (name, value) => {
  const dialect = sqliteDialect(join(folder, 'board.sqlite3'), new MemoryLog());
  sql = dialect.connect();
  await dialect.verify(sql);
  await sql.raw(`PRAGMA ${name} = ${value}`);
  await expect(dialect.verify(sql)).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    message: expect.stringContaining(`${name} is `) as string,
  });
});
