import fc from 'fast-check';
import { colorCodeAt, withoutColors } from '../../src/art/color-codes';
import { checkFormat, formatText, SysopWords } from '../../src/art/format';

describe('formatText (contract A10.2)', () => {
  it.each<[string, unknown, string]>([
    ['{v}', 'text', 'text'],
    ['{v:8}|', 'text', 'text    |'],
    ['{v:>8}|', 'text', '    text|'],
    ['{v:^8}|', 'text', '  text  |'],
    ['{v:*^9}|', 'text', '**text***|'],
    ['{v:.2}', 'text', 'te'],
    ['{v:6.2}|', 'text', 'te    |'],
    ['{v:5}|', 42, '   42|'],
    ['{v:<5}|', 42, '42   |'],
    ['{v:05}', 42, '00042'],
    ['{v:05}', -42, '-0042'],
    ['{v:+}', 42, '+42'],
    ['{v: }', 42, ' 42'],
    ['{v:,}', 1234567, '1,234,567'],
    ['{v:,}', '1234567', '1,234,567'],
    ['{v:_}', 1234567, '1_234_567'],
    ['{v:.2f}', 3.14159, '3.14'],
    ['{v:,.1f}', 12345.678, '12,345.7'],
    ['{v:%}', 0.25, '25.000000%'],
    ['{v:.0%}', 0.25, '25%'],
    ['{v:x}', 255, 'ff'],
    ['{v:#X}', 255, '0XFF'],
    ['{v:b}', 5, '101'],
    ['{v:#o}', 8, '0o10'],
    ['{v:e}', 12345.678, '1.234568e+04'],
    ['{v:g}', 0.0001, '0.0001'],
    ['{v:g}', 1234567, '1.23457e+06'],
    ['{v:=+8}', 42, '+     42'],
    ['{v:c}', 65, 'A'],
    ['{v:,}', 'many', 'many'],
    ['{v!styleUpper}', 'text', 'TEXT'],
    ['{v!styleL33t:>8}', 'elite', '   3l173'],
    ['{v!sizeWithAbbr}', 2362232012, '2.2 GB'],
    ['{v!sizeWithoutAbbr}', 2362232012, '2.2'],
    ['{v!sizeAbbr}', 2362232012, 'GB'],
    ['{v!sizeWithAbbr}', 0, '0 B'],
    ['{v!countWithAbbr}', 4300000, '4M'],
    ['{v!countWithAbbr}', 1230, '1K'],
    ['{v!countWithoutAbbr}', 4300000, '4'],
    ['{v!countAbbr}', 4300000, 'M'],
    ['{v!countWithAbbr}', 12, '12'],
    ['{v!durationHours}', 96, '4 days'],
    ['{v!durationMinutes}', 120, '2 hours'],
    ['{v!durationSeconds}', 300, '5 minutes'],
    ['{v!durationSeconds}', 1, 'a few seconds'],
    ['{v!durationSeconds}', 44, 'a few seconds'],
    ['{v!durationSeconds}', 45, 'a minute'],
    ['{v!durationMinutes}', 44, '44 minutes'],
    ['{v!durationMinutes}', 45, 'an hour'],
    ['{v!durationHours}', 21, '21 hours'],
    ['{v!durationHours}', 22, 'a day'],
    ['{v!durationHours}', 24 * 26, 'a month'],
    ['{v!durationHours}', 24 * 400, 'a year'],
    ['{v!durationHours}', 24 * 800, '2 years'],
    ['{v:6}|', '日本', '日本  |'],
    ['{v:>5.3}|', '日本', '   日|'],
    ['a||b {v}', 1, 'a|b 1'],
    ['{{{v}}}', 7, '{7}'],
  ])('%s with %p is "%s"', (template, v, expected) => {
    expect(formatText(template, { v })).toBe(expected);
  });

  it('walks dotted names through own properties only', () => {
    expect(formatText('{a.b}', { a: { b: 'deep' } })).toBe('deep');
    expect(formatText('{a.constructor}{toString}{__proto__}', { a: {} })).toBe(
      '{a.constructor}{toString}{__proto__}',
    );
  });

  it('leaves a field that names nothing as it is written, and empties one without a value', () => {
    expect(formatText('<{nobody}> <{v}> <{v:5}>', { v: undefined })).toBe('<{nobody}> <> <     >');
  });

  it('takes predefined MCI codes as names and behind a pipe', () => {
    const resolve = (code: string): string | number | undefined =>
      ({ BN: 'Old Gate', UC: 12345 })[code];
    expect(formatText('{BN!styleUpper} {UC:,} |BN |ZZ', {}, { resolve })).toBe(
      'OLD GATE 12,345 Old Gate |ZZ',
    );
  });

  it("expands the template's colour codes to whole SGR sequences", () => {
    expect(formatText('|14{v}|07', { v: 'x' })).toBe('\u001b[0;1;33mx\u001b[0m');
    expect(formatText('|12|17{v}', { v: 'x' })).toBe('\u001b[0;1;31m\u001b[0;1;31;44mx');
  });

  it('keeps values literal: colour codes, MCI codes and braces in them mean nothing', () => {
    const hostile = '|12{v}%BN@X1F@1F@{{|BN';
    expect(formatText('|10{v}', { v: hostile }, { resolve: () => 'Board' })).toBe(
      `\u001b[0;1;32m${hostile}`,
    );
  });

  it("gives the sysop's own words their colours, and no fields", () => {
    const values = { own: new SysopWords('|10on {other} }'), other: 'data' };
    expect(formatText('{own} {other}', values)).toBe('\u001b[0;1;32mon {other} } data');
    expect(formatText('{own:>8}{{own}}', { own: new SysopWords('|10on') })).toBe('      on{own}');
  });

  it('lets no value change colour or move the cursor, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (v) => {
        const text = formatText('<{v}>', { v });
        expect(text).toMatch(/^<[^\u0000-\u001f\u007f-\u009f\u202a-\u202e]*>$/u);
        expect(withoutColors(text)).toBe(text);
      }),
    );
  });

  it('names wrong styles and specs', () => {
    expect(checkFormat('{a!styleUpper:>3} {b!wavy} {c:5y}')).toEqual([
      'has an unknown style, "wavy" in {b!wavy}',
      'has "5y" in {c:5y}, which is not a format',
    ]);
  });

  it.each<[string, number, number | undefined]>([
    ['1', 14, undefined],
    ['4', 15, 4],
    ['6', 9, undefined],
    ['9', 6, undefined],
  ])('control-C and %s is a colour of WWIV', (digit, foreground, background) => {
    const code = colorCodeAt(`\u0003${digit}`, 0);
    expect(code).toMatchObject({ length: 2, foreground });
    expect(code?.background).toBe(background);
    expect(code?.blink).toBe(digit === '6' ? true : undefined);
  });
});
