import { configSchema } from '../../src/config/schema';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BARE_THEME,
  themedConfig,
  themedForm,
  themedPrompt,
  type Theme,
} from '../../src/menu/load/theme';
import { loadThemes } from '../../src/menu/load/theme-files';

const theme = (parts: Partial<Theme>): Theme => ({ ...BARE_THEME, ...parts });

describe('what a theme changes', () => {
  const views = { ET1: { argName: 'name', maxLength: 8, width: 10 } };
  const address = { menu: 'login', formId: 0, mciKey: 'ET' };

  it('is merged over the views of a form, however the theme names them', () => {
    const change = { ET1: { width: 20 }, TL10: { width: 40 } };
    const wanted = { ET1: { argName: 'name', maxLength: 8, width: 20 }, TL10: { width: 40 } };
    for (const login of [{ mci: change }, { 0: { mci: change } }, { 0: { ET: { mci: change } } }]) {
      expect(themedForm(views, theme({ menus: { login } }), address)).toEqual(wanted);
    }
  });

  it.each(['maxLength', 'argName', 'submit', 'validate'])('is never the property %s', (name) => {
    const menus = { login: { mci: { ET1: { [name]: 'other' } } } };
    expect(themedForm(views, theme({ menus }), address)).toEqual(views);
  });

  it('is nothing of another menu or form', () => {
    const menus = { login: { 1: { mci: { ET1: { width: 1 } } } }, other: { mci: { ET1: {} } } };
    expect(themedForm(views, theme({ menus }), address)).toEqual(views);
  });

  it('goes deep into config and replaces lists as a whole', () => {
    const menus = { login: { config: { art: { b: 'B' }, list: [3] } } };
    const config = { art: { a: 'A' }, list: [1, 2] };
    expect(themedConfig(config, theme({ menus }), 'login')).toEqual({
      art: { a: 'A', b: 'B' },
      list: [3],
    });
  });

  it('leaves to the menu where callers go and who comes in', () => {
    const config = { disabled: 'closed', tooNodeMenu: 'busy', acs: 'GM[users]', cls: true };
    const change = { disabled: 'mainMenu', acs: '', area: 'login', cls: false, own: 1 };
    const themed = themedConfig(config, theme({ menus: { login: { config: change } } }), 'login');
    expect(themed).toEqual({ ...config, cls: false, own: 1 });
  });

  it('reaches prompts too', () => {
    const prompts = { pause: { mci: { TL1: { width: 3 } }, config: { quitKey: 'x' } } };
    const prompt = { mci: { TL1: { text: 'more' } }, config: { quitKey: 'q', continuousKey: 'c' } };
    expect(themedPrompt(prompt, theme({ prompts }), 'pause')).toEqual({
      mci: { TL1: { text: 'more', width: 3 } },
      config: { quitKey: 'x', continuousKey: 'c' },
    });
  });
});

