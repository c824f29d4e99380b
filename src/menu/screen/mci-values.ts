import { WAYS_IN } from '../../protocols/ways-in';
import { freemem, loadavg, arch, platform, release, totalmem } from 'node:os';
import { ageInYears } from '../../acs/birthdate';
import { secureWayTo, type Listening } from '../../mail/links';
import { CODES_AFTER_SIGN_IN } from '../../art/mci-codes';
import { countCalls, listCalls } from '../../store/calls';
import { countCreatedSince, countUsers } from '../../store/users';
import type { Caller } from '../run/caller';
import { formatDate } from './date-format';
import type { Services } from '../run/services';
import type { Theme } from '../load/theme';

/** What predefined MCI codes are filled from. */
export interface MciSource {
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
  DT: (s) => formatDate(s.services.clock.nowMs(), s.theme.defaults.date.short),
  CT: (s) => formatDate(s.services.clock.nowMs(), s.theme.defaults.time.short),
  OS: () => `${platform()} ${release()}`,
  OA: () => arch(),
  NV: () => process.version,
  AN: (s) => String(s.services.nodes.list().filter((node) => node.user && node.isVisible).length),
  TC: (s) => numberOf(s.figures.callsEver),
  TT: (s) => numberOf(s.figures.callsToday),
  LC: (s) => s.figures.lastCaller?.name ?? '',
  LT: (s) => lastCall(s, s.theme.defaults.time.short),
  LD: (s) => lastCall(s, s.theme.defaults.date.short),
  TU: (s) => numberOf(s.figures.users),
  NT: (s) => numberOf(s.figures.newToday),
  UU: (s) => duration(s.services.clock.nowMs() - s.services.startedAtMs),
  MB: () => megabytes(totalmem()),
  MF: () => megabytes(freemem()),
  LA: () => (loadavg()[0] ?? 0).toFixed(2),
  CL: () => (loadavg()[0] ?? 0).toFixed(2),
  // Rumours belong to a message system that this board has not.
  RR: () => '',
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
    const atMs = Date.parse(text);
    return Number.isNaN(atMs) ? text : formatDate(atMs, source.theme.defaults.date.short);
  };
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

function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const rest = `${hours}h ${minutes % 60}m`;
  return days === 0 ? rest : `${days}d ${rest}`;
}

function numberOf(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}

function megabytes(bytes: number): string {
  return String(Math.round(bytes / 1_048_576));
}
