import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '../../src/base/log';
import { onelinerText } from '../../src/menu/run/wall';
import { Database } from '../../src/store/database';
import { addOneliner, adoptOneliners, listOneliners } from '../../src/store/oneliners';
import { insertUser } from '../../src/store/users';
import { ONELINER_TABLE, runSql } from '../support/enigma-installation';
import { onSqlite } from '../support/database-kind';
import { FakeClock } from '../support/fake-clock';

let folder: string;
let file: string;
let db: Database;
let logged: string[];

const log = createLog({ level: 'warn', write: (line) => logged.push(line), nowMs: () => 0 });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-oneliners-'));
  file = join(folder, 'old.sqlite3');
  logged = [];
  db = await Database.open({ file: join(folder, 'user.sqlite3'), clock: new FakeClock(), log });
  await db.transaction('board', async (sql) => {
    await insertUser(sql, { name: 'sysop', root: true });
    await insertUser(sql, { name: 'joe' });
  });
});

afterEach(async () => {
  await db.close();
  await rm(folder, { recursive: true });
});

const adopt = (): Promise<number> => adoptOneliners({ db, file, log, clean: onelinerText });

const texts = async (): Promise<readonly string[]> =>
  (await db.run((sql) => listOneliners(sql, 300))).map(({ text }) => text);

const OLD = `${ONELINER_TABLE}
  insert into onelinerz values
    (3, 2, 'joe', 'first', '2026-01-01T12:00:00.000-06:00'),
    (4, 9, 'gone', 'of an account that is gone', '2026-01-02T12:00:00.000-06:00'),
    (5, 1, 'sysop', 'bell ' || char(7) || char(27) || '[2J|04x', '2026-01-03T12:00:00.000-06:00'),
    (6, 2, 'joe', 'when?', 'no time'),
    (7, 2, 'joe', '   ', '2026-01-03T12:00:00.000-06:00');`;

onSqlite('the lines of accounts that are here are taken over once, as text', async () => {
  await runSql(file, OLD);
  expect(await adopt()).toBe(2);
  expect(await adopt()).toBe(0);
  const [first, second] = await db.run((sql) => listOneliners(sql, 9));
  expect(first).toMatchObject({ userId: 2, text: 'first', writtenAtMs: Date.UTC(2026, 0, 1, 18) });
  expect(second?.text).toMatch(/^bell .*\|04x$/);
  expect(second?.text).not.toMatch(/[\u0007\u001b]/);
  const line = { userId: 1, text: 'new', writtenAtMs: 1 };
  await db.transaction('board', (sql) => addOneliner(sql, line));
  expect((await texts()).at(-1)).toBe('new');
});

onSqlite('lines that were written here before stand behind them', async () => {
  const line = { userId: 1, text: 'written here', writtenAtMs: 1 };
  await db.transaction('board', (sql) => addOneliner(sql, line));
  await runSql(file, OLD);
  await adopt();
  expect(await texts()).toEqual(['first', expect.stringContaining('bell'), 'written here']);
});

test('a file that is none is told, and the board opens without it', async () => {
  await writeFile(file, 'not a database');
  expect(await adopt()).toBe(0);
  expect(logged.join()).toContain('oneliners.not-adopted');
  expect(await texts()).toEqual([]);
});
