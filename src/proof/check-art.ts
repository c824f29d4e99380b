import { basename, extname } from 'node:path';
import type { Art } from '../art/art-file';
import type { LookupOptions } from '../art/lookup';
import { renderArt } from '../art/render';
import type { ArtStore } from '../art/art-store';
import type { Place } from '../base/errors';
import { nearestName } from '../base/nearest';
import type { Steps } from '../base/steps';
import { isEmptyCode } from '../menu/screen/mci-codes';
import { findViewType } from '../views/registry';
import type { ModuleFacts } from './flow-moves';
import type { Finding, MenuEntry, MenuSet, PromptEntry } from '../menu/load/menu-entry';

/** One art file as a menu sees it: the views and places that it marks. */
export interface ArtFacts {
  readonly file: string;
  readonly views: readonly {
    readonly code: string;
    readonly id: number;
    /** The words beside it, else those on the row above. */
    readonly label?: string;
  }[];
  /** Predefined codes that show nothing on this board. */
  readonly emptyCodes?: readonly string[];
  /** What is written as codes are and is none that is known here, beside codes that are. */
  readonly unknownCodes?: readonly string[];
  readonly isUtf8?: boolean;
}

/** Every art spec in a menu set, for the code that looks them up. */
export function* artSpecsOf(set: MenuSet, modules: Modules = new Map()): Steps<readonly string[]> {
  const specs = new Set<string>();
  for (const entry of [...set.menus.values(), ...set.prompts.values()]) {
    yield;
    for (const { spec } of artOf(entry, modules)) specs.add(spec);
  }
  return [...specs];
}

/** Looks art up in a store as callers would see it: in each theme, for both encodings. */
export async function readArtFacts(
  specs: readonly string[],
  store: Pick<ArtStore, 'find'>,
  themes: readonly (readonly string[])[],
): Promise<ReadonlyMap<string, readonly ArtFacts[]>> {
  const facts = new Map<string, readonly ArtFacts[]>();
  for (const spec of specs) {
    const found = new Map<string, ArtFacts>();
    for (const themeDirs of themes) {
      for (const encoding of ['cp437', 'utf8'] as const) {
        const art = await store.find(spec, { themeDirs, encoding });
        if (art !== undefined && !found.has(art.file)) found.set(art.file, factsOf(art));
      }
    }
    facts.set(spec, [...found.values()]);
  }
  return facts;
}

/** Every picture that a look-up of this spec comes by, the nearest first: each is there for want of those before. */
export async function readArtChain(
  spec: string,
  store: Pick<ArtStore, 'find'>,
  options: LookupOptions,
): Promise<readonly ArtFacts[]> {
  const chain = new Map<string, ArtFacts>();
  for (;;) {
    const passOver = new Set(chain.keys());
    const art = await store.find(spec, { ...options, random: false, passOver });
    if (art === undefined) return [...chain.values()];
    chain.set(art.file, factsOf(art));
  }
}

function factsOf(art: Art): ArtFacts {
  const { canvas, placements, predefined } = renderArt(art, { width: 80, height: 25 });
  const rows = canvas.toLines();
  return {
    file: art.file,
    views: placements.map((view) => ({
      ...{ code: view.code, id: view.id },
      label: labelBeside(rows, view),
    })),
    emptyCodes: predefined.map(({ code }) => code).filter(isEmptyCode),
    unknownCodes: placements.length + predefined.length > 0 ? unknownCodesOf(art) : [],
    isUtf8: art.isUtf8 === true,
  };
}

/** Not in a word or behind a number, as in "100%OK", and not a letter that goes on. */
const WRITTEN_AS_CODE = /(?<![\p{L}\p{N}%])%[A-Z]{2}(?:[0-9]{1,2})?(?![\p{L}\p{N}%])/gu;

function unknownCodesOf({ tokens }: Pick<Art, 'tokens'>): readonly string[] {
  return tokens.flatMap((token) =>
    token.kind === 'text' ? (token.text.match(WRITTEN_AS_CODE) ?? []) : [],
  );
}

function labelBeside(
  rows: readonly string[],
  { row, column }: { readonly row: number; readonly column: number },
): string {
  const beside = (rows[row - 1] ?? '').slice(0, column - 1);
  return /\p{L}/u.test(beside) ? beside : (rows[row - 2] ?? '');
}

/** Art that is not there: an error, since a caller would look at an empty screen. */
export function checkArt(
  set: MenuSet,
  registries: {
    readonly art?: ReadonlyMap<string, readonly ArtFacts[]>;
    readonly artNames?: readonly string[];
    readonly unusableArt?: ReadonlyMap<string, string>;
    readonly absentModules?: ReadonlyMap<string, string>;
    readonly modules?: Modules;
  },
): readonly Finding[] {
  const { art, artNames = [], unusableArt = new Map(), absentModules, modules } = registries;
  if (art === undefined) return [];
  const isMissing = (spec: string): boolean => (art.get(spec)?.length ?? 0) === 0;
  const missing = ({ spec, place, subject, byModule, isUsual }: ArtUse): Finding => {
    const [, why] = [...unusableArt].find(([file]) => isNamed(file, spec)) ?? [];
    const nearest = why === undefined ? nearestName(spec, artNames) : undefined;
    const finding: Finding = {
      severity: isUsual === true ? 'warning' : 'error',
      rule: byModule === undefined ? 'missing-art' : 'module-art',
      place,
      subject,
      text:
        why === undefined
          ? `there is no art '${spec}'${byModule ?? ''}`
          : `the art '${spec}' ${why}, and is not shown`,
    };
    return nearest === undefined ? finding : { ...finding, nearest };
  };
  const files = [...art.values()].flat();
  return [
    ...filesInUtf8(files),
    ...emptyCodes(files),
    ...unknownCodes(files),
    ...unusable(unusableArt),
    ...artUses(set, { absentModules, modules })
      .filter(({ spec }) => isMissing(spec))
      .map(missing),
  ];
}

