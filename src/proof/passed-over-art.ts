import { basename, dirname } from 'node:path';
import type { ArtStore } from '../art/art-store';
import { nextTurn } from '../base/steps';
import { fieldsNotOnArt, fieldsNotOnPrompt, type Placed } from '../menu/load/form-on-art';
import type { Choice, Finding, MenuEntry, MenuSet, ViewEntry } from '../menu/load/menu-entry';
import { neededFields, rulesOf } from '../menu/load/needed-fields';
import { STOCK_THEME, type Theme, type ThemeSet } from '../menu/load/theme';
import { readArtChain, type ArtFacts } from './check-art';

/** A picture that lacks fields of a form by which callers get in, and the one that they see in its place. */
export interface PassedOver {
  /** The menu or prompt. */
  readonly subject: string;
  readonly option: Choice<string>['options'][number];
  readonly art: ArtFacts;
  readonly lacking: readonly ViewEntry[];
  readonly instead: ArtFacts;
}

interface Parts {
  readonly menus: MenuSet;
  readonly themes: ThemeSet;
  readonly art: Pick<ArtStore, 'find'>;
  /** The theme of callers who have chosen none. */
  readonly defaultTheme: string;
}

/** Where fields stand by which callers get in: the art, and what of them a picture lacks in a theme. */
interface Asking {
  readonly subject: string;
  readonly art: Choice<string> | undefined;
  readonly lacks: (theme: Theme, placed: readonly Placed[]) => readonly ViewEntry[];
}

/** All such pictures, in every theme: what screens draw in their place is looked up by the same rule. */
export async function findPassedOver(parts: Parts): Promise<readonly PassedOver[]> {
  const found = new Map<string, PassedOver>();
  const asking = [...parts.menus.menus.values()].flatMap((menu) => askingOf(menu, parts.menus));
  for (const { subject, art, lacks } of asking) {
    for (const theme of parts.themes.shown()) {
      for (const option of art?.options ?? []) {
        for (const chain of await chainsOf(option.value, { ...parts, theme })) {
          const missing = chain.map((each) => ({ art: each, lacking: lacks(theme, each.views) }));
          const at = missing.findIndex(({ lacking }) => lacking.length === 0);
          const instead = chain[at];
          if (instead === undefined) continue;
          for (const passed of missing.slice(0, at)) {
            found.set(`${subject} ${passed.art.file} ${instead.file}`, {
              ...{ ...passed, subject, option, instead },
            });
          }
        }
        // Callers are answered meanwhile.
        await nextTurn();
      }
    }
  }
  return [...found.values()];
}

function askingOf(menu: MenuEntry, { prompts }: MenuSet): readonly Asking[] {
  const { name: subject, art } = menu;
  if (menu.prompt === undefined) {
    if (!menu.forms.some((form) => neededFields(form.views, rulesOf(form)).length > 0)) return [];
    return [{ subject, art, lacks: (theme, placed) => fieldsNotOnArt(menu, theme, placed) }];
  }
  const prompt = prompts.get(menu.prompt.name);
  const rules = [...menu.submit, ...(prompt?.actionKeys ?? [])];
  if (prompt === undefined || neededFields(prompt.views, rules).length === 0) return [];
  const lacks: Asking['lacks'] = (theme, placed) => fieldsNotOnPrompt(prompt, menu, theme, placed);
  return [{ subject: prompt.name, art: prompt.art, lacks }];
}

/** What could be seen of these in a theme, by spec: first what is seen, then what is there for want of it. */
export async function readChains(
  specs: readonly string[],
  parts: Omit<Parts, 'menus'> & { readonly theme: Theme },
): Promise<ReadonlyMap<string, readonly ArtFacts[]>> {
  const chains = new Map<string, readonly ArtFacts[]>();
  for (const spec of specs) chains.set(spec, (await chainsOf(spec, parts)).flat());
  return chains;
}

/** One for each encoding of a terminal. */
function chainsOf(
  spec: string,
  { theme, themes, art, defaultTheme }: Omit<Parts, 'menus'> & { readonly theme: Theme },
): Promise<readonly (readonly ArtFacts[])[]> {
  const stock = themes.find(STOCK_THEME);
  const standard = themes.find(defaultTheme) ?? stock;
  const themeDirs = [...new Set([...theme.directories, ...(standard?.directories ?? [])])];
  return Promise.all(
    (['cp437', 'utf8'] as const).map((encoding) =>
      readArtChain(spec, art, { themeDirs, lastDirs: stock?.directories ?? [], encoding }),
    ),
  );
}

/** The art by spec as callers see it: what stands in, for what is passed over. */
export function asSeen(
  facts: ReadonlyMap<string, readonly ArtFacts[]>,
  passedOver: readonly PassedOver[],
): ReadonlyMap<string, readonly ArtFacts[]> {
  const seen = new Map(facts);
  for (const { option, art, instead } of passedOver) {
    const others = (seen.get(option.value) ?? []).filter(
      ({ file }) => file !== art.file && file !== instead.file,
    );
    seen.set(option.value, [...others, instead]);
  }
  return seen;
}

/** One warning for each. */
export function passedOverFindings(passedOver: readonly PassedOver[] = []): readonly Finding[] {
  return passedOver.map(({ subject, option, art, lacking, instead }) => {
    const codes = lacking.map(({ mci }) => `%${mci}`).join(' and ');
    const text = `${art.file} does not place ${codes}, without which nobody gets in: callers see ${themeOf(instead)} instead`;
    const finding = { rule: 'passed-over-art', place: option.place, subject, text } as const;
    return { severity: 'warning', ...finding };
  });
}

/** The file with its folder, which is the theme's. */
function themeOf({ file }: ArtFacts): string {
  return `${basename(dirname(file))}/${basename(file)}`;
}
