import { PLAIN, type Style } from './style';
import {
  blankRow,
  blankRun,
  changeEnd,
  copyRow,
  inkEnd,
  isBlankAt,
  isSameCell,
  isWideGap,
  usedWidth,
  type CellRow,
  type Cells,
} from './cell-row';
import { characterColumns } from './character-width';
import { isBlankStyle, styleChange } from './style-sequence';
import type { Encoding } from './terminal';

/** One character cell of a screen. */
export interface Cell {
  /** One character; '' for the right half of a wide one. */
  readonly character: string;
  readonly style: Style;
}

interface ToAnsiOptions {
  readonly encoding?: Encoding;
  /** Clears the screen first, so that empty cells need not be sent. */
  readonly clear?: boolean;
  /** Row of the screen at which the canvas begins, from 1. */
  readonly top?: number;
  readonly left?: number;
  /** Size of the screen; the canvas' own when absent. */
  readonly screenWidth?: number;
  readonly screenHeight?: number;
}

/**
 * An off-screen buffer of cells that are drawn on, then sent as one string. Rows and columns count
 * from 1.
 */
export class Canvas {
  readonly width: number;
  readonly height: number;
  private readonly rows: CellRow[];

  constructor(width: number, height: number) {
    this.width = Math.max(1, Math.floor(width));
    this.height = Math.max(1, Math.floor(height));
    this.rows = new Array<CellRow>(this.height).fill(blankRow());
  }

  /** The cell at a position; an empty one outside the canvas. */
  at(row: number, column: number): Cell {
    const cells = this.rows[row - 1];
    return {
      character: cells?.characters[column - 1] ?? ' ',
      style: cells?.styles[column - 1] ?? PLAIN,
    };
  }

  /** Sets one cell; outside the canvas it does nothing. */
  put(row: number, column: number, character: string, style: Style = PLAIN): void {
    const isInside = row >= 1 && row <= this.height && column >= 1 && column <= this.width;
    if (!isInside) return;
    const cells = this.ownRow(row);
    cells.characters[column - 1] = character;
    cells.styles[column - 1] = style;
  }

  /** Writes plain text from a position on, cut at the right edge; returns the column after it. */
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

  /** Copies another canvas onto this one, with its first cell at a position. */
  draw(source: Canvas, row = 1, column = 1): void {
    const fits = column === 1 && source.width === this.width;
    const lastY = Math.min(source.height, this.height - row + 1);
    for (let y = Math.max(1, 2 - row); y <= lastY; y++) {
      if (fits) this.rows[row + y - 2] = source.shareRow(y);
      else this.drawRow(row + y - 1, column, { cells: source.rowOf(y), width: source.width });
    }
  }

  clone(): Canvas {
    const copy = new Canvas(this.width, this.height);
    copy.draw(this);
    return copy;
  }

  /** Number of the last row that is not blank; 0 for an empty canvas. */
  get lastUsedRow(): number {
    for (let row = this.height; row >= 1; row--) {
      if (usedWidth(this.rowOf(row)) > 0) return row;
    }
    return 0;
  }

  /** The characters of each row without styles, trailing spaces cut. */
  toLines(): string[] {
    return this.rows.map(({ characters }) => characters.join('').trimEnd());
  }

  /**
   * One string that draws the canvas: each row is positioned separately, with as few colour changes
   * as possible; blank row ends are erased instead of written. The bottom-right cell of the screen
   * is never written, because some terminals scroll there. The cursor stays after the last
   * character; the style is normal again.
   */
  toAnsi(options: ToAnsiOptions = {}): string {
    const painter = new Painter(this, options);
    let out = this.colorMode(options.encoding ?? 'cp437');
    if (options.clear === true) out += '\u001b[0m\u001b[2J';
    for (let row = 1; row <= this.height; row++) out += this.rowToAnsi(row, options, painter);
    return out + painter.finish();
  }

  /** One string that turns a screen showing `previous` into this canvas; '' when they are equal. */
  diff(previous: Canvas, options: Omit<ToAnsiOptions, 'clear'> = {}): string {
    if (previous.width !== this.width || previous.height !== this.height) {
      return this.toAnsi(options);
    }
    const painter = new Painter(this, options);
    let out = '';
    for (let row = 1; row <= this.height; row++) {
      const [before, after] = [previous.rowOf(row), this.rowOf(row)];
      let column = before === after ? this.width + 1 : 1;
      while (column <= this.width) {
        if (isSameCell(before, after, column)) {
          column += 1;
          continue;
        }
        const end = changeEnd(before, after, column);
        out += painter.run(row, column, end);
        column = end + 1;
      }
    }
    return out === '' ? '' : out + painter.finish();
  }

  /** The cells of a row, read-only. */
  rowOf(row: number): Cells {
    return this.cellRow(row);
  }

