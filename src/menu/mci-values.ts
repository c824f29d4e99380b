import { freemem, loadavg, arch, platform, release, totalmem } from 'node:os';
import type { Caller } from './caller';
import { formatDate } from './date-format';
import type { Services } from './services';
import type { Theme } from './theme';

/** What predefined MCI codes are filled from. */
export interface MciSource {
  readonly caller: Caller;
  readonly services: Services;
  readonly theme: Theme;
  /** The menu's description. */
  readonly description: string;
  /** Figures that take a look into the store; undefined until a screen asked for one. */
  readonly figures: BoardFigures | undefined;
}

/** Figures about the whole board, read from the store when a screen shows one. */
export interface BoardFigures {
  readonly callsEver: number;
  readonly callsToday: number;
  readonly users: number;
  readonly newToday: number;
  readonly lastCaller: { readonly name: string; readonly atMs: number } | undefined;
}

interface MciCode {
  readonly doc: string;
  /** True where the value comes from BoardFigures. */
  readonly figure?: true;
  value(source: MciSource): string;
}

/** Every predefined MCI code that this system knows, with its line of documentation. */
export const MCI_CODES: Readonly<Record<string, MciCode>> = {
  BN: { doc: 'Name of the board.', value: (s) => s.services.config().general.boardName },
  VL: { doc: 'Program and version.', value: (s) => `Sallyport v${s.services.version}` },
  VN: { doc: 'Version number.', value: (s) => s.services.version },
  SN: { doc: "Sysop's user name.", value: (s) => s.services.config().general.sysOp.username },
  SR: { doc: "Sysop's real name.", value: (s) => s.services.config().general.sysOp.realName },
  SL: { doc: "Sysop's location.", value: (s) => s.services.config().general.sysOp.location },
  SA: { doc: "Sysop's affiliation.", value: (s) => s.services.config().general.sysOp.affiliations },
  SS: { doc: "Sysop's sex.", value: (s) => s.services.config().general.sysOp.sex },
  SE: { doc: "Sysop's mail address.", value: (s) => s.services.config().general.sysOp.email },
  UN: { doc: "Caller's user name.", value: (s) => s.caller.login.user?.name ?? '' },
  UI: { doc: "Caller's user id.", value: (s) => numberOf(s.caller.login.user?.id) },
  UG: { doc: "Caller's groups.", value: (s) => (s.caller.login.user?.groups ?? []).join(', ') },
  UR: { doc: "Caller's real name.", value: property('real_name') },
  LO: { doc: "Caller's location.", value: property('location') },
  UA: {
    doc: "Caller's age.",
    value: (s) => ageOf(s.caller.login.user?.properties.get('birthdate'), s.services.clock.nowMs()),
  },
  BD: { doc: "Caller's birthday.", value: dateProperty('birthdate') },
  US: { doc: "Caller's sex.", value: property('sex') },
  UE: { doc: "Caller's mail address.", value: property('email_address') },
  UW: { doc: "Caller's web address.", value: property('web_address') },
  UF: { doc: "Caller's affiliation.", value: property('affiliation') },
  UT: { doc: "Name of the caller's theme.", value: (s) => s.theme.name },
  UD: { doc: "Id of the caller's theme.", value: (s) => s.theme.id },
  UC: {
    doc: "Caller's number of calls.",
    value: (s) => s.caller.login.user?.properties.get('login_count') ?? '0',
  },
  MS: { doc: 'Member since.', value: dateProperty('account_created') },
  ND: { doc: 'Node number.', value: (s) => String(s.caller.node) },
  IP: { doc: "Caller's address.", value: (s) => s.caller.remoteIp },
  ST: { doc: 'Server the caller came by.', value: (s) => SERVER_NAMES[s.caller.server] },
  SH: { doc: 'Terminal rows.', value: (s) => String(s.caller.terminal.height) },
  SW: { doc: 'Terminal columns.', value: (s) => String(s.caller.terminal.width) },
  MD: { doc: 'Description of the menu.', value: (s) => s.description },
  DT: {
    doc: 'Date.',
    value: (s) => formatDate(s.services.clock.nowMs(), s.theme.defaults.date.short),
  },
  CT: {
    doc: 'Time.',
    value: (s) => formatDate(s.services.clock.nowMs(), s.theme.defaults.time.short),
  },
  OS: { doc: "Board's operating system.", value: () => `${platform()} ${release()}` },
  OA: { doc: "Board's processor.", value: () => arch() },
  NV: { doc: 'Node.js version.', value: () => process.version },
  AN: {
    doc: 'Callers that are on now.',
    value: (s) => String(s.services.nodes.list().filter((node) => node.user !== undefined).length),
  },
  TC: { doc: 'Calls ever.', figure: true, value: (s) => numberOf(s.figures?.callsEver) },
  TT: { doc: 'Calls today.', figure: true, value: (s) => numberOf(s.figures?.callsToday) },
  LC: { doc: 'Last caller.', figure: true, value: (s) => s.figures?.lastCaller?.name ?? '' },
  LT: {
    doc: "Last caller's time.",
    figure: true,
    value: (s) => lastCall(s, s.theme.defaults.time.short),
  },
  LD: {
    doc: "Last caller's date.",
    figure: true,
    value: (s) => lastCall(s, s.theme.defaults.date.short),
  },
  TU: { doc: 'Number of users.', figure: true, value: (s) => numberOf(s.figures?.users) },
  NT: { doc: 'New users today.', figure: true, value: (s) => numberOf(s.figures?.newToday) },
  UU: {
    doc: 'How long the board has been up.',
    value: (s) => duration(s.services.clock.nowMs() - s.services.startedAtMs),
  },
  MB: { doc: "Board's memory, MB.", value: () => megabytes(totalmem()) },
  MF: { doc: "Board's free memory, MB.", value: () => megabytes(freemem()) },
  LA: { doc: "Board's load average.", value: () => (loadavg()[0] ?? 0).toFixed(2) },
  CL: { doc: "Board's load now.", value: () => (loadavg()[0] ?? 0).toFixed(2) },
};

