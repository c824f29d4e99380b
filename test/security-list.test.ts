import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');
const LIST = readFileSync(join(ROOT, 'docs', 'security.md'), 'utf8');
const MOST: Readonly<Record<string, number>> = {
  ...{ A: 16, B: 8, C: 9, D: 18, E: 10, F: 10, G: 4, H: 5, I: 6, J: 6, K: 3, L: 19, M: 15 },
};
const RULES = Object.entries(MOST).flatMap(([letter, most]) =>
  Array.from({ length: most }, (_, at) => `${letter}${at + 1}`),
);

/** Each test file that the page names, with the names of tests quoted behind it. */
const QUOTED = [
  ...LIST.matchAll(/`(test\/[a-z0-9/.-]+\.ts)`(?:: ("[^"\n]+"(?:, "[^"\n]+")*))?/g),
].map(([, file = '', names = '']) => ({
  file,
  names: [...names.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name),
}));

test('every rule has one row in docs/security.md, and no other has', () => {
  const rows = [...LIST.matchAll(/^\| ([A-M]\d+) \|/gm)].map(([, rule = '']) => rule);
  expect(rows).toEqual(RULES);
});

test('every row names a test or says that there is none yet', () => {
  for (const rule of RULES) {
    const row = new RegExp(`^\\| ${rule} \\|.*$`, 'm').exec(LIST)?.[0] ?? '';
    const shown = /`test\/[^`]+`: "|not (?:shown|recorded|measured) yet|\([A-K]\d+/.test(row);
    expect([rule, shown]).toEqual([rule, true]);
  }
});

test('every test file that it names is there, with every test that it quotes', () => {
  expect(QUOTED.length).toBeGreaterThan(100);
  const missing = QUOTED.flatMap(({ file, names }) => {
    if (!existsSync(join(ROOT, file))) return [file];
    const source = readFileSync(join(ROOT, file), 'utf8').replaceAll("\\'", "'");
    return names.filter((name) => !source.includes(name)).map((name) => `${file}: ${name}`);
  });
  expect(missing).toEqual([]);
});
