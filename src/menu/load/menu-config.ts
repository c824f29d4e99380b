import type { Place } from '../../base/errors';
import { nearestName } from '../../base/nearest';
import type { ObjectNode, SourceNode } from '../../config/source-tree';
import { readNamed } from './choice';
import type { EntryReader } from './entry-reader';
import type { MenuConfig, ShownConfig } from './menu-entry';

/** `config` keys of every menu, each with its documentation (contract A2.3). */
export const MENU_CONFIG_KEYS: Readonly<Record<string, string>> = {
  acs: 'Who may enter the menu; asked on the way in.',
  area: '`login`: callers may enter before they are signed in. Give it to nothing else.',
  cls: 'false leaves what is on the screen; `menus.cls` of config.hjson where nothing is said.',
  pause:
    '`true` or `end` waits for a key at the end, `pageBreak` after each page, a name uses that prompt.',
  pausePrompt: 'Prompt to pause with: a name, or `{ end, page }`.',
  pausePosition: 'Where the pause prompt goes: `{ row, col }`, from 1.',
  nextTimeout: 'Milliseconds after which `next` is followed.',
  baudRate: 'Shows the art at the speed of such a modem: 300 to 115200.',
  frames:
    'List of art that is shown before the menu, each for a moment: a key skips it; slow terminals and those without colours go without.',
  drawnIn:
    '`{ columns, rows }`: what the screen is made for, where that is not what `info.area` of its theme says.',
  font: 'Font for terminals that can change theirs, by its SyncTERM name.',
  encodedAs: 'Encoding of the art, when it is not the one of its file type.',
  interrupt: 'Messages from other nodes: `never`, `queued` until the menu is left, or `realtime`.',
  menuFlags:
    'List of `noHistory` (going back passes it by), `escapeBack` (Esc at its pause goes back), `forwardArgs`, `mergeFlags`.',
  art: 'Named art for the module.',
  messageView: 'Number of the view that shows messages to the caller; 10 where nothing is said.',
  helpView:
    'Number of the view that shows the `help` of the field in focus; it may be that of the messages.',
  tooNodeMenu: 'Where a caller goes who is signed in already.',
  toomany: 'Where a caller goes after too many failures.',
  disabled: 'Where a caller goes whose account is disabled.',
  inactive: 'Where a caller goes whose account waits for activation.',
  locked: 'Where a caller goes whose account is locked.',
};

/** Those of them that a theme may change: how a screen is shown. */
export const THEMED_CONFIG_KEYS: readonly string[] = [
  ...['cls', 'pause', 'pausePrompt', 'pausePosition', 'nextTimeout', 'baudRate', 'font'],
  ...['frames', 'drawnIn', 'art', 'messageView', 'helpView'],
];

/** False for what decides who comes in and where a caller goes; other keys belong to the module. */
export function isThemed(key: string): boolean {
  return !Object.hasOwn(MENU_CONFIG_KEYS, key) || THEMED_CONFIG_KEYS.includes(key);
}

/** `config` keys whose value must be a menu. */
export const MENU_NAMING_KEYS = [
  'tooNodeMenu',
  'toomany',
  'disabled',
  'inactive',
  'locked',
] as const;

const BAUD_RATES = [300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 76800, 115200] as const;

const MENU_FLAGS = ['noHistory', 'escapeBack', 'forwardArgs', 'mergeFlags'];
const INTERRUPTS = ['never', 'queued', 'realtime'] as const;

/** True when a menu of ENiGMA½'s message editor writes to the sysop, who has the first account. */
export function isToSysop(config: Readonly<Record<string, unknown>>): boolean {
  return Number(config['toUserId']) === 1;
}

