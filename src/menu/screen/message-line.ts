import { eraseLine, moveTo, resetStyle, sgr } from '../../terminal/ansi';
import { PLAIN, type Style } from '../../terminal/style';
import type { Terminal } from '../../terminal/terminal';
import { sanitizeUserText } from '../../terminal/untrusted';
import { columnsOf } from '../../views/cells';
import { wrapWords } from './word-wrap';

const STYLE: Style = { ...PLAIN, foreground: 11 };
const CUT = '...';

/** A sentence on a row of whatever the screen shows, the last one if none is given. */
export function messageLine(terminal: Terminal, text: string, row = terminal.height): string {
  const clean = sanitizeUserText(oneLine(text), terminal.encoding);
  // A column before it, and never the last cell of the screen.
  const line = ` ${fitSentence(clean, terminal.width - 2)}`;
  return moveTo(row, 1) + resetStyle() + eraseLine() + sgr(STYLE) + line + resetStyle();
}

/** A sentence at the end of a call: on lines of its own below the screen, which scrolls up for them. */
export function lastWords(terminal: Terminal, text: string): string {
  const clean = sanitizeUserText(oneLine(text), terminal.encoding);
  const lines = wrapWords(clean, terminal.width - 2).map((line) => `\r\n ${line}`);
  return moveTo(terminal.height, 1) + resetStyle() + sgr(STYLE) + lines.join('') + resetStyle();
}

/** Line breaks as spaces: they would be dropped, and the words beside them joined. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** A sentence in so many columns: one that is too long is cut behind a word. */
export function fitSentence(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  const characters = [...text];
  const room = Math.max(0, columns - CUT.length);
  let end = 0;
  for (let used = 0; end < characters.length; end += 1) {
    used += columnsOf(characters[end] ?? '');
    if (used > room) break;
  }
  // Up to a space that is not too far back: a word longer than half the line is cut anywhere.
  let word = end;
  while (word > 0 && characters[word] !== ' ') word -= 1;
  const kept = characters.slice(0, word > end / 2 ? word : end).join('');
  return `${kept.replace(/[\s,;:.]+$/u, '')}${CUT}`.slice(0, Math.max(0, columns));
}
