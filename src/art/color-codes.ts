import type { Encoding } from '../terminal/terminal';
import { PLAIN, type Style } from '../terminal/style';
import { styleChange } from '../terminal/style-sequence';

/** One colour or control code in a text. */
export interface ColorCode {
  /** Length of the code in UTF-16 units. */
  readonly length: number;
  readonly kind: 'color' | 'newline' | 'clear';
  /** 0-15, in ANSI order. */
  readonly foreground?: number;
  /** 0-15, in ANSI order; 8-15 are bright where the terminal supports it, else they blink. */
  readonly background?: number;
  /** Makes the text blink, or stops it. */
  readonly blink?: boolean;
  /** Resets the style before the colours are set. */
  readonly reset?: boolean;
}

// DOS numbers blue before red; ANSI the other way round.
const FROM_DOS = [0, 4, 2, 6, 1, 5, 3, 7] as const;

function fromDos(color: number): number {
  return (FROM_DOS[color & 7] ?? 7) + (color & 8);
}

const PIPE = /\|(\d\d)/y;
const PCBOARD = /@X([0-9A-Fa-f])([0-9A-Fa-f])/y;
const WILDCAT = /@([0-9A-F])([0-9A-F])@/y;
// CNET: control-Y ("Y-style") or control-Q ("Q-style"), then a letter and a digit; ANSI colour order.
// The Q-style ends with a brace.
const CNET = /(?:\u0019|\u0011)(?:c([0-9a-fA-F])|z([0-7])|(n1)|(f1)|(q1))(?:(?<=\u0011..)\})?/y;
const WWIV = /\u0003([0-9])/y;

/** Control-C and a digit, as WWIV has them; the digit's colours, in ANSI order. */
const WWIV_COLORS: readonly Omit<ColorCode, 'length' | 'kind'>[] = [
  { foreground: 0, reset: true },
  { foreground: 14 },
  { foreground: 11 },
  { foreground: 5, reset: true },
  { foreground: 15, background: 4 },
  { foreground: 2, reset: true },
  { foreground: 9, blink: true },
  { foreground: 12 },
  { foreground: 4, reset: true },
  { foreground: 6, reset: true },
];

function matchAt(expression: RegExp, text: string, index: number): RegExpExecArray | null {
  expression.lastIndex = index;
  return expression.exec(text);
}

/** True when a colour code can begin with this UTF-16 unit; a fast check for the common case. */
export function mayBeginColorCode(unit: number): boolean {
  return unit === 0x7c || unit === 0x40 || unit === 0x19 || unit === 0x11 || unit === 0x03;
}

/** The colour code that begins at `index`, if there is one. */
export function colorCodeAt(text: string, index: number): ColorCode | undefined {
  switch (text.charCodeAt(index)) {
    case 0x7c:
      return pipeCodeAt(text, index);
    case 0x40:
      return boardCodeAt(text, index);
    case 0x03: {
      const match = matchAt(WWIV, text, index);
      const colors = WWIV_COLORS[Number(match?.[1])];
      return colors && { length: 2, kind: 'color', ...colors };
    }
    case 0x11:
    case 0x19:
      return cnetCodeAt(text, index);
    default:
      return undefined;
  }
}

function pipeCodeAt(text: string, index: number): ColorCode | undefined {
  const match = matchAt(PIPE, text, index);
  const number = match === null ? 99 : Number(match[1]);
  if (number > 31) return undefined;
  return number < 16
    ? { length: 3, kind: 'color', foreground: fromDos(number) }
    : { length: 3, kind: 'color', background: fromDos(number - 16) };
}

function boardCodeAt(text: string, index: number): ColorCode | undefined {
  const match = matchAt(PCBOARD, text, index) ?? matchAt(WILDCAT, text, index);
  if (match === null) return undefined;
  return {
    length: match[0].length,
    kind: 'color',
    background: fromDos(Number.parseInt(match[1] ?? '0', 16)),
    foreground: fromDos(Number.parseInt(match[2] ?? '7', 16)),
  };
}

function cnetCodeAt(text: string, index: number): ColorCode | undefined {
  const match = matchAt(CNET, text, index);
  if (match === null) return undefined;
  const [{ length }, foreground, background, newline, clear] = match;
  if (foreground !== undefined) {
    return { length, kind: 'color', foreground: Number.parseInt(foreground, 16) };
  }
  if (background !== undefined) return { length, kind: 'color', background: Number(background) };
  if (newline !== undefined) return { length, kind: 'newline' };
  return clear !== undefined ? { length, kind: 'clear' } : { length, kind: 'color', reset: true };
}

/** The style after a colour code is applied. */
export function applyColorCode(style: Style, code: ColorCode): Style {
  const from = code.reset === true ? PLAIN : style;
  const { foreground, background, blink } = code;
  return {
    ...from,
    ...(foreground === undefined ? {} : { foreground, bold: false }),
    ...(background === undefined ? {} : { background, blink: false }),
    ...(blink === undefined ? {} : { blink }),
  };
}

interface ColorOptions {
  /** Style in force before the text; normal by default. */
  readonly base?: Style;
  /** Value of a predefined MCI code written as `|XX`; undefined leaves the code as it is. */
  readonly resolve?: (code: string) => string | undefined;
  readonly encoding?: Encoding;
}

/**
 * Converts the colour codes of a sysop's text to SGR sequences. Each sequence sets the whole style,
 * so that it means the same wherever the text is put. Never pass it text from a user.
 */
export function expandColorCodes(text: string, options: ColorOptions = {}): string {
  let style = options.base ?? PLAIN;
  let out = '';
  let index = 0;
  while (index < text.length) {
    const code = mayBeginColorCode(text.charCodeAt(index)) ? colorCodeAt(text, index) : undefined;
    if (code !== undefined) {
      style = applyColorCode(style, code);
      if (code.kind === 'color') out += styleChange(undefined, style, options.encoding);
      if (code.kind === 'newline') out += '\r\n';
      index += code.length;
      continue;
    }
    if (text.startsWith('||', index)) {
      out += '|';
      index += 2;
      continue;
    }
    const value = text[index] === '|' ? pipeValue(text, index, options.resolve) : undefined;
    if (value !== undefined) {
      out += value;
      index += 3;
      continue;
    }
    out += text[index] ?? '';
    index += 1;
  }
  return out;
}

/** The value of `|XX` at `index`, where XX is a predefined MCI code. */
export function pipeValue(
  text: string,
  index: number,
  resolve: ((code: string) => string | undefined) | undefined,
): string | undefined {
  const code = text.slice(index + 1, index + 3);
  return resolve !== undefined && /^[A-Z]{2}$/.test(code) ? resolve(code) : undefined;
}

const SGR = /\u001b\[[\d;]*m/g;

/** A text without its SGR sequences. */
export function withoutColors(text: string): string {
  return text.replace(SGR, '');
}
