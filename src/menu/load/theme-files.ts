import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findRealPath, isInside } from '../../base/bounded-file';
import { BbsError, type Place } from '../../base/errors';
import { nearestName } from '../../base/nearest';
import { loadHjsonTree } from '../../config/hjson-tree';
import { findInOtherLetters } from '../../config/source-text';
import { findNode, type ObjectNode } from '../../config/source-tree';
import { sayWith, type TextChanges } from '../../texts/texts';
import { loadTextsFile, readTexts } from './texts-file';
import { EntryReader } from './entry-reader';
import { readThemedConfig } from './menu-config';
import type { Finding, ShownConfig } from './menu-entry';
import {
  asTree,
  isTree,
  mergeTrees,
  themeDefaults,
  type DateFormats,
  type Theme,
  type ThemeSet,
  type Tree,
} from './theme';

interface ThemeFilesOptions {
  /** The `art/` folders: first the board's own, then the package's. */
  readonly artRoots: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The board's own texts; without a file the stock ones. */
  readonly textsFile?: string;
  /** Date and time formats for themes without their own; those of the stock board by default. */
  readonly formats?: DateFormats;
}

/** Themes with the files to watch. */
export interface LoadedThemes extends ThemeSet {
  readonly files: readonly string[];
}

/**
 * Reads `themes/<id>/theme.hjson` of every art folder. A theme whose folder is present in several art
 * folders is one theme: the first file counts, and art is looked up in all. A theme with an invalid file
 * keeps its art and has the errors in its problems: no theme keeps a board from starting.
 */
export async function loadThemes(options: ThemeFilesOptions): Promise<LoadedThemes> {
  const board = await loadTextsFile(options);
  const written = new Map<string, WrittenTheme>();
  for (const [id, directories] of await listThemeFolders(options.artRoots)) {
    written.set(id, await readTheme(id, directories, options));
  }
  const themes = new Map(
    [...written].map(([id, theme]) => [
      id,
      themeOf(theme, { written, formats: options.formats, texts: board.texts }),
    ]),
  );
  const inOtherLetters = (id: string): Theme | undefined =>
    [...themes.values()].find((theme) => isSame(theme.id, id));
  const list = (): readonly Theme[] => [...themes.values()].filter(({ enabled }) => enabled);
  return {
    find: (id) => themes.get(id) ?? inOtherLetters(id),
    list,
    shown: () => {
      const wide = new Set(list().map((theme) => theme.wide));
      return [...themes.values()].filter(({ id, enabled }) => enabled || wide.has(id));
    },
    say: sayWith(board.texts),
    textProblems: board.problems,
    files: [...board.files, ...[...written.values()].flatMap(({ files }) => files)],
  };
}

async function listThemeFolders(artRoots: readonly string[]): Promise<Map<string, string[]>> {
  const folders = new Map<string, string[]>();
  for (const root of artRoots) {
    // Folders of one root are themes of their own, whatever their letters.
    const before = [...folders.keys()];
    const home = (await findInOtherLetters(root, 'themes')) ?? join(root, 'themes');
    for (const name of await subfolders(home)) {
      const id = folders.has(name) ? name : (before.find((each) => isSame(each, name)) ?? name);
      folders.set(id, [...(folders.get(id) ?? []), join(home, name)]);
    }
  }
  return folders;
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

async function subfolders(directory: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    return names.sort();
  } catch {
    // A board without themes of its own uses those of the package.
    return [];
  }
}

/** A theme as in its own file, without the themes that it is based on. */
interface WrittenTheme extends Pick<
  Theme,
  'id' | 'directories' | 'shown' | 'problems' | 'isOwn' | 'source'
> {
  readonly info: Tree;
  readonly texts: TextChanges;
  readonly defaults: Tree;
  readonly menus: Tree;
  readonly prompts: Tree;
  /** Place of such a key of `info` in its file, if present. */
  placeOf(key: 'base' | 'wide'): Place;
  readonly files: readonly string[];
}

