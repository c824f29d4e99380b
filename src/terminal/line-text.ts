import { characterColumns } from './character-width';

const SEQUENCE = /\x1b(?:\[([0-?]*)[ -/]*([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[^[\]])/g;

/** Final letters of the sequences that leave the row or go back in it: what follows is a new line. */
const NEW_LINE = new Set(['A', 'B', 'E', 'F', 'G', 'H', 'J', 'd', 'f', 'u']);

const BELL = '\x07';

/**
 * Converts output for a terminal that shows text line by line (`dumb`, Emacs shells, line printers,
 * screen readers): no colours and no cursor movements; what would be somewhere else on a screen is
 * on a new line. There are no blank lines, one space stands for any number of them, and a word that has
 * no room begins the next line.
 */
export class LineText {
  /** Columns of the present line that are written. */
  private column = 0;
  private output = '';
  private hasGap = false;
  private word = '';

  /** `columns` are those of a line; a longer word goes past them. */
  convert(text: string, columns = Infinity): string {
    this.output = '';
    let index = 0;
    for (const found of text.matchAll(SEQUENCE)) {
      this.plain(text.slice(index, found.index), columns);
      if (NEW_LINE.has(found[2] ?? '')) this.newLine(columns);
      else if (found[2] === 'C') this.gap(columns);
      index = found.index + found[0].length;
    }
    this.plain(text.slice(index), columns);
    this.endWord(columns);
    // What is typed comes next: the space behind a question, or one that was typed.
    if (this.hasGap && this.column > 0) this.put(' ', 1);
    this.hasGap = false;
    return this.output;
  }

  private plain(part: string, columns: number): void {
    for (const character of part) {
      if (character === '\n') this.newLine(columns);
      else if (character === ' ' || character === '\t') this.gap(columns);
      else if (character === '\b') {
        this.endWord(columns);
        if (this.hasGap && this.column > 0) this.put(' ', 1);
        this.hasGap = false;
        this.put('\b', this.column > 0 ? -1 : 0);
      } else if (character >= ' ' || character === BELL) this.word += character;
    }
  }

  private gap(columns: number): void {
    this.endWord(columns);
    this.hasGap = true;
  }

  private newLine(columns: number): void {
    this.endWord(columns);
    if (this.column > 0) this.output += '\r\n';
    this.column = 0;
    this.hasGap = false;
  }

  private endWord(columns: number): void {
    if (this.word === '') return;
    const width = widthOf(this.word);
    if (this.hasGap && this.column > 0) {
      if (this.column + 1 + width <= columns) this.put(' ', 1);
      else {
        this.output += '\r\n';
        this.column = 0;
      }
    }
    this.put(this.word, width);
    this.hasGap = false;
    this.word = '';
  }

  private put(text: string, width: number): void {
    this.output += text;
    this.column += width;
  }
}

function widthOf(word: string): number {
  let width = 0;
  for (const character of word)
    if (character !== BELL) width += characterColumns(character.codePointAt(0) ?? 0);
  return width;
}
