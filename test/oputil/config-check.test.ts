import { chmod, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemRandom } from '../../src/base/random';
import { listConfigSections } from '../../src/config/config-keys';
import { startBbs } from '../../src/index';
import { TEMPLATE_KEYS } from '../../src/readiness/board-files';
import { makeSelfSigned } from '../../src/tls/self-signed';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { withFreePorts } from '../support/board-process';
import { PASSWORD, Shell, type Ran } from './shell';

const DAY_MS = 86_400_000;
const WEB = 'contentServers: { web: { https: { port: 0, certPem: cert.pem, keyPem: key.pem } } }';
const SSH = 'loginServers: { ssh: { port: 0, privateKeyPem: host.pem }, telnet: { port: 0 } }';

let shell: Shell;
let dir: BoardDir;
beforeEach(async () => {
  shell = await Shell.openEmpty();
  dir = await BoardDir.make({});
});
afterEach(async () => {
  await dir.remove();
  await shell.close();
});

function check(config: string): Promise<Ran> {
  return dir
    .write('config/config.hjson', config.replaceAll(/, (?=\w+:)/g, '\n').replaceAll(' }', '\n}'))
    .then(() => shell.try('--board', dir.path, 'config', 'check'));
}

/** Why the board does not start, in the words that the program ends with. */
function startRefusal(): Promise<string> {
  const options = { boardDir: dir.path, dataDir: shell.dataDir };
  return startBbs(options).then(
    async (bbs) => {
      await bbs.close();
      return 'started';
    },
    (error: unknown) => (error as { describe(): string }).describe(),
  );
}

async function writePair(name: { cert: string; key: string }, nowMs: number): Promise<void> {
  const made = makeSelfSigned({ names: ['localhost'], nowMs, random: systemRandom });
  await dir.write(name.cert, made.certPem);
  await dir.write(name.key, made.keyPem);
  await dir.makePrivate(name.key);
}

it('a misspelt theme is a warning of config check, as of the start, with its place and the nearest name', async () => {
  const { exitCode, out } = await check('theme: { default: "gatehuose" }');
  expect(exitCode).toBe(0);
  expect(out).toMatch(
    /warning: .*config\.hjson:1:\d+: theme\.default.*another one stands in; did you mean 'gatehouse'\?/,
  );
});

const BROKEN: readonly (readonly [string, string, () => Promise<void>, RegExp])[] = [
  ['a certificate that is not there', WEB, async () => {}, /cannot read .*cert\.pem/],
  [
    'a key of another certificate',
    WEB,
    async () => {
      await writePair({ cert: 'cert.pem', key: 'other.pem' }, Date.now());
      await writePair({ cert: 'other-cert.pem', key: 'key.pem' }, Date.now());
    },
    /key\.pem is not the key of .*cert\.pem/,
  ],
  [
    'a web key that others can read',
    WEB,
    async () => {
      await writePair({ cert: 'cert.pem', key: 'key.pem' }, Date.now());
      await chmod(join(dir.path, 'key.pem'), 0o644);
    },
    /chmod 600 .*key\.pem/,
  ],
  ['a host key that is not there', SSH, async () => {}, /host key .*host\.pem cannot be used/],
  [
    "a board's own host key that others can read",
    '',
    async () => {
      await mkdir(join(shell.dataDir, 'keys'), { recursive: true, mode: 0o700 });
      await writeFile(join(shell.dataDir, 'keys/ssh_host_ed25519'), 'x', { mode: 0o644 });
      // Where keys are, a start looks for the database first.
      await mkdir(join(shell.dataDir, 'db'), { mode: 0o700 });
    },
    /chmod 600 .*ssh_host_ed25519/,
  ],
  [
    'a folder of keys that a group can write',
    '',
    async () => {
      await mkdir(join(shell.dataDir, 'keys'), { recursive: true, mode: 0o700 });
      await chmod(join(shell.dataDir, 'keys'), 0o770);
    },
    /keys can be written by a group: .* chmod go-w .*keys/,
  ],
  [
    'a sealing key that is none',
    'security: { sealingKeyFile: seal.json }',
    async () => {
      await dir.write('seal.json', '{ "keys": [] }');
      await dir.makePrivate('seal.json');
    },
    /cannot use the sealing key .*seal\.json: it has no keys/,
  ],
];

