import { z } from 'zod';
import { configSchema } from './schema';
import { MAIL_TRANSPORT_KEYS } from './schema-mail';

/** A key of config.hjson as its documentation and its error messages name it. */
export interface ConfigKey {
  /** Dotted, e.g. `loginServers.ssh.port`. */
  readonly path: string;
  readonly doc: string;
  /** The accepted values in words: `a whole number from 0 to 65535`. */
  readonly accepts: string;
  readonly default: unknown;
  /** Of a number. */
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  /** Its default may stand in for what cannot be. */
  readonly isHarmless: boolean;
  /** Of a list: an item that cannot be may be left out. */
  readonly hasHarmlessItems: boolean;
}

export interface ConfigSection {
  readonly path: string;
  readonly doc: string;
  readonly keys: readonly ConfigKey[];
}

interface KeySchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, KeySchema>>;
  readonly additionalProperties?: unknown;
  readonly anyOf?: readonly KeySchema[];
  readonly items?: KeySchema;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly harmless?: boolean | 'items';
}

/** What a schema says: it never changes, and takes 0.1 s to read where something in a file is wrong. */
const SECTIONS = new WeakMap<typeof configSchema, readonly ConfigSection[]>();

/** Every section of the configuration with its own keys, in the order of the schema. */
export function listConfigSections(): readonly ConfigSection[] {
  const sections = SECTIONS.get(configSchema) ?? readSections();
  SECTIONS.set(configSchema, sections);
  return sections;
}

function readSections(): readonly ConfigSection[] {
  const sections: ConfigSection[] = [];
  const visit = (schema: KeySchema, path: string, isHarmless = false): void => {
    const children = Object.entries(schema.properties ?? {});
    const below = (name: string): string => (path === '' ? name : `${path}.${name}`);
    const keys = children
      .filter(([, child]) => child.properties === undefined)
      .map(([name, child]) => keyOf(below(name), { harmless: isHarmless, ...child }));
    if (keys.length > 0) sections.push({ path, doc: schema.description ?? '', keys });
    for (const [name, child] of children) {
      if (child.properties === undefined) continue;
      visit(child, below(name), isHarmless || child.harmless === true);
    }
  };
  visit(z.toJSONSchema(configSchema, { io: 'input' }) as KeySchema, '');
  return sections;
}

/** Names that are allowed directly below a section; for the root, path is empty. */
export function listNamesBelow(path: string): readonly string[] {
  const before = path === '' ? '' : `${path}.`;
  const names = listConfigSections()
    .flatMap((section) => [section.path, ...section.keys.map((key) => key.path)])
    .concat(MAIL_TRANSPORT_KEYS.map((key) => `email.transport.${key}`))
    .filter((name) => name.startsWith(before))
    .map((name) => name.slice(before.length).split('.')[0] ?? '');
  return [...new Set(names)].filter((name) => name !== '');
}

/** The full paths of the keys and sections that have this name. */
export function listHomesOf(name: string): readonly string[] {
  const paths = listConfigSections().flatMap((section) => [
    section.path,
    ...section.keys.map((key) => key.path),
  ]);
  return [...new Set(paths)].filter((path) => path.split('.').at(-1) === name);
}

/** The key to which a path of a value belongs: itself, or the list or table that contains it. */
export function findConfigKey(path: string): ConfigKey | undefined {
  const keys = listConfigSections().flatMap((section) => section.keys);
  return keys.find((key) => path === key.path || path.startsWith(`${key.path}.`));
}

/** True where the key at this path, or every key of the section there, has a default that harms nobody. */
export function isHarmless(path: string): boolean {
  const keys = listConfigSections().flatMap((section) => section.keys);
  const there = keys.filter(
    (key) =>
      key.path === path || key.path.startsWith(`${path}.`) || path.startsWith(`${key.path}.`),
  );
  return (
    there.length > 0 &&
    there.every((key) => (path.length > key.path.length ? key.hasHarmlessItems : key.isHarmless))
  );
}

function keyOf(path: string, schema: KeySchema): ConfigKey {
  return {
    path,
    doc: schema.description ?? '',
    accepts: describeType(schema),
    default: schema.default,
    minimum: schema.minimum,
    maximum: schema.maximum,
    isHarmless: schema.harmless === true,
    hasHarmlessItems: schema.harmless !== undefined && schema.harmless !== false,
  };
}

function describeType(schema: KeySchema): string {
  if (schema.anyOf !== undefined) return schema.anyOf.map(describeType).join(', or ');
  if (schema.enum !== undefined) return schema.enum.map(String).join(', ');
  switch (schema.type) {
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `a whole number${describeRange(schema)}`;
    case 'number':
      return `a number${describeRange(schema)}`;
    case 'string':
      return `${describeText(schema)}`;
    case 'array':
      return describeList(schema);
    case 'object':
      return 'a block of keys in { }';
    case 'null':
      return 'null';
    default:
      return 'a value';
  }
}

function describeList({ items, minItems = 0 }: KeySchema): string {
  const choices = items?.enum?.map(String).join(', ');
  if (choices !== undefined)
    return `a list of ${minItems > 0 ? 'one or more' : 'any'} of ${choices}`;
  return items?.type === 'string' ? 'a list of texts' : 'a list';
}

function describeRange({ minimum = Number.MIN_SAFE_INTEGER, maximum }: KeySchema): string {
  const isOpen = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER;
  if (minimum <= Number.MIN_SAFE_INTEGER) return isOpen ? '' : ` up to ${maximum}`;
  return isOpen ? `, ${minimum} or more` : ` from ${minimum} to ${maximum}`;
}

function describeText({ minLength = 0, maxLength, pattern }: KeySchema): string {
  if (pattern !== undefined) return `a text that matches ${pattern}`;
  if (minLength === 1 && maxLength === 1) return 'a single character';
  if (maxLength !== undefined) return `a text of ${minLength} to ${maxLength} characters`;
  return minLength > 0 ? 'a text that is not empty' : 'a text';
}
