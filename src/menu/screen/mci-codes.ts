import { arch, cpus, freemem, loadavg, platform, totalmem, type as systemName } from 'node:os';
import type { CodeKind } from '../../art/art-token';
import { WAY_IN_NAMES, WAYS_IN } from '../../protocols/ways-in';
import { isViewCode } from '../../views/registry';
import { toError } from '../../base/errors';
import { factsOf } from '../run/caller';
import type { OwnMciCodes } from '../run/services';
import { formatDate } from './date-format';
import {
  ageOf,
  counted,
  dateProperty,
  inStyle,
  lastCall,
  lostBoth,
  megabytes,
  numberOf,
  ownNode,
  percent,
  processorName,
  property,
  secureWayIn,
  SYSTEMS,
  upTime,
  yesOrNo,
  type MciSource,
} from './mci-values';

/** One predefined code. */
interface MciCode {
  readonly doc: string;
  /** Empty until the caller is fully signed in (rule M4): data of the account other than its name. */
  readonly afterSignIn: boolean;
  /** Undefined for a code of something that this board does not have: nothing is shown. */
  readonly value: ((source: MciSource) => string) | undefined;
}

const always = (doc: string, value: MciCode['value']): MciCode => ({
  doc,
  value,
  afterSignIn: false,
});
const afterSignIn = (doc: string, value: MciCode['value']): MciCode => ({
  doc,
  value,
  afterSignIn: true,
});
const nothing = (doc: string): MciCode => always(doc, undefined);

/**
 * The one table of predefined codes (contract A10.3): art, checks and the manual take from it what is
 * a code, what it means and what it shows.
 */
