import { PLAIN, type Style } from './style';
import { isBlankStyle, sameStyle, styleChange } from './style-sequence';
import type { Encoding } from './terminal';

/** One character cell of a screen. */
export interface Cell {
  /** One character; '' for the right half of a wide one. */
  readonly character: string;
  readonly style: Style;
}

export interface ToAnsiOptions {
  readonly encoding?: Encoding;
  /** Clears the screen first, so that empty cells need not be sent. */
  readonly clear?: boolean;
  /** Where the canvas stands on the screen, from 1. */
  readonly top?: number;
  readonly left?: number;
  /** Size of the screen; the canvas' own when absent. */
  readonly screenWidth?: number;
  readonly screenHeight?: number;
}

// Moving on costs four bytes at least, so short gaps are cheaper written again.
const SHORTEST_GAP = 5;

/** A screen composed off-line: cells that are drawn on, then sent as one string. Rows and columns count from 1. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  private readonly characters: string[];
  private readonly styles: Style[];

  constructor(width: number, height: number) {
    this.width = Math.max(1, Math.floor(width));
    this.height = Math.max(1, Math.floor(height));
    this.characters = new Array<string>(this.width * this.height).fill(' ');
    this.styles = new Array<Style>(this.width * this.height).fill(PLAIN);
  }

  /** The cell at a place; an empty one outside the canvas. */
  at(row: number, column: number): Cell {
    const index = this.indexOf(row, column);
    return {
      character: this.characters[index] ?? ' ',
      style: this.styles[index] ?? PLAIN,
    };
  }

  /** Sets one cell; outside the canvas it does nothing. */
  put(row: number, column: number, character: string, style: Style = PLAIN): void {
    const index = this.indexOf(row, column);
    if (index < 0) return;
    this.characters[index] = character;
    this.styles[index] = style;
  }

  /** Writes plain text from a place on, cut at the right edge; returns the column behind it. */
  print(row: number, column: number, text: string, style: Style = PLAIN): number {
    let at = column;
    for (const character of text) {
      const columns = characterColumns(character.codePointAt(0) ?? 0);
      if (columns === 0) continue;
      if (columns === 2 && at === this.width) this.put(row, at, ' ', style);
      else {
        this.put(row, at, character, style);
        if (columns === 2) this.put(row, at + 1, '', style);
      }
      at += columns;
    }
    return at;
  }

  /** Fills a rectangle. */
  fill(
    area: {
      readonly row: number;
      readonly column: number;
      readonly width: number;
      readonly height: number;
    },
    character = ' ',
    style: Style = PLAIN,
  ): void {
    for (let row = area.row; row < area.row + area.height; row++) {
      for (let column = area.column; column < area.column + area.width; column++) {
        this.put(row, column, character, style);
      }
    }
  }

  /** Copies another canvas onto this one with its first cell at a place. */
  draw(source: Canvas, row = 1, column = 1): void {
    const firstX = Math.max(0, 1 - column);
    const lastX = Math.min(source.width, this.width - column + 1);
    const firstY = Math.max(0, 1 - row);
    const lastY = Math.min(source.height, this.height - row + 1);
    for (let y = firstY; y < lastY; y++) {
      const from = y * source.width;
      const to = (row + y - 1) * this.width + column - 1;
      for (let x = firstX; x < lastX; x++) {
        this.characters[to + x] = source.characters[from + x] ?? ' ';
        this.styles[to + x] = source.styles[from + x] ?? PLAIN;
      }
    }
  }

  clone(): Canvas {
    const copy = new Canvas(this.width, this.height);
    copy.draw(this);
    return copy;
  }

  /** Number of the last row with anything on it; 0 for an empty canvas. */
  get lastUsedRow(): number {
    for (let row = this.height; row >= 1; row--) {
      if (this.usedWidth(row) > 0) return row;
    }
    return 0;
  }

  /** The characters of each row without styles, trailing spaces cut. */
  toLines(): string[] {
    const lines: string[] = [];
    for (let row = 0; row < this.height; row++) {
      const from = row * this.width;
      lines.push(
        this.characters
          .slice(from, from + this.width)
          .join('')
          .trimEnd(),
      );
    }
    return lines;
  }

  /**
   * One string that draws the canvas: rows positioned one by one, least colour changes, empty ends
   * erased instead of written, and never a character in the bottom-right cell of the screen, where
   * some terminals scroll. The cursor stays behind the last character; the style is normal again.
   */
  toAnsi(options: ToAnsiOptions = {}): string {
    const painter = new Painter(this, options);
    let out = this.colorMode(options.encoding ?? 'cp437');
    if (options.clear === true) out += '\u001b[0m\u001b[2J';
    for (let row = 1; row <= this.height; row++) out += this.rowToAnsi(row, options, painter);
    return out + painter.finish();
  }

  /** One string that turns a screen showing `previous` into this canvas; '' when they are alike. */
  diff(previous: Canvas, options: Omit<ToAnsiOptions, 'clear'> = {}): string {
    if (previous.width !== this.width || previous.height !== this.height) {
      return this.toAnsi(options);
    }
    const painter = new Painter(this, options);
    let out = '';
    for (let row = 1; row <= this.height; row++) {
      let column = 1;
      while (column <= this.width) {
        if (this.sameCell(previous, row, column)) {
          column += 1;
          continue;
        }
        const end = this.changeEnd(previous, row, column);
        out += painter.run(row, column, end);
        column = end + 1;
      }
    }
    return out === '' ? '' : out + painter.finish();
  }

  /** Index of a cell in the arrays, -1 outside. */
  indexOf(row: number, column: number): number {
    return row < 1 || row > this.height || column < 1 || column > this.width
      ? -1
      : (row - 1) * this.width + column - 1;
  }

  characterAt(index: number): string {
    return this.characters[index] ?? ' ';
  }

  styleAt(index: number): Style {
    return this.styles[index] ?? PLAIN;
  }

  /** True when a cell shows nothing. */
  isBlank(row: number, column: number): boolean {
    const index = this.indexOf(row, column);
    return index < 0 || (this.characters[index] === ' ' && isBlankStyle(this.styleAt(index)));
  }

  private usedWidth(row: number): number {
    const before = (row - 1) * this.width - 1;
    let width = this.width;
    while (width > 0 && this.isBlankAt(before + width)) width -= 1;
    return width;
  }

  private isBlankAt(index: number): boolean {
    return this.characters[index] === ' ' && isBlankStyle(this.styleAt(index));
  }

  private rowToAnsi(row: number, options: ToAnsiOptions, painter: Painter): string {
    const used = this.usedWidth(row);
    if (options.clear === true) {
      let out = '';
      let column = 1;
      while (column <= used) {
        const gap = this.blankRun(row, column, used);
        if (column === 1 ? gap > 0 : gap >= SHORTEST_GAP) {
          column += gap;
          continue;
        }
        const end = this.inkEnd(row, column, used);
        out += painter.run(row, column, end);
        column = end + 1;
      }
      return out;
    }
    const rest = this.width - used;
    if (rest === 0) return painter.run(row, 1, this.width);
    if (!painter.mayEraseToEnd) return painter.run(row, 1, this.width);
    return (used === 0 ? painter.moveTo(row, 1) : painter.run(row, 1, used)) + painter.eraseToEnd();
  }

  private blankRun(row: number, column: number, last: number): number {
    const before = (row - 1) * this.width - 1;
    let at = column;
    while (at <= last && this.isBlankAt(before + at)) at += 1;
    return at - column;
  }

  /** Last column before the next gap that is worth jumping over. */
  private inkEnd(row: number, column: number, last: number): number {
    let end = column;
    while (end < last) {
      const gap = this.blankRun(row, end + 1, last);
      if (gap >= SHORTEST_GAP) break;
      end += gap === 0 ? 1 : gap;
    }
    return end;
  }

  private changeEnd(previous: Canvas, row: number, column: number): number {
    let end = column;
    let at = column + 1;
    while (at <= this.width && at - end < SHORTEST_GAP) {
      if (!this.sameCell(previous, row, at)) end = at;
      at += 1;
    }
    return end;
  }

  private sameCell(other: Canvas, row: number, column: number): boolean {
    const index = this.indexOf(row, column);
    return (
      this.characters[index] === other.characters[index] &&
      sameStyle(this.styleAt(index), other.styleAt(index))
    );
  }

  /** In CP437 bright backgrounds are the blink attribute with iCE colours on (CTerm, mode 33). */
  colorMode(encoding: Encoding): string {
    if (encoding !== 'cp437') return '';
    let blinks = false;
    let seen: Style | undefined;
    for (const style of this.styles) {
      if (style === seen) continue;
      seen = style;
      if (style.background >= 8 && style.background < 16) return '\u001b[?33h';
      blinks ||= style.blink;
    }
    return blinks ? '\u001b[?33l' : '';
  }
}

