import { chmod, copyFile, mkdir, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock';
import { createLog } from '../../src/base/log';
import { systemRandom } from '../../src/base/random';
import { resolveBoard } from '../../src/config/board';
import { defaultConfig } from '../../src/config/schema';
import { openBackend, type Backend } from '../../src/backend';
import { sayStock } from '../../src/texts/texts';
import { boardLockFile, takeBoardLock } from '../../src/store/board-lock';
import { addOneliner } from '../../src/store/oneliners';
import { totp } from '../support/authenticator';
import { openBackOffice } from '../support/back-office';
import { SmtpCatcher } from '../support/smtp-catcher';
import { PASSWORD, Shell } from './shell';

let shell: Shell;

beforeEach(async () => {
  shell = await Shell.open();
  await shell.run('user', 'add', 'joe', '--password', PASSWORD);
});

afterEach(() => shell.close());

/** What a running board has open on the same data folder. */
async function openBoard(dataDir: string): Promise<Backend> {
  const config = defaultConfig();
  return openBackend({
    board: await resolveBoard({ data: dataDir, env: {} }),
    config: () => config,
    clock: systemClock,
    random: systemRandom,
    log: createLog({ level: 'silent', write: () => undefined, nowMs: () => Date.now() }),
    env: {},
    words: () => sayStock,
  });
}

const ORIGIN = { server: 'ssh', secure: true, remoteIp: '203.0.113.7', node: 1 } as const;

describe('backup', () => {
  test('makes one whole file for its owner alone, from which a board can be restored', async () => {
    const secret = /Secret +: (\S+)/.exec(await shell.run('user', '2fa-otp', 'joe', 'google'))?.[1];
    const copy = join(shell.folder, 'copy.sqlite3');
    const board = await openBoard(shell.dataDir);
    const out = await shell.run('backup', copy).finally(() => board.close());
    expect(out).toContain(`Database copied to ${copy} (`);
    expect(out).toContain(join('keys', 'sealing.json'));
    expect(out).toContain('Not in it, and needed for a restore.');
    expect(out).toMatch(/\/config, art and misc there/);
    expect((await stat(copy)).mode & 0o777).toBe(0o600);
    expect((await readdir(shell.folder)).sort()).toEqual(['copy.sqlite3', 'data']);

    // The disk is lost; the copy and the key are not.
    const keys = join(shell.dataDir, 'keys', 'sealing.json');
    await copyFile(keys, join(shell.folder, 'sealing.json'));
    await rm(shell.dataDir, { recursive: true });
    await mkdir(join(shell.dataDir, 'db'), { recursive: true, mode: 0o700 });
    await mkdir(join(shell.dataDir, 'keys'), { recursive: true, mode: 0o700 });
    await copyFile(join(shell.folder, 'sealing.json'), keys);
    await copyFile(copy, join(shell.dataDir, 'db', 'user.sqlite3'));
    expect(await shell.run('key', 'check')).toContain('Every sealed value opens.');
    const restored = await openBoard(shell.dataDir);
    const login = restored.authenticator.begin(ORIGIN);
    const first = await login.submit({ kind: 'password', userName: 'joe', password: PASSWORD });
    expect(first.kind).toBe('need');
    const code = totp(secret ?? '', Date.now());
    expect((await login.submit({ kind: 'second-factor', code })).kind).toBe('accepted');
    await restored.close();
  });

  test('never takes the place of a file, and names a database that is not there', async () => {
    const taken = await shell.file('taken', 'precious');
    const { exitCode, err } = await shell.try('backup', taken);
    expect(exitCode).toBe(1);
    expect(err).toContain('it is there already; choose another name');
    expect(await shell.read('taken')).toBe('precious');
    const link = join(shell.folder, 'link');
    await symlink(join(shell.folder, 'nowhere'), link);
    expect((await shell.try('backup', link)).err).toContain('it is there already; choose another');
    const empty = await shell.try('--data', join(shell.folder, 'none'), 'backup', 'x');
    expect(empty.err).toContain('there is no database');
    expect((await shell.try('backup', '/no/folder/x')).exitCode).toBe(1);
  });
});

describe('beside a running board', () => {
  test('a change is known to the board, with the account it is about', async () => {
    const board = await openBoard(shell.dataDir);
    const heard = new Promise<string>((resolve) => {
      board.accountEvents.follow(({ userId, kind }) => resolve(`${userId} ${kind}`));
    });
    await shell.run('user', 'lock', 'joe');
    expect(await heard).toBe('2 status');
    await board.close();
  });

  test('unlock ends the waits after wrong passwords', async () => {
    const board = await openBoard(shell.dataDir);
    const attempt = async (password: string): Promise<string> => {
      const result = await board.authenticator
        .begin(ORIGIN)
        .submit({ kind: 'password', userName: 'joe', password });
      return result.kind === 'rejected' ? result.reason : result.kind;
    };
    for (let tries = 0; tries < 6; tries++) await attempt('wrong');
    expect(await attempt(PASSWORD)).toBe('wait');
    expect(await shell.run('user', 'unlock', 'joe')).toContain('may try again');
    expect(await attempt(PASSWORD)).toBe('accepted');
    await board.close();
  });
});

describe('audit', () => {
  test('tells who did what, the newest last, and never what was typed', async () => {
    const board = await openBoard(shell.dataDir);
    const login = board.authenticator.begin(ORIGIN);
    await login.submit({ kind: 'password', userName: 'joe', password: 'hunter2 hunter2' });
    await login.submit({ kind: 'password', userName: 'no such', password: 'hunter2 hunter2' });
    await board.close();
    const out = await shell.run('audit');
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^Time \(UTC\) +Who +What +From$/);
    expect(out).toMatch(/ joe +password rejected: \S+ +ssh 203\.0\.113\.7$/m);
    expect(lines.at(-1)).toMatch(/ - +password rejected: \S+ +ssh 203\.0\.113\.7$/);
    expect(out).not.toMatch(/hunter2|no such/);
    expect(lines.every((line) => line.length <= 80)).toBe(true);
  });

  test('finds the rows of one account, also when it is gone, and pages', async () => {
    await shell.run('user', 'lock', 'joe');
    const mine = await shell.json<{ id: number; kind: string }[]>('audit', '--user', 'joe');
    expect(mine.map(({ kind }) => kind)).toEqual(['account-created', 'status']);
    const older = await shell.json<{ kind: string }[]>('audit', '--before', String(mine[1]?.id));
    expect(older.at(-1)?.kind).toBe('account-created');
    await shell.run('user', 'rm', 'joe', '-n');
    expect(await shell.run('audit', '--user', '#2')).toMatch(/ #2 +account-removed/);
    expect(await shell.run('audit', '--since', '2999-01-01')).toBe('nothing\n');
    expect((await shell.try('audit', '--since', 'yesterday')).exitCode).toBe(2);
    expect((await shell.try('audit', '--limit', '0')).exitCode).toBe(2);
    expect((await shell.try('audit', '--user', 'jeo')).exitCode).toBe(1);
  });
});

describe('ban', () => {
  test('keeps an address out for a time, lists it, and lets it in again', async () => {
    expect(await shell.run('ban', 'list')).toBe('nobody is kept out\n');
    expect(await shell.run('ban', 'add', '203.0.113.9', '--for', '2h')).toMatch(
      /^203\.0\.113\.9 is kept out until \d{4}-\d\d-\d\d \d\d:\d\d UTC\n$/,
    );
    await shell.run('ban', 'add', '2001:db8::5', '--for', 'ever');
    const list = await shell.run('ban', 'list');
    expect(list).toMatch(/^2001:db8:0:0::\/64 +ever +ban +yes$/m);
    expect(list).toMatch(/^203\.0\.113\.9 +\d{4}-.* +ban +yes$/m);
    expect(await shell.run('ban', 'add', '127.0.0.1')).toContain(
      'and let in all the same: security.exemptNetworks holds it',
    );
    expect(await shell.run('ban', 'list')).toMatch(/^127\.0\.0\.1 .* no, exempt$/m);
    await shell.run('ban', 'rm', '127.0.0.1');
    expect(await shell.run('ban', 'remove', '203.0.113.9')).toBe('203.0.113.9 may call again\n');
    await shell.run('ban', 'rm', '2001:db8::/64');
    expect(await shell.run('ban', 'list')).toBe('nobody is kept out\n');
    const kinds = (await shell.json<{ kind: string }[]>('audit')).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'ban-added')).toHaveLength(3);
    expect(kinds.filter((kind) => kind === 'ban-removed')).toHaveLength(3);
  });

  test.each([
    [['add', 'example.org'], 2, 'is no IP address'],
    [['add', '203.0.113.0/24'], 2, 'is a network'],
    [['add', '203.0.113.9', '--for', 'long'], 2, '30m, 12h, 7d'],
    [['add', '203.0.113.9', '--for', '0h'], 2, '30m, 12h, 7d'],
    [['remove', '203.0.113.9'], 1, 'is not kept out'],
  ])('%j is refused', async (args, code, why) => {
    const { exitCode, err } = await shell.try('ban', ...args);
    expect(exitCode).toBe(code);
    expect(err).toContain(why);
  });

  test('names the address that was meant', async () => {
    await shell.run('ban', 'add', '203.0.113.9');
    expect((await shell.try('ban', 'remove', '203.0.113.8')).err).toContain(
      'did you mean 203.0.113.9?',
    );
  });
});

