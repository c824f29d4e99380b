import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findMenuFile, makeDataDir, resolveBoard } from '../../src/config/board';
import { loadConfig } from '../../src/config/load';
import { loadHjsonTree } from '../../src/config/hjson-tree';
import { initBoard } from '../../src/config/init-board';

let folder = '';
let packageDir = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-board-'));
  packageDir = join(folder, 'package');
  await put('package/config/config.hjson', 'general: { boardName: "Stock" }');
  await put('package/config/menus/login.hjson', 'menus: {}');
  await put('package/art/general/MATRIX.ANS', 'stock');
  await put('package/misc/bad_passwords.txt', 'password');
  await put('package/misc/scripts/generate.mjs', '');
});
afterEach(() => rm(folder, { recursive: true }));

async function put(name: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), text);
}

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

test('the current folder is the board if it holds config/', async () => {
  await put('mine/config/menu.hjson', '');
  const cwd = join(folder, 'mine');
  const board = await resolveBoard({ env: {}, cwd, packageDir });
  expect(board).toMatchObject({
    boardDir: cwd,
    dataDir: join(cwd, 'data'),
    configFile: join(packageDir, 'config/config.hjson'),
    configMustExist: false,
    artRoots: [join(cwd, 'art'), join(packageDir, 'art')],
  });
  expect(await board.find('config/menu.hjson')).toBe(join(cwd, 'config/menu.hjson'));
  expect(await board.find('misc/bad_passwords.txt')).toBe(
    join(packageDir, 'misc/bad_passwords.txt'),
  );
  expect(await board.find('misc/none.txt')).toBe(join(cwd, 'misc/none.txt'));
  expect(await board.find('/etc/hostname')).toBe('/etc/hostname');
});

test('elsewhere the stock board runs, with its data where it is run', async () => {
  await mkdir(join(folder, 'elsewhere'));
  const cwd = join(folder, 'elsewhere');
  const board = await resolveBoard({ env: {}, cwd, packageDir });
  expect(board.boardDir).toBe(packageDir);
  expect(board.dataDir).toBe(join(cwd, 'data'));
  expect(board.artRoots).toEqual([join(packageDir, 'art')]);
});

test.each([
  ['config', {}],
  ['config/config.hjson', {}],
  ['config', { board: 'mine' }],
  ['config/config.hjson', { board: 'mine' }],
])('a link %s that leads nowhere is no board without a configuration (%j)', async (link, flags) => {
  const home = join(folder, 'mine');
  await put(`mine/${dirname(link)}/other`, '');
  await symlink('not-mounted', join(home, link));
  const cwd = 'board' in flags ? folder : home;
  await expect(resolveBoard({ ...flags, env: {}, cwd, packageDir })).rejects.toMatchObject({
    code: 'CONFIG_UNREADABLE',
    exitCode: 78,
    message: expect.stringContaining(`${join(home, link)} is a link that leads nowhere`) as string,
  });
});

test('a folder of the configuration that this user may not look into is no board without one', async () => {
  // Where others may look into every folder above.
  await rm(folder, { recursive: true });
  folder = await mkdtemp('/tmp/sallyport-board-');
  await chmod(folder, 0o755);
  await put('mine/config/config.hjson', '');
  await chmod(join(folder, 'mine/config'), 0);
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    const resolved = resolveBoard({ board: 'mine', env: {}, cwd: folder, packageDir });
    await expect(resolved).rejects.toMatchObject({
      code: 'CONFIG_UNREADABLE',
      message: `cannot look for ${join(folder, 'mine/config/config.hjson')}: this user may not read it`,
    });
  } finally {
    if (isRoot) process.seteuid?.(0);
    await chmod(join(folder, 'mine/config'), 0o755);
  }
});

test.each(['config/menus', 'config/menu.hjson'])(
  'where the link %s leads nowhere, the menus of the package do not stand in',
  async (link) => {
    await put('package/config/menu.hjson', '{ menus: {} }');
    await put('mine/config/config.hjson', '');
    await symlink('not-mounted', join(folder, 'mine', link));
    const board = await resolveBoard({ board: 'mine', env: {}, cwd: folder, packageDir });
    const loaded = await loadConfig({ file: board.configFile, env: {} });
    await expect(findMenuFile(board, loaded)).rejects.toMatchObject({
      code: 'CONFIG_UNREADABLE',
      message: expect.stringContaining(
        `${join(folder, 'mine', link)} is a link that leads nowhere`,
      ) as string,
    });
  },
);

test('an included file that is a link to nowhere is not taken from the package', async () => {
  await put('package/config/doors.hjson', '{ menus: { stock: {} } }');
  await put('mine/config/menu.hjson', '{ includes: ["doors.hjson"], menus: {} }');
  await symlink('not-mounted', join(folder, 'mine/config/doors.hjson'));
  const board = await resolveBoard({ board: 'mine', env: {}, cwd: folder, packageDir });
  const loading = loadHjsonTree(join(folder, 'mine/config/menu.hjson'), {
    env: {},
    fallbackFolders: board.configFallbacks,
  });
  await expect(loading).rejects.toMatchObject({
    code: 'CONFIG_UNREADABLE',
    message: expect.stringContaining('doors.hjson is a link that leads nowhere') as string,
  });
});

