import { readdirSync, readFileSync, statSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { adoptBoard } from '../../src/adopt/adopt';
import { resolveBoard } from '../../src/config/board';
import { loadConfig } from '../../src/config/load';
import { loadMenus } from '../../src/menu/load/menu-file';
import type { MenuSet } from '../../src/menu/load/menu-entry';
import { listOneliners, OLD_ONELINERS } from '../../src/store/oneliners';
import { countCalls, listCalls } from '../../src/store/calls';
import { openBackOffice } from '../support/back-office';
import {
  EnigmaInstallation,
  isThere,
  listTree,
  ONELINER_TABLE,
  SYSTEM_TABLES,
} from '../support/enigma-installation';

let old: EnigmaInstallation;
let newDir: string;

async function install(files?: Parameters<typeof EnigmaInstallation.make>[0]): Promise<void> {
  old = await EnigmaInstallation.make(files);
  newDir = join(old.folder, 'myboard');
}

afterEach(() => old.remove());

const adopt = (
  options: {
    readonly dryRun?: boolean;
    readonly all?: boolean;
    readonly from?: string;
    readonly to?: string;
  } = {},
) =>
  adoptBoard({
    oldDir: options.from ?? old.dir,
    newDir: options.to ?? newDir,
    dryRun: options.dryRun ?? false,
    all: options.all ?? false,
    env: {},
  });

const read = (name: string): string => readFileSync(join(newDir, name), 'utf8');
const report = (): string => read('adopt-report.txt');

async function menus(): Promise<MenuSet> {
  const board = await resolveBoard({ board: newDir, env: {} });
  const { config } = await loadConfig({
    file: board.configFile,
    env: {},
    fallbackFolders: board.configFallbacks,
  });
  const file = join(newDir, 'config', 'menus', config.general.menuFile);
  return loadMenus({ file, env: {}, fallbackFolders: board.configFallbacks });
}

test('a board is made as a whole, and nothing of the old one is changed', async () => {
  await install();
  await old.accounts('sysop', 'joe');
  const before = old.fingerprint();
  const lines = await adopt();
  expect(old.fingerprint()).toEqual(before);
  expect(readdirSync(newDir).sort()).toEqual(['adopt-report.txt', 'art', 'config', 'data']);
  expect(read('art/general/MATRIX.ANS')).toBe('matrix');
  expect(read('config/enigma-config.hjson')).toContain('The Old Board');
  expect(lines.join('\n')).toContain('Accounts       2: 0 with a second factor');
  expect(readdirSync(old.folder).sort()).toEqual(['enigma-bbs', 'myboard']);
  expect((statSync(join(newDir, 'data')).mode & 0o777).toString(8)).toBe('700');
  expect((statSync(join(newDir, 'data/db/user.sqlite3')).mode & 0o777).toString(8)).toBe('600');
});

test('a dry run writes nothing and says the same', async () => {
  await install();
  await old.accounts('sysop', 'joe');
  const before = listTree(old.folder);
  const dry = await adopt({ dryRun: true });
  expect(listTree(old.folder)).toEqual(before);
  const wet = await adopt();
  const facts = (lines: readonly string[]): readonly string[] =>
    lines.filter((line) => /^(Config|Menus|Art|Texts|Accounts|Calls|- )/.test(line));
  expect(facts(dry)).toEqual(facts(wet));
});

test('what is said fits one screen of 80 columns, however much there is to say', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 40 }, (_, at) => [
      `config/menus/strange-${at}-${'long-name-'.repeat(12)}.hjson`,
      Buffer.from('{ x: "\xe9" }', 'latin1'),
    ]),
  );
  await install(files);
  for (const dryRun of [true, false]) {
    const lines = await adopt({ dryRun });
    expect(lines.length).toBeLessThanOrEqual(23);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.join('\n')).toMatch(/- and \d+ more/);
  }
  expect(report().match(/was Windows-1252/g)).toHaveLength(40);
});

test('a dry run names what does not fit the screen, and with all it says everything that the report has', async () => {
  const many = Array.from({ length: 30 }, (_, at) => `config/menus/strange-${at}.hjson`);
  await install(
    Object.fromEntries(many.map((name) => [name, Buffer.from('{ x: "\xe9" }', 'latin1')])),
  );
  expect((await adopt({ dryRun: true })).join('\n')).toMatch(
    /- and \d+ more \(--all: everything\)/,
  );
  const all = (await adopt({ dryRun: true, all: true })).join('\n');
  expect(isThere(newDir)).toBe(false);
  await adopt();
  const [, ...sections] = report().split(/\n\n/).slice(1);
  expect(sections.length).toBeGreaterThan(1);
  for (const section of sections) expect(all).toContain(section.trimEnd());
});

