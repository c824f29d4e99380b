import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createArtStore } from '../../src/art/art-store';
import { createTemplateFiles } from '../../src/mail/template';
import { loadMenus } from '../../src/menu/load/menu-file';
import { loadThemes } from '../../src/menu/load/theme-files';
import { systemRandom } from '../../src/base/random';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { MemoryLog } from '../support/memory-log';
import { kindOfCode } from '../../src/menu/screen/mci-codes';

/** A secret beside the board, and one inside its data folder. */
const SECRET = 'TOPSECRET-41';

let dir: BoardDir;
let boardDir: string;

beforeEach(async () => {
  dir = await BoardDir.make({
    'outside/secret.txt': SECRET,
    'outside/secret.hjson': `key: "${SECRET}"`,
    'board/data/keys/sealing.hjson': `key: "${SECRET}"`,
    'board/config/config.hjson': '{}',
    'board/art/general/OWN.asc': 'Drawn here',
    'board/misc/own.txt': 'Written here',
  });
  boardDir = join(dir.path, 'board');
});

afterEach(() => dir.remove());

async function refusalOfMenus(text: string): Promise<string> {
  await dir.write('board/config/menu.hjson', text);
  const folders = [join(boardDir, 'config')];
  return loadMenus({
    file: join(boardDir, 'config/menu.hjson'),
    env: {},
    fallbackFolders: folders,
  }).then(
    () => 'taken',
    (error: unknown) => (error as { describe(): string }).describe(),
  );
}

it.each([
  ['desc', 'm: { desc: "@file:../../outside/secret.txt" }'],
  ['art', 'm: { art: "@file:../../outside/secret.txt" }'],
  [
    'an item',
    'm: { form: { 0: { mci: { VM1: { items: [ "@file:../../outside/secret.txt" ] } } } } }',
  ],
  ['config of an ordinary menu', 'm: { config: { password: "@file:../../outside/secret.txt" } }'],
  [
    'a text of a module',
    'm: { module: "nua", config: { infoText: "@file:../../outside/secret.txt" } }',
  ],
  [
    'a reference to a secret',
    'd: { module: "nua", config: { password: "@file:../../outside/secret.txt" } }, m: { desc: "@reference:menus.d.config.password" }',
  ],
])(
  'a menu shows no file by @file: in %s, and the refusal does not say what it holds (rule M14)',
  async (_where, menus) => {
    const said = await refusalOfMenus(`menus: { ${menus} }`);
    expect(said).toMatch(/menu\.hjson:1:\d+: '@file:' cannot stand here/);
    expect(said).not.toContain(SECRET);
  },
);

it('a secret of a module may come from a file', async () => {
  const menus = 'd: { module: "nua", config: { password: "@file:../../outside/secret.txt" } }';
  expect(await refusalOfMenus(`menus: { ${menus} }`)).toBe('taken');
});

it('a menu includes nothing from outside its folders, neither by name nor by a link (rule M14)', async () => {
  const outside = /lies outside the folders of this board/;
  expect(await refusalOfMenus('includes: [ "../data/keys/sealing.hjson" ]')).toMatch(outside);
  expect(await refusalOfMenus('includes: [ "../../outside/secret.hjson" ]')).toMatch(outside);
  await symlink('../../outside/secret.hjson', join(boardDir, 'config/link.hjson'));
  const said = await refusalOfMenus('includes: [ "link.hjson" ]');
  expect(said).toMatch(outside);
  expect(said).not.toContain(SECRET);
});

it('a theme shows no file by @file: (rule M14)', async () => {
  await dir.write(
    'board/art/themes/own/theme.hjson',
    'info: { name: "@file:../../../../outside/secret.txt" }',
  );
  const themes = await loadThemes({ artRoots: [join(boardDir, 'art')], env: {} });
  const own = themes.find('own');
  expect(own?.name).toBe('own');
  expect(own?.problems.map(({ text }) => text)).toEqual([
    expect.stringContaining("'@file:' cannot stand here"),
  ]);
});

it('art is shown only where its real path is in an art folder (rule M14)', async () => {
  const art = createArtStore({
    kindOf: kindOfCode,
    roots: [join(boardDir, 'art')],
    random: systemRandom,
  });
  const general = join(boardDir, 'art/general');
  await symlink(join(dir.path, 'outside/secret.txt'), join(general, 'LINK.txt'));
  await symlink('../../data/keys', join(general, 'KEYS'));
  await symlink('OWN.asc', join(general, 'NEAR.asc'));
  expect(await art.find('LINK.txt')).toBeUndefined();
  expect(await art.find('KEYS/sealing.hjson')).toBeUndefined();
  expect((await art.find('OWN'))?.text).toBe('Drawn here');
  expect((await art.find('NEAR'))?.text).toBe('Drawn here');
});

it('a template is sent only where its real path is in a misc folder (rule M14)', async () => {
  const misc = join(boardDir, 'misc');
  const find = createTemplateFiles(
    (path) => Promise.resolve(join(boardDir, path)),
    [misc],
    new MemoryLog(),
  );
  await symlink(join(dir.path, 'outside/secret.txt'), join(misc, 'link.txt'));
  expect(await find('misc/own.txt')).toBe('Written here');
  expect(await find('misc/link.txt')).toBeUndefined();
  expect(await find('../outside/secret.txt')).toBeUndefined();
  expect(await find('config/config.hjson')).toBeUndefined();
});

it('the configuration includes nothing from outside its folder, and repeats nothing of it (rule M14)', async () => {
  await dir.write('outside.hjson', 'secretName: 1');
  await writeFile(
    join(boardDir, 'config/config.hjson'),
    `{ includes: [ ${JSON.stringify(join(boardDir, '..', 'outside.hjson'))} ] }`,
  );
  const started = TestBoard.start({ boardDir });
  await expect(started).rejects.toMatchObject({
    exitCode: 78,
    message: expect.stringContaining('lies outside the folders of this board') as string,
  });
  await expect(started).rejects.not.toMatchObject({
    message: expect.stringContaining('secretName') as string,
  });
});

it.each(['config/config.hjson', 'config/menus/own.hjson', 'config', '.'])(
  'a board does not start while everybody can write %s, and says what to run (rule M14)',
  async (name) => {
    await mkdir(join(boardDir, 'config/menus'), { recursive: true });
    await writeFile(join(boardDir, 'config/menus/own.hjson'), '{}');
    const stock = await readFile(join(__dirname, '../../config/menu.hjson'), 'utf8');
    await dir.write(
      'board/config/menu.hjson',
      stock.replace(/^ {8}menus\/login\.hjson$/m, '        menus/own.hjson\n$&'),
    );
    const path = join(boardDir, name);
    await chmod(path, name.endsWith('.hjson') ? 0o666 : 0o777);
    await expect(TestBoard.start({ boardDir })).rejects.toMatchObject({
      exitCode: 78,
      message: expect.stringContaining(`run: chmod o-w ${path}`) as string,
    });
  },
);
