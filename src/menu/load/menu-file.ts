import { compileAcs, type Acs } from '../../acs/acs';
import type { OwnCodes } from '../../acs/own-codes';
import { nearestName } from '../../base/nearest';
import { inTurns, type Steps } from '../../base/steps';
import { loadHjsonTree } from '../../config/hjson-tree';
import type { HjsonTreeOptions } from '../../config/hjson-tree';
import type { Problem } from '../../config/problems';
import { isSecretName } from '../../config/secret-names';
import { findNode } from '../../config/source-tree';
import type { Entry, ObjectNode, SourceNode } from '../../config/source-tree';
import { parseAsset } from './asset';
import { NOWHERE, readArt, readChoice, readNamed, readNext } from './choice';
import { lostConditions, withEarlier } from './doubled';
import { EntryReader } from './entry-reader';
import { readForms, readKeyRules, readSubmitRules, readViews } from './form-entry';
import { LOGIN_AREA_MENUS } from './login-area';
import {
  MENU_CONFIG_KEYS,
  MENU_NAMING_KEYS,
  readMenuConfig,
  readsAsLoginArea,
} from './menu-config';
import type {
  Finding,
  GroupMention,
  MenuEntry,
  MenuMention,
  MenuSet,
  ModuleName,
  PromptEntry,
  SubmitRule,
} from './menu-entry';

interface LoadMenusOptions extends HjsonTreeOptions {
  /** Full path of the menu file. */
  readonly file: string;
  /** Conditions that this board has beside ours. */
  readonly acsCodes?: OwnCodes | undefined;
}

/**
 * Loads a menu file with all its includes. A file that cannot be read or parsed is a BbsError; errors
 * in single entries are in `problems`, for checkMenus to report with its own findings.
 */
export async function loadMenus(options: LoadMenusOptions): Promise<MenuSet> {
  const within = options.fallbackFolders ?? [];
  const tree = await loadHjsonTree(options.file, { ...options, within, mayHoldFile });
  const { acsCodes } = options;
  const from = { files: tree.files, warnings: tree.warnings, acsCodes };
  return inTurns(parseMenusInSteps(tree.root, from));
}

/** A secret of a module, such as the password for a door server; its screens show none (rule M14). */
function mayHoldFile(path: readonly string[], root: ObjectNode): boolean {
  const [top, menu = '', part] = path;
  if (top !== 'menus' || part !== 'config' || !isSecretName(path.at(-1) ?? '')) return false;
  return findNode(root, ['menus', menu, 'module']) !== undefined;
}

/** What was found out where the tree was read. */
interface ReadFrom {
  readonly files?: readonly string[];
  readonly warnings?: readonly Problem[];
  readonly acsCodes?: OwnCodes | undefined;
}

/** Parses a menu file's tree into menus and prompts. */
export function* parseMenusInSteps(root: ObjectNode, options: ReadFrom = {}): Steps<MenuSet> {
  const problems: Finding[] = (options.warnings ?? []).map((warning) => ({
    severity: warning.kind === 'doubled-key' ? 'error' : 'warning',
    rule: warning.kind ?? 'reference',
    place: warning.place,
    subject: '',
    text: warning.message,
  }));
  const groups: GroupMention[] = [];
  const common = { compiled: new Map<string, Acs>(), groups, ownCodes: options.acsCodes };
  const reader = (name: string): EntryReader => new EntryReader(name, problems, common);
  const top = reader('');
  const entriesOf = (key: 'menus' | 'prompts'): ReadonlyMap<string, Entry> => {
    const entry = root.entries.get(key);
    const block = top.object(entry?.node, `'${key}'`);
    return entry === undefined || block === undefined ? new Map() : withEarlier(entry, block);
  };
  const menuNodes = entriesOf('menus');
  const promptNodes = entriesOf('prompts');
  if (menuNodes.size === 0)
    top.error('no-menus', root.place, "there are no menus: 'menus' is empty");
  const context = {
    isMenu: (name: string) => menuNodes.has(name),
    isPrompt: (name: string) => {
      const entry = promptNodes.get(name);
      if (entry === undefined) return false;
      const { acs, paths } = lostConditions(entry);
      return acs.length + paths.length === 0;
    },
  };
  const menus = new Map<string, MenuEntry>();
  for (const [name, entry] of menuNodes) {
    yield;
    const { node, keyPlace } = entry;
    const body = reader(name).object(node, `the menu '${name}'`);
    const placed = body === undefined ? undefined : { ...body, place: keyPlace };
    if (placed === undefined) continue;
    const menu = readMenu(reader(name), placed, context);
    menus.set(name, { ...menu, acs: withLost(reader(name), entry, menu) });
  }
  const prompts = new Map<string, PromptEntry>();
  for (const [name, { node, keyPlace }] of promptNodes) {
    yield;
    const body = reader(name).object(node, `the prompt '${name}'`);
    const placed = body === undefined ? undefined : { ...body, place: keyPlace };
    if (placed !== undefined) prompts.set(name, readPrompt(reader(name), placed));
  }
  return { menus, prompts, groups, files: options.files ?? [], problems };
}

