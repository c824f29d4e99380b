import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Acs, evaluateAcs } from '../../src/acs/acs';
import type { AcsSubject } from '../../src/acs/subject';
import { createArtStore } from '../../src/art/art-store';
import { BbsError } from '../../src/base/errors';
import { systemRandom } from '../../src/base/random';
import { defaultConfig } from '../../src/config/schema';
import { readSourceText } from '../../src/config/source-text';
import type { MenuEntry, MenuSet } from '../../src/menu/load/menu-entry';
import { loadMenus } from '../../src/menu/load/menu-file';
import { loadThemes } from '../../src/menu/load/theme-files';
import { admit } from '../../src/menu/run/menu-access';
import { boardRegistries } from '../../src/modules/board-check';
import { modulesForCallers } from '../../src/modules/registry';
import { checkMenus } from '../../src/proof/check';
import type { MenuRegistries } from '../../src/proof/registries';
import { weigh } from '../../src/proof/severity';
import { kindOfCode } from '../../src/menu/screen/mci-codes';
import { subjectWith } from '../acs/subject';

const ROOT = join(__dirname, '..', '..');
const MENU_FILE = 'config/menu.hjson';

export const STOCK_MENU_FILES = [
  MENU_FILE,
  'config/menus/login.hjson',
  'config/menus/main.hjson',
  'config/menus/new_user.hjson',
] as const;
export const STOCK_THEME_FILES = [
  'art/themes/gatehouse/theme.hjson',
  'art/themes/plain/theme.hjson',
] as const;

/** A slip of a sysop's in one line of a stock file. */
export interface Slip {
  readonly file: string;
  readonly line: number;
  readonly kind: 'dropped' | 'doubled' | 'misspelt';
}

const KINDS = ['dropped', 'doubled', 'misspelt'] as const;

/** Each line that says something, dropped, doubled and misspelt in turn. */
export function slipsIn(file: string): readonly Slip[] {
  return textOf(file)
    .split('\n')
    .flatMap((text, line) =>
      /^\s*(\/\/|$)/.test(text) ? [] : KINDS.map((kind) => ({ file, line, kind })),
    );
}

/** The file with the slip in it. */
export function withSlip({ file, line, kind }: Slip): string {
  const lines = textOf(file).split('\n');
  const text = lines[line] ?? '';
  const slip = { dropped: [], doubled: [text, text], misspelt: [misspell(text)] }[kind];
  return lines.toSpliced(line, 1, ...slip).join('\n');
}

/** Its first long word without its second letter. */
function misspell(text: string): string {
  return text.replace(/([A-Za-z])[A-Za-z](?=[A-Za-z]{2})/, '$1');
}

function textOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

interface Stock {
  readonly menus: MenuSet;
  readonly registries: MenuRegistries;
}

async function loadStock(): Promise<Stock> {
  const menus = await loadMenus({ file: join(ROOT, MENU_FILE), env: {} });
  const roots = [join(ROOT, 'art')];
  const themes = await loadThemes({ artRoots: roots, env: {} });
  const art = createArtStore({ roots, random: systemRandom, kindOf: kindOfCode });
  const registries = await boardRegistries({ config: defaultConfig(), menus, themes, art });
  return { menus, registries };
}

let stock: Promise<Stock> | undefined;

/** What came of it: a board that opens, or a refusal that says why. */
export async function openWithSlip(slip: Slip): Promise<'opens' | 'refused'> {
  stock ??= loadStock();
  const { menus: before, registries } = await stock;
  const edited = join(ROOT, slip.file);
  let menus: MenuSet;
  try {
    menus = await loadMenus({
      file: join(ROOT, MENU_FILE),
      env: {},
      readText: (file, namedAt) =>
        file === edited ? Promise.resolve(withSlip(slip)) : readSourceText(file, namedAt),
    });
  } catch (error) {
    if (error instanceof BbsError && error.place?.line !== undefined) return 'refused';
    throw error;
  }
  const way = findWayIn(before, menus);
  if (way !== undefined) throw new Error(`${describe(slip)}: ${way}`);
  const findings = weigh(checkMenus(menus, registries));
  const mute = findings.filter(({ text, place }) => text === '' || place.file === '');
  if (mute.length > 0) throw new Error(`${describe(slip)}: a finding says nothing`);
  return findings.some(({ severity }) => severity === 'error') ? 'refused' : 'opens';
}