test('absolute paths of the old board are corrected in a file of their own', async () => {
  await install({
    'config/config.hjson': `{
      general: { menuFile: "/srv/enigma-bbs/config/menus/old-main.hjson" }
      loginServers: { ssh: { enabled: true, privateKeyPem: "/srv/enigma-bbs/config/security/ssh_private_key.pem" } }
      contentServers: { web: {
        https: { certPem: "C:\\\\enigma-bbs\\\\certs\\\\cert.pem", keyPem: "/srv/enigma-bbs/certs/key.pem" }
        resetPassword: { resetPageTemplate: "/srv/enigma-bbs/www/reset.html" }
      } }
    }`,
    'config/security/ssh_private_key.pem': 'host key',
    'certs/cert.pem': 'certificate',
    'certs/key.pem': 'key of it',
    'www/reset.html': '<p>old page</p>',
  });
  await adopt();
  const board = await resolveBoard({ board: newDir, env: {} });
  const { config } = await loadConfig({ file: board.configFile, env: {} });
  expect(config.general.menuFile).toBe('old-main.hjson');
  expect(config.loginServers.ssh.privateKeyPem).toBe('config/security/ssh_private_key.pem');
  expect(config.contentServers.web.https).toMatchObject({
    ...{ certPem: 'certs/cert.pem', keyPem: 'certs/key.pem' },
  });
  expect(config.contentServers.web.resetPassword.resetPageTemplate).toBe('misc/reset.html');
  expect(read('misc/reset.html')).toBe('<p>old page</p>');
  expect(read('config/security/ssh_private_key.pem')).toBe('host key');
  const { mode } = statSync(join(newDir, 'config/security/ssh_private_key.pem'));
  expect((mode & 0o777).toString(8)).toBe('600');
});

test('a certificate whose key is gone is not used, nor a host key that is gone, and both are told', async () => {
  await install({
    'config/config.hjson': `{
      loginServers: { ssh: { privateKeyPem: "/srv/enigma-bbs/config/ssh.pem" } }
      contentServers: { web: { https: { certPem: "/srv/enigma-bbs/certs/cert.pem", keyPem: "/srv/key.pem" } } }
    }`,
    'certs/cert.pem': 'certificate',
  });
  const lines = (await adopt()).join(' ');
  const board = await resolveBoard({ board: newDir, env: {} });
  const { config } = await loadConfig({ file: board.configFile, env: {} });
  expect(config.contentServers.web.https).toMatchObject({ certPem: '', keyPem: '' });
  expect(config.loginServers.ssh.privateKeyPem).toBe('');
  expect(lines).toContain('/srv/enigma-bbs/config/ssh.pem is not there;');
  expect(report()).toContain('contentServers.web.https.keyPem: /srv/key.pem is not there');
});

test('a key outside the old board stays where it is, and the report says so', async () => {
  await install();
  const key = join(old.folder, 'host.pem');
  await writeFile(key, 'host key');
  await old.write(
    'config/config.hjson',
    `{ loginServers: { ssh: { privateKeyPem: ${JSON.stringify(key)} } }\n general: { menuFile: "old-main.hjson" } }`,
  );
  await adopt();
  const board = await resolveBoard({ board: newDir, env: {} });
  const { config } = await loadConfig({ file: board.configFile, env: {} });
  expect(config.loginServers.ssh.privateKeyPem).toBe(key);
  expect(report()).toContain(`${key} stays where it is`);
});

test('a configuration that is right as it is stays config.hjson', async () => {
  await install({ 'config/config.hjson': '{ general: { menuFile: "old-main.hjson" } }' });
  await adopt();
  expect(readdirSync(join(newDir, 'config')).sort()).toEqual(['config.hjson', 'menus']);
});

