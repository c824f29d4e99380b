import type { Say } from '../../texts/texts';

/** Tokens of Moment.js for dates in themes (contract A10.4), each with its meaning. */
export const DATE_TOKENS: Readonly<Record<string, string>> = {
  YYYY: 'year, 2026',
  YY: 'year, 26',
  MMMM: 'month, January',
  MMM: 'month, Jan',
  MM: 'month, 01',
  Mo: 'month, 1st',
  M: 'month, 1',
  DDDD: 'day of the year, 001',
  DDD: 'day of the year, 1',
  DD: 'day, 01',
  Do: 'day, 1st',
  D: 'day, 1',
  dddd: 'day of the week, Thursday',
  ddd: 'day of the week, Thu',
  dd: 'day of the week, Th',
  d: 'day of the week, 4',
  Q: 'quarter, 1',
  HH: 'hour of 24, 09',
  H: 'hour of 24, 9',
  hh: 'hour of 12, 09',
  h: 'hour of 12, 9',
  mm: 'minutes, 05',
  m: 'minutes, 5',
  kk: 'hour of 24 without 0, 24',
  k: 'hour of 24 without 0, 24',
  SSS: 'milliseconds, 042',
  ss: 'seconds, 07',
  s: 'seconds, 7',
  A: 'AM or PM',
  a: 'am or pm',
  ZZ: 'difference to UTC, +0100',
  Z: 'difference to UTC, +01:00',
  X: 'seconds since 1970',
  x: 'milliseconds since 1970',
};

// Text in square brackets is literal; the longest matching token counts.
const TOKEN = new RegExp(`\\[[^\\]]*\\]|${Object.keys(DATE_TOKENS).join('|')}`, 'g');

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** Formats a moment in server time by a pattern such as `YYYY-MM-DD` or `ddd h:mm a`. */
export function formatDate(atMs: number, pattern: string): string {
  const date = new Date(atMs);
  return pattern.replace(TOKEN, (token) => writeToken(token, date));
}

function writeToken(token: string, date: Date): string {
  const hour12 = date.getHours() % 12 === 0 ? 12 : date.getHours() % 12;
  switch (token) {
    case 'YYYY':
      return String(date.getFullYear()).padStart(4, '0');
    case 'YY':
      return two(date.getFullYear() % 100);
    case 'MMMM':
      return MONTHS[date.getMonth()] ?? '';
    case 'MMM':
      return (MONTHS[date.getMonth()] ?? '').slice(0, 3);
    case 'MM':
      return two(date.getMonth() + 1);
    case 'Mo':
      return ordinal(date.getMonth() + 1);
    case 'M':
      return String(date.getMonth() + 1);
    case 'DDDD':
      return String(dayOfYear(date)).padStart(3, '0');
    case 'DDD':
      return String(dayOfYear(date));
    case 'DD':
      return two(date.getDate());
    case 'Do':
      return ordinal(date.getDate());
    case 'D':
      return String(date.getDate());
    case 'dddd':
      return DAYS[date.getDay()] ?? '';
    case 'ddd':
      return (DAYS[date.getDay()] ?? '').slice(0, 3);
    case 'dd':
      return (DAYS[date.getDay()] ?? '').slice(0, 2);
    case 'd':
      return String(date.getDay());
    case 'Q':
      return String(Math.floor(date.getMonth() / 3) + 1);
    case 'HH':
      return two(date.getHours());
    case 'H':
      return String(date.getHours());
    case 'hh':
      return two(hour12);
    case 'h':
      return String(hour12);
    case 'kk':
      return two(date.getHours() === 0 ? 24 : date.getHours());
    case 'k':
      return String(date.getHours() === 0 ? 24 : date.getHours());
    case 'mm':
      return two(date.getMinutes());
    case 'm':
      return String(date.getMinutes());
    case 'SSS':
      return String(date.getMilliseconds()).padStart(3, '0');
    case 'ss':
      return two(date.getSeconds());
    case 's':
      return String(date.getSeconds());
    case 'A':
      return date.getHours() < 12 ? 'AM' : 'PM';
    case 'a':
      return date.getHours() < 12 ? 'am' : 'pm';
    case 'Z':
      return offset(date);
    case 'ZZ':
      return offset(date).replace(':', '');
    case 'X':
      return String(Math.floor(date.getTime() / 1000));
    case 'x':
      return String(date.getTime());
    default:
      // Text in square brackets is literal.
      return token.slice(1, -1);
  }
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function ordinal(value: number): string {
  const teen = value % 100 >= 11 && value % 100 <= 13;
  const ending = teen ? 'th' : (['th', 'st', 'nd', 'rd'][value % 10] ?? 'th');
  return `${value}${ending}`;
}

function dayOfYear(date: Date): number {
  const start = Date.UTC(date.getFullYear(), 0, 0);
  const today = Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((today - start) / 86_400_000);
}

function offset(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const sign = minutes < 0 ? '-' : '+';
  return `${sign}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
}

/** The zone of the board's clock at a moment, as people write it: `UTC`, `UTC+1`, `UTC-3:30`. */
export function zoneName(atMs: number): string {
  const [hours = '', minutes = ''] = offset(new Date(atMs)).split(':');
  const whole = `${hours.charAt(0)}${Number(hours.slice(1))}`;
  if (minutes !== '00') return `UTC${whole}:${minutes}`;
  return Number(whole) === 0 ? 'UTC' : `UTC${whole}`;
}

/** A moment as people say it: `today 18:31`, `yesterday 09:12`, else the day, with its year if it is another one. */
export function formatMoment(
  atMs: number,
  { nowMs, hasTime, say }: { readonly nowMs: number; readonly hasTime: boolean; readonly say: Say },
): string {
  const [at, now] = [new Date(atMs), new Date(nowMs)];
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  const time = formatDate(atMs, 'HH:mm');
  if (at.toDateString() === now.toDateString()) return say('time.today', { time });
  if (at.toDateString() === yesterday.toDateString()) {
    return say('time.yesterday', { time });
  }
  const day = at.getFullYear() === now.getFullYear() ? 'D MMM' : 'D MMM YYYY';
  return formatDate(atMs, hasTime ? `${day} HH:mm` : day);
}