test('flags win over the environment, and the environment over the current folder', async () => {
  await mkdir(join(folder, 'one'));
  await mkdir(join(folder, 'two'));
  const env = { SALLYPORT_BOARD: 'one', SALLYPORT_DATA: 'volume' };
  const fromEnv = await resolveBoard({ env, cwd: folder, packageDir });
  expect(fromEnv).toMatchObject({ boardDir: join(folder, 'one'), dataDir: join(folder, 'volume') });
  const fromFlags = await resolveBoard({
    board: 'two',
    data: 'other',
    config: 'my.hjson',
    env,
    cwd: folder,
    packageDir,
  });
  expect(fromFlags).toMatchObject({
    boardDir: join(folder, 'two'),
    dataDir: join(folder, 'other'),
    configFile: join(folder, 'my.hjson'),
    configMustExist: true,
  });
});

test('an empty variable is as good as none', async () => {
  await put('mine/config/config.hjson', '');
  const cwd = join(folder, 'mine');
  const env = { SALLYPORT_BOARD: '', SALLYPORT_DATA: '' };
  expect(await resolveBoard({ env, cwd, packageDir })).toMatchObject({
    boardDir: cwd,
    dataDir: join(cwd, 'data'),
  });
});

test('a board that is not there is refused with the command that makes one', async () => {
  await expect(
    resolveBoard({ board: 'none', env: {}, cwd: folder, packageDir }),
  ).rejects.toMatchObject({
    code: 'CONFIG_UNREADABLE',
    message: `there is no board in ${join(folder, 'none')}; 'sallyport init none' makes one`,
  });
});

test('init copies a board, makes data/ for this user alone, and leaves the tools of the package', async () => {
  const lines = await initBoard(join(folder, 'mine'), packageDir);
  expect((await readdir(join(folder, 'mine'))).sort()).toEqual(['art', 'config', 'data', 'misc']);
  expect(await readdir(join(folder, 'mine/misc'))).toEqual(['bad_passwords.txt']);
  expect(await modeOf(join(folder, 'mine/data'))).toBe(0o700);
  expect(lines[0]).toBe(`${join(folder, 'mine/config')}: 2 files copied`);
  expect(lines.at(-1)).toContain(`sallyport --board ${join(folder, 'mine')}`);
});

test('init never overwrites', async () => {
  await put('mine/config/config.hjson', 'general: { boardName: "Mine" }');
  const lines = await initBoard(join(folder, 'mine'), packageDir);
  expect(await readFile(join(folder, 'mine/config/config.hjson'), 'utf8')).toContain('Mine');
  expect(lines[0]).toMatch(/: 1 file copied, 1 already there and left alone$/);
});

test.each(['package', '.'])('init refuses %s, which holds the program', async (dir) => {
  await expect(initBoard(join(folder, dir), packageDir)).rejects.toMatchObject({ code: 'USAGE' });
});

test('init over a file is refused with the reason', async () => {
  await put('mine', 'a file');
  await expect(initBoard(join(folder, 'mine'), packageDir)).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining('cannot make a board in') as string,
  });
});

test('a data folder that was open to others is closed', async () => {
  await mkdir(join(folder, 'data'), { mode: 0o755 });
  await makeDataDir(join(folder, 'data'));
  expect(await modeOf(join(folder, 'data'))).toBe(0o700);
});

test.each([
  ['.', 0o707, 'everybody'],
  ['keys', 0o702, 'everybody'],
  ['keys', 0o720, 'a group'],
  ['db', 0o777, 'everybody'],
  ['logs', 0o777, 'everybody'],
])(
  'a folder %s of the data that others can write (%i) is refused with the chmod (rule M14)',
  async (name, mode, whom) => {
    const open = join(folder, 'data', name);
    await mkdir(open, { recursive: true });
    await chmod(open, mode);
    const path = join(folder, 'data');
    await expect(makeDataDir(path)).rejects.toMatchObject({
      exitCode: 78,
      message: `${open} can be written by ${whom}: look at what is in it, then run: chmod go-w ${open}`,
    });
    await chmod(open, mode & 0o755);
    await makeDataDir(path);
  },
);

test('a data folder that cannot be made is refused with what to do', async () => {
  await put('file', '');
  await expect(makeDataDir(join(folder, 'file', 'data'))).rejects.toMatchObject({
    code: 'CONFIG_UNREADABLE',
    message: expect.stringMatching(
      /cannot write to the data folder .*; choose another by --data$/,
    ) as string,
  });
});

test('a board from Windows is found in whatever letters its names are, and no stock file takes their place', async () => {
  await put('mine/CONFIG/Config.HJSON', 'general: { menuFile: "menu.hjson" }');
  await put('mine/CONFIG/MENUS/Menu.hjson', 'includes: [ "LOGIN.hjson" ]');
  await put('mine/CONFIG/MENUS/login.hjson', 'menus: { own: {} }');
  await put('mine/ART/general/MATRIX.ANS', 'own');
  const boardDir = join(folder, 'mine');
  const board = await resolveBoard({ env: {}, cwd: boardDir, packageDir });
  expect(board).toMatchObject({
    boardDir,
    configFile: join(boardDir, 'CONFIG/Config.HJSON'),
    artRoots: [join(boardDir, 'ART'), join(packageDir, 'art')],
  });
  const menuFile = await findMenuFile(board, await loadConfig({ file: board.configFile, env: {} }));
  expect(menuFile).toBe(join(boardDir, 'CONFIG/MENUS/Menu.hjson'));
  const { value } = await loadHjsonTree(menuFile, {
    env: {},
    fallbackFolders: board.configFallbacks,
  });
  expect(value).toEqual({ menus: { own: {} } });
});

test('an exact name comes before one in other letters', async () => {
  await put('mine/config/config.hjson', '');
  await put('mine/config/Config.hjson', '');
  const boardDir = join(folder, 'mine');
  const board = await resolveBoard({ board: boardDir, env: {}, packageDir });
  expect(board.configFile).toBe(join(boardDir, 'config/config.hjson'));
});
