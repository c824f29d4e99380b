import fc from 'fast-check';
import { parse } from 'hjson';
import { BbsError } from '../../src/base/errors';
import { parseHjson } from '../../src/config/hjson';
import { runs } from '../support/runs';

function refusalOf(text: string): string {
  try {
    parseHjson(text, 'menu.hjson');
  } catch (error) {
    expect(error).toBeInstanceOf(BbsError);
    expect((error as BbsError).code).toBe('CONFIG_SYNTAX');
    return (error as BbsError).describe();
  }
  return 'accepted';
}

const MENU = `{
  // the way in
  menus: {
    matrix: { art: "MATRIX", next: login }
    "two words": [ 1, true, { deep: null } ]
    text: '''
      several
      lines
      '''
    last: goes to the end # of the line, 'quotes' and all
  }
}
`.replace('next: login }', 'next: "login" }');

test('a document has the value that the hjson package reads', () => {
  expect(parseHjson(MENU, 'menu.hjson').value).toEqual(parse(MENU));
});

test.each([
  [['menus'], 'value', '3:10'],
  [['menus'], 'key', '3:3'],
  [['menus', 'matrix', 'art'], 'value', '4:20'],
  [['menus', 'matrix', 'next'], 'key', '4:30'],
  [['menus', 'two words'], 'key', '5:5'],
  [['menus', 'two words', 1], 'value', '5:23'],
  [['menus', 'two words', 2, 'deep'], 'value', '5:37'],
  [['menus', 'text'], 'value', '6:11'],
  [['menus', 'last'], 'key', '10:5'],
] as const)('the place of %j (%s) is %s', (path, part, place) => {
  const { line, column } = parseHjson(MENU, 'menu.hjson').placeOf(path, part);
  expect(`${String(line)}:${String(column)}`).toBe(place);
});

test('the place of what is missing is that of its nearest parent', () => {
  const document = parseHjson(MENU, 'menu.hjson');
  const parent = document.placeOf(['menus', 'matrix']);
  expect(document.placeOf(['menus', 'matrix', 'form', 0, 'mci'])).toEqual(parent);
});

test('the braces of the root may be left out, and a byte order mark is no part of the first key', () => {
  expect(parseHjson('\ufeffa: 1\r\nb: x\r\n', 'f').value).toEqual({ a: 1, b: 'x' });
  expect(parseHjson('', 'f').value).toEqual({});
});

test('changing a value does not change what is read again', () => {
  const document = parseHjson('a: [1]', 'f');
  (document.value['a'] as number[]).push(2);
  expect(document.root.entries.get('a')?.node).toMatchObject({ items: [{ value: 1 }] });
});

test.each([
  ['{ a: 1', "menu.hjson:1:1: this '{' is never closed"],
  ['{ a: [1', "menu.hjson:1:6: this '[' is never closed"],
  [
    '{ a: 1 }\n}',
    "menu.hjson:2:1: there is text after the last '}'; is there a '}' too many before it?",
  ],
  ['{\n  port 8888\n  b: 1\n}', "menu.hjson:2:3: 'port' is not followed by ':'"],
  ['{ a: "x\n" }', 'menu.hjson:1:6: this string is not closed on its line'],
  ["a: '''x", "menu.hjson:1:4: this ''' is never closed"],
  ['a: 1 /* note', "menu.hjson:1:6: this comment is never closed by '*/'"],
  [
    'x: { __proto__: { y: 1 } }',
    "menu.hjson:1:6: '__proto__' cannot be a key; choose another name",
  ],
  ['"\\u005f_proto__": 1', "menu.hjson:1:1: '__proto__' cannot be a key; choose another name"],
  ['constructor: 1', "menu.hjson:1:1: 'constructor' cannot be a key; choose another name"],
  ['[1]', "menu.hjson:1:1: a file begins with a key or with '{', not with '['"],
  ['a: "\\x"', "menu.hjson:1:5: '\\x' is not an escape; write '\\\\' for a backslash"],
  ['a: ]', "menu.hjson:1:4: found ']' where a value belongs"],
  ['{ , }', "menu.hjson:1:3: found ',' where a key name or its ':' belongs"],
  [': 1', "menu.hjson:1:1: found ':' without a key name before it"],
  ['"a" 1', 'menu.hjson:1:1: the key "a" is not followed by \':\''],
  ['just words', "menu.hjson:1:1: 'just' is not followed by ':'"],
])('%j is refused with its place', (text, message) => {
  expect(refusalOf(text)).toBe(message);
});

test.each([
  ['100,000 open brackets', 'a: ' + '['.repeat(100_000), /nested deeper than 64 levels/],
  ['100,000 open objects', '{a:'.repeat(100_000), /nested deeper than 64 levels/],
  ['three million bytes', 'a: ' + 'x'.repeat(3_000_000), /larger than/],
  ['a word before a million commas', 'a: t' + ',t'.repeat(1_000_000), /put the text in quotes/],
  [
    'a number before a million commas',
    'a: ' + '1'.repeat(900_000) + ' x' + ','.repeat(900_000),
    /put the text in quotes/,
  ],
  ["200,000 ''' on a line", `a: [${"'''''', ".repeat(200_000)}]`, /put the text in quotes/],
  ['a million quotes', 'a: ' + "'".repeat(1_000_000), /./],
  ['a million backslashes', 'a: "' + '\\'.repeat(1_000_000), /not closed/],
  ['a million slashes', '/*' + '/'.repeat(1_000_000), /never closed/],
])('a bomb of %s ends in a clear error at once', (_name, text, message) => {
  const begun = process.cpuUsage();
  expect(refusalOf(text)).toMatch(message);
  // Of the processor's time, which others on the machine do not use up.
  expect(process.cpuUsage(begun).user / 1000).toBeLessThan(1000);
});

