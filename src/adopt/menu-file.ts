import { partsOf } from './old-folder';

/** `general.menuFile` where the old configuration does not set it. */
export const USUAL_MENU_FILE = 'menu.hjson';

const MENUS = 'config/menus/';

/** Where the first menu file may be, by its path or name in the old configuration, the first that is there first. */
function placesOf(written: string): readonly string[] {
  const parts = partsOf(written);
  const last = parts.at(-1) ?? '';
  return [...new Set([`config/${parts.join('/')}`, `${MENUS}${last}`, `config/${last}`])];
}

/** The first menu file among these paths of the new board, whatever its letters' case. */
export function findMenuFile(paths: readonly string[], written: string): string | undefined {
  return placesOf(written)
    .map((name) => paths.find((path) => path.toLowerCase() === name.toLowerCase()))
    .find((path) => path !== undefined);
}

/** What is said where it is nowhere: what was looked for, what happens instead, and the next step. */
export function describeMissingMenus(from: {
  readonly written: string | undefined;
  readonly paths: readonly string[];
  /** The names of the files that one of the paths includes. */
  readonly includesOf: (path: string) => readonly string[];
}): string {
  const { written, paths, includesOf } = from;
  const files = paths.filter((path) => path.startsWith(MENUS) && path.endsWith('.hjson'));
  const included = new Set(files.flatMap(includesOf));
  const first = files
    .map((path) => path.slice(MENUS.length))
    .filter((name) => !included.has(name))
    .sort((one, other) => includesOf(MENUS + other).length - includesOf(MENUS + one).length)[0];
  const key = written === undefined ? 'is not set' : `is ${written}`;
  const name = written ?? USUAL_MENU_FILE;
  // A path of the old machine says nothing of the new board.
  const isPath = /^(?:[A-Za-z]:)?[\\/]/.test(name);
  const places = placesOf(isPath ? (partsOf(name).at(-1) ?? '') : name).join(' or ');
  const next =
    first === undefined
      ? 'put yours into config/menus/ and name the first by general.menuFile in config/config.hjson'
      : `if yours begin with ${first}, write general: { menuFile: "${first}" } into config/config.hjson`;
  return `there is no ${places} (general.menuFile ${key}): the stock menus are used; ${next}`;
}
