import { ageInYears } from './birthdate';
import type { AcsArgument } from './parse';
import type { AcsSubject, AcsUser } from './subject';

/** Evaluates one code for a subject; compiled once, allocates nothing. */
export type AcsTest = (subject: AcsSubject) => boolean;

/** The argument of a code: none, one of a few digits, a minimum, or one or several of a list. */
export type ArgumentForm =
  'none' | 'factor' | 'digit' | 'least' | 'numbers' | 'names' | 'property' | 'any';

/**
 * The source of a code's value: the factors, the call itself, the account, or the current moment.
 */
type AcsSource = 'factor' | 'call' | 'account' | 'moment';

/**
 * One ACS code (contract A3.2): read by docs/acs.md, the checks, the proof and the test of a caller
 * alike.
 */
export interface AcsCode {
  readonly code: string;
  readonly form: ArgumentForm;
  /** What the flow proof believes of it; `moment` when in doubt. */
  readonly source: AcsSource;
  /**
   * `imported`: evaluated on data of an imported account, which nothing here changes; `no`: never
   * true.
   */
  readonly known: 'yes' | 'imported' | 'no';
  readonly doc: string;
  compile(argument: AcsArgument): AcsTest;
  /** The subject's value, for explanations. */
  show(subject: AcsSubject, argument: AcsArgument): string;
}

type About = Pick<AcsCode, 'code' | 'source' | 'doc'> & Partial<Pick<AcsCode, 'known'>>;

// A missing number counts as 0, as `x >= null` does in ENiGMA½.
function least(about: About, read: (subject: AcsSubject) => number | undefined): AcsCode {
  return {
    known: 'yes',
    ...about,
    form: 'least',
    compile(argument) {
      const limit = onlyNumber(argument) ?? 0;
      const usable = argument.items === undefined || onlyNumber(argument) !== undefined;
      return usable ? (subject) => (read(subject) ?? -1) >= limit : () => false;
    },
    show: (subject) => shown(read(subject)),
  };
}

function numbers(about: About, read: (subject: AcsSubject) => number | undefined): AcsCode {
  return {
    known: 'yes',
    ...about,
    form: 'numbers',
    compile(argument) {
      const items = argument.items?.filter(isDigits).map(Number) ?? [argument.number ?? -1];
      const wanted = new Set(items);
      return (subject) => wanted.has(read(subject) ?? Number.NaN);
    },
    show: (subject) => shown(read(subject)),
  };
}

function names(
  about: About,
  has: (subject: AcsSubject, wanted: readonly string[]) => boolean,
  show: (subject: AcsSubject) => string,
): AcsCode {
  return {
    known: 'yes',
    ...about,
    form: 'names',
    compile(argument) {
      const items = argument.items ?? [];
      // Services are named in lower case, and asked about in either.
      const wanted = about.code === 'SE' ? items.map((name) => name.toLowerCase()) : items;
      return wanted.length === 0 ? () => false : (subject) => has(subject, wanted);
    },
    show,
  };
}

function unknowable(code: string, form: ArgumentForm, doc: string): AcsCode {
  return {
    code,
    form,
    source: 'moment',
    known: 'no',
    doc,
    compile: () => () => false,
    show: () => 'not known here',
  };
}