// A document is put together from pieces that are each valid hjson, in all the ways of writing them.
const white = fc.constantFrom('', ' ', '\n', '\r\n', '\t', ' # note\n', ' // note\n', '/* note */');
const bareKey = fc.stringMatching(/^[a-zA-Z0-9_.$@%-]{1,8}$/);
const anyText = fc.string({ unit: 'grapheme', maxLength: 12 });
const key = fc.oneof(
  bareKey,
  anyText.map((text) => JSON.stringify(text)),
);
const scalar = fc.oneof(
  fc.constantFrom('true', 'false', 'null', '0', '-1.5e3', '007', '8888x', "''", '1.', '-', 'nul'),
  fc.double().map(String),
  fc.stringMatching(/^[a-z|@%!<][ -~]{0,12}$/).map((text) => `${text}\n`),
  anyText.map((text) => JSON.stringify(text)),
  fc.stringMatching(/^[a-z "\n ]{0,20}$/).map((text) => `'''${text}'''`),
);
const separator = fc.constantFrom(',', ' ,\n', '\n', ',\n # note\n');

const { document } = fc.letrec<{ document: string; object: string; value: string; array: string }>(
  (tie) => ({
    value: fc.oneof({ maxDepth: 4 }, scalar, tie('object'), tie('array')),
    array: fc
      .array(fc.tuple(white, tie('value'), separator), { maxLength: 4 })
      .map((items) => `[${items.map((item) => item.join('')).join('')}\n]`),
    object: fc
      .array(fc.tuple(white, key, white, tie('value'), separator), { maxLength: 4 })
      .map((items) => `{${items.map(([a, b, c, d, e]) => `${a}${b}:${c}${d}${e}`).join('')}\n}`),
    document: fc
      .tuple(tie('object'), fc.boolean())
      .map(([text, braces]) => (braces ? text : text.slice(1, -1))),
  }),
);

/** What the hjson package makes of a text: a value, or nothing where it refuses it. */
function readByPackage(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

/** Differences that are meant: each of them is refused by us and read in some way by the package. */
const MEANT = /cannot be a key|never closed by|not with '\['/;

function compare(text: string): 'value' | 'refused' | 'meant' {
  const theirs = readByPackage(text);
  let ours: unknown;
  try {
    ours = parseHjson(text, 'f').value;
  } catch (error) {
    const { message } = error as BbsError;
    if (MEANT.test(message)) return 'meant';
    // A root that is no object is of no use here; the package falls back to it.
    if (typeof theirs !== 'object' || theirs === null) return 'refused';
    throw error;
  }
  expect(ours).toEqual(theirs);
  return 'value';
}

test('random documents mean the same to the scanner and to the hjson package', () => {
  const seen = { value: 0, refused: 0, meant: 0 };
  fc.assert(
    fc.property(document, (text) => {
      seen[compare(text)]++;
    }),
    { numRuns: runs(2000) },
  );
  expect(seen.value).toBeGreaterThan(runs(800));
});

test('damaged documents are refused by both or mean the same to both', () => {
  const seen = { value: 0, refused: 0, meant: 0 };
  const damage = fc.tuple(
    fc.nat(),
    fc.nat(3),
    fc.constantFrom('', '{', '}', '[', ']', ':', ',', '"', "'", "'''", '\\', '\n', '#', '/*', ' '),
  );
  fc.assert(
    fc.property(document, damage, (text, [where, cut, put]) => {
      const at = where % (text.length + 1);
      seen[compare(text.slice(0, at) + put + text.slice(at + cut))]++;
    }),
    { numRuns: runs(4000) },
  );
  expect(seen.value).toBeGreaterThan(runs(200));
  expect(seen.refused).toBeGreaterThan(runs(200));
});

test('every key and value of a random document stands where its place says', () => {
  fc.assert(
    fc.property(document, (text) => {
      if (readByPackage(text) === undefined) return;
      const lines = text.split('\n');
      let parsed;
      try {
        parsed = parseHjson(text, 'f');
      } catch {
        return;
      }
      for (const [name, value] of Object.entries(parsed.value)) {
        const { line, column } = parsed.placeOf([name], 'key');
        const rest = lines[(line ?? 0) - 1]?.slice((column ?? 0) - 1) ?? '';
        expect(rest.startsWith(name) || rest.startsWith('"')).toBe(true);
        const at = parsed.placeOf([name]);
        const first = lines[(at.line ?? 0) - 1]?.[(at.column ?? 0) - 1] ?? '';
        if (Array.isArray(value)) expect(first).toBe('[');
        else if (typeof value === 'object' && value !== null) expect(first).toBe('{');
      }
    }),
    { numRuns: runs(500) },
  );
});