/** Writes runs of cells and remembers the style that the terminal is in. */
class Painter {
  readonly mayEraseToEnd: boolean;
  private readonly encoding: Encoding;
  private readonly top: number;
  private readonly left: number;
  private readonly forbidden: number;
  private style: Style | undefined;

  constructor(
    private readonly canvas: Canvas,
    options: ToAnsiOptions,
  ) {
    this.encoding = options.encoding ?? 'cp437';
    this.top = options.top ?? 1;
    this.left = options.left ?? 1;
    const screenWidth = options.screenWidth ?? canvas.width;
    const screenHeight = options.screenHeight ?? canvas.height;
    this.mayEraseToEnd = this.left + canvas.width - 1 >= screenWidth;
    this.forbidden = canvas.indexOf(screenHeight - this.top + 1, screenWidth - this.left + 1);
  }

  moveTo(row: number, column: number): string {
    return `\u001b[${row + this.top - 1};${column + this.left - 1}H`;
  }

  run(row: number, from: number, to: number): string {
    const { canvas } = this;
    const first = canvas.indexOf(row, from);
    let out = this.moveTo(row, from);
    for (let index = first; index <= first + to - from; index++) {
      if (index === this.forbidden) continue;
      const style = canvas.styleAt(index);
      const character = canvas.characterAt(index);
      // Most cells look like the one before: nothing but the character is to be sent.
      out += style === this.style ? character : this.toStyle(style, character);
    }
    return out;
  }