  /** True when a cell shows nothing. */
  isBlank(row: number, column: number): boolean {
    const cells = this.rows[row - 1];
    return cells === undefined || column < 1 || column > this.width || isBlankAt(cells, column);
  }

  private cellRow(row: number): CellRow {
    const cells = this.rows[row - 1];
    if (cells === undefined) throw new RangeError(`a canvas of ${this.height} rows has no ${row}`);
    return cells;
  }

  /** A row for another canvas to share: either canvas copies it before it draws on it. */
  private shareRow(row: number): CellRow {
    const cells = this.cellRow(row);
    cells.isShared = true;
    return cells;
  }

  private ownRow(row: number): CellRow {
    const cells = this.cellRow(row);
    if (!cells.isShared) return cells;
    const own = copyRow(cells, this.width);
    this.rows[row - 1] = own;
    return own;
  }

  private drawRow(
    row: number,
    column: number,
    { cells, width }: { readonly cells: Cells; readonly width: number },
  ): void {
    const first = Math.max(0, 1 - column);
    const last = Math.min(width, this.width - column + 1);
    if (first >= last) return;
    const own = this.ownRow(row);
    for (let x = first; x < last; x++) {
      own.characters[column - 1 + x] = cells.characters[x] ?? ' ';
      own.styles[column - 1 + x] = cells.styles[x] ?? PLAIN;
    }
  }

  /** The output of a row that several callers share is cached; a shared row never changes. */
  private rowToAnsi(row: number, options: ToAnsiOptions, painter: Painter): string {
    const cells = this.cellRow(row);
    if (!cells.isShared || cells.characters.length === 0) {
      return this.drawnRow(row, options, painter);
    }
    const { encoding, screen, style: before } = painter;
    const known = cells.drawn?.[encoding];
    if (known?.row === row && known.screen === screen && known.before === before) {
      painter.style = known.after;
      return known.ansi;
    }
    const ansi = this.drawnRow(row, options, painter);
    // Cached from the second drawing on: most rows of a single caller are drawn once and would only
    // use memory.
    cells.timesDrawn += 1;
    if (cells.timesDrawn > 1) {
      const drawn = { row, screen, before, after: painter.style, ansi: inOnePiece(ansi) };
      cells.drawn = { ...cells.drawn, [encoding]: drawn };
    }
    return ansi;
  }

  private drawnRow(row: number, options: ToAnsiOptions, painter: Painter): string {
    const cells = this.rowOf(row);
    const used = usedWidth(cells);
    if (options.clear === true) {
      let out = '';
      let column = 1;
      while (column <= used) {
        const gap = blankRun(cells, column, used);
        if (column === 1 ? gap > 0 : isWideGap(gap)) {
          column += gap;
          continue;
        }
        const end = inkEnd(cells, column, used);
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

  /** In CP437 bright backgrounds are the blink attribute with iCE colours on (CTerm, mode 33). */
  colorMode(encoding: Encoding): string {
    if (encoding !== 'cp437') return '';
    let blinks = false;
    let seen: Style | undefined;
    for (const { styles } of this.rows) {
      for (const style of styles) {
        if (style === seen) continue;
        seen = style;
        if (style.background >= 8 && style.background < 16) return '\u001b[?33h';
        blinks ||= style.blink;
      }
    }
    return blinks ? '\u001b[?33l' : '';
  }
}

/** Writes runs of cells and tracks the terminal's current style. */
class Painter {
  readonly mayEraseToEnd: boolean;
  readonly encoding: Encoding;
  /** All that a row's output depends on, besides its cells and the style before it. */
  readonly screen: string;
  /** The terminal's current style; undefined while it is unknown. */
  style: Style | undefined;
  private readonly top: number;
  private readonly left: number;
  private readonly forbidden: { readonly row: number; readonly column: number };

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
    this.forbidden = {
      row: screenHeight - this.top + 1,
      column: screenWidth - this.left + 1,
    };
    this.screen = `${this.top} ${this.left} ${screenWidth} ${screenHeight} ${options.clear ?? false}`;
  }

  moveTo(row: number, column: number): string {
    return `\u001b[${row + this.top - 1};${column + this.left - 1}H`;
  }

  run(row: number, from: number, to: number): string {
    const { characters, styles } = this.canvas.rowOf(row);
    const forbidden = row === this.forbidden.row ? this.forbidden.column : 0;
    let out = this.moveTo(row, from);
    for (let column = from; column <= to; column++) {
      if (column === forbidden) continue;
      const style = styles[column - 1] ?? PLAIN;
      const character = characters[column - 1] ?? ' ';
      // Most cells have the style of the one before: only the character is sent.
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

  /**
   * A space looks the same in any foreground colour, so it never causes a change of foreground
   * alone.
   */
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

/** A concatenated string keeps all its pieces in memory until it is copied. */
function inOnePiece(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
