import { Canvas } from '../terminal/canvas';
import { characterColumns } from '../terminal/character-width';
import { PLAIN, type Style } from '../terminal/style';
import { isBlankStyle, withBrightNumber } from '../terminal/style-sequence';
import type { EraseArea } from './art-token';

// Longer art is cut: a file with 1 MiB of line feeds is not art.
const MAX_ROWS = 2000;
const TAB_COLUMNS = 8;

/**
 * A screen of unlimited height on which art is drawn as an ANSI.SYS console would; rows and columns
 * count from 0.
 */
export class ArtScreen {
  row = 0;
  column = 0;
  private readonly characters: (string | undefined)[] = [];
  private readonly styles: Style[] = [];
  private saved = { row: 0, column: 0 };
  /** The last column was just written: whatever follows moves the cursor to the next row first. */
  private wrapPending = false;
  /** CR came at a pending wrap: the line feed after it has already taken effect. */
  private feedDone = false;
  private lowest = -1;

  private ink: Style = PLAIN;
  /** The current style as cells store it. */
  private cellStyle: Style = PLAIN;

  /** With `softBreaks` a line break directly after a full row starts one row, not two. */
  constructor(
    readonly width: number,
    private readonly softBreaks = false,
  ) {}

  get style(): Style {
    return this.ink;
  }

  set style(style: Style) {
    this.ink = style;
    this.cellStyle = withBrightNumber(style);
  }

  print(text: string): void {
    for (const character of text) {
      const columns = characterColumns(character.codePointAt(0) ?? 0);
      if (columns === 0) continue;
      this.resolveWrap();
      if (columns === 2 && this.column === this.width - 1) this.nextRow();
      this.set(this.row, this.column, character);
      if (columns === 2) this.set(this.row, this.column + 1, '');
      this.advance(columns);
    }
  }

  /** Fills cells with spaces in a given style and moves on, as a replaced code does. */
  blank(columns: number, style: Style): void {
    const ink = this.style;
    this.style = style;
    this.print(' '.repeat(columns));
    this.style = ink;
  }

  carriageReturn(): void {
    const wrapped = this.wrapPending;
    this.resolveWrap();
    this.feedDone = wrapped && this.softBreaks;
    this.column = 0;
  }

  lineFeed(): void {
    if (this.feedDone) {
      this.feedDone = false;
      return;
    }
    if (this.softBreaks) this.wrapPending = false;
    else this.resolveWrap();
    this.row = clamp(this.row + 1, MAX_ROWS);
  }

  tab(): void {
    this.resolveWrap();
    this.column = Math.min(
      this.width - 1,
      (Math.floor(this.column / TAB_COLUMNS) + 1) * TAB_COLUMNS,
    );
  }

  backspace(): void {
    this.resolveWrap();
    this.column = Math.max(0, this.column - 1);
  }

  move(rows: number, columns: number): void {
    this.resolveWrap();
    this.row = clamp(this.row + rows, MAX_ROWS);
    this.column = clamp(this.column + columns, this.width);
  }

  goTo(row: number | undefined, column: number | undefined): void {
    this.resolveWrap();
    if (row !== undefined) this.row = clamp(row, MAX_ROWS);
    if (column !== undefined) this.column = clamp(column, this.width);
  }

  save(): void {
    this.resolveWrap();
    this.saved = { row: this.row, column: this.column };
  }

  restore(): void {
    this.wrapPending = false;
    this.row = this.saved.row;
    this.column = this.saved.column;
  }

  erase(area: EraseArea): void {
    this.resolveWrap();
    const lineStart = this.row * this.width;
    const at = lineStart + this.column;
    switch (area) {
      case 'screen':
        this.characters.length = 0;
        this.styles.length = 0;
        this.lowest = -1;
        this.row = 0;
        this.column = 0;
        return;
      case 'below':
        return this.eraseCells(at, this.characters.length);
      case 'above':
        return this.eraseCells(0, at + 1);
      case 'line':
        return this.eraseCells(lineStart, lineStart + this.width);
      case 'line-end':
        return this.eraseCells(at, lineStart + this.width);
      case 'line-start':
        return this.eraseCells(lineStart, at + 1);
    }
  }

  /** Counts a row as used although nothing is drawn there, e.g. for a view. */
  use(row: number): void {
    this.lowest = Math.max(this.lowest, row);
  }

  /** Rows up to the last one that is used. */
  get rows(): number {
    return this.lowest + 1;
  }

  resolveWrap(): void {
    this.feedDone = false;
    if (this.wrapPending) this.nextRow();
  }

  /** The drawing as a canvas, cut at `width` columns. */
  toCanvas(width: number): Canvas {
    const canvas = new Canvas(width, Math.max(1, this.rows));
    const columns = Math.min(width, this.width);
    for (let row = 0; row < this.rows; row++) {
      const start = row * this.width;
      for (let column = 0; column < columns; column++) {
        const character = this.characters[start + column];
        if (character === undefined) continue;
        canvas.put(row + 1, column + 1, character, this.styles[start + column] ?? PLAIN);
      }
    }
    return canvas;
  }

  private nextRow(): void {
    this.wrapPending = false;
    this.column = 0;
    this.row = clamp(this.row + 1, MAX_ROWS);
  }

  private advance(columns: number): void {
    this.column += columns;
    if (this.column < this.width) return;
    this.column = this.width - 1;
    this.wrapPending = true;
  }

  private set(row: number, column: number, character: string): void {
    const index = row * this.width + column;
    while (this.characters.length < index) {
      this.characters.push(undefined);
      this.styles.push(PLAIN);
    }
    this.characters[index] = character;
    this.styles[index] = this.cellStyle;
    if (row > this.lowest && (character !== ' ' || !isBlankStyle(this.style))) this.lowest = row;
  }

  private eraseCells(from: number, to: number): void {
    for (let index = from; index < Math.min(to, this.characters.length); index++) {
      this.characters[index] = undefined;
      this.styles[index] = PLAIN;
    }
    if (this.style.background === 0) return;
    // erasing fills with the current background, as CTerm and xterm do
    const paint = { ...PLAIN, background: this.style.background };
    for (let index = from; index < to; index++) {
      this.characters[index] = ' ';
      this.styles[index] = paint;
    }
    this.use(Math.floor((to - 1) / this.width));
  }
}

function clamp(value: number, limit: number): number {
  return Math.min(limit - 1, Math.max(0, value));
}
