import type { Choice, MenuEntry, MenuSet, Target, ViewEntry } from '../menu/load/menu-entry';
import { fieldsNamed, rulesOf, SIGN_IN_FIELDS, unplacedFields } from '../menu/load/needed-fields';
import { asTree, type Theme } from '../menu/load/theme';
import type { ArtFacts } from './check-art';

/**
 * A theme that callers may see before they sign in, with the art that they could see then, by spec: what
 * does not place the fields counts as missing where other art does.
 */
export interface EarlyTheme {
  readonly theme: Pick<Theme, 'menus' | 'prompts'>;
  readonly art: ReadonlyMap<string, readonly ArtFacts[]>;
}

interface Rule {
  readonly action: Choice<Target> | undefined;
}

/** Does one of these rules sign the caller in? */
export function doSignIn(rules: Iterable<Rule>): boolean {
  return [...rules].some(({ action }) =>
    action?.options.some(({ value }) => value.kind === 'system-method' && value.name === 'login'),
  );
}

/** What asks for name and password: the views for them, the art that they stand on, a theme's changes. */
interface Asking {
  readonly fields: readonly ViewEntry[];
  readonly art: Choice<string> | undefined;
  readonly changes: (theme: EarlyTheme['theme']) => unknown;
}

/** The forms of a menu, and its prompt, in which all that a sign-in needs can be filled in. */
function askingOf(menu: MenuEntry, set: Pick<MenuSet, 'prompts'>): readonly Asking[] {
  const prompt = menu.prompt === undefined ? undefined : set.prompts.get(menu.prompt.name);
  const prompted = [...menu.submit, ...(prompt?.actionKeys ?? [])];
  const ofMenu = menu.forms
    .filter((form) => doSignIn(rulesOf(form)))
    .map(({ views }) => ({
      ...{ views, art: menu.art },
      changes: ({ menus }: EarlyTheme['theme']) => menus[menu.name],
    }));
  const ofPrompt =
    prompt === undefined || !doSignIn(prompted)
      ? []
      : [
          {
            ...{ views: prompt.views, art: prompt.art },
            changes: ({ prompts }: EarlyTheme['theme']) => prompts[prompt.name],
          },
        ];
  return [...ofMenu, ...ofPrompt].flatMap(({ views, ...rest }) => {
    const fields = fieldsNamed(views, SIGN_IN_FIELDS);
    return fields.length === 0 ? [] : [{ ...rest, fields }];
  });
}

/** Has the menu a form, or a prompt, in which all that a sign-in needs can be filled in? */
export function asksWhoCalls(menu: MenuEntry, set: Pick<MenuSet, 'prompts'>): boolean {
  return askingOf(menu, set).length > 0;
}

/** Fields of a sign-in that a caller does not see, and a file of art that does not place them. */
export interface UnplacedFields {
  readonly views: readonly ViewEntry[];
  readonly file: string;
}

/**
 * The fields that stand nowhere, in no theme that callers may see before they sign in; undefined where some
 * caller sees all of a form. Art that is missing has a line for each field in its place.
 */
export function findUnplacedFields(
  menu: MenuEntry,
  set: Pick<MenuSet, 'prompts'>,
  themes: readonly EarlyTheme[],
): UnplacedFields | undefined {
  let unplaced: UnplacedFields | undefined;
  for (const { fields, art, changes } of askingOf(menu, set)) {
    for (const early of themes) {
      const files = (art?.options ?? []).map(({ value }) => early.art.get(value) ?? []);
      if (files.some((found) => found.length === 0)) return undefined;
      const moved = positionedIn(changes(early.theme));
      for (const { views: drawn, file } of files.flat()) {
        const views = unplacedFields(fields, drawn).filter(({ mci }) => !moved.has(mci));
        if (views.length === 0) return undefined;
        unplaced ??= { views, file };
      }
    }
  }
  return unplaced;
}

/** The views to which a theme's changes of a screen, in whichever of its blocks, give a `position`. */
function positionedIn(changes: unknown, found = new Set<string>()): ReadonlySet<string> {
  for (const [key, inner] of Object.entries(asTree(changes))) {
    if (asTree(inner)['position'] !== undefined) found.add(key);
    positionedIn(inner, found);
  }
  return found;
}

/** The art on which a sign-in of these menus stands. */
export function signInArt(set: Pick<MenuSet, 'menus' | 'prompts'>): readonly string[] {
  const asking = [...set.menus.values()].flatMap((menu) => askingOf(menu, set));
  return [...new Set(asking.flatMap(({ art }) => (art?.options ?? []).map(({ value }) => value)))];
}
