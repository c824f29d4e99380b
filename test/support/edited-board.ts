import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Acs, evaluateAcs } from '../../src/acs/acs';
import type { AcsSubject } from '../../src/acs/subject';
import { createArtStore } from '../../src/art/art-store';
import { BbsError } from '../../src/base/errors';
import { systemRandom } from '../../src/base/random';
import type { Steps } from '../../src/base/steps';
import { parseHjsonInSteps } from '../../src/config/hjson';
import type { DoubledKey } from '../../src/config/hjson-scan';
import { loadConfig, type LoadedConfig } from '../../src/config/load';
import { defaultConfig } from '../../src/config/schema';
import { readSourceText } from '../../src/config/source-text';
import type { ObjectNode } from '../../src/config/source-tree';
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

export const STOCK_MENU_FILES = [
  'config/menu.hjson',
  'config/menus/login.hjson',
  'config/menus/main.hjson',
  'config/menus/new_user.hjson',
] as const;
export const STOCK_THEME_FILES = [
  'art/themes/gatehouse/theme.hjson',
  'art/themes/gatehouse-wide/theme.hjson',
  'art/themes/plain/theme.hjson',
] as const;

/** A slip of a sysop's in one line of a file. */
export interface Slip {
  readonly file: string;
  readonly line: number;
  readonly kind: 'dropped' | 'doubled' | 'misspelt';
}

const KINDS = ['dropped', 'doubled', 'misspelt'] as const;

/** Each line of a text that says something, dropped, doubled and misspelt in turn, where that changes it. */
export function slipsOf(text: string, file: string): readonly Slip[] {
  return text.split('\n').flatMap((line, at) => {
    if (/^\s*(\/\/|$)/.test(line)) return [];
    const kinds = KINDS.filter((kind) => kind !== 'misspelt' || misspell(line) !== line);
    return kinds.map((kind) => ({ file, line: at, kind }));
  });
}

/** The text with the slip in it. */
export function slipIn(text: string, { line, kind }: Slip): string {
  const lines = text.split('\n');
  const was = lines[line] ?? '';
  const slip = { dropped: [], doubled: [was, was], misspelt: [misspell(was)] }[kind];
  return lines.toSpliced(line, 1, ...slip).join('\n');
}

/** Its first long word without its second letter. */
function misspell(text: string): string {
  return text.replace(/([A-Za-z])[A-Za-z](?=[A-Za-z]{2})/, '$1');
}

export function describeSlip({ file, line, kind }: Slip): string {
  return `${file}:${line + 1} ${kind}`;
}

interface Unedited {
  readonly menus: MenuSet;
  readonly registries: MenuRegistries;
}

interface Parsed {
  readonly root: ObjectNode;
  readonly doubled: readonly DoubledKey[];
}

/** A board of files that nobody has edited, and what comes of it with a slip in one of them. */
export class EditedBoard {
  private unedited: Promise<Unedited> | undefined;
  private readonly texts = new Map<string, string>();
  private readonly parsed = new Map<string, Parsed>();

  /** `menuFile` is the one that includes the others, by its path in the board. */
  constructor(
    private readonly root: string,
    private readonly menuFile: string,
  ) {}

  slipsIn(file: string): readonly Slip[] {
    return slipsOf(this.read(file), file);
  }

  /** The line that the slip is in, as nobody has edited it. */
  lineOf({ file, line }: Slip): string {
    return this.read(file).split('\n')[line] ?? '';
  }

  withSlip(slip: Slip): string {
    return slipIn(this.read(slip.file), slip);
  }

  /** What came of it: a board that opens, or a refusal that says why. */
  async openWith(slip: Slip): Promise<'opens' | 'refused'> {
    const { menus: before, registries } = await this.load();
    let menus: MenuSet;
    try {
      menus = await this.loadMenus(slip.file, this.withSlip(slip));
    } catch (error) {
      if (error instanceof BbsError && error.place?.line !== undefined) return 'refused';
      throw error;
    }
    const way = findWayIn(before, menus);
    if (way !== undefined) throw new Error(`${describeSlip(slip)}: ${way}`);
    const findings = weigh(checkMenus(menus, registries));
    const mute = findings.filter(({ text, place }) => text === '' || place.file === '');
    if (mute.length > 0) throw new Error(`${describeSlip(slip)}: a finding says nothing`);
    return findings.some(({ severity }) => severity === 'error') ? 'refused' : 'opens';
  }