describe('config', () => {
  const withConfig = async (text: string): Promise<string[]> => [
    '--config',
    await shell.file('my.hjson', text),
  ];

  test('check names each problem with its place and the nearest key, and ends with 78', async () => {
    const args = await withConfig(
      '{\n  loginServers: { telnet: { passwordLogn: "refuse" } }\n  users: { passwordMin: "no" }\n}\n',
    );
    const { exitCode, err } = await shell.try(...args, 'config', 'check');
    expect(exitCode).toBe(78);
    expect(err).toContain("my.hjson:2:29: loginServers.telnet has no key 'passwordLogn'");
    expect(err).toContain("did you mean 'loginServers.telnet.passwordLogin'?");
    expect(err).toMatch(/my\.hjson:3:25: users\.passwordMin must be/);
    expect((await shell.try(...args, 'user', 'list')).exitCode).toBe(78);
    expect((await shell.try('-c', '/no/file', 'config', 'check')).exitCode).toBe(78);
  });

  test('check prints warnings of a configuration that can be used', async () => {
    const args = await withConfig('{ contentServers: { web: { https: { enabled: false } } } }');
    const out = await shell.run(...args, 'config', 'check');
    expect(out).toMatch(/^warning: .*my\.hjson:1:\d+: contentServers\.web\.https\.enabled/m);
    expect(out).toMatch(/my\.hjson: fine, 1 warning$/m);
  });

  test('cat prints what is in force, without passwords', async () => {
    const args = await withConfig(
      '{ email: { transport: { host: "mail", auth: { user: "u", pass: "hunter2" } } } }',
    );
    const email: unknown = JSON.parse(await shell.run(...args, 'config', 'cat', 'email'));
    expect(email).toMatchObject({
      transport: { host: 'mail', auth: { user: 'u', pass: '(not shown)' } },
    });
    const text = '-----BEGIN PRIVATE KEY-----\\nhunter2';
    for (const key of [text, `'${text}'`, Buffer.from(text).toString('base64')]) {
      const withKey = await withConfig(`{ loginServers: { ssh: { privateKeyPem: "${key}" } } }`);
      const pem = await shell.run(...withKey, 'config', 'cat', 'loginServers.ssh.privateKeyPem');
      expect(pem).toBe('"(not shown)"\n');
      const { err } = await shell.try(...withKey, 'config', 'check');
      expect(err).toContain('loginServers.ssh.privateKeyPem');
      expect(err).not.toContain(key);
    }
    const withBoards = await withConfig(
      `{ destinations: {
        games: { kind: "bbs_link", name: "Games", authCode: "hunter2", schemeCode: "hunter3" }
        next: { kind: "rlogin", name: "Next", host: "127.0.0.1", clientName: "hunter4", serverName: "{userName}" }
      } }`,
    );
    const boards = await shell.run(...withBoards, 'config', 'cat', 'destinations');
    expect(boards).toContain('127.0.0.1');
    expect(boards).not.toContain('hunter');
    expect(await shell.run('config', 'cat', 'loginServers.telnet.port')).toBe('8888\n');
    const { exitCode, err } = await shell.try('config', 'cat', 'loginServers.telnt');
    expect(exitCode).toBe(2);
    expect(err).toContain("did you mean 'loginServers.telnet'?");
  });
});

