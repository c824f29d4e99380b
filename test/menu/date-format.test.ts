import { formatMoment, formatDate, zoneName } from '../../src/menu/screen/date-format';
import { sayStock } from '../../src/texts/texts';

const at = new Date(2026, 1, 3, 15, 4, 5).getTime();

test.each([
  ['YYYY-MM-DD', '2026-02-03'],
  ['D MMM YY', '3 Feb 26'],
  ['ddd, MMMM Do', 'Tue, February 3rd'],
  ['dddd', 'Tuesday'],
  ['HH:mm:ss', '15:04:05'],
  ['h:mm a', '3:04 pm'],
  ['hh:mm A', '03:04 PM'],
  ['DDDD', '034'],
  ["[at] H [o'clock]", "at 15 o'clock"],
])('%s writes %s', (pattern, text) => {
  expect(formatDate(at, pattern)).toBe(text);
});

test('midnight and noon are twelve', () => {
  expect(formatDate(new Date(2026, 0, 1, 0, 30).getTime(), 'h:mm a')).toBe('12:30 am');
  expect(formatDate(new Date(2026, 0, 1, 12, 30).getTime(), 'h:mm a')).toBe('12:30 pm');
});

test('11th to 13th are not 11st to 13rd', () => {
  const days = [1, 2, 3, 4, 11, 12, 13, 21, 22, 23].map((day) =>
    formatDate(new Date(2026, 0, day).getTime(), 'Do'),
  );
  expect(days.join(' ')).toBe('1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 23rd');
});

test.each([
  ['DDD', '1'],
  ['dd d', 'Th 4'],
  ['Q', '1'],
  ['k kk', '24 24'],
  ['SSS', '042'],
])('%s is written as %s', (pattern, text) => {
  expect(formatDate(new Date(2026, 0, 1, 0, 30, 5, 42).getTime(), pattern)).toBe(text);
});

test('X and x are the seconds and milliseconds since 1970', () => {
  expect(formatDate(1_700_000_000_123, 'X x')).toBe('1700000000 1700000000123');
});

describe.each([
  [0, 'UTC'],
  [60, 'UTC+1'],
  [-210, 'UTC-3:30'],
  [345, 'UTC+5:45'],
])('%i minutes from UTC', (minutes, name) => {
  it(`are ${name}`, () => {
    jest.spyOn(Date.prototype, 'getTimezoneOffset').mockReturnValue(-minutes);
    expect(zoneName(0)).toBe(name);
    jest.restoreAllMocks();
  });
});

test('a moment is said by its day, seen from now', () => {
  const at = (...parts: [number, number, number, number, number]): number =>
    new Date(...parts).getTime();
  const nowMs = at(2026, 2, 1, 0, 30);
  const said = (...parts: [number, number, number, number, number]): readonly string[] =>
    [false, true].map((hasTime) => formatMoment(at(...parts), { nowMs, hasTime, say: sayStock }));
  expect(said(2026, 2, 1, 0, 5)).toEqual(['today 00:05', 'today 00:05']);
  expect(said(2026, 1, 28, 23, 59)).toEqual(['yesterday 23:59', 'yesterday 23:59']);
  expect(said(2026, 1, 27, 23, 59)).toEqual(['27 Feb', '27 Feb 23:59']);
  expect(said(2025, 10, 12, 9, 12)).toEqual(['12 Nov 2025', '12 Nov 2025 09:12']);
});