/** A menu that lets in who is not through and did not before; undefined where there is none. */
function findWayIn(before: MenuSet, after: MenuSet): string | undefined {
  const modules = modulesForCallers();
  const strangers = [subjectWith(), subjectWith({ factor: 1, requiredFactor: 2 })];
  for (const [name, menu] of after.menus) {
    for (const subject of strangers) {
      if (admit(name, { menus: after, modules, subject }).kind === 'refused') continue;
      const stockMenu = before.menus.get(name);
      if (!menu.loginArea || stockMenu?.loginArea === false) return `${name} is open to strangers`;
      const needs = modules.get(menu.module.name)?.needs ?? 'none';
      if (needs !== 'none') return `${name} runs ${menu.module.name} for strangers`;
    }
  }
  return undefined;
}

/** The same for a theme: the board opens, whatever the file is like. */
export async function themeWithSlip(slip: Slip): Promise<'opens' | 'without it'> {
  const root = await mkdtemp(join(tmpdir(), 'sallyport-slip-'));
  try {
    const folder = join(root, 'themes', 'own');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'theme.hjson'), withSlip(slip));
    const own = (await loadThemes({ artRoots: [root], env: {} })).find('own');
    if (own === undefined) throw new Error(`${describe(slip)}: the theme is gone`);
    const broken = own.problems.find(({ rule }) => rule === 'broken-theme');
    if (broken === undefined) return 'opens';
    if (broken.place.line === undefined) throw new Error(`${describe(slip)}: it says not where`);
    return 'without it';
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Throws where the board keeps a promise no longer that it kept without the slip. */
export async function tryWithSlip(slip: Slip): Promise<void> {
  const isTheme = STOCK_THEME_FILES.some((file) => file === slip.file);
  await (isTheme ? themeWithSlip(slip) : openWithSlip(slip));
}

function describe({ file, line, kind }: Slip): string {
  return `${file}:${line + 1} ${kind}`;
}

/** What each slip in a line with a condition of a stock menu file opens; nothing, where all is well. */
export async function openedByConditionSlips(file: string): Promise<readonly string[]> {
  stock ??= loadStock();
  const { menus: before } = await stock;
  const lines = textOf(file).split('\n');
  const found: string[] = [];
  for (const [line, text] of lines.entries()) {
    if (!/^\s*(?!\/\/).*\bacs:/.test(text)) continue;
    const again = text.replace(/\bacs:.*/, 'acs: "AF0"');
    const slips = ['asc', 'ACS', 'aks'].map((key) => text.replace(/\bacs:/, `${key}:`));
    if (/^\s*acs:/.test(text)) slips.push(`${text}\n${again}`, `${text}\n${text}`);
    for (const slip of slips) {
      const edited = lines.toSpliced(line, 1, slip).join('\n');
      const after = await loadMenus({
        file: join(ROOT, MENU_FILE),
        env: {},
        readText: (name) =>
          Promise.resolve(name === join(ROOT, file) ? edited : readFileSync(name, 'utf8')),
      });
      const opened = findOpened(before, after);
      if (opened !== undefined) found.push(`${file}:${line + 1} ${slip.trim()}: ${opened}`);
    }
  }
  return found;
}

/** A menu, or an entry of a list in one, that is open to who was not let in there before. */
function findOpened(before: MenuSet, after: MenuSet): string | undefined {
  const modules = modulesForCallers();
  for (const factor of [0, 1, 2] as const) {
    for (const secure of [true, false]) {
      const subject = subjectWith({ factor, requiredFactor: factor === 0 ? 1 : factor, secure });
      for (const [name, menu] of after.menus) {
        if (admit(name, { menus: after, modules, subject }).kind === 'refused') continue;
        if (admit(name, { menus: before, modules, subject }).kind === 'refused') return name;
        const stockMenu = before.menus.get(name);
        const was = stockMenu === undefined ? [] : conditionsOf(stockMenu);
        const opens = conditionsOf(menu).some(
          (acs, at) => holds(acs, subject) && !holds(was[at], subject),
        );
        if (opens) return `a list of ${name}`;
      }
    }
  }
  return undefined;
}

function conditionsOf({ art, next, forms }: MenuEntry): readonly (Acs | undefined)[] {
  const actions = forms.flatMap(({ submit, actionKeys }) => [
    ...[...submit.values()].flat().map(({ action }) => action),
    ...actionKeys.map(({ action }) => action),
  ]);
  return [art, next, ...actions].flatMap((choice) => choice?.options.map(({ acs }) => acs) ?? []);
}

function holds(acs: Acs | undefined, subject: AcsSubject): boolean {
  return acs === undefined || evaluateAcs(acs, subject);
}
