import type { BridgeOptions } from '../onward/bridge';
import { accountProblems } from './far-account';
import type { Address } from '../onward/connect';
import { PROXY_VERSIONS } from '../protocols/proxy-protocol';

/** What is said of a board: the keys of `config` of a menu, or of an entry of `destinations`. */
export type HandOnSettings = Readonly<Record<string, unknown>>;

/** Keys of `config` that every module has which passes bytes between a caller and something else. */
export const BRIDGE_KEYS = {
  encoding:
    '`cp437` or `utf8`: what the board sends; text is converted for callers of the other encoding. `as-is`, where nothing is said, passes bytes unchanged, which file transfers need.',
  escapeKey:
    'Key that opens the line "h: hang up, b: back to the board", as `^]` (where nothing is said); `none` for none. Twice sends it to the board.',
  idleSeconds:
    'Silence of both sides after which the caller is back; 0, where nothing is said, for no limit.',
  maxSeconds: 'Longest stay; 0, where nothing is said, for no limit.',
  font: 'Font of the terminal while there, for SyncTERM and its kin: a name such as `topaz`, or its number.',
} as const;

/** Keys that the rule which leads to a menu may have in `extraArgs` (ENiGMA½'s names). */
export const EXTRA_ARGS: readonly string[] = ['host', 'port', 'font'];

/** Keys of `config` that every module has which hands a caller on. */
export const HAND_ON_KEYS: Readonly<Record<string, string>> = {
  host: 'Name or address of the board; `extraArgs.host` wins.',
  port: 'Its port; `extraArgs.port` wins.',
  utf8Host:
    'The same for callers with a UTF-8 terminal, where the board has another address for them.',
  utf8Port: 'Its port for them.',
  proxyHeader:
    '`v1` or `v2`: the PROXY header with the caller’s address goes out first. Only for a board that expects it.',
  name: 'What callers read it is called; the host where nothing is said.',
  ...BRIDGE_KEYS,
  font: `${BRIDGE_KEYS.font} \`extraArgs.font\` wins.`,
  names:
    'Names of accounts there: `{ alice: "ALICE SMITH" }`; others have their own, and nobody else has one of these.',
  nameProperty:
    'Or a property of accounts that has the name there, such as `onward_name`; a program or a file of mods/ writes it. Callers without it are not handed on.',
  onlyNames: 'true: only callers whose accounts are in `names` are handed on.',
};

const ENCODINGS = [
  'cp437',
  'utf8',
  'as-is',
] as const satisfies readonly BridgeOptions['encoding'][];
const DEFAULT_ESCAPE_KEY = '^]';

/** Fonts by ENiGMA½'s names and their numbers in SyncTERM's `CSI 0 ; n SP D`. */
const FONTS: Readonly<Record<string, number>> = {
  cp437: 0,
  c64_upper: 32,
  c64_lower: 33,
  atari: 36,
  pot_noodle: 37,
  mo_soul: 38,
  microknight_plus: 39,
  topaz_plus: 40,
  microknight: 41,
  topaz: 42,
};

/** What is wrong in such settings, by key; `ownProblems` are those of a protocol's own keys. */
export function handOnProblems(
  settings: HandOnSettings,
  ownProblems?: (settings: HandOnSettings) => Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const { proxyHeader } = settings;
  const problems: [key: string, text: string][] = [];
  const complain = (key: string, text: string): void => void problems.push([key, text]);
  for (const key of ['host', 'utf8Host'] as const) {
    const host = settings[key];
    if (host !== undefined && (typeof host !== 'string' || host === ''))
      complain(key, `'${key}' is the name or address of a board, such as "bbs.example.org"`);
  }
  for (const key of ['port', 'utf8Port'] as const) {
    if (settings[key] !== undefined && portOf(settings[key]) === undefined)
      complain(key, `'${key}' is a number from 1 to 65535`);
  }
  if (proxyHeader !== undefined && !PROXY_VERSIONS.some((each) => each === proxyHeader))
    complain('proxyHeader', `'proxyHeader' is one of ${PROXY_VERSIONS.join(', ')}; none is sent`);
  return {
    ...Object.fromEntries(problems),
    ...bridgeProblems(settings),
    ...accountProblems(settings),
    ...ownProblems?.(settings),
  };
}

/** What is wrong in the keys of BRIDGE_KEYS. */
export function bridgeProblems(settings: HandOnSettings): Readonly<Record<string, string>> {
  const { encoding, escapeKey, font } = settings;
  const problems: [key: string, text: string][] = [];
  const complain = (key: string, text: string): void => void problems.push([key, text]);
  if (encoding !== undefined && encodingOf(encoding) === undefined)
    complain(
      'encoding',
      `'encoding' is one of ${ENCODINGS.join(', ')}; bytes are passed as they are`,
    );
  if (escapeKey !== undefined && escapeKey !== 'none' && controlCode(escapeKey) === undefined)
    complain('escapeKey', `'escapeKey' is a key such as ^] or none; ${DEFAULT_ESCAPE_KEY} is used`);
  for (const key of ['idleSeconds', 'maxSeconds'] as const) {
    const seconds = settings[key];
    if (seconds !== undefined && !(Number(seconds) >= 0))
      complain(key, `'${key}' is a number of seconds; there is no limit now`);
  }
  if (font !== undefined && fontOf(font) === undefined)
    complain('font', `'font' is a number or one of ${Object.keys(FONTS).join(', ')}; none is set`);
  return Object.fromEntries(problems);
}

/** Where such a board is, for callers of either encoding; undefined where the settings do not say. */
export function addressFor(
  settings: HandOnSettings,
  { isUtf8, otherwise }: { readonly isUtf8: boolean; readonly otherwise: number },
): Address | undefined {
  const host = (isUtf8 ? settings['utf8Host'] : undefined) ?? settings['host'];
  const port = (isUtf8 ? settings['utf8Port'] : undefined) ?? settings['port'] ?? otherwise;
  const wanted = portOf(port);
  if (typeof host !== 'string' || host === '' || wanted === undefined) return undefined;
  return { host, port: wanted };
}

/** A port, or undefined where the value is none. */
export function portOf(value: unknown): number | undefined {
  const port = Number(value);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

export function bridgeOptionsOf(
  settings: HandOnSettings,
): Omit<BridgeOptions, 'clock' | 'menuText'> {
  const { escapeKey } = settings;
  return {
    encoding: encodingOf(settings['encoding']) ?? 'as-is',
    escapeKey:
      escapeKey === 'none'
        ? undefined
        : (controlCode(escapeKey) ?? controlCode(DEFAULT_ESCAPE_KEY)),
    idleMs: secondsOf(settings['idleSeconds']),
    maxMs: secondsOf(settings['maxSeconds']),
  };
}

function encodingOf(value: unknown): BridgeOptions['encoding'] | undefined {
  return ENCODINGS.find((name) => name === value);
}

function secondsOf(value: unknown): number {
  const seconds = Number(value ?? 0);
  return seconds > 0 && Number.isFinite(seconds) ? seconds * 1000 : 0;
}

/** The code of a control key that is written as `^]`. */
function controlCode(value: unknown): number | undefined {
  const letter =
    typeof value === 'string' ? /^\^([A-Z[\\\]^_])$/.exec(value.toUpperCase())?.[1] : undefined;
  return letter === undefined ? undefined : letter.charCodeAt(0) & 0x1f;
}

export function keyName(code: number): string {
  return `Ctrl-${String.fromCharCode(code + 0x40)}`;
}

export function fontOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 ? value : undefined;
  return typeof value === 'string' && Object.hasOwn(FONTS, value) ? FONTS[value] : undefined;
}
