import type { PageContent } from '../../src/menu/run/module';
import { backupCodePage, secretPage } from '../../src/modules/two-factor-details';
import { sayStock } from '../../src/texts/texts';

const CODES = Array.from({ length: 10 }, (_, index) => `gujol-zoluh-rotas-bami${index}`);
const PENDING = {
  type: 'googleAuth',
  secret: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
  uri: 'otpauth://totp/x',
  word: 'K7QF',
  expiresAtMs: 0,
} as const;

/** Its lines as they are seen, without their colour codes. */
const seen = (page: PageContent): readonly string[] =>
  ('lines' in page ? (page.lines ?? []) : []).map((line) => line.replaceAll(/\|\d\d/g, ''));

test.each([40, 59])('at %i columns each backup code has a line of its own', (width) => {
  const lines = seen(backupCodePage(sayStock, CODES, width));
  expect(lines.map((line) => line.trim()).filter((line) => CODES.includes(line))).toEqual(CODES);
});

test('at 80 columns two backup codes share a line', () => {
  const lines = seen(backupCodePage(sayStock, CODES, 80));
  expect(lines).toContain(`  ${CODES[0]}     ${CODES[1]}`);
});

test('no group of the secret is cut, and none stands alone', () => {
  const narrow = seen(secretPage(sayStock, PENDING, 40));
  expect(narrow).toEqual(
    expect.arrayContaining(['  ABCD EFGH IJKL MNOP', '  QRST UVWX YZ23 4567']),
  );
  expect(seen(secretPage(sayStock, PENDING, 80))).toContain(
    '  ABCD EFGH IJKL MNOP QRST UVWX YZ23 4567',
  );
});