/** Reads the keys of `config` that every menu has; the others belong to the module and stay unparsed. */
export function readMenuConfig(
  reader: EntryReader,
  node: ObjectNode | undefined,
  menuPlace: Place,
): MenuConfig {
  const value = (key: string): SourceNode | undefined => reader.find(node, key)?.node;
  const flags = readFlags(reader, value('menuFlags'));
  return {
    ...readShown(reader, node),
    encodedAs: reader.text(value('encodedAs'), "'encodedAs'"),
    interrupt: readWord(reader, value('interrupt'), { key: 'interrupt', words: INTERRUPTS }),
    noHistory: flags.includes('noHistory'),
    escapeBack: flags.includes('escapeBack'),
    forwardArgs: flags.includes('forwardArgs'),
    mergeFlags: flags.includes('mergeFlags'),
    all: node === undefined ? {} : (reader.plain(node) as Readonly<Record<string, unknown>>),
    placeOf: (path) => keyPlace(node, path.split('.')) ?? node?.place ?? menuPlace,
  };
}

/** Reads a theme's changes of a menu's `config`; invalid values are left out. */
export function readThemedConfig(
  reader: EntryReader,
  node: ObjectNode | undefined,
): Partial<ShownConfig> {
  const { pausePrompt, ...shown } = readShown(reader, node);
  const said = Object.fromEntries(
    Object.entries(shown).filter(([, value]) => value !== undefined),
  ) as Partial<ShownConfig>;
  const pause = reader.find(node, 'pause')?.node;
  const isOff = pause?.kind === 'scalar' && pause.value === false;
  return {
    ...said,
    ...(isOff ? { pause: undefined } : {}),
    ...(Object.keys(pausePrompt).length === 0 ? {} : { pausePrompt }),
  };
}

function readShown(reader: EntryReader, node: ObjectNode | undefined): ShownConfig {
  const value = (key: string): SourceNode | undefined => reader.find(node, key)?.node;
  return {
    cls: reader.flag(value('cls'), "'cls'"),
    pause: readPause(reader, value('pause')),
    pausePrompt: readPausePrompt(reader, value('pausePrompt')),
    pausePosition: readPosition(reader, value('pausePosition')),
    nextTimeoutMs: readTimeout(reader, value('nextTimeout')),
    baudRate: readBaudRate(reader, value('baudRate')),
    font: reader.text(value('font'), "'font'"),
    frames: readFrames(reader, value('frames')),
    drawnIn: readDrawnIn(reader, value('drawnIn')),
  };
}

/** Longer ones would keep callers waiting. */
const MOST_FRAMES = 5;

function readFrames(
  reader: EntryReader,
  node: SourceNode | undefined,
): readonly string[] | undefined {
  if (node === undefined) return undefined;
  const frames = reader.texts(node, "'frames'");
  const isWhole = frames.length === (node.kind === 'array' ? node.items.length : 1);
  if (!isWhole) return undefined;
  if (frames.length > MOST_FRAMES) {
    const text = `'frames' are ${MOST_FRAMES} at most; the other ${frames.length - MOST_FRAMES} are not shown`;
    reader.warn('wrong-form', node.place, text);
  }
  return frames.slice(0, MOST_FRAMES);
}

/** Place of the key at the end of the path; undefined when there is none. */
function keyPlace(node: ObjectNode | undefined, path: readonly string[]): Place | undefined {
  const [key = '', ...rest] = path;
  const entry = node?.entries.get(key);
  if (rest.length === 0 || entry?.node.kind !== 'object') return entry?.keyPlace;
  return keyPlace(entry.node, rest) ?? entry.keyPlace;
}

/** True where `config` says `area: login`. */
export function readsAsLoginArea(reader: EntryReader, node: ObjectNode | undefined): boolean {
  const area = reader.find(node, 'area')?.node;
  return readWord(reader, area, { key: 'area', words: ['login'] }) === 'login';
}

function readFlags(reader: EntryReader, node: SourceNode | undefined): readonly string[] {
  const flags = reader.texts(node, "'menuFlags'");
  for (const flag of flags) {
    if (node === undefined || MENU_FLAGS.includes(flag)) continue;
    const text = `there is no menu flag '${flag}'`;
    reader.warn('unknown-key', node.place, text, nearestName(flag, MENU_FLAGS));
  }
  return flags;
}

