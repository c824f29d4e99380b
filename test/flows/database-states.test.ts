import { open, readdir, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { BbsError } from '../../src/base/errors';
import { databaseFile } from '../../src/backend';
import { startBbs, type RunningBbs } from '../../src/index';
import { explainFailure } from '../../src/store/sqlite';
import { describeStart } from '../../src/app/start-message';
import { openBackOffice } from '../support/back-office';
import { PASSWORD, Shell } from '../oputil/shell';

/** Ports of its own, and no log in the way. */
const CONFIG = {
  loginServers: { telnet: { enabled: false }, ssh: { port: 0 } },
  contentServers: { web: { https: { port: 0 } } },
};

let shell: Shell;
let file: string;
const running: RunningBbs[] = [];

beforeEach(async () => {
  shell = await Shell.openEmpty();
  file = databaseFile(shell.dataDir);
});
afterEach(async () => {
  for (const bbs of running.splice(0)) await bbs.close();
  await shell.close();
});

async function start(options: { newDatabase?: boolean; keepFirstPassword?: boolean } = {}) {
  const bbs = await startBbs({ dataDir: shell.dataDir, config: CONFIG, ...options });
  running.push(bbs);
  return bbs;
}

async function failure(): Promise<BbsError> {
  const error: unknown = await start().then(
    () => new Error('it has started'),
    (reason: unknown) => reason,
  );
  if (error instanceof BbsError) return error;
  throw error;
}

async function fillWithRubbish(from: number): Promise<void> {
  const { size } = await stat(file);
  const handle = await open(file, 'r+');
  await handle.write(Buffer.alloc(size - from, 0xaa), 0, size - from, from);
  await handle.close();
}

describe('a board does not start on a database that', () => {
  beforeEach(() => shell.run('user', 'add', 'joe', '--password', PASSWORD));

  it.each([
    ['is no database', 0],
    ['is damaged', 4096],
  ])('%s, and says what to do', async (_what, from) => {
    await fillWithRubbish(from);
    const error = await failure();
    expect(error).toMatchObject({ code: 'DATABASE_DAMAGED', exitCode: 78 });
    expect(error.message).toContain('"A damaged database" in docs/runbook.md');
    const list = await shell.try('user', 'list');
    expect([list.exitCode, list.err]).toEqual([78, expect.stringContaining('is damaged')]);
  });

  it.each(['gone', 'empty'])('is %s beside keys, unless a new one is asked for', async (how) => {
    if (how === 'gone') await rm(file);
    else await truncate(file, 0);
    for (const suffix of ['-wal', '-shm']) await rm(file + suffix, { force: true });
    const error = await failure();
    expect(error).toMatchObject({ code: 'DATABASE_MISSING', exitCode: 78 });
    expect(error.message).toContain(`user.sqlite3 is ${how}, but `);
    expect(error.message).toContain('--new-database');
    // Nothing was made in its place.
    expect((await readdir(join(shell.dataDir, 'db'))).length).toBe(how === 'gone' ? 0 : 1);
    expect((await shell.try('user', 'add', 'ann', '-n')).exitCode).toBe(78);
    const bbs = await start({ newDatabase: true });
    expect(bbs.firstSysop?.name).toBe('sysop');
  });
});

it('a full disk is told with what to do, whoever has met it', () => {
  for (const code of ['SQLITE_FULL', 'ENOSPC']) {
    const cause = Object.assign(new Error('full'), { code });
    const told = explainFailure(new BbsError('STORE_FAILED', 'failed', { cause }), '/db');
    expect(told).toMatchObject({ code: 'DISK_FULL', exitCode: 78 });
  }
  const other = new Error('other');
  expect(explainFailure(other, '/db')).toBe(other);
});

it('a start beside another key is refused, and says on the console and in the log what does not open', async () => {
  await shell.run('user', 'add', 'joe', '--password', PASSWORD);
  await shell.run('user', '2fa-otp', 'joe', 'google');
  const { keys } = await shell.json<{ keys: readonly { id: string }[] }>('key', 'check');
  const notices: string[] = [];
  const other = Buffer.alloc(32, 7).toString('base64');
  const env = { SALLYPORT_SEALING_KEY: other };
  const onNotice = (line: string): unknown => notices.push(line);
  await expect(
    startBbs({ dataDir: shell.dataDir, config: CONFIG, env, onNotice }),
  ).rejects.toMatchObject({
    code: 'KEY_UNREADABLE',
    exitCode: 78,
    message: expect.stringContaining(`the sealing key ${keys[0]?.id} is current`) as unknown,
  });
  const warning = `the database holds values sealed with keys that are not in SALLYPORT_SEALING_KEY (${keys[0]?.id})`;
  expect(notices.join('\n')).toContain(warning);
  expect(await shell.read('data/logs/sallyport.log')).toContain(warning);
  notices.length = 0;
  running.push(await startBbs({ dataDir: shell.dataDir, config: CONFIG, onNotice }));
  expect(notices).toEqual([]);
});

it('the start counts the open points that doctor names', async () => {
  await shell.run('user', 'add', 'sysop', '--password', PASSWORD);
  const configFile = await shell.file(
    'my.hjson',
    '{ loginServers: { telnet: { enabled: false }, ssh: { port: 0 } }, contentServers: { web: { https: { port: 0 } } } }',
  );
  await shell.run('user', 'add', 'joe', '--password', PASSWORD);
  await shell.run('user', '2fa-otp', 'joe', 'google');
  const backend = await openBackOffice(shell.dataDir);
  await backend.db.run((sql) => sql('otp_factor').delete());
  await backend.close();
  const bbs = await startBbs({ dataDir: shell.dataDir, configFile });
  running.push(bbs);
  const doctor = await shell.try('--config', configFile, 'doctor', '--json');
  const { gaps } = JSON.parse(doctor.out) as { gaps: { weight: string; text: string }[] };
  const needed = gaps.filter(({ weight }) => weight === 'missing').map(({ text }) => text);
  expect(bbs.missingForPublic).toEqual(needed);
  expect(needed.join()).toContain('may have lost their second factor');
});

describe('the first password', () => {
  it('is in a file for its owner until it is changed, and on a terminal alone in the output', async () => {
    const bbs = await start({ keepFirstPassword: true });
    const password = bbs.firstSysop?.password ?? 'none';
    expect(bbs.firstPasswordFile).toBe(join(shell.dataDir, 'first-password'));
    expect(((await stat(bbs.firstPasswordFile ?? '')).mode & 0o777).toString(8)).toBe('600');
    expect(describeStart(bbs, { isTerminal: false })).not.toContain(password);
    expect(describeStart(bbs, { isTerminal: false })).toContain(bbs.firstPasswordFile);
    expect(describeStart(bbs, { isTerminal: true })).toContain(password);
    await running.pop()?.close();

    expect((await start()).firstPasswordFile).toBe(bbs.firstPasswordFile);
    await running.pop()?.close();
    await shell.run('user', 'pw', 'sysop', PASSWORD);
    // At once, and not only when the board starts again.
    expect(await readdir(shell.dataDir)).not.toContain('first-password');
    expect((await start()).firstPasswordFile).toBeUndefined();
  });
});