it.each(BROKEN)(
  'config check refuses %s in the words of the start, and makes nothing',
  async (_, config, prepare, reason) => {
    await prepare();
    const before = await readdir(shell.folder, { recursive: true });
    const { exitCode, err } = await check(config);
    expect(exitCode).toBe(78);
    expect(err).toMatch(reason);
    expect(await readdir(shell.folder, { recursive: true })).toEqual(before);
    const said = await startRefusal();
    expect(said).toMatch(reason);
    expect(err).toContain(said.split('\n')[0]);
  },
);

it('config check tells of every broken file at once, each with the place of its key', async () => {
  const { err } = await check(`${WEB}\n${SSH}`);
  expect(err).toMatch(/config\.hjson:\d+:\d+: cannot read .*cert\.pem/);
  expect(err).toMatch(/config\.hjson:\d+:\d+: host key .*host\.pem/);
});

it('config check warns of a certificate that has ended or ends soon, and it is no error', async () => {
  await writePair({ cert: 'cert.pem', key: 'key.pem' }, Date.now() - 900 * DAY_MS);
  const ended = await check(WEB);
  expect(ended.exitCode).toBe(0);
  expect(ended.out).toMatch(/warning: .*the certificate .*cert\.pem ended on/);
  await writePair({ cert: 'cert.pem', key: 'key.pem' }, Date.now() - 820 * DAY_MS);
  expect((await check(WEB)).out).toMatch(/warning: .*the certificate .*cert\.pem ends on/);
  await writePair({ cert: 'cert.pem', key: 'key.pem' }, Date.now());
  expect((await check(WEB)).out).toMatch(/config\.hjson: fine\n$/);
});

it('config check warns of templates and a list of passwords that cannot be used', async () => {
  await dir.write('outside.txt', 'x');
  await mkdir(join(dir.path, 'misc'));
  await symlink('../outside.txt', join(dir.path, 'misc/notice_email.template.txt'));
  const { exitCode, out } = await check(
    'users: { badPassFile: misc/none.txt, twoFactorAuth: { otp: { registerEmailText: misc/gone.txt } } }',
  );
  expect(exitCode).toBe(0);
  expect(out).toMatch(/there is no .*misc\/none\.txt/);
  expect(out).toMatch(/the template misc\/gone\.txt cannot be used/);
  expect(out).toMatch(/the template misc\/notice_email\.template\.txt cannot be used/);
});

it('a list of passwords that is a folder keeps no board shut: check and start say what is refused instead', async () => {
  await mkdir(join(dir.path, 'misc'));
  const { exitCode, out } = await check('users: { badPassFile: misc }');
  expect(exitCode).toBe(0);
  expect(out).toMatch(
    /warning: .*config\.hjson:1:\d+: cannot read .*misc: it is not a file; only the/,
  );
  const board = await TestBoard.start({ boardDir: dir.path });
  try {
    expect(board.events('board.warning').map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/misc: it is not a file; only the passwords of the built-in list are/),
    );
    const weak = await board.tryOputil('user', 'add', 'ann', '--password', 'password1');
    expect(weak.exitCode).toBe(1);
    expect(weak.err).toContain('too many people use that password');
  } finally {
    await board.remove();
  }
});

it('config check says of the folder of an ENiGMA½ board itself that adopt is the way', async () => {
  expect((await check('')).out).not.toContain('adopt');
  await dir.write('db/user.sqlite3', '');
  const { exitCode, out } = await check('');
  expect(exitCode).toBe(0);
  expect(out.match(/^warning: .*/gm)).toEqual([
    expect.stringContaining(`'sallyport adopt ${dir.path} NEW' makes a board of it`),
  ]);
});

it('config check says nothing of adopt where the accounts in db/ are those of the board itself', async () => {
  await dir.write('db/user.sqlite3', '');
  await chmod(dir.path, 0o700);
  await dir.write('config/config.hjson', '');
  const { out } = await shell.try('--board', dir.path, '--data', dir.path, 'config', 'check');
  expect(out).toMatch(/config\.hjson: fine\n$/);
});

it('every key that names a template is looked at', () => {
  const keys = listConfigSections().flatMap((section) => section.keys);
  const named = keys.filter((key) => String(key.default).includes('.template.'));
  expect(named.map(({ path }) => path).sort()).toEqual([...TEMPLATE_KEYS].sort());
});