test('names in other letters, as a board from Windows has them, are found and put right', async () => {
  await install({
    'config/config.hjson': '',
    'config/menus/old-main.hjson': '',
    'config/menus/old-login.hjson': '',
    'art/general/MATRIX.ANS': '',
    'art/themes/oldtheme/theme.hjson': '',
    'art/themes/oldtheme/USERLOG.ANS': '',
    'Config/CONFIG.HJSON':
      '{ general: { menuFile: "C:\\\\enigma\\\\config\\\\menus\\\\old-main.hjson" }, theme: { default: "oldtheme" } }',
    'Config/Menus/OLD-MAIN.HJSON':
      '{ includes: [ "old-login.hjson" ], menus: { mainMenu: { art: "MMENU" } } }',
    'Config/Menus/Old-Login.hjson': '{ menus: { matrix: { art: "MATRIX", next: "mainMenu" } } }',
    'ART/General/MATRIX.ANS': 'matrix',
    'ART/THEMES/OldTheme/THEME.HJSON': '{ info: { name: "Old" } }',
  });
  await old.accounts('sysop');
  await cp(join(old.dir, 'db'), join(old.dir, 'DB'), { recursive: true });
  await cp(join(old.dir, 'DB/user.sqlite3'), join(old.dir, 'DB/USER.SQLITE3'));
  await old.sql('drop table user', 'db/user.sqlite3');
  await rm(join(old.dir, 'db'), { recursive: true });
  await rm(join(old.dir, 'DB/user.sqlite3'));
  const lines = await adopt();
  expect(lines.join('\n')).toContain('Accounts       1:');
  expect([...(await menus()).menus.keys()].sort()).toEqual(['mainMenu', 'matrix']);
  expect(read('art/themes/oldtheme/theme.hjson')).toContain('Old');
  expect(read('art/general/MATRIX.ANS')).toBe('matrix');
});

test('of two names that differ in letter case the right one is taken, and the other told', async () => {
  await install({
    'config/Config.hjson': '{ general: { boardName: "wrong" } }',
    'art/general/matrix.ans': 'other',
    'Art/general/x.ans': 'x',
  });
  await adopt();
  expect(read('config/enigma-config.hjson')).toContain('The Old Board');
  expect(read('art/general/matrix.ans')).toBe('other');
  expect(read('art/general/MATRIX.ANS')).toBe('matrix');
  expect(report()).toContain('- Art was not taken, art was');
});

test.each([
  ['Latin-1', Buffer.from('{ menus: { mainMenu: { desc: "caf\xe9 \xbd" } } }', 'latin1'), true],
  ['UTF-16', Buffer.from('\ufeff{ menus: { mainMenu: { desc: "café ½" } } }', 'utf16le'), true],
  ['UTF-8 with a mark', Buffer.from('\ufeff{ menus: { mainMenu: { desc: "café ½" } } }'), false],
  ['CRLF', Buffer.from('{\r\n menus: {\r\n mainMenu: { desc: "café ½" }\r\n }\r\n}\r\n'), false],
])('a menu file in %s reads the same', async (_, bytes, isTold) => {
  await install({ 'config/menus/old-main.hjson': bytes });
  await adopt();
  expect((await menus()).menus.get('mainMenu')?.desc).toBe('café ½');
  expect(/old-main.hjson was \S+ and is UTF-8 now/.test(report())).toBe(isTold);
});

test('menus before sign-in that only show art are marked, and told', async () => {
  await install({
    'config/menus/old-login.hjson': `{
      menus: {
        telnetConnected: { art: "CONNECT", next: "rules" }
        rules: { art: "RULES", config: { pause: true }, next: "motd" }
        motd: { art: "MOTD", next: "matrix" }
        matrix: { art: "MATRIX", form: { 0: { mci: { VM1: { submit: true, argName: "choice" } }, submit: { "*": [
          { value: { choice: 0 }, action: "@menu:login" }
          { value: { choice: 1 }, action: "@menu:about" }
          { value: { choice: 2 }, action: "@menu:hidden" }
          { value: { choice: 3 }, action: "@menu:sneak" }
          { value: { choice: 4 }, action: "@menu:door" }
          { value: { choice: 5 }, action: "@menu:ask" }
        ] } } } }
        about: { art: "ABOUT" }
        hidden: { art: "HIDDEN", config: { acs: "GM[sysops]" } }
        sneak: { art: "SNEAK", next: "mainMenu" }
        door: { art: "DOOR", module: "abracadabra" }
        ask: { art: "ASK", form: { 0: { mci: { ET1: { submit: true } } } } }
        login: { art: "USERLOG", next: "mainMenu" }
      }
    }`,
  });
  const lines = await adopt();
  expect(lines.join('\n')).toContain('(adopted.hjson): about, motd, rules');
  const { menus: marked } = await menus();
  const area = [...marked.values()].filter(({ loginArea }) => loginArea).map(({ name }) => name);
  expect(area.sort()).toEqual(['about', 'login', 'matrix', 'motd', 'rules', 'telnetConnected']);
  expect(marked.get('rules')?.config.pause).toBe('end');
  expect(read('config/menus/old-login.hjson')).not.toContain('area');
});