describe('theme files', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-themes-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text);
  };

  const load = () =>
    loadThemes({ artRoots: [join(folder, 'board'), join(folder, 'package')], env: {} });

  it('are found in whatever letters their name is', async () => {
    await write('board/themes/mine/Theme.HJSON', '{ info: { name: "Mine" } }');
    expect((await load()).find('mine')).toMatchObject({ name: 'Mine' });
  });

  it('are found in folders in whatever letters they are written, by any letters of their name', async () => {
    await write('board/Themes/OldTheme/THEME.HJSON', '{ info: { base: "STOCK" } }');
    await write('board/Themes/Stock/theme.hjson', '{ info: { name: "Changed" } }');
    await write('package/themes/stock/theme.hjson', '{ info: { name: "Stock" } }');
    const themes = await load();
    expect(themes.find('oldtheme')).toMatchObject({
      id: 'OldTheme',
      problems: [],
      directories: [
        join(folder, 'board/Themes/OldTheme'),
        join(folder, 'board/Themes/Stock'),
        join(folder, 'package/themes/stock'),
      ],
    });
    expect(themes.find('stock')).toMatchObject({ name: 'Changed' });
    expect(themes.list()).toHaveLength(2);
  });

  it('stay two themes where two folders of one board differ in letters only', async () => {
    await write('board/themes/mine/theme.hjson', '{ info: { name: "Small" } }');
    await write('board/themes/Mine/theme.hjson', '{ info: { name: "Large" } }');
    const themes = await load();
    expect(themes.find('mine')?.name).toBe('Small');
    expect(themes.find('Mine')?.name).toBe('Large');
    expect(themes.find('MINE')?.name).toBe('Large');
  });

  it('take the board before the package, and look for art in both', async () => {
    await write('board/themes/mine/theme.hjson', '{ info: { name: "Mine" } }');
    await write('package/themes/mine/theme.hjson', '{ info: { name: "Stock" } }');
    await write('package/themes/other/theme.hjson', '{ info: { enabled: false } }');
    const themes = await load();
    expect(themes.find('mine')).toMatchObject({
      name: 'Mine',
      directories: [join(folder, 'board/themes/mine'), join(folder, 'package/themes/mine')],
    });
    expect(themes.list().map(({ id }) => id)).toEqual(['mine']);
    expect(themes.files).toContain(join(folder, 'board/themes/mine/theme.hjson'));
  });

  it('may give date formats; the rest stays ISO 8601', async () => {
    await write(
      'board/themes/mine/theme.hjson',
      '{ customization: { defaults: { dateFormat: { short: "D.M.YYYY" } } } }',
    );
    const { defaults } = (await load()).find('mine') ?? BARE_THEME;
    expect(defaults.date.short).toBe('D.M.YYYY');
    expect(defaults.time.short).toBe('HH:mm');
  });

  it.each([
    ['{\n  customization: {\n    menus: none\n  }\n}', 3],
    ['{\n  customization: {\n', 2],
  ])('that are broken keep their art, and say where: %j', async (text, line) => {
    await write('board/themes/mine/theme.hjson', text);
    const mine = (await load()).find('mine');
    expect(mine).toMatchObject({
      enabled: true,
      menus: {},
      directories: [join(folder, 'board/themes/mine')],
      problems: [
        {
          severity: 'error',
          rule: 'broken-theme',
          place: { file: join(folder, 'board/themes/mine/theme.hjson'), line },
        },
      ],
    });
  });

  it('take what they lack from the theme that info.base names, and from its base', async () => {
    await write(
      'package/themes/gatehouse/theme.hjson',
      `{ customization: {
        defaults: { dateFormat: { short: "D.M.YYYY" }, timeFormat: { short: "H:mm" } }
        menus: { list: { config: { pause: true, itemFormat: "stock" }, mci: { VM1: { width: 70, height: 9 } } } }
        prompts: { pause: { mci: { TL1: { text: "stock" } } } } } }`,
    );
    await write('board/themes/middle/theme.hjson', '{ info: { base: "gatehouse" } }');
    await write(
      'board/themes/mine/theme.hjson',
      `{ info: { base: "Middle" }, customization: {
        defaults: { dateFormat: { short: "YY" } }
        menus: { list: { mci: { VM1: { width: 40 } } } } } }`,
    );
    const mine = (await load()).find('mine');
    expect(mine).toMatchObject({
      defaults: { date: { short: 'YY' }, time: { short: 'H:mm' } },
      menus: { list: { config: { itemFormat: 'stock' }, mci: { VM1: { width: 40, height: 9 } } } },
      prompts: { pause: { mci: { TL1: { text: 'stock' } } } },
      directories: [
        join(folder, 'board/themes/mine'),
        join(folder, 'board/themes/middle'),
        join(folder, 'package/themes/gatehouse'),
      ],
      problems: [],
    });
    expect(mine?.shown.get('list')?.pause).toBe('end');
  });

  it('whose base is not there or leads back stand alone, and say so', async () => {
    await write('board/themes/mine/theme.hjson', '{ info: { base: "gatehuose" } }');
    await write('board/themes/one/theme.hjson', '{ info: { base: "two" } }');
    await write('board/themes/two/theme.hjson', '{ info: { base: "one" } }');
    await write('package/themes/gatehouse/theme.hjson', '{}');
    const themes = await load();
    expect(themes.find('mine')?.problems).toMatchObject([
      { rule: 'unknown-base', nearest: 'gatehouse', place: { line: 1 } },
    ]);
    expect(themes.find('one')?.problems[0]?.text).toContain('one -> two -> one');
  });

  it('whose other one for wide windows is not there, or no wider, have none and say so', async () => {
    await write('board/themes/mine/theme.hjson', '{ info: { columns: 78, wide: "broda" } }');
    await write('board/themes/broad/theme.hjson', '{ info: { columns: 132, enabled: false } }');
    await write('board/themes/same/theme.hjson', '{ info: { columns: 132, wide: "broad" } }');
    await write('board/themes/well/theme.hjson', '{ info: { columns: 78, wide: "Broad" } }');
    const themes = await load();
    expect(themes.find('mine')).toMatchObject({
      wide: undefined,
      problems: [{ rule: 'unknown-wide', nearest: 'broad', place: { line: 1 } }],
    });
    expect(themes.find('same')).toMatchObject({
      wide: undefined,
      problems: [{ rule: 'unknown-wide', severity: 'error' }],
    });
    expect(themes.find('well')).toMatchObject({ wide: 'broad', problems: [] });
    expect(themes.list().map(({ id }) => id)).toEqual(['mine', 'same', 'well']);
    expect(themes.shown().map(({ id }) => id)).toEqual(['broad', 'mine', 'same', 'well']);
  });

  it('have the dates of the configuration where they say nothing', async () => {
    await write('board/themes/mine/theme.hjson', '{}');
    const formats = configSchema.parse({ theme: { dateFormat: { short: 'MM/DD/YYYY' } } }).theme;
    const themes = await loadThemes({ artRoots: [join(folder, 'board')], env: {}, formats });
    expect(themes.find('mine')?.defaults.date.short).toBe('MM/DD/YYYY');
  });

  it('need not be there', async () => {
    expect((await load()).list()).toEqual([]);
  });
});
