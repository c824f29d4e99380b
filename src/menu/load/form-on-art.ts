import { mciKeyOf, mciKeysOf } from './form-entry';
import type { FormEntry, MenuEntry, PromptEntry, ViewEntry } from './menu-entry';
import { neededFields, rulesOf, unplacedFields } from './needed-fields';
import { themedForm, themedPrompt, type Theme, type Tree } from './theme';
import { viewTree } from './view-specs';

/** A view that art places. */
export interface Placed {
  readonly code: string;
  readonly id: number;
}

/** The form that stands on art with these places, and its views as the theme has them. */
export function formOnArt(
  menu: MenuEntry,
  theme: Theme,
  placed: readonly Placed[],
  wanted?: number,
): { readonly form: FormEntry | undefined; readonly views: Tree } {
  const codes = placed.map(({ code }) => code);
  const form = chooseForm(menu, codes, wanted);
  const views = themedForm(form === undefined ? {} : viewTree(form.views), theme, {
    menu: menu.name,
    formId: form?.id ?? 0,
    mciKey: mciKeyOf(codes),
  });
  return { form, views };
}

/**
 * The requested form, or form 0, in the variant that matches the codes of the art. Labels may be left
 * out of a key, and a single variant matches any art.
 */
export function chooseForm(
  menu: MenuEntry,
  codes: readonly string[],
  wanted = 0,
): FormEntry | undefined {
  const id = menu.forms.some((form) => form.id === wanted) ? wanted : menu.forms[0]?.id;
  const variants = menu.forms.filter((form) => form.id === id);
  if (variants.length < 2) return variants[0];
  const keys = mciKeysOf(codes);
  return (
    variants.find((form) => form.mciKey === undefined) ??
    variants.find((form) => form.mciKey === keys[0]) ??
    variants.find((form) => form.mciKey === keys[1]) ??
    variants[0]
  );
}

/**
 * The fields by which callers get in that a menu's art does not place: it counts as missing then, where
 * the look-up comes by other art that does.
 */
export function fieldsNotOnArt(
  menu: MenuEntry,
  theme: Theme,
  placed: readonly Placed[],
  wanted?: number,
): readonly ViewEntry[] {
  // The prompt has the fields.
  if (menu.prompt !== undefined) return [];
  const codes = placed.map(({ code }) => code);
  const form = chooseForm(menu, codes, wanted);
  const fields = form === undefined ? [] : neededFields(form.views, rulesOf(form));
  if (fields.length === 0) return [];
  return unplacedFields(fields, placed, formOnArt(menu, theme, placed, wanted).views);
}

/** The same of a prompt whose fields a menu submits. */
export function fieldsNotOnPrompt(
  prompt: PromptEntry,
  { submit }: Pick<MenuEntry, 'submit'>,
  theme: Theme,
  placed: readonly Placed[],
): readonly ViewEntry[] {
  const fields = neededFields(prompt.views, [...submit, ...prompt.actionKeys]);
  if (fields.length === 0) return [];
  const themed = themedPrompt({ mci: viewTree(prompt.views), config: {} }, theme, prompt.name);
  return unplacedFields(fields, placed, themed.mci);
}
