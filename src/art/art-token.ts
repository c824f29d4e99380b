import { type ColorCode, colorCodeAt, mayBeginColorCode } from './color-codes';

/** An MCI code as it is written in an art file. */
export interface MciToken {
  readonly kind: 'mci';
  /** The code as written; it takes this many cells. */
  readonly source: string;
  readonly code: string;
  readonly codeKind: CodeKind;
  readonly number: number | undefined;
  readonly arguments: readonly string[];
}

/** What a code does: it places a view, or shows a value of the board or of the caller. */
export type CodeKind = 'view' | 'value';

/** `kindOfCode` of menu/screen/mci-codes.ts, which art does not import; undefined for what is no code. */
export type FindCodeKind = (code: string) => CodeKind | undefined;

/** Codes that move the cursor by the number behind them. */
export const CURSOR_CODES: Readonly<
  Record<string, { readonly doc: string; readonly rows: -1 | 0 | 1; readonly columns: -1 | 0 | 1 }>
> = {
  CF: { doc: 'cursor forward', rows: 0, columns: 1 },
  CB: { doc: 'cursor back', rows: 0, columns: -1 },
  CU: { doc: 'cursor up', rows: -1, columns: 0 },
  CD: { doc: 'cursor down', rows: 1, columns: 0 },
};

export type EraseArea = 'screen' | 'below' | 'above' | 'line' | 'line-end' | 'line-start';

/** The elements of an art file, in order. */
export type ArtToken =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'sgr'; readonly parameters: readonly number[] }
  | { readonly kind: 'color'; readonly code: ColorCode }
  | { readonly kind: 'move'; readonly rows: number; readonly columns: number }
  | { readonly kind: 'goto'; readonly row: number | undefined; readonly column: number | undefined }
  | { readonly kind: 'erase'; readonly area: EraseArea }
  | { readonly kind: 'save' | 'restore' | 'return' | 'feed' | 'tab' | 'backspace' }
  | { readonly kind: 'ice-colors'; readonly on: boolean }
  | MciToken;

const ESCAPE = 0x1b;
const PERCENT = 0x25;
const PIPE = 0x7c;
// An escape sequence of any kind: CSI, or a string up to its terminator, or two characters.
const CSI = /\u001b\[([0-?]*)([ -/]*)([@-~])/y;
const OTHER_ESCAPE = /\u001b(?:[\]PX^_][^\u0007\u001b]{0,4096}(?:\u0007|\u001b\\)?|[ -/]*[0-~]?)/y;
const MCI = /%([A-Z]{2})(\d{1,2})?(?:\(([^()\r\n\u001b]{0,128})\))?/y;
const PIPE_MCI = /\|([A-Z]{2})(\d{1,2})?/y;

/** Tokenizes decoded art. Linear in its length; sequences that art must not contain are dropped. */
export function parseArt(text: string, kindOf: FindCodeKind): readonly ArtToken[] {
  const tokens: ArtToken[] = [];
  let run = 0;
  let index = 0;
  const flush = (): void => {
    if (index > run) tokens.push({ kind: 'text', text: text.slice(run, index) });
  };
  while (index < text.length) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x20 && unit !== PERCENT && !mayBeginColorCode(unit) && unit < 0x7f) {
      index += 1;
      continue;
    }
    const found = tokenAt(text, index, { unit, kindOf });
    if (found === undefined) {
      index += 1;
      continue;
    }
    flush();
    if (found.token !== undefined) tokens.push(found.token);
    index += found.length;
    run = index;
  }
  flush();
  return tokens;
}

interface Found {
  readonly token: ArtToken | undefined;
  readonly length: number;
}

function tokenAt(
  text: string,
  index: number,
  { unit, kindOf }: { readonly unit: number; readonly kindOf: FindCodeKind },
): Found | undefined {
  if (unit === ESCAPE) return escapeAt(text, index);
  if (unit === PERCENT) return mciAt(text, index, kindOf);
  if (mayBeginColorCode(unit)) {
    const code = colorCodeAt(text, index);
    if (code !== undefined) return { token: { kind: 'color', code }, length: code.length };
    return unit === PIPE ? pipeMciAt(text, index, kindOf) : dropControl(unit);
  }
  if (unit >= 0x20) return unit >= 0x7f && unit < 0xa0 ? dropControl(unit) : undefined;
  return controlToken(unit);
}

function dropControl(unit: number): Found | undefined {
  return unit < 0x20 || (unit >= 0x7f && unit < 0xa0) ? { token: undefined, length: 1 } : undefined;
}

function controlToken(unit: number): Found {
  const token = CONTROLS[unit];
  return { token, length: 1 };
}