describe('doctor', () => {
  interface Diagnosis {
    readonly ready: boolean;
    readonly gaps: readonly { weight: string; text: string }[];
  }

  const diagnose = async (...args: string[]): Promise<Diagnosis> =>
    JSON.parse((await shell.try(...args, 'doctor', '--json')).out) as Diagnosis;

  test('names what a stock board lacks, and ends with 1', async () => {
    const { exitCode, out } = await shell.try('doctor');
    expect(exitCode).toBe(1);
    const flat = out.replace(/\s+/g, ' ');
    for (const text of [
      'loginServers.ssh.address is 127.0.0.1',
      'contentServers.web.domain is localhost',
      'contentServers.web.https.certPem is empty',
      'email.transport is not set',
      'neither general.sysOp.email nor account 1 has an address: feedback to the sysop goes nowhere',
      'sysop still has the password of the first start: oputil user pw sysop',
      'sysop has no second factor',
    ]) {
      expect(flat).toContain(text);
    }
    expect(out.split('\n').every((line) => line.length <= 80)).toBe(true);
  });

  test('says that no mail tells of an application, until an address of the sysop is known', async () => {
    const of = async (config: string): Promise<boolean> => {
      const { gaps } = await diagnose('--config', await shell.file('my.hjson', config));
      return gaps.some(
        ({ weight, text }) =>
          weight === 'missing' &&
          /^users\.requireActivation is true, .*: no mail tells of an application$/.test(text),
      );
    };
    const activation = 'users: { requireActivation: true }';
    expect(await of(`{ ${activation} }`)).toBe(true);
    expect(await of('{ users: { requireActivation: false } }')).toBe(false);
    expect(await of(`{ ${activation}, general: { sysOp: { email: "s@example.org" } } }`)).toBe(
      false,
    );
    await shell.run('user', 'set', 'sysop', '--email', 'sysop@example.org');
    expect(await of(`{ ${activation} }`)).toBe(false);
  });

  test('says that feedback goes nowhere, until the configuration or account 1 has an address', async () => {
    const of = async (config: string): Promise<boolean> => {
      const { gaps } = await diagnose('--config', await shell.file('my.hjson', config));
      return gaps.some(({ text }) => text.endsWith('feedback to the sysop goes nowhere'));
    };
    expect(await of('{ }')).toBe(true);
    expect(await of('{ general: { sysOp: { email: "s@example.org" } } }')).toBe(false);
    await shell.run('user', 'set', 'sysop', '--email', 'sysop@example.org');
    expect(await of('{ }')).toBe(false);
  });

  test('no longer names what was mended', async () => {
    await shell.run('user', '2fa-otp', 'sysop', 'google');
    await shell.run('user', 'set', 'sysop', '--email', 'sysop@example.org');
    const smtp = await SmtpCatcher.start();
    const config = await shell.file(
      'my.hjson',
      `{
        general: { sysOp: { email: "sysop@example.org" } }
        email: { transport: { host: "127.0.0.1", port: ${smtp.port} }, defaultFrom: "bbs@example.org" }
        loginServers: { telnet: { enabled: false }, ssh: { address: "::" }, webSocket: { wss: { enabled: true } } }
        contentServers: { web: { overrideUrlPrefix: "https://bbs.example.org", behindProxy: true } }
      }`,
    );
    const { gaps } = await diagnose('--config', config).finally(() => smtp.close());
    expect(gaps.filter(({ text }) => !/menus have|first start/.test(text))).toEqual([]);
  });

  test('finds art that asks for a password on lines where none is taken', async () => {
    const board = join(shell.folder, 'board');
    await mkdir(join(board, 'config'), { recursive: true });
    await mkdir(join(board, 'art', 'general'), { recursive: true });
    await mkdir(join(board, 'misc'), { recursive: true });
    await writeFile(join(board, 'misc', 'bad_passwords.txt'), 'letmein\n');
    const never = 'loginServers: { telnet: { passwordLogin: "never" } }';
    await writeFile(join(board, 'config', 'config.hjson'), `{ ${never} }`);
    await writeFile(
      join(board, 'art', 'general', 'IN.ans'),
      'Name %ET1\r\n|09Pass|15word %ET2\r\n',
    );
    await writeFile(join(board, 'art', 'general', 'CODE.ans'), 'Name %ET1\r\nCode %ET2\r\n');
    const found = async (art: string) => {
      const mci = 'ET1: { argName: "username" }, ET2: { argName: "password", submit: true }';
      const submit = '"*": [ { value: { password: null }, action: "@systemMethod:login" } ]';
      const menu = `art: ${art}, next: "@systemMethod:logoff", form: { 0: { mci: { ${mci} }, submit: { ${submit} } } }`;
      await writeFile(
        join(board, 'config', 'menu.hjson'),
        `{ menus: { telnetConnected: { ${menu} } } }`,
      );
      const { gaps } = await diagnose('--board', board);
      return gaps.filter(({ text }) => text.includes('asks for a password'));
    };
    expect(await found('"IN"')).toEqual([
      { weight: 'missing', text: expect.stringContaining('IN.ans asks for a password') },
    ]);
    expect(
      await found('[ { acs: "SC", art: "IN" }, { acs: "PW", art: "IN" }, { art: "CODE" } ]'),
    ).toEqual([]);
    expect(await found('[ { acs: "TW100", art: "CODE" }, { art: "IN" } ]')).toHaveLength(1);
  });

  test('finds files that others can open', async () => {
    expect((await diagnose()).gaps.some(({ text }) => text.includes('chmod'))).toBe(false);
    await chmod(join(shell.dataDir, 'db', 'user.sqlite3'), 0o644);
    // Opening the database closes it again, so the finding must come first.
    const open = (await diagnose()).gaps.find(({ text }) => text.includes('chmod'));
    expect(open?.text).toContain('user.sqlite3: chmod -R go=');
  });

  test('finds a certificate that cannot be read', async () => {
    const key = await shell.file('key.pem', 'x');
    const cert = await shell.file('cert.pem', 'x');
    const https = `{ certPem: "${cert}", keyPem: "${key}" }`;
    const config = await shell.file('my.hjson', `{ contentServers: { web: { https: ${https} } } }`);
    const { gaps } = await diagnose('--config', config);
    expect(gaps.some(({ text }) => text.includes(`${cert} cannot be used`))).toBe(true);
  });

  test('looks at a board that was never started without making anything', async () => {
    const data = join(shell.folder, 'none');
    const { gaps } = await diagnose('--data', data);
    expect(gaps.some(({ text }) => text.includes('not been started yet'))).toBe(true);
    await expect(stat(data)).rejects.toThrow('ENOENT');
  });

  test('knows the password of the first start until it is changed, however soon', async () => {
    const sysop = /still has the password of the first start/;
    expect((await shell.try('doctor')).out).toMatch(sysop);
    await shell.run('user', 'pw', 'sysop', PASSWORD);
    expect((await shell.try('doctor')).out).not.toMatch(sysop);
  });

  test('tells a running server from what one left behind', async () => {
    const runFile = join(shell.dataDir, 'run.json');
    const lock = await takeBoardLock(boardLockFile(shell.dataDir), 4711);
    await writeFile(runFile, JSON.stringify({ pid: 4711, servers: {} }), { mode: 0o600 });
    expect((await shell.try('doctor')).out).toContain('Server running, process 4711');
    if (lock.kind === 'taken') await lock.release();
    // The process may be another's by now: only the lock says that a board runs.
    await writeFile(runFile, JSON.stringify({ pid: process.pid }), { mode: 0o600 });
    expect((await shell.try('doctor')).out).toContain('Server not running');
    await writeFile(runFile, 'not json', { mode: 0o600 });
    expect((await shell.try('doctor')).out).toContain('Server not running');
  });
});

