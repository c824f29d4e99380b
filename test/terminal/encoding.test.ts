import fc from 'fast-check';
import { createDecoder, decodeText, encodeText, glyphOfCp437 } from '../../src/terminal/encoding';
import { sanitizeUserText } from '../../src/terminal/untrusted';
import { runs } from '../support/runs';

test('CP437 carries box drawing, umlauts and escape sequences both ways', () => {
  const text = '\x1b[1;33m┌─┐ Grüße ░▒▓█ ñ\r\n';
  expect(decodeText(encodeText(text, 'cp437'), 'cp437')).toBe(text);
});

test('what CP437 lacks becomes a close ASCII character or a question mark, one for one', () => {
  expect(encodeText('“Łódź” — 5 €… Č 漢 😀', 'cp437').toString('latin1')).toBe(
    '"L\xa2dz" - 5 E. C ? ?',
  );
});

test('every byte that has a picture of its own comes back as it was, and NUL stays NUL', () => {
  const bytes = Buffer.from([0, ...Array.from({ length: 128 }, (_, index) => index + 128)]);
  expect(encodeText(decodeText(bytes, 'cp437'), 'cp437')).toEqual(bytes);
  expect(encodeText('a\ud800b', 'cp437').toString('latin1')).toBe('a?b');
});

test('pictures below 0x20 are sent as their byte, except those that terminals obey', () => {
  expect([...encodeText('►◄↑♥♣♫◙', 'cp437')]).toEqual([0x10, 0x11, 0x18, 0x03, 0x2a, 0x23, 0x2a]);
  expect(glyphOfCp437(0x10)).toBe('►');
  expect([0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f].map(glyphOfCp437).join('')).toBe('→←∟↔▲▼');
  expect(glyphOfCp437(0xdb)).toBe('█');
  expect(glyphOfCp437(0)).toBe(' ');
});

test('a decoder gives the same text however the bytes are split', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      fc.nat(60),
      fc.constantFrom('utf8' as const, 'cp437' as const),
      (bytes, cut, encoding) => {
        const buffer = Buffer.from(bytes);
        const decoder = createDecoder(encoding);
        const text =
          decoder.write(buffer.subarray(0, cut)) +
          decoder.write(buffer.subarray(cut)) +
          decoder.end();
        expect(text).toBe(decodeText(buffer, encoding));
      },
    ),
  );
});

test('no user text ever puts a control byte on a CP437 terminal', () => {
  // Of all characters the control characters are so few that chance alone seldom meets them.
  const control = fc
    .oneof(fc.integer({ min: 0, max: 0x1f }), fc.integer({ min: 0x7f, max: 0x9f }))
    .map((code) => String.fromCodePoint(code));
  const character = fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), control);
  fc.assert(
    fc.property(fc.string({ unit: character, maxLength: 60 }), (text) => {
      for (const byte of encodeText(sanitizeUserText(text), 'cp437')) {
        expect(byte).toBeGreaterThanOrEqual(0x20);
        expect([0x7f, 0x9b]).not.toContain(byte);
      }
    }),
    { numRuns: runs(1000) },
  );
  for (const sly of ['¢', '⌂', '►', '♫', '☺']) {
    expect(encodeText(sanitizeUserText(sly), 'cp437')[0]).toBeLessThan(0x7f);
  }
});

test.each([
  ['an escape sequence', 'a\x1b[31mb', 'a[31mb'],
  ['a C1 introducer', 'a\u009b31mb', 'a31mb'],
  ['line breaks and tabs', 'a\r\n\tb', 'ab'],
  ['bidi controls', 'a\u202eb\u2066c\u061cd', 'abcd'],
  ['zero-width characters', 'a\u200bb\u2060c\ufeffd\u00ade', 'abcde'],
  ['stacked marks', 'a\u0336\u0353b', 'ab'],
  ['lone surrogates', 'a\ud800b', 'ab'],
  ['tag characters', 'a\u{e0041}b', 'ab'],
  ['a blank that is a letter', 'a\u3164b', 'ab'],
])('user text loses %s', (_, text, expected) => {
  expect(sanitizeUserText(text)).toBe(expected);
});

test('user text keeps accents, and pictures where only UTF-8 will see them', () => {
  expect(sanitizeUserText('Zoe\u0308 Müller')).toBe('Zoë Müller');
  expect(sanitizeUserText('10¢ ♥', 'utf8')).toBe('10¢ ♥');
  expect(sanitizeUserText('10¢ ♥')).toBe('10c *');
});
