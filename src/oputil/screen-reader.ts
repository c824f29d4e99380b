import { ArtScreen } from '../art/art-screen';
import { Canvas } from '../terminal/canvas';
import { PLAIN, type Style } from '../terminal/style';
import { applySgr, isBlankStyle, styleChange } from '../terminal/style-sequence';

// A control sequence, any other escape, a control character, or text.
const PARTS =
  /\x1b\[([?=<>]?)([\d;]*)([ -/]*)([@-~])|\x1b[ -/]*[0-~]|[\u0000-\u001f\u007f]|[^\u0000-\u001f\u007f]+/g;

/** The terminal mode that turns blink into bright backgrounds. */
const ICE_COLORS = 33;

/** The cells that the board's output produces on a screen of this size. */
export function readScreen(
  output: string,
  size: { readonly width: number; readonly height: number },
): Canvas {
  const screen = new ArtScreen(size.width);
  const reader: Reader = { screen, height: size.height, top: 0, iceColors: false };
  for (const match of output.matchAll(PARTS)) {
    const [part, prefix = '', parameters = '', between = '', command] = match;
    if (command === undefined) drawPlain(reader, part);
    else if (between === '') obey(reader, prefix + command, numbersOf(parameters));
  }
  const canvas = new Canvas(size.width, size.height);
  canvas.draw(screen.toCanvas(size.width), 1 - reader.top);
  return canvas;
}

/** A terminal of a certain height on a screen that has none. */
interface Reader {
  readonly screen: ArtScreen;
  readonly height: number;
  /** Rows that have scrolled by above the terminal. */
  top: number;
  /** Blink is a bright background (CTerm, mode 33). */
  iceColors: boolean;
}

function drawPlain(reader: Reader, part: string): void {
  const { screen } = reader;
  if (part === '\r') screen.carriageReturn();
  else if (part === '\n') screen.lineFeed();
  else if (part >= ' ' && part !== '\x7f') screen.print(part);
  reader.top = Math.max(reader.top, screen.row - reader.height + 1);
}

function numbersOf(parameters: string): readonly number[] {
  return parameters === '' ? [] : parameters.split(';').map(Number);
}

function obey(reader: Reader, command: string, numbers: readonly number[]): void {
  const { screen, top } = reader;
  const [first = 1, second = 1] = numbers;
  const area = numbers[0] ?? 0;
  switch (command) {
    case 'm':
      screen.style = applySgr(screen.style, numbers, reader.iceColors);
      return;
    case '?h':
    case '?l':
      if (numbers.includes(ICE_COLORS)) reader.iceColors = command === '?h';
      return;
    case 'H':
    case 'f':
      return screen.goTo(top + Math.max(1, first) - 1, Math.max(1, second) - 1);
    case 'A':
      return screen.move(-first, 0);
    case 'B':
      return screen.move(first, 0);
    case 'C':
      return screen.move(0, first);
    case 'D':
      return screen.move(0, -first);
    case 'J':
      if (area === 2) reader.top = 0;
      return screen.erase(area === 2 ? 'screen' : area === 1 ? 'above' : 'below');
    case 'K':
      return screen.erase(area === 2 ? 'line' : area === 1 ? 'line-start' : 'line-end');
    default:
  }
}

/** Rows with their colours, one line each, for printing at any position of a terminal. */
export function toColoredLines(canvas: Canvas): readonly string[] {
  return Array.from({ length: canvas.lastUsedRow }, (_, index) => coloredRow(canvas, index + 1));
}

function coloredRow(canvas: Canvas, row: number): string {
  let used = canvas.width;
  while (used > 0 && canvas.isBlank(row, used)) used -= 1;
  let style: Style = PLAIN;
  let line = '';
  for (let column = 1; column <= used; column++) {
    const cell = canvas.at(row, column);
    line += styleChange(style, cell.style, 'utf8') + cell.character;
    style = cell.style;
  }
  return isBlankStyle(style) ? line : `${line}\x1b[0m`;
}
