import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findRealPath } from '../../base/bounded-file';
import { BbsError } from '../../base/errors';
import { loadHjsonTree } from '../../config/hjson-tree';
import { findNode, type ObjectNode } from '../../config/source-tree';
import { EntryReader } from './entry-reader';
import { readThemedConfig } from './menu-config';
import type { Finding, ShownConfig } from './menu-entry';
import { asTree, isTree, themeDefaults, type Theme, type ThemeSet, type Tree } from './theme';

export interface ThemeFilesOptions {
  /** The `art/` folders, the board's own before the package's. */
  readonly artRoots: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Themes with the files to watch. */
export interface LoadedThemes extends ThemeSet {
  readonly files: readonly string[];
}

/**
 * Reads `themes/<id>/theme.hjson` of every art folder. A theme whose folder stands in several is one
 * theme: its file is the first, its art is looked for in all. Throws at the first broken file.
 */
export async function loadThemes(options: ThemeFilesOptions): Promise<LoadedThemes> {
  const folders = await listThemeFolders(options.artRoots);
  const themes = new Map<string, Theme>();
  const files: string[] = [];
  for (const [id, directories] of folders) {
    const loaded = await loadTheme(id, directories, options);
    themes.set(id, loaded.theme);
    files.push(...loaded.files);
  }
  return {
    find: (id) => themes.get(id) ?? themes.get(id.toLowerCase()),
    list: () => [...themes.values()].filter((theme) => theme.enabled),
    files,
  };
}

async function listThemeFolders(artRoots: readonly string[]): Promise<Map<string, string[]>> {
  const folders = new Map<string, string[]>();
  for (const root of artRoots) {
    for (const id of await subfolders(join(root, 'themes'))) {
      folders.set(id, [...(folders.get(id) ?? []), join(root, 'themes', id)]);
    }
  }
  return folders;
}

async function subfolders(directory: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch {
    // A board without themes of its own takes those of the package.
    return [];
  }
}

async function loadTheme(
  id: string,
  directories: readonly string[],
  { env, artRoots }: ThemeFilesOptions,
): Promise<{ readonly theme: Theme; readonly files: readonly string[] }> {
  for (const directory of directories) {
    const names = await readdir(directory);
    if (!names.includes('theme.hjson')) continue;
    const file = join(directory, 'theme.hjson');
    if ((await findRealPath(file, artRoots)) === undefined) {
      const text = `${file} is a link that leads out of the art folders; put a file there`;
      throw new BbsError('THEME_INVALID', text, { place: { file } });
    }
    const tree = await loadHjsonTree(file, {
      env,
      within: [directory],
      mayHoldFile: () => false,
    });
    const place = (path: readonly string[]) => tree.placeOf(path);
    const theme = parseTheme(id, directories, { value: tree.value, place });
    return { theme: { ...theme, ...readConfigs(tree.root) }, files: tree.files };
  }
  return {
    theme: parseTheme(id, directories, { value: {}, place: () => ({ file: id }) }),
    files: [],
  };
}

interface ThemeSource {
  readonly value: Tree;
  place(path: readonly string[]): { readonly file: string };
}

/** Makes a theme of what stands in theme.hjson; a part that is no block is THEME_INVALID. */
function parseTheme(id: string, directories: readonly string[], source: ThemeSource): Theme {
  const block = (path: readonly string[]): Tree => {
    let at: unknown = source.value;
    for (const key of path) at = asTree(at)[key];
    if (at === undefined || isTree(at)) return asTree(at);
    throw new BbsError('THEME_INVALID', `"${path.join('.')}" must be a block in braces`, {
      place: source.place(path),
    });
  };
  const info = block(['info']);
  block(['customization']);
  return {
    id,
    name: text(info['name']) ?? id,
    author: text(info['author']) ?? '',
    group: text(info['group']) ?? '',
    enabled: info['enabled'] !== false,
    columns: count(info['columns']),
    rows: count(info['rows']),
    directories,
    defaults: themeDefaults(block(['customization', 'defaults'])),
    menus: block(['customization', 'menus']),
    prompts: block(['customization', 'prompts']),
    shown: new Map(),
    problems: [],
  };
}

/**
 * What the theme says of each menu's `config`, by the rules of the menus. Nothing wrong in it keeps a
 * theme from going live, since the menu's own value stands in: all of it is warnings.
 */
function readConfigs(root: ObjectNode): Pick<Theme, 'shown' | 'problems'> {
  const found: Finding[] = [];
  const shown = new Map<string, Partial<ShownConfig>>();
  const menus = findNode(root, ['customization', 'menus']);
  for (const [name, { node }] of menus?.kind === 'object' ? menus.entries : []) {
    const config = findNode(node, ['config']);
    if (config === undefined) continue;
    const reader = new EntryReader(name, found, new Map());
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
