import { WAYS_IN } from '../../protocols/ways-in';
import { arch, cpus, freemem, loadavg, platform, totalmem, type as systemName } from 'node:os';
import { ageInYears } from '../../acs/birthdate';
import { secureWayTo, type Listening } from '../../mail/links';
import { CODES_AFTER_SIGN_IN, EMPTY_CODES } from '../../art/mci-codes';
import { applyNumberStyle } from '../../art/number-style';
import { countCalls, listCalls } from '../../store/calls';
import { countCreatedSince, countUsers } from '../../store/users';
import type { Caller } from '../run/caller';
import { formatDate } from './date-format';
import type { Services } from '../run/services';
import type { Theme } from '../load/theme';

/** What predefined MCI codes are filled from. */
interface MciSource {
  readonly caller: Caller;
  readonly services: Services;
  readonly theme: Theme;
  /** The menu's description. */
  readonly description: string;
  /** What took a look into the store. */
  readonly figures: BoardFigures;
}

/** Figures about the whole board, as far as a screen shows them. */
export interface BoardFigures {
  readonly callsEver?: number | undefined;
  readonly callsToday?: number | undefined;
  readonly users?: number | undefined;
  readonly newToday?: number | undefined;
  readonly lastCaller?: { readonly name: string; readonly atMs: number } | undefined;
}

/** The value of each predefined code (contract A10.3); what they mean is in art/mci-codes.ts. */
const VALUES: Readonly<Record<string, (source: MciSource) => string>> = {
  BN: (s) => s.services.config().general.boardName,
  VL: (s) => `Sallyport v${s.services.version}`,
  VN: (s) => s.services.version,
  SN: (s) => s.services.config().general.sysOp.username,
  SR: (s) => s.services.config().general.sysOp.realName,
  SL: (s) => s.services.config().general.sysOp.location,
  SA: (s) => s.services.config().general.sysOp.affiliations,
  SS: (s) => s.services.config().general.sysOp.sex,
  SE: (s) => s.services.config().general.sysOp.email,
  UN: (s) => s.caller.login.user?.name ?? '',
  UI: (s) => numberOf(s.caller.login.user?.id),
  UG: (s) => (s.caller.login.user?.groups ?? []).join(', '),
  UR: property('real_name'),
  LO: property('location'),
  UA: ageOf,
  BD: dateProperty('birthdate'),
  US: property('sex'),
  UE: property('email_address'),
  UW: property('web_address'),
  UF: property('affiliation'),
  UT: (s) => s.theme.name,
  UD: (s) => s.theme.id,
  UC: (s) => s.caller.login.user?.properties.get('login_count') ?? '0',
  MS: dateProperty('account_created'),
  ND: (s) => String(s.caller.node),
  IP: (s) => s.caller.remoteIp,
  ST: (s) => WAYS_IN[s.caller.server].label,
  WI: (s) => secureWayIn(s.services.listening()),
  SH: (s) => String(s.caller.terminal.height),
  SW: (s) => String(s.caller.terminal.width),
  MD: (s) => s.description,
  DN: counted('dl_total_count'),
  DK: inStyle('dl_total_bytes', 'sizeWithAbbr'),
  UP: counted('ul_total_count'),
  UK: inStyle('ul_total_bytes', 'sizeWithAbbr'),
  NR: percent('ul_total_count', 'dl_total_count'),
  KR: percent('ul_total_bytes', 'dl_total_bytes'),
  PS: counted('post_count'),
  PC: percent('post_count', 'login_count'),
  AC: counted('achievement_total_count'),
  AP: counted('achievement_total_points'),
  DR: counted('door_run_total_count'),
  DM: inStyle('door_run_total_minutes', 'durationMinutes'),
  TO: inStyle('minutes_online_total_count', 'durationMinutes'),
  IA: (s) => yesOrNo(ownNode(s)?.isAvailable),
  IV: (s) => yesOrNo(ownNode(s)?.isVisible),
  DT: (s) => formatDate(s.services.clock.nowMs(), s.theme.defaults.date.short),
  CT: (s) => formatDate(s.services.clock.nowMs(), s.theme.defaults.time.short),
  OS: () => SYSTEMS[platform()] ?? systemName(),
  OA: () => arch(),
  SC: () => processorName(cpus()[0]?.model ?? ''),
  NV: () => process.version,
  AN: (s) => String(s.services.nodes.list().filter((node) => node.user && node.isVisible).length),
  TC: (s) => numberOf(s.figures.callsEver),
  TT: (s) => numberOf(s.figures.callsToday),
  LC: (s) => s.figures.lastCaller?.name ?? '',
  LT: (s) => lastCall(s, s.theme.defaults.time.short),
  LD: (s) => lastCall(s, s.theme.defaults.date.short),
  TU: (s) => numberOf(s.figures.users),
  NT: (s) => numberOf(s.figures.newToday),
  UU: (s) => upTime(s.services.clock.nowMs() - s.services.startedAtMs),
  MB: () => megabytes(totalmem()),
  MF: () => megabytes(freemem()),
  LA: () => (loadavg()[0] ?? 0).toFixed(2),
  CL: () => (loadavg()[0] ?? 0).toFixed(2),
};