/** Keys of a menu (contract A2.2), each with its documentation. */
export const MENU_KEYS: Readonly<Record<string, string>> = {
  desc: "What who's online and `%MD` show while somebody is here.",
  helpName: 'What help pages call it; `desc` where nothing is said.',
  help: 'What its help page (`?`, F1) says first, beside its commands and keys.',
  art: 'What is shown: an art name, or a list `[ { acs, art }, ..., { art } ]`.',
  next: 'Where it goes on: a menu, an address, a list with `acs`, or a list to pick from at random.',
  module: 'The part of the program that runs this menu; left out for an ordinary one.',
  form: 'The views on the screen and what they do, by form number.',
  prompt: 'A prompt to ask with, instead of a form.',
  submit: 'With a prompt: what its answers do.',
  config: 'How the menu behaves; see the next table.',
  acs: 'The same as `config.acs`.',
  fallback: 'Read, and means nothing: going back always goes to the menu before.',
};

/** Keys of a prompt, each with its documentation. */
export const PROMPT_KEYS: Readonly<Record<string, string>> = {
  art: 'What is shown.',
  mci: 'The views on it.',
  actionKeys: 'What keys do.',
  config: '`continuousKey` (shows the rest without stopping), `quitKey` (shows no more).',
};

interface Context {
  isMenu(name: string): boolean;
  isPrompt(name: string): boolean;
}

function readMenu(reader: EntryReader, node: ObjectNode, context: Context): MenuEntry {
  const name = reader.subject;
  const value = (key: string): SourceNode | undefined => reader.find(node, key)?.node;
  const losesCondition = noteUnknownKeys(reader, node);
  const configNode = reader.object(value('config'), "'config'");
  const forms = readForms(reader, value('form'));
  const prompt = readPromptName(reader, value('prompt'));
  const submit = readPromptSubmit(reader, value('submit'), prompt !== undefined);
  const markedLogin = readsAsLoginArea(reader, configNode);
  const config = readMenuConfig(reader, configNode, node.place);
  const unreadable = [
    ...(losesCondition || misspellsAcs(configNode) ? ['acs'] : []),
    ...(forms.length === 0 && value('form') !== undefined ? ['form'] : []),
    ...(value('config') !== undefined && configNode === undefined ? ['config'] : []),
    ...(value('prompt') !== undefined && (prompt === undefined || !context.isPrompt(prompt.name))
      ? ['prompt']
      : []),
  ];
  return {
    name,
    place: node.place,
    desc: reader.text(value('desc'), "'desc'"),
    helpName: reader.text(value('helpName'), "'helpName'"),
    help: reader.text(value('help'), "'help'"),
    art: readChoice(reader, value('art'), { key: 'art', read: (item) => readArt(reader, item) }),
    next: readChoice(reader, value('next'), {
      key: 'next',
      read: (item) => readNext(reader, item),
      broken: NOWHERE,
    }),
    module: readModule(reader, value('module')),
    forms,
    prompt,
    submit,
    config,
    acs: closedBy(reader, node, unreadable) ?? readEntryAcs(reader, node, configNode),
    loginArea: markedLogin || LOGIN_AREA_MENUS.has(name),
    autoNext: forms.length === 0 && prompt === undefined,
    mentions: [...findMentions(configNode, context), ...findExtraArgsMentions(node, context)],
  };
}

/**
 * A menu whose form, prompt or condition cannot be read is closed: otherwise callers would pass where
 * they should be stopped.
 */
