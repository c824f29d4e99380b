import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startBbs } from '../../src/index';
import { loadMods } from '../../src/modules/board-mods';
import { BoardDir } from '../support/board-dir';
import { Shell } from '../oputil/shell';

const WEATHER = `exports.sallyportModule = {
  doc: 'The weather.',
  needs: 'complete',
  views: [],
  methods: { tell: async () => ({ kind: 'stay', message: 'Rain.' }) },
};`;
// Whatever a file of another program does at once.
const FOREIGN = `require('node:fs').writeFileSync(__filename + '.ran', ''); exports.getModule = class {};`;
const MENUS = {
  matrix: { next: 'logoff', module: 'mods/weather' },
  other: { module: '@userModule:weather', art: 'X', next: '@method:tell' },
  logoff: { next: '@systemMethod:logoff' },
};

describe('mods/ of a board', () => {
  let dir: BoardDir;
  beforeEach(async () => {
    dir = await BoardDir.make({
      'mods/weather.js': WEATHER,
      'mods/rumours.js': FOREIGN,
      'mods/broken.js': 'exports.sallyportModule = {',
      'mods/empty.js': 'exports.sallyportModule = undefined;',
    });
  });
  afterEach(() => dir.remove());

  test('only what the configuration names is run, under its own name', async () => {
    const [{ from, parts } = { from: '', parts: {} }, ...more] = await loadMods(dir.path, [
      'weather',
    ]);
    expect(more).toEqual([]);
    expect(from).toBe(join(dir.path, 'mods/weather.js'));
    expect(parts.modules).toMatchObject([{ name: 'mods/weather', doc: 'The weather.' }]);
    expect(await loadMods(dir.path, [])).toEqual([]);
    expect(await readdir(join(dir.path, 'mods'))).not.toContain('rumours.js.ran');
  });

  test('a file that is not of this program is named and not run (rule P5)', async () => {
    await expect(loadMods(dir.path, ['rumours'])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      place: { file: join(dir.path, 'mods/rumours.js') },
      message: expect.stringMatching(
        /does not export sallyportModule, so it was not run.*take its name out of 'mods'/,
      ),
    });
    expect(await readdir(join(dir.path, 'mods'))).not.toContain('rumours.js.ran');
  });

  test.each([
    ['gone', /mods names 'gone', but .*gone\.js.*take it out, or add the file/],
    ['../weather', /'\.\.\/weather' is no file name of letters/],
    ['broken', /it cannot be loaded: .*; mend it, or take it out of 'mods'/],
    ['empty', /its sallyportModule is no object; write: module\.exports = /],
  ])('one that cannot be used is named with what to do: %s', async (name, text) => {
    await expect(loadMods(dir.path, [name])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(text),
    });
  });

  test('one that everybody can write is not run', async () => {
    await chmod(join(dir.path, 'mods/weather.js'), 0o666);
    await expect(loadMods(dir.path, ['weather'])).rejects.toThrow('chmod o-w');
    await chmod(join(dir.path, 'mods/weather.js'), 0o644);
    // A file that nobody else may write is replaced through its folder.
    await chmod(join(dir.path, 'mods'), 0o777);
    await expect(loadMods(dir.path, ['weather'])).rejects.toThrow('chmod o-w');
    await chmod(join(dir.path, 'mods'), 0o755);
  });

  test('menu check knows it by both of its names, and a start stops where it is wrong', async () => {
    await dir.write('config/menu.hjson', JSON.stringify({ menus: MENUS }));
    await dir.write('config/config.hjson', '{ mods: ["weather"] }');
    const shell = await Shell.openEmpty();
    try {
      const checked = await shell.try('--board', dir.path, 'menu', 'check');
      expect(checked.out + checked.err).toContain('menu.hjson');
      expect(checked.out + checked.err).not.toMatch(/there is no module|has no method/);
      await dir.write('config/config.hjson', '{ mods: ["rumours"] }');
      const start = startBbs({ boardDir: dir.path, dataDir: shell.dataDir });
      await expect(start).rejects.toThrow('it was not run');
    } finally {
      await shell.close();
    }
  });
});
