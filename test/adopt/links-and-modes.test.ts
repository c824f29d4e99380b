import { chownSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { adoptBoard } from '../../src/adopt/adopt';
import { EnigmaInstallation, isThere } from '../support/enigma-installation';

let old: EnigmaInstallation;
let newDir: string;

async function install(files?: Parameters<typeof EnigmaInstallation.make>[0]): Promise<void> {
  old = await EnigmaInstallation.make(files);
  newDir = join(old.folder, 'myboard');
}

afterEach(() => old.remove());

const adopt = () => adoptBoard({ oldDir: old.dir, newDir, dryRun: false, env: {} });
const read = (name: string): string => readFileSync(join(newDir, name), 'utf8');
const report = (): string => read('adopt-report.txt');

test('what others could not read there, they cannot read here', async () => {
  await install();
  await chmod(join(old.dir, 'art/general/MATRIX.ANS'), 0o600);
  await chmod(join(old.dir, 'art/themes/oldtheme/USERLOG.ANS'), 0o666);
  await adopt();
  const modeOf = (name: string): string => (statSync(join(newDir, name)).mode & 0o777).toString(8);
  expect(modeOf('art/general/MATRIX.ANS')).toBe('600');
  expect(modeOf('art/themes/oldtheme/USERLOG.ANS')).toBe('644');
});

test('configuration and menus are for the owner alone, however they lay there', async () => {
  await install();
  await chmod(join(old.dir, 'config/config.hjson'), 0o644);
  await adopt();
  const files = readdirSync(join(newDir, 'config'), { recursive: true, encoding: 'utf8' });
  const modes = files
    .map((name) => statSync(join(newDir, 'config', name)))
    .filter((stats) => stats.isFile())
    .map(({ mode }) => (mode & 0o777).toString(8));
  expect(modes.length).toBeGreaterThan(3);
  expect(new Set(modes)).toEqual(new Set(['600']));
});

test.each([
  [0o755, undefined, '755'],
  [0o700, undefined, '700'],
  [0o777, undefined, '755'],
  [0o755, 0o750, '750'],
])(
  'of an old folder of mode %o and an empty one of %o the new one is not wider',
  async (oldMode, emptyMode, mode) => {
    await install();
    await chmod(old.dir, oldMode);
    if (emptyMode !== undefined) {
      await mkdir(newDir);
      await chmod(newDir, emptyMode);
    }
    await adopt();
    expect((statSync(newDir).mode & 0o777).toString(8)).toBe(mode);
  },
);

test('links within art are followed, and one that leads round ends', async () => {
  await install();
  await symlink(join(old.dir, 'art/general'), join(old.dir, 'art/more'));
  await symlink(old.dir, join(old.dir, 'art', 'round'));
  await adopt();
  expect(read('art/more/MATRIX.ANS')).toBe('matrix');
  expect(read('art/round/art/general/MATRIX.ANS')).toBe('matrix');
  expect(isThere(join(newDir, 'art/round/config'))).toBe(false);
});

test('a link out of the board, or to what is private there, becomes no file that callers are shown', async () => {
  await install({
    'config/config.hjson': `{ general: { menuFile: "old-main.hjson" }
      contentServers: { web: { resetPassword: { resetPageTemplate: "misc/page.html" } } } }`,
    'config/security/ssh_private_key.pem': 'host key',
    'misc/other.html': 'other',
  });
  await old.accounts('sysop');
  const outside = join(old.folder, 'outside');
  await writeFile(outside, 'outside');
  const key = join(old.dir, 'config/security/ssh_private_key.pem');
  const links: readonly (readonly [string, string])[] = [
    [key, 'art/general/KEY.ANS'],
    [outside, 'art/general/OUT.ANS'],
    [join(old.dir, 'config/config.hjson'), 'art/general/CONFIG.ANS'],
    [join(old.dir, 'db'), 'art/themes/oldtheme/db'],
    [key, 'config/menus/key.hjson'],
    [outside, 'config/menus/out.hjson'],
    [key, 'misc/page.html'],
  ];
  for (const [target, link] of links) await symlink(target, join(old.dir, link));
  await adopt();
  for (const [, link] of links) {
    expect(isThere(join(newDir, link))).toBe(false);
    expect(report()).toContain(`${join(old.dir, link)} was not read: it is a link`);
  }
  expect(read('config/security/ssh_private_key.pem')).toBe('host key');
});

test("an empty folder that root adopts into stays its owner's, with all that comes into it", async () => {
  await install();
  await old.accounts('sysop', 'joe');
  mkdirSync(newDir);
  // Only root gives folders away; anybody else owns what he makes.
  const isRoot = process.geteuid?.() === 0;
  const owner = isRoot ? 4711 : lstatSync(newDir).uid;
  if (isRoot) chownSync(newDir, owner, owner);
  await adopt();
  const all = readdirSync(newDir, { recursive: true, encoding: 'utf8' });
  expect(all).toContain(join('data', 'db', 'user.sqlite3'));
  const others = ['.', ...all].filter((name) => lstatSync(join(newDir, name)).uid !== owner);
  expect(others).toEqual([]);
});

test('a note is broken at blanks, and a long path behind a slash', async () => {
  await install();
  await old.accounts('sysop');
  const folder = `art/general/${'a-long-name/'.repeat(5)}`;
  await mkdir(join(old.dir, folder), { recursive: true });
  await writeFile(join(old.folder, 'ssh_private_key.pem'), 'x');
  await symlink(
    join(old.folder, 'ssh_private_key.pem'),
    join(old.dir, folder, 'ssh_private_key.pem'),
  );
  const lines = await adopt();
  const start = lines.findIndex((line) => /^- .*\/$/.test(line));
  const rows = lines.slice(start, start + 3).map((line) => line.slice(2));
  expect(rows.join('')).toContain('ssh_private_key.pem');
  expect(rows[0]).toMatch(/\/$/);
  expect(rows.some((row) => /\bssh_private_key\.pem was\b/.test(row))).toBe(true);
});
