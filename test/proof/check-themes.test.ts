import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_DIR } from '../../src/config/board';
import { loadMenus } from '../../src/menu/load/menu-file';
import { loadThemes } from '../../src/menu/load/theme-files';
import { asTree } from '../../src/menu/load/theme';
import { FIELDS } from '../../src/modules/row-fields';
import { checkThemes, PREPARED_MENUS } from '../../src/proof/check-themes';
import type { ModuleFacts } from '../../src/proof/flow-moves';
import type { MenuRegistries } from '../../src/proof/registries';
import { menusFrom, registriesFor } from './menu-text';

const MENUS = menusFrom(`{
  menus: {
    matrix: { art: "MATRIX", form: { 0: { mci: { VM1: { focus: true } } } } }
    calls: { module: "last_callers", art: "CALLS" }
    mine: { module: "elsewhere" }
  }
  prompts: { pause: { art: "PAUSE" } }
}`);

const FACTS: Readonly<Record<string, ModuleFacts>> = {
  last_callers: {
    ...{ methods: [], validators: [], menus: [], views: [] },
    ...{ signsIn: false, needs: 'none', configKeys: ['dateTimeFormat', 'user.collapse'] },
    fields: FIELDS.last_callers,
  },
};

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-themes-'));
});

afterEach(() => rm(folder, { recursive: true }));

/** What is told of a theme.hjson: line, kind and text of each finding. */
async function told(
  text: string,
  home = 'board',
  art?: MenuRegistries['art'],
): Promise<readonly string[]> {
  const theme = join(folder, home, 'themes', 'ember');
  await mkdir(theme, { recursive: true });
  await writeFile(join(theme, 'theme.hjson'), text);
  const artRoots = [join(folder, 'board'), join(folder, 'package')];
  const themes = await loadThemes({ artRoots, env: {} });
  const registries = { ...registriesFor(MENUS, FACTS), ...(art === undefined ? {} : { art }) };
  return checkThemes(themes.list(), MENUS, registries).map((finding) => {
    expect(finding.place.file).toBe(join(theme, 'theme.hjson'));
    const { place, rule, subject, text: what, nearest } = finding;
    const hint = nearest === undefined ? '' : ` (${nearest})`;
    return `${place.line} ${rule} ${subject}: ${what}${hint}`;
  });
}

const THEME = `{
  info: {
    nmae: "Ember"
    area: { colums: 80, rows: 25 }
  }
  colours: { a: 1 }
  customization: {
    achievements: { }
    defaults: {
      paswordChar: "#"
      dateFormat: { shrt: "D", long: "D" }
      sentences: { problems: "|12" }
    }
    menus: {
      matrx: { }
      matrix: {
        art: "MINE"
        0: {
          mci: { XX1: { } }
          VM: { mci: { VM1: { widht: 4 } }, mic: { } }
        }
        mci: {
          VM1: {
            width: "wide"
            submit: true
          }
          UN3: { width: 9 }
        }
      }
      calls: {
        config: {
          cls: false
          area: "login"
          dateTimeFormat: "D"
          user: { collapse: true }
          itemFormat02: "{n}"
          dateTimeFormt: "D"
        }
      }
      mine: { config: { whatever: 1 }, 7: { mci: { VM1: { any: 1 } } } }
    }
    prompts: {
      pauze: { }
      pause: { mci: { TL1: { text: "more" } }, 0: { } }
    }
  }
}`;

