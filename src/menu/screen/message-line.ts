import { expandColorCodes } from '../../art/color-codes';
import { eraseLine, moveTo, resetStyle, sgr } from '../../terminal/ansi';
import { PLAIN, type Style } from '../../terminal/style';
import type { Terminal } from '../../terminal/terminal';
import { sanitizeUserText } from '../../terminal/untrusted';
import { columnsOf } from '../../views/cells';

const STYLE: Style = { ...PLAIN, foreground: 11 };
const CUT = '...';

/** A sentence on a row of the current screen, from a column on. */
function messageLine(
  terminal: Terminal,
  text: string,
  { row, column = 1, color = '' }: { row: number; column?: number; color?: string | undefined },
): string {
  const clean = sanitizeUserText(oneLine(text), terminal.encoding);
  // One empty column before it; the last cell of the screen stays free.
  const line = ` ${fitSentence(clean, terminal.width - column - 1)}`;
  const start = moveTo(row, column) + resetStyle() + eraseLine() + sgr(STYLE);
  return start + expandColorCodes(color, { base: STYLE }) + line + resetStyle();
}

/** A sentence behind what ends at a column of a row; in its place where there is no room behind it. */
export function messageBeside(
  terminal: Terminal,
  text: string,
  { row, endColumn }: { readonly row: number; readonly endColumn: number },
): { readonly output: string; readonly isInPlace: boolean } {
  const clean = sanitizeUserText(oneLine(text), terminal.encoding);
  // Two columns between them.
  const column = endColumn + 2;
  const isInPlace = endColumn === 0 || columnsOf(clean) > terminal.width - column - 1;
  const output = messageLine(terminal, text, { row, column: isInPlace ? 1 : column });
  return { output, isInPlace };
}

/** A sentence on its own rows of the current screen, the last of which is `row`: two where it needs them. */
export function messageRows(
  terminal: Terminal,
  text: string,
  {
    row,
    hasTwo,
    color,
  }: { readonly row: number; readonly hasTwo: boolean; readonly color?: string },
): { readonly output: string; readonly rows: readonly number[] } {
  const clean = sanitizeUserText(oneLine(text), terminal.encoding);
  const [first = '', ...rest] = wrapWords(clean, terminal.width - 2);
  if (rest.length === 0 || !hasTwo) {
    return { output: messageLine(terminal, text, { row, color }), rows: [row] };
  }
  const above = messageLine(terminal, first, { row: row - 1, color });
  const output = above + messageLine(terminal, rest.join(' '), { row, color });
  return { output, rows: [row - 1, row] };
}

/** The last sentence of a call, on new lines below a row; below the whole screen, which scrolls up, where none is given. */
export function lastWords(terminal: Terminal, text: string, row = terminal.height): string {
  const clean = sanitizeUserText(oneLine(text), terminal.encoding);
  const lines = wrapWords(clean, terminal.width - 2).map((line) => `\r\n ${line}`);
  return moveTo(row, 1) + resetStyle() + sgr(STYLE) + lines.join('') + resetStyle();
}

/** Replaces line breaks by spaces: they would be dropped, and the words next to them joined. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Fits a sentence into a number of columns; a longer one is cut after a word. */
export function fitSentence(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  const characters = [...text];
  const room = Math.max(0, columns - CUT.length);
  let end = 0;
  for (let used = 0; end < characters.length; end += 1) {
    used += columnsOf(characters[end] ?? '');
    if (used > room) break;
  }
  // Cut at a space in the second half of the line; a longer word is cut anywhere.
  let word = end;
  while (word > 0 && characters[word] !== ' ') word -= 1;
  const kept = characters.slice(0, word > end / 2 ? word : end).join('');
  return `${kept.replace(/[\s,;:.]+$/u, '')}${CUT}`.slice(0, Math.max(0, columns));
}

/** Wraps text at spaces to a number of columns; all lines keep the indent of the first. */
export function wrapWords(text: string, columns: number): readonly string[] {
  const indent = /^ */.exec(text)?.[0] ?? '';
  const room = Math.max(1, columns - indent.length);
  const lines: string[] = [];
  let line = '';
  for (const word of text.slice(indent.length).split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (columnsOf(longer) <= room) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = cutWord(word, room);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? '';
  }
  return [...lines, line].map((each) => indent + each);
}

/** Splits a word that is longer than a line. */
function cutWord(word: string, room: number): readonly string[] {
  const pieces = [''];
  for (const character of word) {
    const longer = (pieces.at(-1) ?? '') + character;
    if (columnsOf(longer) <= room) pieces[pieces.length - 1] = longer;
    else pieces.push(character);
  }
  return pieces;
}