  eraseToEnd(): string {
    const style = this.style;
    const out = style !== undefined && isBlankStyle(style) ? '' : this.change(PLAIN);
    return `${out}\u001b[K`;
  }

  finish(): string {
    return this.style === undefined ? '' : this.change(PLAIN);
  }

  /** A space looks alike in any ink, so it never costs a change of ink alone. */
  private toStyle(style: Style, character: string): string {
    const current = this.style;
    if (
      character === ' ' &&
      current !== undefined &&
      isBlankStyle(style) &&
      isBlankStyle(current)
    ) {
      return character;
    }
    return this.change(style) + character;
  }

  private change(style: Style): string {
    const sequence = styleChange(this.style, style, this.encoding);
    this.style = style;
    return sequence;
  }
}

/** Columns that a character takes: 0 for combining ones and controls, 2 for East Asian wide ones, else 1. */
export function characterColumns(codePoint: number): 0 | 1 | 2 {
  if (codePoint < 0x300) return codePoint < 0x20 || (codePoint >= 0x7f && codePoint < 0xa0) ? 0 : 1;
  if (codePoint < 0x1100) return codePoint < 0x370 ? 0 : 1;
  if (
    (codePoint >= 0x200b && codePoint <= 0x200f) ||
    (codePoint >= 0x20d0 && codePoint <= 0x20ff) ||
    (codePoint >= 0xfe00 && codePoint <= 0xfe0f) ||
    codePoint === 0xfeff
  ) {
    return 0;
  }
  return isWide(codePoint) ? 2 : 1;
}

function isWide(codePoint: number): boolean {
  return (
    codePoint <= 0x115f ||
    (codePoint >= 0x2e80 && codePoint <= 0xa4cf && codePoint !== 0x303f) ||
    (codePoint >= 0xac00 && codePoint <= 0xd7a3) ||
    (codePoint >= 0xf900 && codePoint <= 0xfaff) ||
    (codePoint >= 0xfe30 && codePoint <= 0xfe6f) ||
    (codePoint >= 0xff00 && codePoint <= 0xff60) ||
    (codePoint >= 0xffe0 && codePoint <= 0xffe6) ||
    (codePoint >= 0x1f300 && codePoint <= 0x1f64f) ||
    (codePoint >= 0x1f900 && codePoint <= 0x1f9ff) ||
    (codePoint >= 0x20000 && codePoint <= 0x3fffd)
  );
}