function closedBy(
  reader: EntryReader,
  node: ObjectNode,
  unreadable: readonly string[],
): MenuEntry['acs'] {
  if (unreadable.length === 0) return undefined;
  const what = unreadable.map((key) => `'${key}'`).join(' and ');
  const text = `its ${what} cannot be used, so nobody gets in`;
  reader.error('closed-menu', node.place, text);
  return { acs: compileAcs(''), place: node.place };
}

/** The condition for entering, together with the conditions that duplicate keys would drop (`doubled.ts`). */
function withLost(reader: EntryReader, entry: Entry, { acs, place }: MenuEntry): MenuEntry['acs'] {
  const lost = lostConditions(entry);
  if (lost.paths.length > 0) {
    const keys = lost.paths.map((path) => `'${path.replace(/\.(?=\.|$)/g, '')}'`).join(' and ');
    const text = `of keys that stand twice the earlier ones ask for more (${keys}), so nobody gets in; take one of the two out`;
    reader.error('closed-menu', place, text);
    return { acs: compileAcs(''), place };
  }
  const [first, ...others] = [
    ...new Set([...lost.acs, ...(acs === undefined ? [] : [acs.acs.text])]),
  ];
  if (first === undefined || (others.length === 0 && first === acs?.acs.text)) return acs;
  const all = holdTogether(reader, [first, ...others]);
  reader.error(
    'acs',
    acs?.place ?? place,
    `of keys that stand twice all conditions hold: ${all.text}`,
  );
  return { acs: all.acs, place: acs?.place ?? place };
}

/** All conditions together. One that cannot be read denies access, whatever the others are. */
function holdTogether(
  reader: EntryReader,
  texts: readonly string[],
): { readonly text: string; readonly acs: Acs } {
  const text = texts.map((each) => `(${each})`).join(' & ');
  const isReadable = texts.every((each) => reader.compile(each).root !== undefined);
  return { text, acs: reader.compile(isReadable ? text : '') };
}

/** True when an unknown key of `config` is nearly `acs`. */
function misspellsAcs(config: ObjectNode | undefined): boolean {
  const known = Object.keys(MENU_CONFIG_KEYS);
  const others = [...(config?.entries.keys() ?? [])].filter((key) => !known.includes(key));
  return others.some((key) => nearestName(key, ['acs']) !== undefined);
}

function noteUnknownKeys(reader: EntryReader, node: ObjectNode): boolean {
  const misplaced = ['mci', 'actionKeys'].filter((key) => node.entries.has(key));
  for (const key of misplaced) {
    const place = node.entries.get(key)?.keyPlace ?? node.place;
    reader.warn('unknown-key', place, `'${key}' of a menu belongs inside form: { 0: { ... } }`);
  }
  const lost = findLostForms(node);
  for (const { key, place, meant } of lost) {
    const text = `'${key}' means nothing in a menu: its ${meant} is lost, and nothing is asked there`;
    reader.error('lost-form', place, text, meant);
  }
  const told = [...misplaced, ...lost.map(({ key }) => key)];
  return reader.checkKeys(node, [...Object.keys(MENU_KEYS), ...told], 'a menu');
}

/** Keys that are nearly `form` or `prompt` and hold one, in a menu that asks nothing without it. */
function findLostForms(node: ObjectNode) {
  if (ASKING_KEYS.some((key) => node.entries.has(key))) return [];
  const known = Object.keys(MENU_KEYS);
  return [...node.entries].flatMap(([key, { node: value, keyPlace: place }]) => {
    if (known.includes(key)) return [];
    const nearest = nearestName(key, known);
    const meant = ASKING_KEYS.find((asking) => asking === nearest);
    const isText = value.kind === 'scalar' && typeof value.value === 'string';
    const holdsOne = meant === 'form' ? value.kind === 'object' : isText;
    return meant === undefined || !holdsOne ? [] : [{ key, place, meant }];
  });
}

/** What a menu asks is in one of these. */
const ASKING_KEYS = ['form', 'prompt'] as const;

