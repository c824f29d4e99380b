import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { HOTP } from 'otpauth';
import { URI } from 'otpauth';
import {
  canonicalOtp,
  displaySecret,
  findCodes,
  groupSecret,
  keyUri,
  makeSecret,
  newProfile,
  parseSecret,
  stepAt,
} from '../../src/auth/otp';
import type { OtpKey } from '../../src/auth/otp';
import { OTP_TYPES } from '../../src/base/otp-types';
import { systemRandom } from '../../src/base/random';
import { decodeBase32, hotp, readKeyUri, totp } from '../support/authenticator';

const ascii = (secret: string, hash: OtpKey['hash'], digits: OtpKey['digits']): OtpKey => ({
  type: 'rfc6238_TOTP',
  hash,
  digits,
  encoding: 'ascii',
  secret,
});

/** Whether the code is that of the position, and of none of the hundred around it. */
const isCode = (key: OtpKey, position: number, code: string): boolean =>
  isDeepStrictEqual(findCodes(key, code, { from: position - 50, to: position + 50 }), [position]);

const SEED_20 = '12345678901234567890';
const SEED_32 = '12345678901234567890123456789012';
const SEED_64 = '1234567890123456789012345678901234567890123456789012345678901234';

describe('RFC 4226 appendix D', () => {
  const codes = [
    '755224',
    '287082',
    '359152',
    '969429',
    '338314',
    '254676',
    '287922',
    '162583',
    '399871',
    '520489',
  ];
  test.each(codes.map((code, counter) => [counter, code] as const))(
    'counter %i gives %s',
    (counter, code) => {
      expect(isCode(ascii(SEED_20, 'SHA1', 6), counter, code)).toBe(true);
    },
  );
});

describe('RFC 6238 appendix B', () => {
  const rows = [
    [59, '94287082', '46119246', '90693936'],
    [1111111109, '07081804', '68084774', '25091201'],
    [1111111111, '14050471', '67062674', '99943326'],
    [1234567890, '89005924', '91819424', '93441116'],
    [2000000000, '69279037', '90698825', '38618901'],
    [20000000000, '65353130', '77737706', '47863826'],
  ] as const;
  test.each(rows)(
    'at %i seconds, for SHA-1, SHA-256 and SHA-512',
    (seconds, sha1, sha256, sha512) => {
      const step = stepAt(seconds * 1000);
      expect(isCode(ascii(SEED_20, 'SHA1', 8), step, sha1)).toBe(true);
      expect(isCode(ascii(SEED_32, 'SHA256', 8), step, sha256)).toBe(true);
      expect(isCode(ascii(SEED_64, 'SHA512', 8), step, sha512)).toBe(true);
    },
  );
});

describe('vectors of the contracts at 1700000000', () => {
  const step = stepAt(1_700_000_000_000);
  const google = newProfile('googleAuth');

  test('googleAuth decodes Base32 (A4.2)', () => {
    const key = { ...google, secret: 'KRDEMYKENBUEMT2GKR4WSWSMN5NEMK3L' };
    expect(isCode(key, step, '601616')).toBe(true);
  });

  test('a secret of The Forgotten Server gives the code that apps give, or with a raw key its own', () => {
    expect(isCode({ ...google, secret: 'JBSWY3DPEHPK3PXP' }, step, '324550')).toBe(true);
    expect(
      isCode({ ...google, encoding: 'ascii', secret: 'JBSWY3DPEHPK3PXP' }, step, '128534'),
    ).toBe(true);
  });

  test("ENiGMA½'s rfc6238_TOTP takes the characters as key, and an app the Base32 of them", () => {
    const key: OtpKey = {
      ...newProfile('rfc6238_TOTP'),
      encoding: 'ascii',
      secret: 'P4dKVMc5F1+yJsIcdG+EWwNFN+W8aGVI',
    };
    expect(isCode(key, step, '611777')).toBe(true);
    expect(displaySecret(key)).toBe('KA2GIS2WJVRTKRRRFN4UU42JMNSEOK2FK53U4RSOFNLTQYKHKZEQ');
    expect(totp(displaySecret(key), 1_700_000_000_000, { algorithm: 'sha256' })).toBe('611777');
  });
});

describe('codes as typed', () => {
  test.each([
    ['123456', '123456'],
    ['123 456', '123456'],
    [' 123-456 ', '123456'],
    ['12345678', '12345678'],
  ])('%j is read as %s', (typed, code) => expect(canonicalOtp(typed)).toBe(code));

  test.each([
    '',
    '12345',
    '1234567',
    '１２３４５６',
    '[]',
    '12345a',
    '123456\n',
    '123\u0000456',
    '-1',
  ])('%j is no code', (typed) => expect(canonicalOtp(typed)).toBeUndefined());

  test('ten thousand characters are no code', () => {
    expect(canonicalOtp('1'.repeat(10_000))).toBeUndefined();
    expect(canonicalOtp(' '.repeat(10_000) + '123456')).toBeUndefined();
  });
});

