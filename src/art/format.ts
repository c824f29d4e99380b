import type { Random } from '../base/random';
import { systemRandom } from '../base/random';
import { PLAIN, type Style } from '../terminal/style';
import { styleChange } from '../terminal/style-sequence';
import type { Encoding } from '../terminal/terminal';
import { sanitizeUserText } from '../terminal/untrusted';
import {
  applyColorCode,
  colorCodeAt,
  expandColorCodes,
  mayBeginColorCode,
  pipeValue,
  withoutColors,
} from './color-codes';
import { applyFormatSpec, parseFormatSpec } from './format-spec';
import { applyNumberStyle, isNumberStyle } from './number-style';
import { applyTextStyle, isTextStyle } from './text-style';

export type FormatValues = Readonly<Record<string, unknown>>;

/** A value in the sysop's own words, as in a menu's `config`: colour codes in it have effect. */
export class SysopWords {
  constructor(readonly text: string) {}
}

interface FormatOptions {
  /** Value of a predefined MCI code, for `{BN}` and `|BN`; undefined for an unknown code. */
  readonly resolve?: (code: string) => string | number | undefined;
  /** Style in force where the text begins; normal by default. */
  readonly base?: Style;
  readonly encoding?: Encoding;
  /** For the style `mixed`. */
  readonly random?: Random;
}

// {name}, {name!style}, {name:spec}, {name!style:spec}
const FIELD = /\{([A-Za-z_][\w.]*)(?:!([A-Za-z0-9 ]+))?(?::([^{}]*))?\}/y;

/**
 * A sysop's format string with its values inserted (contract A10.2). The colour codes of the
 * template, and of {@link SysopWords}, become SGR sequences; other values are data: a colour code,
 * an MCI code or a brace inside one stays as it is, and control characters are dropped (rules H1,
 * H2). The result is final: it must not be formatted or expanded again. An unknown field stays as
 * it is written.
 */
export function formatText(
  written: string,
  values: FormatValues,
  options: FormatOptions = {},
): string {
  const template = withSysopWords(written, values);
  const resolveText = (code: string): string | undefined => {
    const value = options.resolve?.(code);
    return value === undefined ? undefined : sanitizeUserText(String(value), options.encoding);
  };
  let style = options.base ?? PLAIN;
  let out = '';
  let index = 0;
  while (index < template.length) {
    const unit = template.charCodeAt(index);
    const code = mayBeginColorCode(unit) ? colorCodeAt(template, index) : undefined;
    if (code !== undefined) {
      style = applyColorCode(style, code);
      out += code.kind === 'newline' ? '\r\n' : styleChange(undefined, style, options.encoding);
      index += code.length;
      continue;
    }
    const piece =
      unit === 0x7b || unit === 0x7d
        ? braceAt(template, index, values, options)
        : unit === 0x7c
          ? pipeAt(template, index, resolveText)
          : undefined;
    out += piece?.text ?? template[index] ?? '';
    index += piece?.length ?? 1;
  }
  return out;
}

/** The sysop's own words become part of the template, but for braces: a field in them is none. */
function withSysopWords(template: string, values: FormatValues): string {
  if (!Object.values(values).some((value) => value instanceof SysopWords)) return template;
  return template.replace(/\{\{|\{(\w+)\}/g, (whole, name: string | undefined) => {
    const value = name === undefined ? undefined : lookUp(values, name);
    return value instanceof SysopWords ? value.text.replace(/[{}]/g, '$&$&') : whole;
  });
}

interface Piece {
  readonly text: string;
  readonly length: number;
}

/** `||` is a bar; `|XX` is the value of a predefined code. */
function pipeAt(
  template: string,
  index: number,
  resolve: (code: string) => string | undefined,
): Piece | undefined {
  if (template.startsWith('||', index)) return { text: '|', length: 2 };
  const text = pipeValue(template, index, resolve);
  return text === undefined ? undefined : { text, length: 3 };
}

/** `{{` and `}}` are literal braces; anything else in braces is a field. */
function braceAt(
  template: string,
  index: number,
  values: FormatValues,
  options: FormatOptions,
): Piece | undefined {
  const pair = template.slice(index, index + 2);
  if (pair === '{{' || pair === '}}') return { text: pair.slice(1), length: 2 };
  FIELD.lastIndex = index;
  const match = FIELD.exec(template);
  if (match === null) return undefined;
  const [whole, name = '', styleName, spec] = match;
  const value = lookUp(values, name) ?? options.resolve?.(name);
  const known = value !== undefined || hasPath(values, name);
  if (!known) return undefined;
  return { text: formatValue(value, styleName, spec, options), length: whole.length };
}

function formatValue(
  value: unknown,
  styleName: string | undefined,
  specText: string | undefined,
  options: FormatOptions,
): string {
  const data = toData(value, options.encoding);
  const styled = styleName === undefined ? data : applyStyle(styleName, data, options);
  const spec = specText === undefined ? undefined : parseFormatSpec(specText);
  return spec === undefined ? String(styled) : applyFormatSpec(spec, styled);
}

function applyStyle(name: string, value: string | number, options: FormatOptions): string | number {
  if (isNumberStyle(name)) return applyNumberStyle(name, Number(value)) ?? value;
  return applyTextStyle(name, String(value), options.random ?? systemRandom);
}

function toData(value: unknown, encoding: Encoding = 'cp437'): string | number {
  if (typeof value === 'number') return value;
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return sanitizeUserText(value, encoding);
  // Where it has a width or a style, only the words are left.
  if (value instanceof SysopWords)
    return sanitizeUserText(withoutColors(expandColorCodes(value.text)), encoding);
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  return Array.isArray(value) ? sanitizeUserText(value.map(String).join(', '), encoding) : '';
}

/** Follows `a.b.c` through own properties only. */
function lookUp(values: FormatValues, path: string): unknown {
  let at: unknown = values;
  for (const step of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as FormatValues)[step];
  }
  return at;
}

function hasPath(values: FormatValues, path: string): boolean {
  const steps = path.split('.');
  const parent = steps.length === 1 ? values : lookUp(values, steps.slice(0, -1).join('.'));
  return typeof parent === 'object' && parent !== null && Object.hasOwn(parent, steps.at(-1) ?? '');
}

/** The names in braces of a format string, as it would look them up. */
export function fieldsIn(template: string): readonly string[] {
  const names: string[] = [];
  for (const [whole, name] of template.matchAll(new RegExp(`\\{\\{|\\}\\}|${FIELD.source}`, 'g')))
    if (name !== undefined && whole !== '{{') names.push(name);
  return names;
}

/** What is wrong with a format string: unknown styles and specs, which change nothing where they stand. */
export function checkFormat(template: string): readonly string[] {
  const problems: string[] = [];
  for (const [whole, , styleName, spec] of template.matchAll(new RegExp(FIELD.source, 'g'))) {
    if (styleName !== undefined && !isTextStyle(styleName) && !isNumberStyle(styleName)) {
      problems.push(`has an unknown style, "${styleName}" in ${whole}`);
    }
    if (spec !== undefined && parseFormatSpec(spec) === undefined) {
      problems.push(`has "${spec}" in ${whole}, which is not a format`);
    }
  }
  return problems;
}
