import { Terminal, type IBufferCell } from '@xterm/headless';
import iconv from 'iconv-lite';

export interface ScreenCell {
  readonly character: string;
  /** Palette colour 0-255; a terminal's default counts as 7 on 0. */
  readonly foreground: number;
  readonly background: number;
  readonly bold: boolean;
  readonly blink: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
}

export interface ScreenOptions {
  readonly width?: number;
  readonly height?: number;
  readonly encoding?: 'cp437' | 'utf8';
}

/** Columns of the stock theme's pictures that have words beside them. */
const PICTURE_COLUMNS = 41;

/**
 * What a caller would see: xterm.js without a window. It takes bytes as from a socket and is itself
 * a TerminalOutput. Rows and columns count from 1. Await `settled()` before reading the screen.
 */
export class ScreenEmulator {
  width: number;
  height: number;
  /** Every byte written so far, for assertions on what was sent. */
  readonly sent: Buffer[] = [];
  /** Replies of the terminal itself (cursor reports and the like). */
  readonly replies: string[] = [];
  title = '';
  bells = 0;
  private readonly terminal: Terminal;
  private readonly encoding: 'cp437' | 'utf8';
  private pending: Promise<void> = Promise.resolve();
  private onReply: (bytes: Buffer) => void = () => undefined;
  /** The text as it was last read, until the screen changes. */
  private shown: string | undefined;

  constructor(options: ScreenOptions = {}) {
    this.width = options.width ?? 80;
    this.height = options.height ?? 24;
    this.encoding = options.encoding ?? 'cp437';
    this.terminal = new Terminal({
      cols: this.width,
      rows: this.height,
      scrollback: 1000,
      allowProposedApi: true,
      // What a board sends that no terminal knows is for the test to judge.
      logLevel: 'off',
    });
    this.terminal.onData((reply) => {
      this.replies.push(reply);
      this.onReply(Buffer.from(reply, 'latin1'));
    });
    this.terminal.onTitleChange((title) => (this.title = title));
    this.terminal.onBell(() => (this.bells += 1));
  }

  /** Changes the size of the window. */
  resize(width: number, height: number): void {
    this.width = width;
    this.height = height;
    this.shown = undefined;
    this.pending = this.pending.then(() => {
      this.terminal.resize(width, height);
      this.shown = undefined;
    });
  }

  /** Passes the terminal's own replies (CPR, DA) to `listener`, as a real terminal sends them. */
  answerTo(listener: (bytes: Buffer) => void): void {
    this.onReply = listener;
  }

  write(bytes: Buffer): void {
    this.sent.push(bytes);
    const data = this.encoding === 'cp437' ? iconv.decode(bytes, 'cp437') : bytes;
    this.pending = this.pending.then(
      () =>
        new Promise((resolve) =>
          this.terminal.write(data, () => {
            this.shown = undefined;
            resolve();
          }),
        ),
    );
  }

  /** Resolves when everything written so far is on the screen. */
  async settled(): Promise<void> {
    let seen: Promise<void> | undefined;
    while (seen !== this.pending) {
      seen = this.pending;
      await seen;
    }
  }

  /** True where the screen shows a text, also one that is wrapped in the columns right of a picture. */
  shows(wanted: string | RegExp): boolean {
    const text = this.text();
    // A wide window has its screens in the middle.
    const from = PICTURE_COLUMNS + Math.max(0, Math.floor((this.width - 80) / 2));
    const beside = text.split('\n').map((line) => line.slice(from).trim());
    return [text, beside.join(' ')].some((seen) =>
      typeof wanted === 'string' ? seen.includes(wanted) : wanted.test(seen),
    );
  }

  /** One row's text without trailing blanks. */
  row(number: number): string {
    return this.line(number)?.translateToString(true).trimEnd() ?? '';
  }

  rows(): string[] {
    return Array.from({ length: this.height }, (_, index) => this.row(index + 1));
  }

  /** The screen as one string, without trailing blank rows. */
  text(): string {
    this.shown ??= this.rows().join('\n').trimEnd();
    return this.shown;
  }

  get cursor(): { row: number; column: number } {
    const buffer = this.terminal.buffer.active;
    return { row: buffer.cursorY + 1, column: buffer.cursorX + 1 };
  }

  /** Lines that scrolled off at the top; 0 for a screen that was composed correctly. */
  get scrolled(): number {
    return this.terminal.buffer.active.baseY;
  }

  cell(row: number, column: number): ScreenCell {
    const cell = this.line(row)?.getCell(column - 1);
    if (cell === undefined) throw new Error(`no cell at row ${row}, column ${column}`);
    return toScreenCell(cell);
  }

  /** The cells of a row, from left to right. */
  cells(row: number): readonly ScreenCell[] {
    const line = this.line(row);
    if (line === undefined) throw new Error(`no row ${row}`);
    const cell = this.terminal.buffer.active.getNullCell();
    return Array.from({ length: this.width }, (_, index) => {
      line.getCell(index, cell);
      return toScreenCell(cell);
    });
  }

  dispose(): void {
    this.terminal.dispose();
  }

  private line(number: number) {
    const buffer = this.terminal.buffer.active;
    return buffer.getLine(buffer.baseY + number - 1);
  }
}

function toScreenCell(cell: IBufferCell): ScreenCell {
  return {
    character: cell.getChars() || ' ',
    foreground: cell.isFgDefault() ? 7 : cell.getFgColor(),
    background: cell.isBgDefault() ? 0 : cell.getBgColor(),
    bold: cell.isBold() !== 0,
    blink: cell.isBlink() !== 0,
    underline: cell.isUnderline() !== 0,
    inverse: cell.isInverse() !== 0,
  };
}

/** Colour of the first letter of a text on the screen, of sixteen: bold is the bright one. */
export function colorOf(screen: ScreenEmulator, text: string): number {
  const row = screen.rows().findIndex((line) => line.includes(text));
  const column = screen.row(row + 1).indexOf(text);
  const { foreground, bold } = screen.cell(row + 1, column + 1);
  return foreground < 8 && bold ? foreground + 8 : foreground;
}
