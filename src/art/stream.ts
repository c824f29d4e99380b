import type { Canvas } from '../terminal/canvas';
import { PLAIN, type Style } from '../terminal/style';
import { isBlankStyle, styleChange } from '../terminal/style-sequence';
import type { Encoding } from '../terminal/terminal';
import { sanitizeUserText } from '../terminal/untrusted';
import type { Art } from './art-file';
import type { ArtToken, EraseArea } from './art-token';
import { applyColorCode } from './color-codes';
import type { ResolveMci } from './render';

interface RowsOptions {
  readonly encoding?: Encoding;
  /** First and last row to write, from 1; the whole canvas by default. */
  readonly from?: number;
  readonly to?: number;
  /** Columns of the window, which wraps there; those of the canvas by default. */
  readonly windowWidth?: number;
}

/**
 * Rows of a canvas as lines that scroll, for art with more rows than the screen: no positioning,
 * each row begins in column 1 and ends with a line break.
 */
export function rowsToStream(canvas: Canvas, options: RowsOptions = {}): string {
  const last = Math.min(options.to ?? canvas.height, canvas.height);
  let style: Style | undefined;
  let out = canvas.colorMode(options.encoding ?? 'cp437');
  for (let row = Math.max(1, options.from ?? 1); row <= last; row++) {
    let used = canvas.width;
    while (used > 0 && canvas.isBlank(row, used)) used -= 1;
    for (let column = 1; column <= used; column++) {
      const cell = canvas.at(row, column);
      const silent =
        cell.character === ' ' &&
        style !== undefined &&
        isBlankStyle(style) &&
        isBlankStyle(cell.style);
      if (!silent) {
        out += styleChange(style, cell.style, options.encoding);
        style = cell.style;
      }
      out += cell.character;
    }
    if (style === undefined || !isBlankStyle(style)) {
      out += styleChange(style, PLAIN, options.encoding);
      style = PLAIN;
    }
    // After column 80 some terminals are already on the next row and some are not: a space moves
    // both there, and the next row overwrites it.
    out += used === (options.windowWidth ?? canvas.width) ? ' \r' : '\r\n';
  }
  return out + (style === undefined || style === PLAIN ? '' : styleChange(style, PLAIN));
}

const ERASE: Readonly<Record<EraseArea, string>> = {
  screen: '2J',
  below: 'J',
  above: '1J',
  line: '2K',
  'line-end': 'K',
  'line-start': '1K',
};

/**
 * Art in the order in which its author drew it, for `baudRate` and for animations. The final cells
 * are those of `renderArt`, except that values of predefined codes do not cover what is drawn
 * later.
 */
export function artToStream(
  art: Art,
  options: { readonly resolve?: ResolveMci; readonly encoding?: Encoding } = {},
): string {
  let style = PLAIN;
  let out = art.iceColors ? '\u001b[?33h' : '';
  for (const token of art.tokens) {
    if (token.kind === 'color' && token.code.kind === 'color') {
      style = applyColorCode(style, token.code);
      out += styleChange(undefined, style, options.encoding);
    } else {
      if (token.kind === 'sgr') style = PLAIN;
      out += tokenText(token, options.resolve);
    }
  }
  return `${out}\u001b[0m`;
}

function tokenText(token: ArtToken, resolve: ResolveMci | undefined): string {
  switch (token.kind) {
    case 'text':
      return token.text;
    case 'sgr':
      return `\u001b[${token.parameters.join(';')}m`;
    case 'color':
      return token.code.kind === 'clear' ? '\u001b[2J\u001b[H' : '\r\n';
    case 'move':
      return step(token.rows, 'B', 'A') + step(token.columns, 'C', 'D');
    case 'goto':
      return goTo(token.row, token.column);
    case 'erase':
      return `\u001b[${ERASE[token.area]}${token.area === 'screen' ? '\u001b[H' : ''}`;
    case 'ice-colors':
      return `\u001b[?33${token.on ? 'h' : 'l'}`;
    case 'mci': {
      const value =
        token.codeKind === 'value'
          ? sanitizeUserText(resolve?.(token.code, token.arguments) ?? '')
          : '';
      return value.padEnd(token.source.length);
    }
    case 'save':
      return '\u001b[s';
    case 'restore':
      return '\u001b[u';
    case 'return':
      return '\r';
    case 'feed':
      return '\n';
    case 'tab':
      return '\t';
    case 'backspace':
      return '\b';
  }
}

function step(count: number, forward: string, back: string): string {
  return count === 0 ? '' : `\u001b[${Math.abs(count)}${count > 0 ? forward : back}`;
}

function goTo(row: number | undefined, column: number | undefined): string {
  if (row === undefined) return `\u001b[${column ?? 1}G`;
  return column === undefined ? `\u001b[${row}d` : `\u001b[${row};${column}H`;
}
