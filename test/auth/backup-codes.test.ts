import { canonicalBackupCode, makeBackupCode, makeBackupCodes } from '../../src/auth/backup-codes';
import { systemRandom } from '../../src/base/random';

const GROUP = '[bdfghjklmnprstvz][aiou][bdfghjklmnprstvz][aiou][bdfghjklmnprstvz]';

test('a code spells eight random bytes as the contract does its numbers', () => {
  const bytes = [0x0000, 0xffff, 0x1234, 0x8001];
  const random = {
    ...systemRandom,
    bytes: () => Buffer.from(bytes.flatMap((number) => [number >> 8, number & 255])),
  };
  // c[n & 15] v[(n >> 4) & 3] c[(n >> 6) & 15] v[(n >> 10) & 3] c[(n >> 12) & 15]
  expect(makeBackupCode(random)).toBe('babab-zuzuz-humad-dabam');
});

test('a set has ten different codes of four groups', () => {
  for (let set = 0; set < 1_000; set += 1) {
    const codes = makeBackupCodes(systemRandom);
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(new RegExp(`^${GROUP}(-${GROUP}){3}$`));
  }
});

test('every code is read back, however it is typed', () => {
  for (let count = 0; count < 1_000; count += 1) {
    const code = makeBackupCode(systemRandom);
    const plain = code.replaceAll('-', '');
    for (const typed of [
      code,
      plain,
      code.toUpperCase(),
      code.replaceAll('-', ' '),
      ` ${code.replaceAll('-', ' \u2013 ')} `,
      code.replaceAll('o', '0').replaceAll('i', '1').replaceAll('l', '1'),
    ]) {
      expect(canonicalBackupCode(typed)).toBe(plain);
    }
  }
});

test('codes of two groups are read as well, those of one or three are not', () => {
  expect(canonicalBackupCode('bofal-kuhid')).toBe('bofalkuhid');
  for (const typed of ['bofal', 'bofal-kuhid-zatop', 'bofal-kuhi', '', '123456', 'bofel-kuhid']) {
    expect(canonicalBackupCode(typed)).toBeUndefined();
  }
  expect(canonicalBackupCode('bofal-kuhid'.padEnd(100_000, ' '))).toBeUndefined();
});
