import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding, MenuConfig, MenuEntry } from '../../src/menu/load/menu-entry';
import { loadMenus } from '../../src/menu/load/menu-file';
import { loadThemes } from '../../src/menu/load/theme-files';
import { configUnder } from '../../src/menu/load/theme';
import { Shell } from '../oputil/shell';
import { BoardDir } from '../support/board-dir';

type Key =
  | 'cls'
  | 'pause'
  | 'pausePrompt'
  | 'pausePosition'
  | 'nextTimeout'
  | 'baudRate'
  | 'font'
  | 'frames';

/** By key: values that are not understood, each as it is written. */
const BAD: Readonly<Record<Key, readonly string[]>> = {
  cls: ['"no"', '0', '{ on: true }'],
  pause: ['"@menu:other"', '[ "end" ]', '{ end: true }'],
  pausePrompt: ['[ "more" ]', '"@menu:other"', '{ end: [] }', '{ ende: "more" }'],
  pausePosition: ['{ row: 0, col: 1 }', '{ row: 1 }', '{ row: "5", col: 1 }', '[ 1, 1 ]', '3'],
  nextTimeout: ['-1', '86400001', '"soon"', 'true'],
  baudRate: ['1000', '0', '299', '"2400"', 'true'],
  font: ['true', '[ "cp437" ]', '{ name: "x" }'],
  frames: ['[ true ]', '{ A: "B" }'],
};

/** By key: values that are understood. */
const GOOD: Readonly<Record<Key, readonly string[]>> = {
  cls: ['true', 'false'],
  pause: ['true', 'false', '"end"', '"pageBreak"', '"more"', '"@prompt:more"'],
  pausePrompt: ['"more"', '"@prompt:more"', '{ end: "a", page: "b" }', '{ page: "b" }'],
  pausePosition: ['{ row: 1, col: 80 }'],
  nextTimeout: ['0', '2500', '86400000'],
  baudRate: ['300', '2400', '115200'],
  font: ['"cp437"'],
  frames: ['[]', '[ "A", "B" ]', '"A"'],
};

const cases = (table: Readonly<Record<string, readonly string[]>>): (readonly [string, string])[] =>
  Object.entries(table).flatMap(([key, values]) => values.map((value) => [key, value] as const));

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-config-keys-'));
  await mkdir(join(folder, 'art/themes/mine'), { recursive: true });
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function menuWith(
  config: string,
): Promise<{ menu: MenuEntry; findings: readonly Finding[]; file: string }> {
  const file = join(folder, 'menu.hjson');
  // A next menu and a wait, so that a theme may change the wait.
  await writeFile(file, `{ menus: {\n first: { next: "first", config:\n${config}\n } } }`);
  const set = await loadMenus({ file, env: {} });
  const menu = set.menus.get('first');
  if (menu === undefined) throw new Error('there is no menu');
  return { menu, findings: set.problems, file };
}

async function themedWith(
  config: string,
  menu: MenuEntry,
): Promise<{ config: MenuConfig; findings: readonly Finding[]; file: string }> {
  const file = join(folder, 'art/themes/mine/theme.hjson');
  await writeFile(file, `{ customization: { menus: {\n first: { config:\n${config}\n } } } }`);
  const theme = (await loadThemes({ artRoots: [join(folder, 'art')], env: {} })).find('mine');
  if (theme === undefined) throw new Error('there is no theme');
  return { config: configUnder(theme, menu), findings: theme.problems, file };
}

const said = (findings: readonly Finding[]) =>
  findings.map(({ rule, subject, text, place: { line, column } }) => [
    ...[rule, subject, text],
    ...[line, column],
  ]);

const shownOf = (config: MenuConfig) => ({ ...config, placeOf: undefined, all: undefined });

test.each(cases(BAD))(
  'config.%s: %s is told with its place, in the same words in a menu and in a theme',
  async (key, value) => {
    const config = `{ ${key}: ${value} }`;
    const inMenu = await menuWith(config);
    const { menu } = await menuWith('{ nextTimeout: 9000, font: "topaz", cls: true }');
    const inTheme = await themedWith(config, menu);
    expect(said(inMenu.findings).length).toBeGreaterThan(0);
    expect(said(inTheme.findings)).toEqual(said(inMenu.findings));
    expect(inTheme.findings[0]?.place).toMatchObject({ file: inTheme.file, line: 3 });
    // What a theme says wrongly counts as not said, and keeps no theme from going live.
    expect(shownOf(inTheme.config)).toEqual(shownOf(menu.config));
    expect(new Set(inTheme.findings.map(({ severity }) => severity))).toEqual(new Set(['warning']));
  },
);

test.each(cases(GOOD))(
  'config.%s: %s means the same in a menu and in a theme',
  async (key, value) => {
    const config = `{ nextTimeout: 9000, ${key}: ${value} }`.replace(
      /nextTimeout: 9000, (?=nextTimeout)/,
      '',
    );
    const inMenu = await menuWith(config);
    const { menu } = await menuWith('{ nextTimeout: 9000 }');
    const inTheme = await themedWith(config, menu);
    expect([...inMenu.findings, ...inTheme.findings]).toEqual([]);
    expect(shownOf(inTheme.config)).toEqual(shownOf(inMenu.menu.config));
  },
);

test('a theme can take a pause away', async () => {
  const { menu } = await menuWith('{ pause: true }');
  expect(menu.config.pause).toBe('end');
  expect((await themedWith('{ pause: false }', menu)).config.pause).toBeUndefined();
});

test('a config of a theme that is no block is told, and the menu keeps its own', async () => {
  const { menu } = await menuWith('{ cls: true }');
  const { findings, config } = await themedWith('"cls"', menu);
  expect(findings).toMatchObject([{ text: "'config' is a block in braces: { ... }" }]);
  expect(config).toEqual(menu.config);
});

test('oputil menu check lists what a theme says wrongly, and it keeps no board from starting', async () => {
  const path = 'art/themes/gatehouse/theme.hjson';
  const stock = await readFile(join(__dirname, '../..', path), 'utf8');
  const own = stock.replace(/^( *)menus: \{$/m, '$&\n$1    odd: { config: { baudRate: 1000 } }');
  const line = own.slice(0, own.indexOf('odd:')).split('\n').length;
  const dir = await BoardDir.make({ [path]: own });
  const shell = await Shell.open();
  const { out, exitCode } = await shell.try('--board', dir.path, 'menu', 'check');
  expect(exitCode).toBe(0);
  expect(out).toMatch(
    new RegExp(`theme\\.hjson:${line}:\\d+: warning: odd: 'baudRate' is one of 300 `),
  );
  await shell.close();
  await dir.remove();
});