it('tells each key of a theme that this board does not know, with its place and the nearest name', async () => {
  expect(await told(THEME)).toEqual([
    "6 theme-key : a theme has no block 'colours', and no @reference: leads to it",
    "3 theme-key : 'nmae' means nothing in 'info' of a theme (name)",
    "4 theme-key : 'colums' means nothing in 'info.area' of a theme (columns)",
    "8 theme-key : 'achievements' means nothing in 'customization' of a theme",
    "10 theme-key : 'paswordChar' means nothing in 'customization.defaults' of a theme (passwordChar)",
    "11 theme-key : 'shrt' means nothing in 'dateFormat' of a theme (short)",
    "12 theme-key : 'problems' means nothing in 'sentences' of a theme (problem)",
    "15 theme-key : there is no menu 'matrx', which this theme changes (matrix)",
    "17 theme-key matrix: 'art' means nothing in a theme's changes of a screen",
    "19 theme-key matrix: 'XX1' is no view: that is the code of a kind and a number, like VM1 (XY)",
    "20 theme-key matrix: VM1 of this theme: a vertical menu has no property 'widht' (width)",
    "20 theme-key matrix: 'mic' means nothing in a theme's changes of a screen (mci)",
    "24 theme-key matrix: 'width' of VM1 in this theme must be a whole number, 0 or more",
    "25 theme-key matrix: 'submit' of VM1 is not a theme's to change: the menu's own counts",
    "27 theme-key matrix: 'UN3' is a value that the art places, and has the width and colours that it has there",
    "33 theme-key calls: 'area' is not a theme's to change: the menu's own counts",
    "37 theme-key calls: 'dateTimeFormt' means nothing in the config of this menu (dateTimeFormat)",
    "43 theme-key : there is no prompt 'pauze', which this theme changes (pause)",
    "44 theme-key pause: '0' means nothing in a theme's changes of a screen",
  ]);
});

it('says nothing of blocks that the theme itself refers to, also by way of another one', async () => {
  const text = `{
    looks: { field: { width: 3 }, unused: { } }
    more: { list: "@reference:looks.field" }
    customization: { menus: { matrix: { mci: { VM1: "@reference:more.list" } } } }
  }`;
  expect(await told(text)).toEqual([]);
});

it('tells a view that a screen has neither in its menu nor in its art, where both are known', async () => {
  const art = new Map([
    [
      'MATRIX',
      [
        {
          file: 'MATRIX.ANS',
          views: [
            { code: 'TL', id: 2 },
            { code: 'VM', id: 1 },
          ],
          emptyCodes: [],
        },
      ],
    ],
  ]);
  const text = `{ customization: { menus: {
    matrix: { 0: { mci: {
      VM7: { width: 4 }
      VM1: { width: 4 }
      TL2: { width: 9 }
      TL5: { position: { row: 2, column: 3 } }
    } } }
    calls: { 0: { mci: { VM7: { width: 4 } } } }
  } } }`;
  expect(await told(text, 'board', art)).toEqual([
    '3 theme-key matrix: there is no view VM7 on this screen: neither the menu nor its art has it (VM1)',
  ]);
  // Of art that is not there nobody knows what it has.
  expect(await told(text, 'board', new Map())).toEqual([]);
});

it('says nothing of a theme of the package, which the sysop cannot change', async () => {
  expect(await told(THEME, 'package')).toEqual([]);
});

it('the stock themes change menus of the stock board and those of the manual, and no others', async () => {
  const env = {};
  const config = join(PACKAGE_DIR, 'config');
  const menus = await loadMenus({ file: join(config, 'menu.hjson'), env });
  const themes = await loadThemes({ artRoots: [join(PACKAGE_DIR, 'art')], env });
  for (const theme of themes.list()) {
    const names = Object.keys(asTree(theme.menus)).filter((name) => !menus.menus.has(name));
    expect(names).toEqual(PREPARED_MENUS);
  }
});

test('a field of a format that nothing fills is told, of a list and of a key of config', async () => {
  const theme = (rest: string): string => `{
  info: { name: "Ember" }
  customization: { menus: { ${rest} } }
}`;
  expect(
    await told(
      theme(`calls: {
    mci: { VM1: {
      itemFormat: "{userNam:<16.16} {ts} {{literal}} {BN}"
      focusItemFormat: "{userName!styleUpper} {about}" } }
    config: { listInfoFormat20: "{inf}", chosenFormat21: "{location}" }
  }
  matrix: { mci: { VM1: { items: [ { text: "a", keyy: "b" } ], itemFormat: "{key} {text}" } } }
  mine: { mci: { VM1: { itemFormat: "{anything}" } } }`),
    ),
  ).toEqual([
    "5 format-field calls: itemFormat of VM1 has no field '{userNam}', so that stays as it is written (userName)",
    "7 format-field calls: listInfoFormat20 has no field '{inf}', so that stays as it is written (info)",
    "9 format-field matrix: itemFormat of VM1 has no field '{key}', so that stays as it is written (keyy)",
  ]);
});
