import { characterColumns } from '../../src/terminal/character-width';
import { NO_COLUMN, TWO_COLUMNS } from '../../src/terminal/width-ranges';

const WIDTHS: readonly (readonly [string, 0 | 1 | 2])[] = [
  ['A', 1],
  ['½', 1],
  ['█', 1],
  ['ж', 1],
  ['ก', 1],
  ['日', 2],
  ['한', 2],
  ['Ａ', 2],
  ['🚀', 2],
  ['⚡', 2],
  ['⭐', 2],
  ['✅', 2],
  ['\u{1fae0}', 2],
  ['\u0301', 0],
  ['\u05b0', 0],
  ['\u0e31', 0],
  ['\u094d', 0],
  ['\u064b', 0],
  ['\u200b', 0],
  ['\u200d', 0],
  ['\ufe0f', 0],
  ['\u1160', 0],
  ['\u0007', 0],
  ['\u009b', 0],
];

test.each(WIDTHS)('%j takes %i columns', (character, columns) => {
  expect(characterColumns(character.codePointAt(0) ?? 0)).toBe(columns);
});

test('the tables are in order and have no character in both', () => {
  for (const ranges of [NO_COLUMN, TWO_COLUMNS])
    expect([...ranges].sort((a, b) => a - b)).toEqual(ranges);
  for (let at = 0; at < TWO_COLUMNS.length; at += 1)
    expect(characterColumns(TWO_COLUMNS[at] ?? 0)).toBe(2);
});