/** The ACS for entering: `config.acs`, and the menu's own `acs`, which has the same meaning. */
function readEntryAcs(
  reader: EntryReader,
  node: ObjectNode,
  config: ObjectNode | undefined,
): MenuEntry['acs'] {
  const inConfig = config?.entries.get('acs')?.node;
  const inMenu = node.entries.get('acs')?.node;
  const written = inConfig ?? inMenu;
  const acs = reader.acs(written);
  if (acs === undefined || written === undefined) return undefined;
  const own = written === inMenu ? undefined : reader.acs(inMenu);
  if (own === undefined || inMenu === undefined) return { acs, place: written.place };
  const both = holdTogether(reader, [acs.text, own.text]);
  const text = `there is also a config.acs, and both must hold: ${both.text}; write it as one of them`;
  reader.warn('two-acs', inMenu.place, text);
  return { acs: both.acs, place: written.place };
}

function readModule(reader: EntryReader, node: SourceNode | undefined): ModuleName {
  const standard = { kind: 'standard', name: 'standard', place: undefined } as const;
  if (node === undefined) return standard;
  const { place } = node;
  // No module has this name: an invalid value must not make the menu a standard one.
  const unknown = { kind: 'user', name: '@', place } as const;
  const text = reader.text(node, "'module'");
  if (text === undefined) return unknown;
  if (!text.startsWith('@')) return moduleNamed('system', text, place);
  const asset = parseAsset(text);
  if (asset?.kind === 'systemModule') return moduleNamed('system', asset.name, place);
  if (asset?.kind === 'userModule') return { kind: 'user', name: asset.name, place };
  const hint = 'write a name, @systemModule:name or @userModule:name';
  reader.error('bad-address', place, `'${text}' names no module; ${hint}`);
  return unknown;
}

function moduleNamed(kind: 'system', name: string, place: ModuleName['place']): ModuleName {
  const plain = name === 'standard_menu' || name === 'standard';
  return plain ? { kind: 'standard', name: 'standard', place } : { kind, name, place };
}

function readPromptName(reader: EntryReader, node: SourceNode | undefined): MenuEntry['prompt'] {
  if (node === undefined) return undefined;
  const name = readNamed(reader, node, { kind: 'prompt', what: "'prompt'" });
  return name === undefined ? undefined : { name, place: node.place };
}

function readPromptSubmit(
  reader: EntryReader,
  node: SourceNode | undefined,
  hasPrompt: boolean,
): readonly SubmitRule[] {
  if (node === undefined) return [];
  if (!hasPrompt) {
    const text =
      "'submit' stands here only with a 'prompt'; with a form it belongs inside the form";
    reader.warn('unknown-key', node.place, text);
  }
  return readSubmitRules(reader, node);
}

function readPrompt(reader: EntryReader, node: ObjectNode): PromptEntry {
  const value = (key: string): SourceNode | undefined => reader.find(node, key)?.node;
  reader.checkKeys(node, Object.keys(PROMPT_KEYS), 'a prompt');
  const config = reader.object(value('config'), "'config'");
  return {
    name: reader.subject,
    place: node.place,
    art: readChoice(reader, value('art'), { key: 'art', read: (item) => readArt(reader, item) }),
    views: readViews(reader, value('mci')),
    actionKeys: readKeyRules(reader, value('actionKeys')),
    config: config === undefined ? {} : (reader.plain(config) as Readonly<Record<string, unknown>>),
  };
}

/** Keys of `config` that name a menu: the known ones always, others when such a menu exists. */
function findMentions(
  config: ObjectNode | undefined,
  context: Context,
  alwaysNames?: string,
): MenuMention[] {
  return [...(config?.entries ?? [])].flatMap(([key, { node }]) => {
    if (node.kind !== 'scalar' || typeof node.value !== 'string') return [];
    const known = key === alwaysNames || MENU_NAMING_KEYS.some((name) => name === key);
    const menu = node.value.replace(/^@menu:/, '');
    return known || context.isMenu(menu) ? [{ key, menu, place: node.place }] : [];
  });
}

/** Keys of `extraArgs` that name a menu for a method: `next` always, others when such a menu exists. */
function findExtraArgsMentions(node: SourceNode, context: Context): MenuMention[] {
  if (node.kind === 'scalar') return [];
  if (node.kind === 'array') {
    return node.items.flatMap((item) => findExtraArgsMentions(item, context));
  }
  return [...node.entries].flatMap(([key, { node: below }]) => {
    if (key !== 'extraArgs') return findExtraArgsMentions(below, context);
    return below.kind === 'object' ? findMentions(below, context, 'next') : [];
  });
}