function readPause(reader: EntryReader, node: SourceNode | undefined): MenuConfig['pause'] {
  if (node === undefined) return undefined;
  if (node.kind === 'scalar' && typeof node.value === 'boolean') {
    return node.value ? 'end' : undefined;
  }
  const prompt = readNamed(reader, node, { kind: 'prompt', what: "'pause'" });
  if (prompt === 'end' || prompt === 'pageBreak') return prompt;
  return prompt === undefined ? undefined : { prompt };
}

function readPausePrompt(
  reader: EntryReader,
  node: SourceNode | undefined,
): MenuConfig['pausePrompt'] {
  if (node === undefined) return {};
  if (node.kind !== 'object') {
    const name = readNamed(reader, node, { kind: 'prompt', what: "'pausePrompt'" });
    return name === undefined ? {} : { end: name, page: name };
  }
  reader.checkKeys(node, ['end', 'page'], "'pausePrompt'");
  const end = reader.text(reader.find(node, 'end')?.node, "'end'");
  const page = reader.text(reader.find(node, 'page')?.node, "'page'");
  return { ...(end === undefined ? {} : { end }), ...(page === undefined ? {} : { page }) };
}

function readPosition(
  reader: EntryReader,
  node: SourceNode | undefined,
): MenuConfig['pausePosition'] {
  const object = reader.object(node, "'pausePosition'");
  if (object === undefined) return undefined;
  reader.checkKeys(object, ['row', 'col'], "'pausePosition'");
  const row = reader.number(reader.find(object, 'row')?.node, "'row'");
  const column = reader.number(reader.find(object, 'col')?.node, "'col'");
  if (isPlaceOnScreen(row) && isPlaceOnScreen(column)) return { row, column };
  reader.error('wrong-form', object.place, "'pausePosition' is { row: R, col: C }, both from 1 up");
  return undefined;
}

function readDrawnIn(reader: EntryReader, node: SourceNode | undefined): ShownConfig['drawnIn'] {
  const object = reader.object(node, "'drawnIn'");
  if (object === undefined) return undefined;
  reader.checkKeys(object, ['columns', 'rows'], "'drawnIn'");
  const width = reader.number(reader.find(object, 'columns')?.node, "'columns'");
  const height = reader.number(reader.find(object, 'rows')?.node, "'rows'");
  if (isPlaceOnScreen(width) && isPlaceOnScreen(height)) return { width, height };
  reader.error('wrong-form', object.place, "'drawnIn' is { columns: C, rows: R }, both from 1 up");
  return undefined;
}

function isPlaceOnScreen(value: number | undefined): value is number {
  return value !== undefined && Number.isInteger(value) && value >= 1;
}

const MAX_TIMEOUT_MS = 86_400_000;

function readTimeout(reader: EntryReader, node: SourceNode | undefined): number | undefined {
  const timeout = reader.number(node, "'nextTimeout'");
  if (node === undefined || timeout === undefined) return undefined;
  if (timeout >= 0 && timeout <= MAX_TIMEOUT_MS) return timeout;
  reader.error('wrong-form', node.place, "'nextTimeout' is milliseconds, from 0 up to a day");
  return undefined;
}

function readBaudRate(reader: EntryReader, node: SourceNode | undefined): number | undefined {
  const rate = reader.number(node, "'baudRate'");
  if (node === undefined || rate === undefined) return undefined;
  if (BAUD_RATES.some((known) => known === rate)) return rate;
  const text = `'baudRate' is one of ${BAUD_RATES.join(' ')}; ${rate} is ignored`;
  reader.warn('wrong-form', node.place, text);
  return undefined;
}

function readWord<Word extends string>(
  reader: EntryReader,
  node: SourceNode | undefined,
  how: { readonly key: string; readonly words: readonly Word[] },
): Word | undefined {
  const text = reader.text(node, `'${how.key}'`);
  if (node === undefined || text === undefined) return undefined;
  const word = how.words.find((known) => known === text);
  if (word !== undefined) return word;
  const expected = how.words.map((known) => `'${known}'`).join(', ');
  const nearest = nearestName(text, how.words);
  reader.error('wrong-form', node.place, `'${how.key}' is ${expected}, not '${text}'`, nearest);
  return undefined;
}
