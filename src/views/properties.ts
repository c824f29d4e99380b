import { expandColorCodes } from '../art/color-codes';
import { checkFormat } from '../art/format';
import { isTextStyle } from '../art/text-style';
import type { Style } from '../terminal/style';
import { cellsOf, type Justify } from './cells';

/** A view's `mci` entry after themes and `@` values such as `@config:` are resolved. */
export type ViewProperties = Readonly<Record<string, unknown>>;

type PropertyType =
  | 'text'
  | 'character'
  | 'number'
  | 'boolean'
  | 'text style'
  | 'justify'
  | 'mode'
  | 'format'
  | 'colours'
  | 'items'
  | 'hot keys'
  | 'keys'
  | 'address'
  | 'place';

/** One property of a view: used by the menu check and printed in the manual. */
export interface ViewProperty {
  readonly name: string;
  readonly type: PropertyType;
  /** As the manual shows it; '' when there is none. */
  readonly default: string;
  readonly doc: string;
  /** What happens in its place, for one that other boards know and that has no effect here. */
  readonly instead?: string;
}

const isText = (value: unknown): value is string => typeof value === 'string';

const CHECKS: Readonly<Record<PropertyType, (value: unknown) => string | undefined>> = {
  text: (value) => (isText(value) || typeof value === 'number' ? undefined : 'must be text'),
  character: (value) =>
    isText(value) && [...value].length === 1 ? undefined : 'must be one character',
  number: (value) =>
    Number.isInteger(numberOf(value)) && Number(value) >= 0
      ? undefined
      : 'must be a whole number, 0 or more',
  boolean: (value) => (typeof value === 'boolean' ? undefined : 'must be true or false'),
  'text style': (value) =>
    isText(value) && isTextStyle(value) ? undefined : 'must be the name of a text style',
  justify: (value) =>
    value === 'left' || value === 'right' || value === 'center'
      ? undefined
      : 'must be left, right or center',
  mode: (value) =>
    value === 'read-only' || value === 'read only' || value === 'preview' || value === 'edit'
      ? undefined
      : 'must be read-only, preview or edit',
  format: (value) => (isText(value) ? checkFormat(value)[0] : 'must be a format string'),
  colours: (value) => (isText(value) ? undefined : 'must be colour codes such as "|07|17"'),
  items: checkItems,
  'hot keys': checkHotKeys,
  keys: (value) =>
    Array.isArray(value) && value.every(isText) ? undefined : 'must be a list of keys',
  address: (value) =>
    isText(value) && value.startsWith('@')
      ? undefined
      : 'must be an address such as "@systemMethod:validateNonEmpty"',
  place: (value) =>
    isPlace(value) ? undefined : 'must be a place on the screen, such as { row: 5, col: 10 }',
};

function isPlace(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('row' in value)) return false;
  const column = 'col' in value ? value.col : 'column' in value ? value.column : undefined;
  return numberOf(value.row) >= 1 && numberOf(column) >= 1;
}

function checkItems(value: unknown): string | undefined {
  if (!Array.isArray(value)) return 'must be a list';
  const wrong = value.findIndex((item: unknown) => !isText(item) && textOfItem(item) === undefined);
  return wrong === -1 ? undefined : `entry ${wrong + 1} must be text or { text, data }`;
}

function checkHotKeys(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'must map keys to item numbers, such as { Q: 2 }';
  }
  const wrong = Object.entries(value).find(([, index]) => !Number.isInteger(numberOf(index)));
  return wrong === undefined ? undefined : `${wrong[0]} must name an item by its number, from 0`;
}

/**
 * Describes a problem with a property's value; undefined when it is valid or comes from an `@`
 * value.
 */
export function checkProperty(property: ViewProperty, value: unknown): string | undefined {
  if (isText(value) && /^@(config|sysStat):/.test(value)) return undefined;
  return CHECKS[property.type](value);
}

/**
 * Whether what is typed into a view with these properties is a secret: it is masked, never covered by a message, and
 * typed anew after a refusal. `password` masks as in ENiGMA½ by everything but false, 0, null and "".
 */
export function masksTyping({ password, textMaskChar }: ViewProperties): boolean {
  const hasMask = textMaskChar !== undefined && textMaskChar !== null && textMaskChar !== false;
  return Boolean(password) || hasMask;
}

function numberOf(value: unknown): number {
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : (value as number);
}

function textOfItem(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null || !('text' in item)) return undefined;
  return isText(item.text) || typeof item.text === 'number' ? String(item.text) : undefined;
}

/** Reads properties by type; a missing value or one of another type counts as not set. */
export class PropertyReader {
  private readonly properties: ViewProperties;

  constructor(properties: ViewProperties) {
    this.properties = properties;
  }

  text(name: string): string | undefined {
    const value = this.properties[name];
    return isText(value) ? value : typeof value === 'number' ? String(value) : undefined;
  }

  number(name: string): number | undefined {
    const value = numberOf(this.properties[name]);
    return Number.isInteger(value) && value >= 0 ? value : undefined;
  }

  flag(name: string): boolean | undefined {
    const value = this.properties[name];
    return typeof value === 'boolean' ? value : undefined;
  }

  justify(otherwise: Justify = 'left'): Justify {
    const value = this.text('justify');
    return value === 'left' || value === 'right' || value === 'center' ? value : otherwise;
  }

  /** `base` with the property's colour codes applied. */
  style(name: string, base: Style): Style | undefined {
    const codes = this.text(name);
    return codes === undefined
      ? undefined
      : (cellsOf(`${expandColorCodes(codes, { base })}x`, base).at(-1)?.style ?? base);
  }

  raw(name: string): unknown {
    return this.properties[name];
  }
}