it('a sealing key that is lost is an error once the database holds sealed values, and is not made', async () => {
  const file = join(shell.dataDir, 'keys', 'sealing.json');
  await shell.run('user', 'add', 'joe', '--password', PASSWORD, '--email', 'joe@example.org');
  await rm(file);
  expect((await check('')).exitCode).toBe(0);
  await shell.json('user', '2fa-otp', 'joe', 'google', '-n');
  await rm(file);
  const { exitCode, err } = await check('');
  expect(exitCode).toBe(78);
  expect(err).toContain('"A lost sealing key" in docs/runbook.md');
  // No line of the configuration is to blame: the key is not set there.
  expect(err).toMatch(/^oputil: the sealing key /);
  expect(await readdir(join(shell.dataDir, 'keys'))).toEqual([]);
  shell.env = { SALLYPORT_SEALING_KEY: 'short' };
  expect((await check('')).err).toContain('SALLYPORT_SEALING_KEY must hold 32 bytes');
});

it('what a theme holds that the board does not know is told alike by both checks and the start', async () => {
  await dir.write(
    'art/themes/ember/theme.hjson',
    '{ infos: { name: "Ember" }\n info: { nmae: "E" } }',
  );
  const first = /theme\.hjson:1:3: .*a theme has no block 'infos'.*; did you mean 'info'\?/;
  const one = new RegExp(
    `^(warning: )?2 entries of themes are not known here.*${first.source}$`,
    'm',
  );
  for (const noun of ['config', 'menu']) {
    expect(await shell.run('--board', dir.path, noun, 'check')).toMatch(one);
    const all = await shell.run('--board', dir.path, noun, 'check', '--all');
    expect(all).toMatch(first);
    expect(all).toMatch(/theme\.hjson:2:10: .*'nmae' means nothing.*; did you mean 'name'\?/);
  }
  const notices: string[] = [];
  const onNotice = (line: string): unknown => notices.push(line);
  const config = withFreePorts({});
  const bbs = await startBbs({ boardDir: dir.path, dataDir: shell.dataDir, config, onNotice });
  await bbs.close();
  expect(notices).toContainEqual(expect.stringMatching(one));
});

it.each([
  [
    'nowhere.hjson',
    (board: string) => [`${board}/config/nowhere.hjson`, `${board}/config/menus/nowhere.hjson`],
  ],
  ['/old/board/nowhere.hjson', () => ['/old/board/nowhere.hjson']],
])(
  'a menu file that is not there is told with its key, its line and where it was looked for: %s',
  async (name, tried) => {
    const { exitCode, err } = await check(`general: { menuFile: "${name}" }`);
    const wanted = `general.menuFile is '${name}', and there is no ${tried(dir.path).join(' and no ')}`;
    expect(exitCode).toBe(78);
    expect(err).toMatch(/config\.hjson:1:\d+: general\.menuFile/);
    expect(err).toContain(wanted);
    expect(await startRefusal()).toContain(wanted);
  },
);

it('a broken theme is told in one sentence by checks and start, and an edit to one is refused with the same', async () => {
  await dir.write('art/themes/ember/theme.hjson', '{ info: {');
  const broken = "the theme.hjson of 'ember' cannot be used (this '{' is never closed)";
  const line = new RegExp(
    `theme\\.hjson:1:9: (warning: )?${escaped(broken)}: the theme is shown without it$`,
    'm',
  );
  const config = withFreePorts({});
  const notices: string[] = [];
  const onNotice = (notice: string): unknown => notices.push(notice);
  const bbs = await startBbs({ boardDir: dir.path, dataDir: shell.dataDir, config, onNotice });
  try {
    expect(notices.join('\n')).toMatch(line);
    expect(await shell.run('--board', dir.path, 'config', 'check')).toMatch(line);
    expect(await shell.run('--board', dir.path, 'menu', 'check')).toMatch(line);
    await dir.write('art/themes/plain/theme.hjson', '{ info: {');
    expect(await bbs.reload()).toBe(false);
    expect(notices).toContainEqual(
      expect.stringMatching(
        /plain.theme\.hjson:1:9: the theme\.hjson of 'plain' cannot be used \(.*\)$/,
      ),
    );
  } finally {
    await bbs.close();
  }
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