async function readTheme(
  id: string,
  directories: readonly string[],
  { env, artRoots }: ThemeFilesOptions,
): Promise<WrittenTheme> {
  const nothing = { info: {}, texts: {}, defaults: {}, menus: {}, prompts: {}, shown: new Map() };
  const [home = ''] = artRoots;
  const isOwn = directories.some((directory) => isInside(directory, [home]));
  const bare = {
    ...{ ...nothing, id, directories, problems: [], placeOf: () => ({ file: id }), files: [] },
    isOwn,
  };
  for (const directory of directories) {
    const file = await findInOtherLetters(directory, 'theme.hjson');
    if (file === undefined) continue;
    try {
      const read = await readThemeFile(file, { env, artRoots });
      return { ...bare, ...read, source: isInside(file, [home]) ? read.source : undefined };
    } catch (error) {
      if (!(error instanceof BbsError)) throw error;
      const text = `the theme.hjson of '${id}' cannot be used (${error.message})`;
      return {
        ...bare,
        problems: [problem('error', 'broken-theme', error.place ?? { file }, text)],
        files: [file],
      };
    }
  }
  // A file that appears goes live like an edit: it is watched while it is not there.
  return { ...bare, files: directories.map((directory) => join(directory, 'theme.hjson')) };
}

async function readThemeFile(
  file: string,
  { env, artRoots }: ThemeFilesOptions,
): Promise<Omit<WrittenTheme, 'id' | 'directories' | 'isOwn'>> {
  if ((await findRealPath(file, artRoots)) === undefined) {
    const text = `${file} is a link that leads out of the art folders; put a file there`;
    throw new BbsError('THEME_INVALID', text, { place: { file } });
  }
  const tree = await loadHjsonTree(file, {
    env,
    within: [dirname(file)],
    mayHoldFile: () => false,
  });
  const block = (path: readonly string[]): Tree => {
    let at: unknown = tree.value;
    for (const key of path) at = asTree(at)[key];
    if (at === undefined || isTree(at)) return asTree(at);
    throw new BbsError('THEME_INVALID', `"${path.join('.')}" must be a block in braces`, {
      place: tree.placeOf(path),
    });
  };
  const info = block(['info']);
  block(['customization']);
  const { shown, problems } = readConfigs(tree.root);
  block(['texts']);
  const words = readTexts(findNode(tree.root, ['texts']));
  return {
    info,
    texts: words.texts,
    defaults: block(['customization', 'defaults']),
    menus: block(['customization', 'menus']),
    prompts: block(['customization', 'prompts']),
    shown,
    problems: [
      ...tree.warnings.map(({ place, message, kind }) =>
        problem(kind === 'doubled-key' ? 'error' : 'warning', kind ?? 'reference', place, message),
      ),
      ...problems,
      ...words.problems,
    ],
    placeOf: (key) => tree.placeOf(['info', key]),
    source: tree.root,
    files: tree.files,
  };
}

function problem(
  severity: Finding['severity'],
  rule: string,
  place: Place,
  text: string,
  nearest?: string,
): Finding {
  const finding = { severity, rule, place, subject: '', text };
  return nearest === undefined ? finding : { ...finding, nearest };
}

/** The theme merged over all themes that it is based on, directly or indirectly. */
function themeOf(
  own: WrittenTheme,
  from: {
    readonly written: ReadonlyMap<string, WrittenTheme>;
    readonly formats: DateFormats | undefined;
    readonly texts: TextChanges;
  },
): Theme {
  const { chain, wrong } = ancestry(own, from.written);
  const { wide, notWide } = wideChild(own, from.written);
  // From the last base to the theme itself, which wins.
  const layers = [...chain].reverse();
  const merged = (part: 'defaults' | 'menus' | 'prompts'): Tree =>
    layers.reduce<Tree>((under, layer) => mergeTrees(under, layer[part]), {});
  const shown = new Map<string, Partial<ShownConfig>>();
  for (const layer of layers) {
    for (const [menu, config] of layer.shown) shown.set(menu, { ...shown.get(menu), ...config });
  }
  const { id, info } = own;
  return {
    id,
    name: text(info['name']) ?? id,
    author: text(info['author']) ?? '',
    group: text(info['group']) ?? '',
    enabled: info['enabled'] !== false,
    columns: count(info['columns']),
    rows: count(info['rows']),
    isDrawn: info['drawn'] === true,
    area: areaOf(chain.find(({ info: { area } }) => area !== undefined)?.info['area']),
    wide,
    directories: [...new Set(chain.flatMap(({ directories }) => directories))],
    defaults: themeDefaults(merged('defaults'), from.formats),
    menus: merged('menus'),
    prompts: merged('prompts'),
    shown,
    say: sayWith(from.texts, ...layers.map(({ texts }) => texts)),
    problems: [...own.problems, ...wrong, ...notWide],
    isOwn: own.isOwn,
    source: own.source,
  };
}