const SERVER_NAMES = { telnet: 'Telnet', ssh: 'SSH', wss: 'WebSocket' } as const;

/** The value of a predefined code, as data; undefined when there is no such code. */
export function mciValue(code: string, source: MciSource): string | undefined {
  return Object.hasOwn(MCI_CODES, code) ? MCI_CODES[code]?.value(source) : undefined;
}

/** True when the code's value takes a look into the store. */
export function isFigure(code: string): boolean {
  return Object.hasOwn(MCI_CODES, code) && MCI_CODES[code]?.figure === true;
}

/** Looks the board's figures up; a store that does not answer leaves them out, never a screen. */
export async function readFigures(services: Services): Promise<BoardFigures | undefined> {
  const today = new Date(services.clock.nowMs());
  today.setHours(0, 0, 0, 0);
  try {
    const [callsEver, callsToday, last, users] = await Promise.all([
      services.calls.count(),
      services.calls.count(today.getTime()),
      services.calls.last(1),
      services.accounts.count(today.getTime()),
    ]);
    const newest = last[0];
    return {
      callsEver,
      callsToday,
      users: users.all,
      newToday: users.createdSince,
      lastCaller: newest === undefined ? undefined : { name: newest.userName, atMs: newest.atMs },
    };
  } catch (error) {
    // Figures are decoration: the screen goes out without them.
    services.log.warn('menu.figures-failed', { error });
    return undefined;
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
  const last = source.figures?.lastCaller;
  return last === undefined ? '' : formatDate(last.atMs, pattern);
}

/** Whole years between a birthdate and now, '' when the date says nothing. */
export function ageOf(birthdate: string | undefined, nowMs: number): string {
  const born = birthdate === undefined ? Number.NaN : Date.parse(birthdate);
  if (Number.isNaN(born)) return '';
  const then = new Date(born);
  const now = new Date(nowMs);
  const had =
    now.getMonth() > then.getMonth() ||
    (now.getMonth() === then.getMonth() && now.getDate() >= then.getDate());
  return String(now.getFullYear() - then.getFullYear() - (had ? 0 : 1));
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