test('oneliner list and rm show and remove what callers wrote, with a row in the audit', async () => {
  expect(await shell.run('oneliner', 'list')).toBe('nobody has written a line\n');
  const office = await openBackOffice(shell.dataDir);
  for (const text of ['hello', 'buy my pills'])
    await office.db.transaction('board', (sql) =>
      addOneliner(sql, { userId: 1, text, writtenAtMs: Date.UTC(2026, 0, 1) }),
    );
  await office.close();
  expect(await shell.run('oneliner', 'list')).toMatch(/2 +2026-01-01 00:00 +sysop +buy my pills/);
  const wrong = await shell.try('oneliner', 'rm', '2', '7');
  expect(wrong).toMatchObject({ exitCode: 1, err: expect.stringContaining('there is no line 7') });
  expect(await shell.json('oneliner', 'list')).toHaveLength(2);
  expect(await shell.run('oneliner', 'rm', '2')).toBe('removed: buy my pills\n');
  expect(await shell.json('oneliner', 'list')).toMatchObject([{ id: 1, text: 'hello' }]);
  expect(await shell.run('audit')).toContain('oneliner-removed');
  expect((await shell.try('oneliner', 'rm', 'all')).exitCode).toBe(2);
});

test('invite make shows a code once, list and revoke go by its number', async () => {
  const made = await shell.try(
    'invite',
    'make',
    '--uses',
    '3',
    '--days',
    '7',
    '--note',
    'the club',
  );
  expect(made.out).toMatch(
    /^Invite +: 1\nCode +: ([a-z]{5}-){3}[a-z]{5}\nGood for : 3 accounts, 7 days\n/,
  );
  expect(made.err).toContain('anybody may apply here: users.inviteOnly is false');
  const list = await shell.run('invite', 'list');
  expect(list).toMatch(/the club/);
  const [code = ''] = /([a-z]{5}-){3}[a-z]{5}/.exec(made.out) ?? [];
  expect(list).not.toContain(code);
  expect(await shell.run('invite', 'revoke', '1')).toBe('Invite 1 is ended\n');
  expect(await shell.run('invite', 'list')).toBe('no invites\n');
  const again = await shell.try('invite', 'revoke', '1');
  expect([again.exitCode, again.err]).toEqual([1, expect.stringContaining('there is no invite 1')]);
});
