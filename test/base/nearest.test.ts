import { nearestName } from '../../src/base/nearest';

const MENUS = ['mainMenu', 'mailMenu', 'matrix', 'login', 'loginTwoFactorAuthOTP'];

test.each([
  ['mainMnu', 'mainMenu'],
  ['MAINMENU', 'mainMenu'],
  ['mianMenu', 'mainMenu'],
  ['lgoin', 'login'],
  ['loginTwoFactorAuthOtp', 'loginTwoFactorAuthOTP'],
  ['matrixx', 'matrix'],
])('%s means %s', (typed, meant) => {
  expect(nearestName(typed, MENUS)).toBe(meant);
});

test.each(['', 'x', 'telnetConnected', 'zzzzz'])('%p is close to nothing', (typed) => {
  expect(nearestName(typed, MENUS)).toBeUndefined();
});

test('the first of two equally close names wins', () => {
  expect(nearestName('maxn', ['main', 'maxi'])).toBe('main');
});

test('a short name is never answered by one that shares no letter', () => {
  expect(nearestName('a', ['b', 'cd'])).toBeUndefined();
});

test('a name of a million letters costs no time', () => {
  const begun = process.cpuUsage();
  expect(nearestName('a'.repeat(1_000_000), MENUS)).toBeUndefined();
  // Of the processor's time, which others on the machine do not use up.
  expect(process.cpuUsage(begun).user / 1000).toBeLessThan(200);
});