describe('secrets', () => {
  test('a new one has the bytes asked for, in Base32 without padding', () => {
    const secret = makeSecret(systemRandom, 20);
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(decodeBase32(secret)).toHaveLength(20);
    expect(makeSecret(systemRandom, 21)).toMatch(/^[A-Z2-7]{34}$/);
  });

  test('an imported one is brought to its stored form', () => {
    expect(parseSecret('jbsw y3dp-ehpk 3pxp', 'base32')).toBe('JBSWY3DPEHPK3PXP');
    expect(parseSecret('JBSWY3DPEHPK3PXPAE======', 'base32')).toBe('JBSWY3DPEHPK3PXPAE');
    expect(parseSecret(' P4dKVMc5F1+yJsIcdG+EWwNFN+W8aGVI\n', 'ascii')).toBe(
      'P4dKVMc5F1+yJsIcdG+EWwNFN+W8aGVI',
    );
  });

  test.each(['', 'JBSWY3DP', 'JBSWY3DPEHPK3PX1', 'JBSWY3DPEHPK3PX\u00e9', 'A'.repeat(257)])(
    '%j is refused as Base32',
    (text) => expect(() => parseSecret(text, 'base32')).toThrow(/secret/),
  );

  test('people copy them in groups of four', () => {
    expect(groupSecret('KRDEMYKENBUEMT2GKR4WSWSMN5NEMK3L')).toBe(
      'KRDE MYKE NBUE MT2G KR4W SWSM N5NE MK3L',
    );
  });
});

describe('key URIs', () => {
  const secret = 'KRDEMYKENBUEMT2GKR4WSWSMN5NEMK3L';

  test('googleAuth says nothing that is the default, and both readers read it back', () => {
    const uri = keyUri(
      { ...newProfile('googleAuth'), secret },
      { issuer: 'My Board & Söhne', account: 'joe 100%' },
    );
    expect(uri).toBe(
      `otpauth://totp/My%20Board%20%26%20S%C3%B6hne:joe%20100%25?secret=${secret}&issuer=My%20Board%20%26%20S%C3%B6hne`,
    );
    expect(URI.parse(uri)).toMatchObject({ issuer: 'My Board & Söhne', label: 'joe 100%' });
    expect(readKeyUri(uri)).toMatchObject({
      label: 'My Board & Söhne:joe 100%',
      issuer: 'My Board & Söhne',
      secret,
    });
  });

  test('rfc6238_TOTP names its algorithm in capitals', () => {
    const uri = keyUri({ ...newProfile('rfc6238_TOTP'), secret }, { issuer: 'B', account: 'a' });
    expect(uri).toBe(`otpauth://totp/B:a?secret=${secret}&issuer=B&algorithm=SHA256`);
  });

  test('rfc4266_HOTP names its counter', () => {
    const uri = keyUri({ ...newProfile('rfc4266_HOTP'), secret }, { issuer: 'B', account: 'a' });
    expect(uri).toBe(`otpauth://hotp/B:a?secret=${secret}&issuer=B&counter=0`);
  });

  test('a colon in a name cannot move the border between issuer and account', () => {
    const uri = keyUri({ ...newProfile('googleAuth'), secret }, { issuer: 'a:b', account: 'c:d' });
    expect(readKeyUri(uri).label).toBe('a b:c d');
  });
});

test('every candidate is computed, whichever of them matches (rule A8)', () => {
  const key = { ...newProfile('rfc4266_HOTP'), secret: makeSecret(systemRandom, 20) };
  const bytes = decodeBase32(key.secret);
  const computed = jest.spyOn(HOTP, 'generate');
  for (const match of [0, 5, 10, undefined]) {
    const code = match === undefined ? '12345678' : hotp(bytes, match);
    computed.mockClear();
    findCodes(key, code, { from: 0, to: 10 });
    expect(computed).toHaveBeenCalledTimes(11);
  }
  computed.mockRestore();
});

test('all positions of a range are looked at, and codes of another length match none', () => {
  const key = { ...newProfile('rfc4266_HOTP'), secret: makeSecret(systemRandom, 20) };
  const bytes = decodeBase32(key.secret);
  expect(findCodes(key, hotp(bytes, 7), { from: 0, to: 10 })).toContain(7);
  expect(findCodes(key, hotp(bytes, 0), { from: -5, to: 0 })).toEqual([0]);
  expect(findCodes(key, hotp(bytes, 7, { digits: 8 }), { from: 0, to: 10 })).toEqual([]);
});

test('the manual names hash and key of each type, made here and brought along', () => {
  const page = readFileSync(join(__dirname, '../../docs/two-factor.md'), 'utf8');
  for (const [type, { made, adopted }] of Object.entries(OTP_TYPES)) {
    const row = new RegExp(`^\\| \`${type}\`[^|]*\\|([^|]*)\\|([^|]*)\\|$`, 'm').exec(page) ?? [];
    const cells = row.slice(1).map((cell) => cell.replace('-', ''));
    const words = { base32: 'Base32', ascii: 'the characters of the secret are the key' };
    expect([type, cells]).toEqual([
      type,
      [made, adopted].map(({ hash, encoding }): unknown =>
        expect.stringMatching(new RegExp(`^ ${hash}, ${words[encoding]}`)),
      ),
    ]);
  }
});