export const MCI_CODES: Readonly<Record<string, MciCode>> = {
  BN: always('name of the board', (s) => s.services.config().general.boardName),
  VL: always('name and version of the program', (s) => `Sallyport v${s.services.version}`),
  VN: always('version of the program', (s) => s.services.version),
  SN: always("sysop's user name", (s) => s.services.config().general.sysOp.username),
  SR: always("sysop's real name", (s) => s.services.config().general.sysOp.realName),
  SL: always("sysop's location", (s) => s.services.config().general.sysOp.location),
  SA: always("sysop's affiliation", (s) => s.services.config().general.sysOp.affiliations),
  SS: always("sysop's sex", (s) => s.services.config().general.sysOp.sex),
  SE: always("sysop's mail address", (s) => s.services.config().general.sysOp.email),
  UN: always("caller's user name", (s) => s.caller.login.user?.name ?? ''),
  UI: afterSignIn("caller's user id", (s) => numberOf(s.caller.login.user?.id)),
  UG: afterSignIn("caller's groups", (s) => (s.caller.login.user?.groups ?? []).join(', ')),
  UR: afterSignIn("caller's real name", property('real_name')),
  LO: afterSignIn("caller's location", property('location')),
  UA: afterSignIn("caller's age", ageOf),
  BD: afterSignIn("caller's birthday", dateProperty('birthdate')),
  US: afterSignIn("caller's sex", property('sex')),
  UE: afterSignIn("caller's mail address", property('email_address')),
  UW: afterSignIn("caller's web address", property('web_address')),
  UF: afterSignIn("caller's affiliation", property('affiliation')),
  UT: always("name of the caller's theme", (s) => s.theme.name),
  UD: always("id of the caller's theme", (s) => s.theme.id),
  UC: afterSignIn(
    "number of the caller's calls",
    (s) => s.caller.login.user?.properties.get('login_count') ?? '0',
  ),
  MS: afterSignIn('date the caller became a member', dateProperty('account_created')),
  ND: always('number of this node', (s) => String(s.caller.node)),
  IP: always("caller's network address", (s) => s.caller.remoteIp),
  ST: always(
    `way in: ${WAY_IN_NAMES.map((name) => WAYS_IN[name].label).join(', ')}`,
    (s) => WAYS_IN[s.caller.server].label,
  ),
  WR: always('what to do at the code screen without the app, in 38 columns', (s) => lostBoth(s)),
  LB: always('how to change between screens and lines, in the menu that has P for it', (s) => {
    const { canDraw, isLineByLine } = s.caller.terminal;
    if (!canDraw) return '';
    return s.theme.say(isLineByLine ? 'code.screens' : 'code.lines');
  }),
  WI: always(
    'how to call on a secure line, with host and port where they are known, or that no secure way in is on',
    (s) => secureWayIn(s),
  ),
  SH: always('rows of the terminal', (s) => String(s.caller.terminal.window.height)),
  SW: always('columns of the terminal', (s) => String(s.caller.terminal.window.width)),
  MD: always('description of the menu', (s) => s.description),
  FN: nothing("name of the caller's file filter"),
  DN: afterSignIn("number of the caller's downloads", counted('dl_total_count')),
  DK: afterSignIn("size of the caller's downloads", inStyle('dl_total_bytes', 'sizeWithAbbr')),
  UP: afterSignIn("number of the caller's uploads", counted('ul_total_count')),
  UK: afterSignIn("size of the caller's uploads", inStyle('ul_total_bytes', 'sizeWithAbbr')),
  NR: afterSignIn(
    "caller's uploads to downloads, in percent",
    percent('ul_total_count', 'dl_total_count'),
  ),
  KR: afterSignIn(
    "size of the caller's uploads to that of the downloads, in percent",
    percent('ul_total_bytes', 'dl_total_bytes'),
  ),
  PS: afterSignIn("number of the caller's posts", counted('post_count')),
  PC: afterSignIn("caller's posts to calls, in percent", percent('post_count', 'login_count')),
  MA: nothing("name of the caller's message area"),
  MC: nothing("name of the caller's message conference"),
  ML: nothing("description of the caller's message area"),
  CM: nothing("description of the caller's message conference"),
  NM: nothing('new messages to the caller'),
  NP: nothing('new private mails to the caller'),
  AC: afterSignIn("number of the caller's achievements", counted('achievement_total_count')),
  AP: afterSignIn("points of the caller's achievements", counted('achievement_total_points')),
  AS: nothing("status of the caller's achievements"),
  DR: afterSignIn('how often the caller was in a door', counted('door_run_total_count')),
  DM: afterSignIn(
    'how long the caller was in doors',
    inStyle('door_run_total_minutes', 'durationMinutes'),
  ),
  TO: afterSignIn(
    'how long the caller was online in all calls',
    inStyle('minutes_online_total_count', 'durationMinutes'),
  ),
  IA: afterSignIn('Y where the caller takes messages of other callers, else N', (s) =>
    yesOrNo(ownNode(s)?.isAvailable),
  ),
  IV: afterSignIn("Y where the caller is listed in who's online, else N", (s) =>
    yesOrNo(ownNode(s)?.isVisible),
  ),
  DT: always('date', (s) => formatDate(s.services.clock.nowMs(), s.theme.defaults.date.short)),
  CT: always('time', (s) => formatDate(s.services.clock.nowMs(), s.theme.defaults.time.short)),
  OS: always('operating system', () => SYSTEMS[platform()] ?? systemName()),
  OA: always('architecture of the machine', () => arch()),
  SC: always('kind of processor', () => processorName(cpus()[0]?.model ?? '')),
  NV: always('version of Node.js', () => process.version),
  AN: always('nodes in use', (s) =>
    String(s.services.nodes.list().filter((node) => node.user && node.isVisible).length),
  ),
  TC: always('calls ever', (s) => numberOf(s.figures.callsEver)),
  TT: always('calls today', (s) => numberOf(s.figures.callsToday)),
  LC: afterSignIn('user name of the last caller, or words for nobody', (s) => {
    const { lastCaller, noCallerYet = false } = s.figures;
    return lastCaller?.name ?? (noCallerYet ? s.theme.say('code.no-caller-yet') : '');
  }),
  LT: afterSignIn('time of the last call', (s) => lastCall(s, s.theme.defaults.time.short)),
  LD: afterSignIn('date of the last call', (s) => lastCall(s, s.theme.defaults.date.short)),
  TU: always('number of users', (s) => numberOf(s.figures.users)),
  NT: always('new users today', (s) => numberOf(s.figures.newToday)),
  UU: always('how long the board has been up', (s) =>
    upTime(s.services.clock.nowMs() - s.services.startedAtMs),
  ),
  MB: always('memory of the machine', () => megabytes(totalmem())),
  MF: always('free memory of the machine', () => megabytes(freemem())),
  LA: always('load average', () => (loadavg()[0] ?? 0).toFixed(2)),
  CL: always('load of the processor', () => (loadavg()[0] ?? 0).toFixed(2)),
  PI: nothing('bytes that came in since the start'),
  PE: nothing('bytes that went out since the start'),
  SD: nothing('downloads ever'),
  SO: nothing('size of the downloads ever'),
  SU: nothing('uploads ever'),
  SP: nothing('size of the uploads ever'),
  TF: nothing('number of files'),
  TB: nothing('size of all files'),
  PT: nothing('posts today'),
  TP: nothing('posts ever'),
  FT: nothing('uploads today'),
  FB: nothing('size of the uploads today'),
  DD: nothing('downloads today'),
  DB: nothing('size of the downloads today'),
  RR: nothing('a rumour'),
};

function findMciCode(code: string): MciCode | undefined {
  return Object.hasOwn(MCI_CODES, code) ? MCI_CODES[code] : undefined;
}

/** What a code of two letters in art is; undefined for two letters that are none. */
export function kindOfCode(code: string, own?: OwnMciCodes): CodeKind | undefined {
  if (isViewCode(code)) return 'view';
  return findMciCode(code) === undefined && own?.has(code) !== true ? undefined : 'value';
}

/** True for a code that shows nothing on this board. */
export function isEmptyCode(code: string): boolean {
  const found = findMciCode(code);
  return found !== undefined && found.value === undefined;
}

/** The value of a predefined code, as data; undefined when there is no such code. */
export function mciValue(code: string, source: MciSource): string | undefined {
  const found = findMciCode(code);
  if (found === undefined) return ownValue(code, source);
  if (found.afterSignIn && !source.caller.login.complete) return '';
  return found.value?.(source) ?? '';
}

function ownValue(code: string, { caller, services }: MciSource): string | undefined {
  const found = services.ownCodes?.mci.get(code);
  if (found === undefined) return undefined;
  if (found.beforeSignIn !== true && !caller.login.complete) return '';
  try {
    const value: unknown = found.value(factsOf(caller));
    if (typeof value === 'string') return value;
    throw new TypeError(`its value is ${typeof value}, not text`);
  } catch (error) {
    // The screen is shown without it.
    caller.log.warn('extension.failed', { what: `%${code}`, error: toError(error) });
    return '';
  }
}
