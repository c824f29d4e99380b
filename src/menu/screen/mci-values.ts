import { ageInYears } from '../../acs/birthdate';
import { secureCall, secureCommand, secureWayTo } from '../../mail/links';
import { applyNumberStyle } from '../../art/number-style';
import { countCalls, listCalls } from '../../store/calls';
import { countCreatedSince, countUsers } from '../../store/users';
import type { Caller } from '../run/caller';
import { formatDate } from './date-format';
import { waysWithoutApp } from '../run/login-answer';
import type { Services } from '../run/services';
import type { Theme } from '../load/theme';

/** Data for the values of predefined MCI codes. */
export interface MciSource {
  readonly caller: Caller;
  readonly services: Services;
  readonly theme: Theme;
  /** The menu's description. */
  readonly description: string;
  /** Figures that were read from the store. */
  readonly figures: BoardFigures;
}

/** Figures about the whole board; only those that the screen shows are set. */
export interface BoardFigures {
  readonly callsEver?: number | undefined;
  readonly callsToday?: number | undefined;
  readonly users?: number | undefined;
  readonly newToday?: number | undefined;
  readonly lastCaller?: { readonly name: string; readonly atMs: number } | undefined;
  /** True where nobody but the user who asks has called. */
  readonly noCallerYet?: boolean;
}

/** The line of the code screen for those who have lost app and backup codes. */
export function lostBoth({ services, theme }: MciSource): string {
  return waysWithoutApp(theme.say, {
    mailsLinks: services.recovery.isOn,
    hasSecureWay: secureWayTo(services.listening()) !== undefined,
  });
}

/** Columns of a sentence that stands beside a picture. */
const SENTENCE_COLUMNS = 38;

/** For a screen that asks callers to use a secure way in; names only one that is on. */
export function secureWayIn({ services, theme }: MciSource): string {
  const way = secureWayTo(services.listening());
  if (way === undefined) return theme.say('code.no-secure-way');
  const config = services.config();
  const command = secureCommand(config, way);
  if (command !== undefined) {
    const call = theme.say('code.secure-call', { command });
    // A command that is cut would lead nowhere.
    if (call.length <= SENTENCE_COLUMNS) return call;
  }
  return theme.say('code.secure-way', { way: secureCall(config, way) });
}

/** Calls among which the last caller is looked for: more than one person makes in a row. */
const LAST_CALLS = 50;

/**
 * Reads the figures that these codes show. When the store does not answer, the screen is shown without
 * them.
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
      wants('LC', 'LT', 'LD') ? db.run((sql) => listCalls(sql, { limit: LAST_CALLS })) : undefined,
      wants('TU') ? db.run(countUsers) : undefined,
      wants('NT') ? db.run((sql) => countCreatedSince(sql, sinceMs)) : undefined,
    ]);
    // The last caller is somebody else than the user who asks.
    const newest = last?.find(({ userId }) => userId !== ownId);
    return {
      callsEver,
      callsToday,
      users,
      newToday,
      lastCaller: newest && { name: newest.userName, atMs: newest.startedAtMs },
      noCallerYet: last !== undefined && newest === undefined && last.length < LAST_CALLS,
    };
  } catch (error) {
    // Figures are not essential: the screen is shown without them.
    services.log.warn('menu.figures-failed', { error });
    return {};
  }
}

export function property(name: string): (source: MciSource) => string {
  return (source) => source.caller.login.user?.properties.get(name) ?? '';
}

export function dateProperty(name: string): (source: MciSource) => string {
  return (source) => {
    const text = source.caller.login.user?.properties.get(name) ?? '';
    const atMs = dayOf(text)?.getTime() ?? Date.parse(text);
    return Number.isNaN(atMs) ? text : formatDate(atMs, source.theme.defaults.date.short);
  };
}

/** A date without a time of day is the same day in every time zone. */
function dayOf(text: string): Date | undefined {
  const [, year, month, day] =
    /^(\d{4})[-/]?(\d\d)[-/]?(\d\d)(?:T00:00(?::00(?:\.0+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/.exec(text) ??
    [];
  if (year === undefined) return undefined;
  return new Date(Number(year), Number(month) - 1, Number(day));
}

export function lastCall(source: MciSource, pattern: string): string {
  const last = source.figures.lastCaller;
  return last === undefined ? '' : formatDate(last.atMs, pattern);
}

export function ageOf(source: MciSource): string {
  const birthdate = source.caller.login.user?.properties.get('birthdate');
  if (birthdate === undefined) return '';
  return numberOf(ageInYears(birthdate, new Date(source.services.clock.nowMs())));
}

export const SYSTEMS: Readonly<Record<string, string>> = {
  linux: 'Linux',
  darwin: 'Mac OS X',
  win32: 'Windows',
  sunos: 'SunOS',
  freebsd: 'FreeBSD',
};

export function processorName(model: string): string {
  return model
    .replace(/\(R\)|\(TM\)|processor|CPU/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

export function upTime(ms: number): string {
  return applyNumberStyle('durationSeconds', ms / 1000) ?? '';
}

/** A numeric property of the account; 0 when it is missing. */
function figure(source: MciSource, name: string): number {
  const value = Number(source.caller.login.user?.properties.get(name) ?? 0);
  return Number.isFinite(value) ? value : 0;
}

export function counted(name: string): (source: MciSource) => string {
  return (source) => String(figure(source, name));
}

export function inStyle(name: string, style: string): (source: MciSource) => string {
  return (source) => applyNumberStyle(style, figure(source, name)) ?? '';
}

export function percent(part: string, whole: string): (source: MciSource) => string {
  return (source) => {
    const under = figure(source, whole);
    return `${under === 0 ? 0 : Math.trunc((figure(source, part) / under) * 100)}%`;
  };
}

export function ownNode({ services, caller }: MciSource) {
  return services.nodes.list().find(({ node }) => node === caller.node);
}

export function yesOrNo(holds: boolean | undefined): string {
  return holds === false ? 'N' : 'Y';
}

export function numberOf(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}

export function megabytes(bytes: number): string {
  return String(Math.round(bytes / 1_048_576));
}