const CONTROLS: Readonly<Record<number, ArtToken>> = {
  0x08: { kind: 'backspace' },
  0x09: { kind: 'tab' },
  0x0a: { kind: 'feed' },
  0x0c: { kind: 'erase', area: 'screen' },
  0x0d: { kind: 'return' },
};

function mciAt(text: string, index: number, kindOf: FindCodeKind): Found | undefined {
  MCI.lastIndex = index;
  const match = MCI.exec(text);
  if (match === null) return undefined;
  const [source, code = '', number, list] = match;
  if (Object.hasOwn(CURSOR_CODES, code)) return cursorCode(source, code, number);
  const codeKind = kindOf(code);
  if (codeKind === undefined) return undefined;
  return {
    token: {
      kind: 'mci',
      source,
      code,
      codeKind,
      number: number === undefined ? undefined : Number(number),
      arguments:
        list === undefined || list === '' ? [] : list.split(',').map((item) => item.trim()),
    },
    length: source.length,
  };
}

/** `|XX` prints a predefined code or moves the cursor; it never makes a view. */
function pipeMciAt(text: string, index: number, kindOf: FindCodeKind): Found | undefined {
  PIPE_MCI.lastIndex = index;
  const match = PIPE_MCI.exec(text);
  if (match === null) return undefined;
  const [source, code = '', number] = match;
  if (Object.hasOwn(CURSOR_CODES, code)) return cursorCode(source, code, number);
  if (kindOf(code) !== 'value') return undefined;
  const written = source.slice(0, 3);
  return {
    token: {
      kind: 'mci',
      source: written,
      code,
      codeKind: 'value',
      number: undefined,
      arguments: [],
    },
    length: written.length,
  };
}

function cursorCode(source: string, code: string, number: string | undefined): Found {
  const step = CURSOR_CODES[code];
  const count = Number(number ?? 1);
  return {
    token: {
      kind: 'move',
      rows: (step?.rows ?? 0) * count,
      columns: (step?.columns ?? 0) * count,
    },
    length: source.length,
  };
}

function escapeAt(text: string, index: number): Found {
  CSI.lastIndex = index;
  const match = CSI.exec(text);
  if (match === null) {
    OTHER_ESCAPE.lastIndex = index;
    const length = OTHER_ESCAPE.exec(text)?.[0].length ?? 1;
    return { token: twoCharacterEscape(text.slice(index, index + length)), length };
  }
  const [whole, parameters = '', intermediate, final = ''] = match;
  const token = intermediate === '' ? csiToken(parameters, final) : undefined;
  return { token, length: whole.length };
}

function twoCharacterEscape(sequence: string): ArtToken | undefined {
  if (sequence === '\u001b7') return { kind: 'save' };
  return sequence === '\u001b8' ? { kind: 'restore' } : undefined;
}

function csiToken(text: string, final: string): ArtToken | undefined {
  if (text.startsWith('?')) {
    const on = final === 'h';
    return text === '?33' && (on || final === 'l') ? { kind: 'ice-colors', on } : undefined;
  }
  const parameters = parseParameters(text);
  if (parameters === undefined) return undefined;
  const first = parameters[0] ?? 0;
  const count = Math.max(1, first);
  switch (final) {
    case 'm':
      return { kind: 'sgr', parameters };
    case 'A':
      return { kind: 'move', rows: -count, columns: 0 };
    case 'B':
      return { kind: 'move', rows: count, columns: 0 };
    case 'C':
      return { kind: 'move', rows: 0, columns: count };
    case 'D':
      return { kind: 'move', rows: 0, columns: -count };
    case 'H':
    case 'f':
      return { kind: 'goto', row: count, column: Math.max(1, parameters[1] ?? 1) };
    case 'G':
      return { kind: 'goto', row: undefined, column: count };
    case 'd':
      return { kind: 'goto', row: count, column: undefined };
    case 'J':
      return { kind: 'erase', area: first === 0 ? 'below' : first === 1 ? 'above' : 'screen' };
    case 'K':
      return {
        kind: 'erase',
        area: first === 0 ? 'line-end' : first === 1 ? 'line-start' : 'line',
      };
    case 's':
      return { kind: 'save' };
    case 'u':
      return { kind: 'restore' };
    default:
      return undefined;
  }
}

const MAX_PARAMETER = 9999;
const ZERO = 0x30;
const SEMICOLON = 0x3b;

/** The numbers of a sequence, an empty one as 0; undefined where anything but digits stands there. */
function parseParameters(text: string): readonly number[] | undefined {
  const parameters: number[] = [];
  let value = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    const digit = unit - ZERO;
    if (unit === SEMICOLON) {
      parameters.push(value);
      value = 0;
    } else if (digit >= 0 && digit <= 9) value = Math.min(MAX_PARAMETER, value * 10 + digit);
    else return undefined;
  }
  if (text !== '') parameters.push(value);
  return parameters;
}