test('a menu that leads to itself, or round to itself, is not marked', async () => {
  await install({
    'config/menus/old-login.hjson': `{ menus: {
      telnetConnected: { art: "A", next: "one" }
      one: { art: "A", next: "two" }
      two: { art: "A", next: "one" }
    } }`,
  });
  expect((await adopt()).join('\n')).not.toContain('adopted.hjson');
});

test('a server without an address, which listens on this machine alone here, is told', async () => {
  await install();
  const told =
    /^- telnet and ssh listen on 127\.0\.0\.1 alone: give them an 'address' for the world$/m;
  expect((await adopt({ dryRun: true })).join('\n')).toMatch(told);
  await writeFile(
    join(old.dir, 'config', 'config.hjson'),
    '{ loginServers: { telnet: { address: "0.0.0.0" }, ssh: { address: "0.0.0.0" } } }',
  );
  expect((await adopt({ dryRun: true })).join('\n')).not.toContain('127.0.0.1');
});

test('a board of this program is no old one, and nothing is made of it', async () => {
  await install();
  await adopt();
  await mkdir(join(newDir, 'data', 'keys'), { recursive: true });
  const again = adopt({ from: newDir, to: join(old.folder, 'again') });
  await expect(again).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining('is a board of this program already') as string,
  });
  expect(readdirSync(old.folder)).not.toContain('again');
});

test('a board that is half there becomes what it can, and the rest is told', async () => {
  await install({
    'config/config.hjson': '',
    'config/menus/old-main.hjson': '',
    'config/menus/old-login.hjson': '',
    'art/general/MATRIX.ANS': '',
    'art/themes/oldtheme/theme.hjson': '',
    'art/themes/oldtheme/USERLOG.ANS': '',
  });
  await old.accounts('sysop');
  const lines = (await adopt()).join('\n');
  expect(lines).toContain('there is no config/:');
  expect(lines).not.toContain('there is no config/config.hjson');
  expect(lines).toContain('there is no art/');
  expect(lines).toContain('Accounts       1:');
  await expect(resolveBoard({ board: newDir, env: {} })).resolves.toBeDefined();
});

test('a configuration that cannot be parsed is copied and told with its line', async () => {
  await install({ 'config/config.hjson': '{\n general: {\n' });
  const lines = (await adopt()).join(' ');
  expect(lines).toMatch(/config\.hjson cannot be read.*config\/config\.hjson:\d+/);
  expect(read('config/config.hjson')).toBe('{\n general: {\n');
});

test('a database elsewhere is found by paths.db', async () => {
  await install();
  await old.accounts('sysop', 'joe');
  const elsewhere = join(old.folder, 'databases');
  await cp(join(old.dir, 'db'), elsewhere, { recursive: true });
  await old.sql('delete from user where id = 2');
  await old.write(
    'config/config.hjson',
    `{ paths: { db: ${JSON.stringify(`${elsewhere}/`)} }, general: { menuFile: "old-main.hjson" } }`,
  );
  expect((await adopt()).join('\n')).toContain('Accounts       2:');
});

test('the history of calls comes along', async () => {
  await install();
  await old.accounts('sysop', 'joe');
  await old.sql(
    `${SYSTEM_TABLES} insert into system_stat values ('login_count', '77');
    insert into system_event_log values (1, '2026-01-01T12:00:00.000Z', 'user_login_history', '2');`,
    'db/system.sqlite3',
  );
  expect((await adopt()).join('\n')).toContain('Calls          the history');
  const office = await openBackOffice(join(newDir, 'data'));
  const calls = await office.db.run((sql) => listCalls(sql, { limit: 5 }));
  expect(await office.db.run((sql) => countCalls(sql))).toBe(77);
  await office.close();
  expect(calls.map(({ userName }) => userName)).toEqual(['joe']);
});

