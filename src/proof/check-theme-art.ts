import { basename, dirname } from 'node:path';
import type { ArtStore } from '../art/art-store';
import { findRealHomes, isInside } from '../base/bounded-file';
import { nextTurn } from '../base/steps';
import type { Finding, MenuSet } from '../menu/load/menu-entry';
import { STOCK_THEME, type Theme, type ThemeSet } from '../menu/load/theme';
import { artUses, type ArtUse } from './check-art';
import type { MenuRegistries } from './registries';

interface ThemeArtParts {
  readonly menus: MenuSet;
  readonly themes: ThemeSet;
  readonly art: Pick<ArtStore, 'locate'>;
  /** The theme of callers who have chosen none. */
  readonly defaultTheme: string;
  readonly registries: Pick<MenuRegistries, 'modules' | 'absentModules'>;
}

/**
 * Screens that a theme has no art for: of a board's own themes those that another theme than its base, or the package,
 * draws, and of every theme those that nothing draws. Art in the board's `general` belongs to all of them.
 */
export async function checkThemeArt(parts: ThemeArtParts): Promise<readonly Finding[]> {
  const uses = new Map<string, ArtUse>();
  for (const use of artUses(parts.menus, parts.registries)) {
    if (!uses.has(use.spec)) uses.set(use.spec, use);
  }
  const findings: Finding[] = [];
  for (const use of uses.values()) {
    findings.push(...(await findingsOf(use, parts)));
    // Callers are answered meanwhile.
    await nextTurn();
  }
  return findings;
}

async function findingsOf(use: ArtUse, parts: ThemeArtParts): Promise<readonly Finding[]> {
  const { themes, art, defaultTheme } = parts;
  const all = themes.shown().filter((theme) => !isToldOfParent(theme, themes));
  const locate = (themeDirs: readonly string[], lastDirs: readonly string[] = []) =>
    art.locate(use.spec, { themeDirs, lastDirs, random: false });
  const standard = themes.find(defaultTheme)?.directories ?? [];
  const last = themes.find(STOCK_THEME)?.directories ?? [];
  const shared = await locate([]);
  const homes = new Map<Theme, string | undefined>();
  for (const theme of all) {
    const file = await locate(foldersOf(theme));
    homes.set(theme, file === shared ? undefined : file);
  }
  const isMissing = [shared, ...homes.values()].every((file) => file === undefined);
  // What no theme has is told of the menu.
  if (isMissing) return [];
  const findings: Finding[] = [];
  for (const theme of all) {
    const file = await locate([...theme.directories, ...standard], last);
    if (file === undefined) {
      const text = `nothing draws the art '${use.spec}' for callers of the theme '${theme.id}'${use.byModule ?? ''}`;
      findings.push(warning(use.byModule === undefined ? 'theme-lacks' : 'module-art', use, text));
    }
    if (file === undefined || !theme.isOwn) continue;
    // What its base draws is meant to come from there.
    const own = await locate(theme.directories);
    if (file === own && own !== shared) continue;
    const lack = `the theme '${theme.id}' has no art '${use.spec}'`;
    const other = all.find((each) => homes.get(each) === file);
    if (file !== shared && other !== undefined)
      findings.push(warning('theme-art', use, `${lack}: '${other.id}' draws it`));
    else if (file === shared && !isInside(file, await findRealHomes([artFolderOf(theme)])))
      findings.push(warning('theme-art', use, `${lack}: the package's plain one stands in`));
  }
  return findings;
}

/** True for what stands in for another theme in wide windows and has all its art: what that lacks is told of it. */
function isToldOfParent({ id, enabled, directories }: Theme, themes: ThemeSet): boolean {
  const parents = themes.list().filter((theme) => theme.wide === id);
  return (
    !enabled &&
    parents.some((parent) => parent.directories.every((folder) => directories.includes(folder)))
  );
}

function warning(rule: string, { place, subject }: ArtUse, text: string): Finding {
  return { severity: 'warning', rule, place, subject, text };
}

/** The folders of the theme itself, without those of the themes that it is based on. */
function foldersOf({ id, directories }: Theme): readonly string[] {
  return directories.filter((folder) => basename(folder).toLowerCase() === id.toLowerCase());
}

/** The `art/` of the board, of a theme that it has itself. */
function artFolderOf({ directories }: Theme): string {
  return dirname(dirname(directories[0] ?? ''));
}