function areaOf(written: unknown): Theme['area'] {
  const { columns, rows } = asTree(written);
  const area = { width: count(columns), height: count(rows) };
  return area.width > 0 && area.height > 0 ? area : undefined;
}

/** The theme, the theme in its `info.base`, and so on, with the errors in these names. */
function ancestry(
  own: WrittenTheme,
  written: ReadonlyMap<string, WrittenTheme>,
): { readonly chain: readonly WrittenTheme[]; readonly wrong: readonly Finding[] } {
  const chain = [own];
  for (let { base } = own.info; base !== undefined; base = chain.at(-1)?.info['base']) {
    const name = text(base) ?? '';
    const next = namedIn(written, name);
    if (next !== undefined && !chain.includes(next)) {
      chain.push(next);
      continue;
    }
    const why =
      next === undefined
        ? `info.base names a theme that is not there: '${name}'`
        : `info.base leads round in a ring: ${[...chain, next].map(({ id }) => id).join(' -> ')}`;
    const nearest = next === undefined ? nearestOther(own, written, name) : undefined;
    return { chain, wrong: [problem('error', 'unknown-base', own.placeOf('base'), why, nearest)] };
  }
  return { chain, wrong: [] };
}

/** The theme in its `info.wide`, which needs more columns than it does, or what is wrong with that name. */
function wideChild(
  own: WrittenTheme,
  written: ReadonlyMap<string, WrittenTheme>,
): { readonly wide: string | undefined; readonly notWide: readonly Finding[] } {
  const name = text(own.info['wide']);
  if (name === undefined) return { wide: undefined, notWide: [] };
  const found = namedIn(written, name);
  if (found !== undefined && count(found.info['columns']) > count(own.info['columns']))
    return { wide: found.id, notWide: [] };
  const why =
    found === undefined
      ? `info.wide names a theme that is not there: '${name}'`
      : `info.wide names '${name}', whose info.columns are no more than those of '${own.id}'`;
  const nearest = found === undefined ? nearestOther(own, written, name) : undefined;
  const wrong = problem('error', 'unknown-wide', own.placeOf('wide'), why, nearest);
  return { wide: undefined, notWide: [wrong] };
}

function namedIn(
  written: ReadonlyMap<string, WrittenTheme>,
  name: string,
): WrittenTheme | undefined {
  return written.get(name) ?? [...written.values()].find(({ id }) => isSame(id, name));
}

function nearestOther(
  own: WrittenTheme,
  written: ReadonlyMap<string, WrittenTheme>,
  name: string,
): string | undefined {
  const others = [...written.keys()].filter((id) => id !== own.id);
  return nearestName(name, others);
}

/**
 * The theme's changes of each menu's `config`, checked like the menus. An error in them does not keep
 * the theme from going live: the menu's own value is used.
 */
function readConfigs(root: ObjectNode): Pick<Theme, 'shown' | 'problems'> {
  const found: Finding[] = [];
  const shown = new Map<string, Partial<ShownConfig>>();
  const menus = findNode(root, ['customization', 'menus']);
  for (const [name, { node }] of menus?.kind === 'object' ? menus.entries : []) {
    const config = findNode(node, ['config']);
    if (config === undefined) continue;
    const reader = new EntryReader(name, found);
    shown.set(name, readThemedConfig(reader, reader.object(config, "'config'")));
  }
  return { shown, problems: found.map((finding) => ({ ...finding, severity: 'warning' })) };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function count(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0;
}
