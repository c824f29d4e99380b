import { characterColumns } from '../terminal/character-width';

/** One parsed `:spec` of Python's format mini-language (contract A10.2). */
interface FormatSpec {
  readonly fill: string;
  /** undefined: `<` for text and `>` for numbers. */
  readonly align: '<' | '>' | '^' | '=' | undefined;
  readonly sign: '+' | '-' | ' ';
  readonly alternate: boolean;
  readonly width: number;
  readonly group: ',' | '_' | '';
  readonly precision: number | undefined;
  readonly type: string;
}

// [[fill]align][sign][#][0][width][,][.precision][type]
const SPEC =
  /^(?:(?<fill>[^{}])?(?<align>[<>^=]))?(?<sign>[-+ ])?(?<alternate>#)?(?<zero>0)?(?<width>\d{1,3})?(?<group>[,_])?(?:\.(?<precision>\d{1,2}))?(?<type>[bcdeEfFgGnosxX%])?$/u;

/** The parsed spec; undefined when it is invalid. */
export function parseFormatSpec(text: string): FormatSpec | undefined {
  const parts = SPEC.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const zero = parts['zero'] !== undefined;
  return {
    fill: parts['fill'] ?? (zero ? '0' : ' '),
    align: (parts['align'] as FormatSpec['align']) ?? (zero ? '=' : undefined),
    sign: (parts['sign'] as FormatSpec['sign'] | undefined) ?? '-',
    alternate: parts['alternate'] !== undefined,
    width: Number(parts['width'] ?? 0),
    group: (parts['group'] as FormatSpec['group'] | undefined) ?? '',
    precision: parts['precision'] === undefined ? undefined : Number(parts['precision']),
    type: parts['type'] ?? '',
  };
}

/** Formats a text or number by a spec. A text that is not a number ignores number types. */
export function applyFormatSpec(spec: FormatSpec, value: string | number): string {
  const number =
    typeof value === 'number' ? value : wantsNumber(spec) ? toNumber(value) : undefined;
  if (number === undefined || spec.type === 's') return formatString(spec, String(value));
  return formatNumber(spec, number);
}

function wantsNumber(spec: FormatSpec): boolean {
  return spec.group !== '' || spec.align === '=' || (spec.type !== '' && spec.type !== 's');
}

function toNumber(text: string): number | undefined {
  const number = text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

function formatString(spec: FormatSpec, text: string): string {
  const isForText = spec.type === '' || spec.type === 's';
  const cut =
    spec.precision === undefined || !isForText ? text : cutToColumns(text, spec.precision);
  // Zeros between sign and digits are for numbers; a text gets blanks behind it.
  if (spec.align === '=') return pad(cut, spec.width, ' ', '<');
  return pad(cut, spec.width, spec.fill, spec.align ?? '<');
}

function formatNumber(spec: FormatSpec, value: number): string {
  const negative = value < 0 || Object.is(value, -0);
  const sign = negative ? '-' : spec.sign === '-' ? '' : spec.sign;
  const digits = group(digitsOf(spec, Math.abs(value)), spec.group);
  const prefix = sign + radixPrefix(spec);
  if (spec.align === '=') {
    return prefix + pad(digits, spec.width - prefix.length, spec.fill, '>');
  }
  return pad(prefix + digits, spec.width, spec.fill, spec.align ?? '>');
}

function radixPrefix(spec: FormatSpec): string {
  if (!spec.alternate) return '';
  return { b: '0b', o: '0o', x: '0x', X: '0X' }[spec.type] ?? '';
}

function digitsOf(spec: FormatSpec, value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : 'inf';
  const precision = spec.precision ?? 6;
  switch (spec.type) {
    case 'b':
      return Math.round(value).toString(2);
    case 'o':
      return Math.round(value).toString(8);
    case 'x':
      return Math.round(value).toString(16);
    case 'X':
      return Math.round(value).toString(16).toUpperCase();
    case 'c':
      return value <= 0x10ffff ? String.fromCodePoint(Math.round(value)) : '?';
    case 'd':
      return String(Math.round(value));
    case 'e':
      return exponent(value.toExponential(precision));
    case 'E':
      return exponent(value.toExponential(precision)).toUpperCase();
    case 'f':
    case 'F':
      return value.toFixed(precision);
    case 'g':
    case 'n':
      return general(value, spec.precision);
    case 'G':
      return general(value, spec.precision).toUpperCase();
    case '%':
      return `${(value * 100).toFixed(precision)}%`;
    default:
      return spec.precision === undefined ? String(value) : general(value, spec.precision);
  }
}

/** Python writes an exponent with at least two digits. */
function exponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

function general(value: number, precision: number | undefined): string {
  const digits = Math.max(1, precision ?? 6);
  const power = value === 0 ? 0 : Math.floor(Math.log10(value));
  if (power < -4 || power >= digits) {
    return exponent(value.toExponential(digits - 1).replace(/\.?0+e/, 'e'));
  }
  const fixed = value.toFixed(Math.max(0, digits - 1 - power));
  return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed;
}

function group(digits: string, separator: string): string {
  if (separator === '') return digits;
  const match = /^(\d+)(.*)$/.exec(digits);
  if (match === null) return digits;
  const [, whole = '', rest = ''] = match;
  return whole.replace(/\B(?=(?:\d{3})+$)/g, separator) + rest;
}

/** Columns that a text takes on the screen: a wide character takes two. */
function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += characterColumns(character.codePointAt(0) ?? 0x20);
  return columns;
}

function cutToColumns(text: string, most: number): string {
  let kept = '';
  let columns = 0;
  for (const character of text) {
    columns += characterColumns(character.codePointAt(0) ?? 0x20);
    if (columns > most) break;
    kept += character;
  }
  return kept;
}

function pad(text: string, width: number, fill: string, align: '<' | '>' | '^'): string {
  const missing = width - columnsOf(text);
  if (missing <= 0) return text;
  if (align === '<') return text + fill.repeat(missing);
  if (align === '>') return fill.repeat(missing) + text;
  const left = Math.floor(missing / 2);
  return fill.repeat(left) + text + fill.repeat(missing - left);
}