/** Where a menu or prompt names art. */
export interface ArtUse {
  readonly spec: string;
  readonly place: Place;
  readonly subject: string;
  /** Where a module shows it by a key of its own, or by a name that it knows: which, as the end of a sentence. */
  readonly byModule?: string;
  /** True where no menu names it. */
  readonly isUsual?: true;
}

type Modules = ReadonlyMap<string, Pick<ModuleFacts, 'artKeys'>>;

/** Every place that names art, but for menus whose module is not here. */
export function artUses(
  set: MenuSet,
  {
    absentModules,
    modules = new Map(),
  }: {
    readonly absentModules?: ReadonlyMap<string, string> | undefined;
    readonly modules?: Modules | undefined;
  },
): readonly ArtUse[] {
  const shown = [...set.menus.values()].filter((menu) => !absentModules?.has(menu.module.name));
  return [...shown, ...set.prompts.values()].flatMap((entry) => artOf(entry, modules));
}

function artOf(entry: MenuEntry | PromptEntry, modules: Modules): readonly ArtUse[] {
  const { name: subject, place } = entry;
  return [
    ...(entry.art?.options ?? []).map((option) => ({
      ...{ spec: option.value, place: option.place, subject },
    })),
    ...namedArt(entry).map((spec) => ({ spec, place, subject })),
    ...('autoNext' in entry ? artOfModule(entry, modules) : []),
  ];
}

/** What its module shows by keys of its own, or by names that it knows. */
function artOfModule({ name: subject, place, module, config }: MenuEntry, modules: Modules) {
  const keys = Object.entries(modules.get(module.name)?.artKeys ?? {});
  return keys.map(([key, usual]): ArtUse => {
    const spec = config.all[key];
    if (typeof spec === 'string')
      return { spec, place: config.placeOf(key), subject, byModule: ` ('${key}')` };
    const byModule = ` (${module.name} shows it for want of '${key}', else the board's own words)`;
    return { spec: usual, place, subject, byModule, isUsual: true };
  });
}

/** One warning for each file of CP437 that was saved as UTF-8. */
function filesInUtf8(files: readonly ArtFacts[]): readonly Finding[] {
  const names = new Set(files.filter(({ isUtf8 }) => isUtf8 === true).map(({ file }) => file));
  return [...names].map((file) => ({
    severity: 'warning',
    rule: 'utf8-art',
    place: { file },
    subject: '',
    text: 'this looks like UTF-8 and is read as CP437, so callers see other characters: name it .utf8ans, or save it as CP437',
  }));
}

/** One for each file that cannot be shown: its menu goes on with another. */
function unusable(files: ReadonlyMap<string, string>): readonly Finding[] {
  return [...files].map(([file, why]) => ({
    severity: 'error',
    rule: 'unusable-art',
    place: { file },
    subject: '',
    text: `this picture ${why}`,
  }));
}

function isNamed(file: string, spec: string): boolean {
  const name = basename(file).toLowerCase();
  const wanted = basename(spec).toLowerCase();
  return name === wanted || name.slice(0, -extname(name).length) === wanted;
}

/** One warning for all codes in art that show nothing here, but for rumours. */
function emptyCodes(files: readonly ArtFacts[]): readonly Finding[] {
  const having = files.filter(({ emptyCodes: codes = [] }) => codes.some((code) => code !== 'RR'));
  const [first] = having;
  if (first === undefined) return [];
  const codes = new Set(having.flatMap(({ emptyCodes: all = [] }) => all));
  const list = [...codes].sort().map((code) => `%${code}`);
  const text = `this board has no value for ${list.join(' ')}, so nothing is shown there (${having.length} files)`;
  return [
    { severity: 'warning', rule: 'empty-code', place: { file: first.file }, subject: '', text },
  ];
}

/** One warning for all that is written as codes are in art that has others, and is none. */
function unknownCodes(files: readonly ArtFacts[]): readonly Finding[] {
  const having = files.filter(({ unknownCodes: codes = [] }) => codes.length > 0);
  const [first] = having;
  if (first === undefined) return [];
  const codes = new Set(having.flatMap(({ unknownCodes: all = [] }) => all));
  const count = new Set(having.map(({ file }) => file)).size;
  const text = `no code is known here that is written ${[...codes].sort().join(' ')}, so it is shown as it is written (${count} files)`;
  return [
    { severity: 'warning', rule: 'unknown-code', place: { file: first.file }, subject: '', text },
  ];
}

/** Art in `config`: one spec, or named ones for the module, and what is shown before the menu. */
function namedArt(entry: MenuEntry | PromptEntry): readonly string[] {
  if (!('autoNext' in entry)) return [];
  const { frames = [], all } = entry.config;
  const { art } = all;
  const named = typeof art === 'object' && art !== null ? Object.values(art) : [art];
  return [...named.filter((value) => typeof value === 'string'), ...frames];
}

/** Where art has room for it, a sentence that the menu gives one row may have several. */
export function standsFor(placed: string, code: string): boolean {
  if (placed === code) return true;
  return findViewType(placed)?.messages === 'wrapped' && findViewType(code)?.messages === 'cut';
}