const CODES: readonly AcsCode[] = [
  {
    code: 'AR',
    form: 'factor',
    source: 'factor',
    known: 'yes',
    doc: 'AR1: always; AR2: the account has a second factor, or must have one here; of a list, AR[1,2], any',
    compile: (argument) => {
      const wanted = argument.items?.filter(isDigits).map(Number) ?? [argument.number];
      if (wanted.includes(1)) return () => true;
      return wanted.includes(2) ? (subject) => subject.requiredFactor === 2 : () => false;
    },
    show: (subject) => `needs factor ${subject.requiredFactor}`,
  },
  {
    code: 'AF',
    form: 'factor',
    source: 'factor',
    known: 'yes',
    doc: 'factors passed, at least: 0 none, 1 password or key, 2 code; of a list, AF[1,2], any',
    compile({ number, items }) {
      const wanted = items?.filter(isDigits).map(Number) ?? [number ?? 0];
      return (subject) => wanted.some((least) => subject.factor >= least);
    },
    show: (subject) => shown(subject.factor),
  },
  {
    code: 'SC',
    form: 'none',
    source: 'call',
    known: 'yes',
    doc: 'the connection is secure: SSH or secure WebSocket',
    compile: () => (subject) => subject.secure,
    show: (subject) => (subject.secure ? 'secure' : 'not secure'),
  },
  {
    ...{ code: 'PW', form: 'none', source: 'moment', known: 'yes' },
    doc: 'a password is asked for at sign-in; !PW: a code in its place (`passwordLogin: never`)',
    compile: () => (subject) => subject.takesPassword !== false,
    show: (subject) => (subject.takesPassword === false ? 'a code instead' : 'a password'),
  },
  {
    code: 'LC',
    form: 'none',
    source: 'call',
    known: 'yes',
    doc: 'the caller comes from 127.0.0.1; ::1 does not count',
    compile: () => (subject) =>
      subject.remoteIp === '127.0.0.1' || subject.remoteIp === '::ffff:127.0.0.1',
    show: (subject) => subject.remoteIp,
  },
  numbers(
    {
      code: 'AS',
      source: 'account',
      doc: 'account status is one of: 0 disabled, 1 inactive, 2 active, 3 locked',
    },
    (subject) => subject.user?.status,
  ),
  numbers(
    { code: 'ID', source: 'account', doc: 'user number is one of; 0 while nobody has signed in' },
    (subject) => subject.user?.id ?? 0,
  ),
  names(
    { code: 'GM', source: 'account', doc: 'member of one of the groups' },
    (subject, wanted) => subject.user !== undefined && shareOne(subject.user.groups, wanted),
    (subject) => listed(subject.user?.groups ?? []),
  ),
  ageCode(),
  least(
    { code: 'AA', source: 'account', doc: 'age of the account in days, at least' },
    accountDays,
  ),
  count('NC', 'login_count', 'calls made, at least'),
  count('NP', 'post_count', 'messages posted, at least', 'imported'),
  count('BU', 'ul_total_bytes', 'bytes uploaded, at least', 'imported'),
  count('BD', 'dl_total_bytes', 'bytes downloaded, at least', 'imported'),
  count('UP', 'ul_total_count', 'files uploaded, at least', 'imported'),
  count('DL', 'dl_total_count', 'files downloaded, at least', 'imported'),
  ratio(
    'NR',
    ['ul_total_count', 'dl_total_count'],
    'files uploaded per files downloaded in percent, at least',
  ),
  ratio(
    'KR',
    ['ul_total_bytes', 'dl_total_bytes'],
    'bytes uploaded per bytes downloaded in percent, at least',
  ),
  ratio('PC', ['post_count', 'login_count'], 'messages posted per call in percent, at least'),
  count('AC', 'achievement_total_count', 'achievements, at least', 'imported'),
  count('AP', 'achievement_total_points', 'achievement points, at least', 'imported'),
  {
    code: 'PV',
    form: 'property',
    source: 'account',
    known: 'yes',
    doc: 'PV[name,value]: the user property has exactly this value',
    compile({ items }) {
      const [name, value] = items ?? [];
      if (name === undefined || value === undefined || items?.length !== 2) return () => false;
      return (subject) => subject.user !== undefined && subject.user.property(name) === value;
    },
    show: (subject, { items }) => subject.user?.property(items?.[0] ?? '') ?? 'not set',
  },
  numbers({ code: 'NN', source: 'call', doc: 'node number is one of' }, (subject) => subject.node),
  {
    code: 'EC',
    form: 'digit',
    source: 'moment',
    known: 'yes',
    doc: 'EC0: the terminal shows CP437; EC1: UTF-8',
    compile({ number }) {
      const wanted = number === 0 ? 'cp437' : number === 1 ? 'utf8' : undefined;
      return (subject) => subject.encoding === wanted;
    },
    show: (subject) => subject.encoding,
  },
  least({ code: 'TH', source: 'moment', doc: 'rows of the terminal, at least' }, (s) => s.height),
  least({ code: 'TW', source: 'moment', doc: 'columns of the terminal, at least' }, (s) => s.width),
  names(
    { code: 'TT', source: 'moment', doc: 'terminal type is one of, in small letters' },
    (subject, wanted) => includes(wanted, subject.terminalType),
    (subject) => subject.terminalType,
  ),
  names(
    { code: 'TM', source: 'moment', doc: 'theme is one of, by id' },
    (subject, wanted) => includes(wanted, subject.themeId),
    (subject) => subject.themeId,
  ),
  dated(
    { code: 'WD', source: 'moment', doc: 'day of the week is one of: 0 Sunday to 6, server time' },
    numbers,
    (date) => date.getDay(),
  ),
  dated(
    { code: 'MM', source: 'moment', doc: 'minutes past midnight, at least, server time' },
    least,
    (date) => date.getHours() * 60 + date.getMinutes(),
  ),
  names(
    { code: 'SE', source: 'moment', doc: 'all of these services are on, e.g. SE[https]' },
    (subject, wanted) => hasAll(subject.services, wanted),
    (subject) => listed([...subject.services]),
  ),
  unknowable('AE', 'digit', 'ActivityPub is on for the account'),
  unknowable('ML', 'least', 'minutes left today, at least'),
];