/** For a screen that sends callers to a secure line: never to one that is off. */
function secureWayIn(listening: Listening): string {
  const way = secureWayTo(listening);
  if (way === undefined) return 'No secure way in is on here now.';
  return `Call by ${WAYS_IN[way].callBy}, and come back.`;
}

/** The value of a predefined code, as data; undefined when there is no such code. */
export function mciValue(code: string, source: MciSource): string | undefined {
  if (CODES_AFTER_SIGN_IN.has(code) && !source.caller.login.complete) return '';
  if (EMPTY_CODES.has(code)) return '';
  return Object.hasOwn(VALUES, code) ? VALUES[code]?.(source) : undefined;
}

/**
 * Looks up the figures that these codes show. A store that does not answer leaves them out, never a
 * screen.
 */
export async function readFigures(
  services: Services,
  codes: readonly string[],
  ownId: number | undefined,
): Promise<BoardFigures> {
  const wants = (...figures: readonly string[]): boolean =>
    figures.some((code) => codes.includes(code));
  const today = new Date(services.clock.nowMs());
  today.setHours(0, 0, 0, 0);
  const { db } = services;
  const sinceMs = today.getTime();
  try {
    const [callsEver, callsToday, last, users, newToday] = await Promise.all([
      wants('TC') ? db.run((sql) => countCalls(sql)) : undefined,
      wants('TT') ? db.run((sql) => countCalls(sql, sinceMs)) : undefined,
      wants('LC', 'LT', 'LD') ? db.run((sql) => listCalls(sql, { limit: 2 })) : undefined,
      wants('TU') ? db.run(countUsers) : undefined,
      wants('NT') ? db.run((sql) => countCreatedSince(sql, sinceMs)) : undefined,
    ]);
    // The last caller excludes the user who asks.
    const newest = last?.[0]?.userId === ownId ? last?.[1] : last?.[0];
    return {
      callsEver,
      callsToday,
      users,
      newToday,
      lastCaller: newest && { name: newest.userName, atMs: newest.startedAtMs },
    };
  } catch (error) {
    // Figures are decoration: the screen goes out without them.
    services.log.warn('menu.figures-failed', { error });
    return {};
  }
}

function property(name: string): (source: MciSource) => string {
  return (source) => source.caller.login.user?.properties.get(name) ?? '';
}

function dateProperty(name: string): (source: MciSource) => string {
  return (source) => {
    const text = source.caller.login.user?.properties.get(name) ?? '';
    const atMs = dayOf(text)?.getTime() ?? Date.parse(text);
    return Number.isNaN(atMs) ? text : formatDate(atMs, source.theme.defaults.date.short);
  };
}

/** A date without a time of day is that day wherever the board is: never one of the day before. */
function dayOf(text: string): Date | undefined {
  const [, year, month, day] =
    /^(\d{4})[-/]?(\d\d)[-/]?(\d\d)(?:T00:00(?::00(?:\.0+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/.exec(text) ??
    [];
  if (year === undefined) return undefined;
  return new Date(Number(year), Number(month) - 1, Number(day));
}

function lastCall(source: MciSource, pattern: string): string {
  const last = source.figures.lastCaller;
  return last === undefined ? '' : formatDate(last.atMs, pattern);
}

function ageOf(source: MciSource): string {
  const birthdate = source.caller.login.user?.properties.get('birthdate');
  if (birthdate === undefined) return '';
  return numberOf(ageInYears(birthdate, new Date(source.services.clock.nowMs())));
}

const SYSTEMS: Readonly<Record<string, string>> = {
  linux: 'Linux',
  darwin: 'Mac OS X',
  win32: 'Windows',
  sunos: 'SunOS',
  freebsd: 'FreeBSD',
};

function processorName(model: string): string {
  return model
    .replace(/\(R\)|\(TM\)|processor|CPU/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

function upTime(ms: number): string {
  return applyNumberStyle('durationSeconds', ms / 1000) ?? '';
}

/** A number of the account's; 0 where it has none. */
function figure(source: MciSource, name: string): number {
  const value = Number(source.caller.login.user?.properties.get(name) ?? 0);
  return Number.isFinite(value) ? value : 0;
}

function counted(name: string): (source: MciSource) => string {
  return (source) => String(figure(source, name));
}

function inStyle(name: string, style: string): (source: MciSource) => string {
  return (source) => applyNumberStyle(style, figure(source, name)) ?? '';
}

function percent(part: string, whole: string): (source: MciSource) => string {
  return (source) => {
    const under = figure(source, whole);
    return `${under === 0 ? 0 : Math.trunc((figure(source, part) / under) * 100)}%`;
  };
}

function ownNode({ services, caller }: MciSource) {
  return services.nodes.list().find(({ node }) => node === caller.node);
}

function yesOrNo(holds: boolean | undefined): string {
  return holds === false ? 'N' : 'Y';
}

function numberOf(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}

function megabytes(bytes: number): string {
  return String(Math.round(bytes / 1_048_576));
}