test('the one-liners come along, also where they lie in a folder of their own', async () => {
  await install();
  await old.accounts('sysop', 'joe');
  const lines = `${ONELINER_TABLE}
    insert into onelinerz values (1, 2, 'joe', 'greetings', '2026-01-01T12:00:00.000-06:00');`;
  await mkdir(join(old.dir, 'db', 'mods'));
  await old.sql(lines, `db/mods/${OLD_ONELINERS}`);
  expect((await adopt()).join('\n')).toContain('One-liners     read by the first start');
  const office = await openBackOffice(join(newDir, 'data'));
  expect(await office.db.run((sql) => listOneliners(sql, 9))).toMatchObject([
    { userId: 2, text: 'greetings', writtenAtMs: Date.UTC(2026, 0, 1, 18) },
  ]);
  await office.close();
});

test('modules and other databases are told as left behind', async () => {
  await install({ 'mods/my_mod/index.js': 'x', 'db/message.sqlite3': 'x' });
  await adopt();
  expect(report()).toContain('mods/ (1 files)');
  expect(report()).toContain('message.sqlite3: there is no such part here');
  expect(isThere(join(newDir, 'mods'))).toBe(false);
});

describe('refused', () => {
  beforeEach(() => install());

  test.each([
    ['that is not there', 'nowhere', /^there is no folder .*nowhere; name the folder of the inst/],
    ['that is a file', 'file', /^.*file is a file; name the folder of the installation/],
    ['that is empty', 'empty', /^.*empty is no ENiGMA½ board: .*; name the folder of the inst/],
    [
      'that is a part of one',
      'enigma/config',
      /config is no ENiGMA½ board: .*; did you mean .*?\?$/,
    ],
  ])('an old board %s, with the next step', async (_what, name, message) => {
    await mkdir(join(old.folder, 'empty'));
    await writeFile(join(old.folder, 'file'), 'file');
    const from = name.startsWith('enigma') ? join(old.dir, 'config') : join(old.folder, name);
    for (const dryRun of [true, false]) {
      const refused = adopt({ from, dryRun });
      await expect(refused).rejects.toMatchObject({
        code: 'USAGE',
        message: expect.stringMatching(message) as string,
      });
      if (name.startsWith('enigma')) await expect(refused).rejects.toThrow(`mean ${old.dir}?`);
    }
    expect(isThere(newDir)).toBe(false);
  });

  test('a new folder that is a file or lies below one', async () => {
    const file = join(old.folder, 'file');
    await writeFile(file, 'mine');
    await expect(adopt({ to: file })).rejects.toThrow('is a file; choose a new folder');
    for (const to of [join(file, 'new'), join(file, 'deeper', 'new')])
      for (const dryRun of [true, false])
        await expect(adopt({ to, dryRun })).rejects.toMatchObject({
          code: 'USAGE',
          message: expect.stringContaining('a part of its path is not a folder') as string,
        });
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  test('a new folder that holds something, in a dry run too', async () => {
    await mkdir(newDir);
    await writeFile(join(newDir, 'mine'), 'mine');
    for (const dryRun of [true, false])
      await expect(adopt({ dryRun })).rejects.toMatchObject({ code: 'USAGE' });
    expect(readdirSync(newDir)).toEqual(['mine']);
  });

  test('a new folder inside the old board', async () => {
    const before = old.fingerprint();
    await expect(adopt({ to: join(old.dir, 'new') })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(adopt({ to: old.dir })).rejects.toMatchObject({ code: 'USAGE' });
    expect(old.fingerprint()).toEqual(before);
  });

  test('a damaged database leaves nothing behind', async () => {
    await old.write(
      'db/user.sqlite3',
      'this is no database, and long enough to be read as one'.repeat(99),
    );
    await expect(adopt()).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: `${join(old.dir, 'db/user.sqlite3')} is damaged, or no SQLite database: put the latest backup of it in its place`,
    });
    expect(readdirSync(old.folder)).toEqual(['enigma-bbs']);
  });

  test('a stop in the middle leaves nothing behind, and neither does what a kill has left', async () => {
    const gone = join(old.folder, '.myboard.adopt-999999999');
    await mkdir(gone);
    await writeFile(join(gone, 'half'), 'half');
    const signal = AbortSignal.abort(new Error('stopped'));
    const stopped = adoptBoard({ oldDir: old.dir, newDir, dryRun: false, env: {}, signal });
    await expect(stopped).rejects.toThrow('stopped');
    expect(readdirSync(old.folder)).toEqual(['enigma-bbs']);
  });
});

test('an empty folder is taken as the new one', async () => {
  await install();
  await mkdir(newDir);
  await adopt();
  expect(isThere(join(newDir, 'config/config.hjson'))).toBe(true);
});