/** Every code by its two letters, in the order of the documentation. */
export const ACS_CODES: ReadonlyMap<string, AcsCode> = new Map(
  CODES.map((entry) => [entry.code, entry]),
);

export function onlyNumber({ number, items }: AcsArgument): number | undefined {
  if (items === undefined) return number;
  const [item] = items;
  return items.length === 1 && item !== undefined && isDigits(item) ? Number(item) : undefined;
}

export function isDigits(text: string): boolean {
  return /^[0-9]+$/.test(text);
}

function count(
  code: string,
  property: string,
  doc: string,
  known: 'yes' | 'imported' = 'yes',
): AcsCode {
  return least({ code, source: 'account', doc, known }, (subject) =>
    numberOf(subject.user, property),
  );
}

function ratio(code: string, parts: readonly [string, string], doc: string): AcsCode {
  return least({ code, source: 'account', doc, known: 'imported' }, (subject) => {
    const under = numberOf(subject.user, parts[1]);
    return under === 0 ? 0 : Math.trunc((numberOf(subject.user, parts[0]) / under) * 100);
  });
}

/** 0 where the property is not set. */
function numberOf(user: AcsUser | undefined, property: string): number {
  return Number(user?.property(property) ?? 0);
}

const DAY_MS = 86_400_000;

function accountDays(subject: AcsSubject): number {
  const created = subject.user?.property('account_created');
  if (created === undefined) return numberOf(subject.user, 'account_days_old');
  return Math.floor((subject.nowMs - Date.parse(created)) / DAY_MS);
}

/** AG, with one Date object per compiled code instead of one per evaluation. */
function ageCode(): AcsCode {
  const about = { code: 'AG', source: 'account', doc: 'age in years, at least' } as const;
  return dated(about, least, (date, subject) => {
    const birthdate = subject.user?.property('birthdate');
    return birthdate === undefined ? undefined : ageInYears(birthdate, date);
  });
}

type Builder = (about: About, read: (subject: AcsSubject) => number | undefined) => AcsCode;

/**
 * A code about server time: it owns one Date per compiled string, so that evaluation allocates
 * none.
 */
function dated(
  about: About,
  build: Builder,
  read: (date: Date, subject: AcsSubject) => number | undefined,
): AcsCode {
  const make = (): AcsCode => {
    const date = new Date(0);
    return build(about, (subject) => {
      date.setTime(subject.nowMs);
      return read(date, subject);
    });
  };
  const entry = make();
  return { ...entry, compile: (argument) => make().compile(argument) };
}

function shareOne(have: readonly string[], wanted: readonly string[]): boolean {
  for (let at = 0; at < wanted.length; at++) {
    if (includes(have, wanted[at])) return true;
  }
  return false;
}

function includes(list: readonly string[], wanted: string | undefined): boolean {
  return wanted !== undefined && list.includes(wanted);
}

function hasAll(have: ReadonlySet<string>, wanted: readonly string[]): boolean {
  for (let at = 0; at < wanted.length; at++) {
    if (!have.has(wanted[at] ?? '')) return false;
  }
  return true;
}

function shown(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? 'not known' : `is ${value}`;
}

function listed(items: readonly string[]): string {
  return items.length === 0 ? 'none' : items.join(', ');
}