  /** The same for a theme: the board opens, whatever the file is like. */
  async themeWith(slip: Slip): Promise<'opens' | 'without it'> {
    const root = await mkdtemp(join(tmpdir(), 'sallyport-slip-'));
    try {
      const folder = join(root, 'themes', 'own');
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'theme.hjson'), this.withSlip(slip));
      const own = (await loadThemes({ artRoots: [root], env: {} })).find('own');
      if (own === undefined) throw new Error(`${describeSlip(slip)}: the theme is gone`);
      const broken = own.problems.find(({ rule }) => rule === 'broken-theme');
      if (broken === undefined) return 'opens';
      if (broken.place.line === undefined)
        throw new Error(`${describeSlip(slip)}: it says not where`);
      return 'without it';
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  }

  /** Throws where the board keeps a promise no longer that it kept without the slip. */
  async tryWith(slip: Slip): Promise<void> {
    await (slip.file.endsWith('theme.hjson') ? this.themeWith(slip) : this.openWith(slip));
  }

  /**
   * What each slip in a line with a condition of a menu file opens; nothing, where all is well. `stride` takes every
   * so many of these lines.
   */
  async openedByConditionSlips(file: string, stride = 1): Promise<readonly string[]> {
    const { menus: before } = await this.load();
    const lines = this.read(file).split('\n');
    const withCondition = [...lines.entries()].filter(([, text]) =>
      /^\s*(?!\/\/).*\bacs:/.test(text),
    );
    const found: string[] = [];
    for (const [line, text] of withCondition.filter((_, at) => at % stride === 0)) {
      const again = text.replace(/\bacs:.*/, 'acs: "AF0"');
      const slips = ['asc', 'ACS', 'aks'].map((key) => text.replace(/\bacs:/, `${key}:`));
      if (/^\s*acs:/.test(text)) slips.push(`${text}\n${again}`, `${text}\n${text}`);
      for (const slip of slips) {
        const edited = lines.toSpliced(line, 1, slip).join('\n');
        const after = await this.loadMenus(file, edited).catch(refusal);
        const opened = after === undefined ? undefined : findOpened(before, after);
        if (opened !== undefined) found.push(`${file}:${line + 1} ${slip.trim()}: ${opened}`);
      }
    }
    return found;
  }

  /** A file of the board. */
  read(file: string): string {
    const known = this.texts.get(file) ?? readFileSync(join(this.root, file), 'utf8');
    this.texts.set(file, known);
    return known;
  }

  /** The menus with this text in place of a file of theirs. */
  private loadMenus(edited: string, text: string): Promise<MenuSet> {
    return loadMenus({
      file: join(this.root, this.menuFile),
      env: {},
      parse: (...of) => this.parse(...of),
      readText: async (file, namedAt) => {
        const name = relative(this.root, file);
        if (name === edited) return text;
        const known = this.texts.get(name);
        if (known !== undefined) return known;
        // A slip may name a file that is not there: that is told as the board itself tells it.
        const read = await readSourceText(file, namedAt);
        if (!name.startsWith('..')) this.texts.set(name, read);
        return read;
      },
    });
  }

  /** A file without a slip is parsed once. */
  private *parse(...[text, file, warn]: Parameters<typeof parseHjsonInSteps>): Steps<ObjectNode> {
    const isUnedited = text === this.texts.get(relative(this.root, file));
    let parsed = isUnedited ? this.parsed.get(file) : undefined;
    if (parsed === undefined) {
      const doubled: DoubledKey[] = [];
      const root = yield* parseHjsonInSteps(text, file, (key) => doubled.push(key));
      parsed = { root, doubled };
      if (isUnedited) this.parsed.set(file, parsed);
    }
    if (warn !== undefined) parsed.doubled.forEach((key) => warn(key));
    return parsed.root;
  }

  private load(): Promise<Unedited> {
    this.unedited ??= (async () => {
      const menus = await this.loadMenus(this.menuFile, this.read(this.menuFile));
      const roots = [...new Set([this.root, ROOT])].map((root) => join(root, 'art'));
      const themes = await loadThemes({ artRoots: roots, env: {} });
      const art = createArtStore({ roots, random: systemRandom, kindOf: kindOfCode });
      const registries = await boardRegistries({ config: defaultConfig(), menus, themes, art });
      return { menus, registries };
    })();
    return this.unedited;
  }
}

/** A file that cannot be parsed opens nothing; where it says why. */
function refusal(error: unknown): undefined {
  if (!(error instanceof BbsError) || error.place?.line === undefined) throw error;
}

/**
 * Each slip in each line of a configuration: it is refused with its place, or loads. Throws where one that loads has
 * changed what counts and no warning says so; a line that is gone is as good as never written, but for the head of
 * a block, and what stands behind a key is the sysop's.
 */
export async function tryConfigSlips(
  text: string,
): Promise<{ readonly opens: number; readonly refused: number }> {
  const unedited = await loadConfigText(text);
  const known = new Set(unedited.warnings.map(({ message }) => message));
  const counts = { opens: 0, refused: 0 };
  for (const slip of slipsOf(text, 'config.hjson')) {
    const edited = await loadConfigText(slipIn(text, slip)).catch(refusal);
    counts[edited === undefined ? 'refused' : 'opens'] += 1;
    if (edited === undefined || isSilent(text, slip)) continue;
    const isTold = edited.warnings.some(({ message }) => !known.has(message));
    if (!isTold && !isDeepStrictEqual(edited.config, unedited.config))
      throw new Error(`${describeSlip(slip)}: the configuration changes without a word`);
  }
  return counts;
}

/** True for a slip of which nothing can be told: a line that is gone, an item of a list, another value of the same key. */
function isSilent(text: string, { line, kind }: Slip): boolean {
  const was = text.split('\n')[line] ?? '';
  if (kind === 'dropped') return !/[{[]\s*$/.test(was);
  // The second line is then an item of the list that the first begins.
  if (kind === 'doubled' && /\[\s*$/.test(was)) return true;
  const keyOf = (of: string): string | undefined => /^\s*("\w+"|\w+)\s*:/.exec(of)?.[1];
  const isItem = /^\s*["\w]/.test(was) && keyOf(was) === undefined;
  return isItem || (kind === 'misspelt' && keyOf(misspell(was)) === keyOf(was));
}

function loadConfigText(text: string): Promise<LoadedConfig> {
  const readText = (): Promise<string> => Promise.resolve(text);
  return loadConfig({ file: join(ROOT, 'config', 'config.hjson'), env: {}, readText });
}

export const STOCK = new EditedBoard(ROOT, STOCK_MENU_FILES[0]);

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
