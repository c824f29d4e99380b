import { compileAcs, isNeverTrue, evaluateAcs } from '../../acs/acs';
import type { SourceNode } from '../../config/source-tree';
import { ASSET_KINDS, looksLikeAsset, parseAsset } from './asset';
import type { EntryReader } from './entry-reader';
import type { Choice, Option, Target, FieldMatch, SubmitRule } from './menu-entry';
import type { AcsSubject } from '../../acs/subject';
import type { Random } from '../../base/random';

type ReadValue<Value> = (node: SourceNode) => Value | undefined;

interface HowToRead<Value> {
  /** Key of the value in a list entry. */
  readonly key: string;
  readonly read: ReadValue<Value>;
  /**
   * Replaces a value that cannot be read. Its condition stays, so that a caller for whom it holds does
   * not reach the entries after it.
   */
  readonly broken?: Value;
}

/** A target that never resolves: no system method has this name. The address was reported already. */
export const NOWHERE: Target = { kind: 'system-method', name: '@' };

/** Reads `next`, `action` or `art` in any of its forms. */
export function readChoice<Value>(
  reader: EntryReader,
  node: SourceNode | undefined,
  how: HowToRead<Value>,
): Choice<Value> | undefined {
  if (node === undefined) return undefined;
  const { place } = node;
  const items = node.kind === 'array' ? node.items : [node];
  if (items.length === 0) {
    reader.error('wrong-form', place, `this list is empty; '${how.key}' needs something to pick`);
    return undefined;
  }
  const plain = items.filter((item) => item.kind === 'scalar').length;
  if (plain > 0 && plain < items.length) {
    reader.error(
      'wrong-form',
      place,
      `this list mixes plain values with { acs, ${how.key} } entries; write all of one kind`,
    );
  }
  const options = items.flatMap((item, at) => {
    noteNeverTaken(reader, { item, key: how.key, isLast: at === items.length - 1 });
    return readOption(reader, item, how) ?? [];
  });
  if (options.length === 0) return undefined;
  const pick = plain > 1 && plain === items.length ? 'random' : 'first';
  if (pick === 'first') noteShadowed(reader, options);
  return { pick, options, place };
}

function readOption<Value>(
  reader: EntryReader,
  node: SourceNode,
  how: HowToRead<Value>,
): Option<Value> | undefined {
  if (node.kind === 'array') {
    reader.error('wrong-form', node.place, 'a list cannot stand inside this list');
    return undefined;
  }
  if (node.kind === 'scalar') {
    const value = how.read(node) ?? how.broken;
    return value === undefined ? undefined : { acs: undefined, value, place: node.place };
  }
  const isLost = reader.checkKeys(node, ['acs', how.key], 'this list');
  const written = reader.find(node, how.key);
  if (written === undefined) {
    reader.error('wrong-form', node.place, `this entry has no '${how.key}'`);
  }
  const asked = reader.acs(node.entries.get('acs')?.node);
  const acs = isLost ? compileAcs('') : asked;
  const value = (written === undefined ? undefined : how.read(written.node)) ?? how.broken;
  const { place } = written?.node ?? node;
  return value === undefined ? undefined : { acs, value, place };
}

/** Callers fall past an entry of `next` that nobody meets, as on ENiGMA½: where to is worth a look. */
function noteNeverTaken(
  reader: EntryReader,
  {
    item,
    key,
    isLast,
  }: { readonly item: SourceNode; readonly key: string; readonly isLast: boolean },
): void {
  if (key !== 'next' || isLast || item.kind !== 'object') return;
  const acs = item.entries.get('acs')?.node;
  const name = item.entries.get(key)?.node;
  if (acs?.kind !== 'scalar' || typeof acs.value !== 'string') return;
  if (!isNeverTrue(reader.compile(acs.value))) return;
  const entry = name?.kind === 'scalar' ? ` to '${String(name.value)}'` : '';
  const text = `nobody takes the entry${entry}, for its condition is never true: callers go on to the entries behind it`;
  reader.warn('never-taken', item.place, text);
}

function noteShadowed(reader: EntryReader, options: readonly Option<unknown>[]): void {
  const last = options.findIndex((option) => option.acs === undefined);
  const shadowed = last < 0 ? undefined : options[last + 1];
  if (shadowed === undefined) return;
  reader.warn(
    'never-reached',
    shadowed.place,
    'this entry is never looked at: the one before it has no acs and takes everybody',
  );
}

/** Reads the target of `next`: an address, or the plain name of a menu. */
export function readNext(reader: EntryReader, node: SourceNode): Target | undefined {
  const text = reader.text(node, "'next'");
  if (text === undefined) return undefined;
  return looksLikeAsset(text) ? readTarget(reader, node, text) : { kind: 'menu', name: text };
}

/** Reads the target of `action`: always an address. */
export function readAction(reader: EntryReader, node: SourceNode): Target | undefined {
  const text = reader.text(node, "'action'");
  if (text === undefined) return undefined;
  if (looksLikeAsset(text)) return readTarget(reader, node, text);
  reader.error(
    'bad-address',
    node.place,
    `'${text}' is not an action; to go to a menu of that name write @menu:${text}`,
  );
  return undefined;
}

function readTarget(reader: EntryReader, node: SourceNode, text: string): Target | undefined {
  const asset = parseAsset(text);
  if (asset === undefined) {
    reader.error('bad-address', node.place, `'${text}' is not of the form @kind:name`);
    return undefined;
  }
  const { name } = asset;
  switch (asset.kind) {
    case 'menu':
      return { kind: 'menu', name };
    case 'method':
      return asset.location === undefined
        ? { kind: 'method', name }
        : { kind: 'method', name, location: asset.location };
    case 'systemMethod':
      return { kind: 'system-method', name };
    default:
      reader.error(
        'bad-address',
        node.place,
        `'${text}' names ${ASSET_KINDS[asset.kind]}, where only @menu:, @method: or @systemMethod: can stand`,
      );
      return undefined;
  }
}

/** Reads an art spec: plain, or as `@art:spec`. */
export function readArt(reader: EntryReader, node: SourceNode): string | undefined {
  return readNamed(reader, node, { kind: 'art', what: "'art'" });
}

/** Reads a name that may also be written as an address of one kind, e.g. `@prompt:pause`. */
export function readNamed(
  reader: EntryReader,
  node: SourceNode,
  expected: { readonly kind: 'art' | 'prompt'; readonly what: string },
): string | undefined {
  const text = reader.text(node, expected.what);
  if (text === undefined || !looksLikeAsset(text)) return text;
  const asset = parseAsset(text);
  if (asset?.kind === expected.kind) return asset.name;
  reader.error(
    'bad-address',
    node.place,
    `'${text}' cannot stand here; write @${expected.kind}:name or the bare name`,
  );
  return undefined;
}

/** Evaluates `next`, `action` or `art` for this caller; undefined when no condition holds. */
export function choose<Value>(
  choice: Choice<Value>,
  subject: AcsSubject,
  random: Random,
): Value | undefined {
  if (choice.pick === 'random') {
    return choice.options.length === 0
      ? undefined
      : choice.options[random.below(choice.options.length)]?.value;
  }
  return choice.options.find(
    (option) => option.acs === undefined || evaluateAcs(option.acs, subject),
  )?.value;
}

/** The first rule whose conditions all match the values (contract A2.2). */
export function matchSubmit(
  rules: readonly SubmitRule[],
  values: Readonly<Record<string, unknown>>,
): SubmitRule | undefined {
  return rules.find((rule) => rule.match.every((condition) => matches(condition, values)));
}

function matches(condition: FieldMatch, values: Readonly<Record<string, unknown>>): boolean {
  if (!Object.hasOwn(values, condition.field)) return false;
  if (condition.equals === null) return true;
  const value = values[condition.field];
  if (value === condition.equals) return true;
  // hjson reads an unquoted 1 as a number while a field holds text; they are equal here. Blanks around a word come from
  // keys that were meant for a pause.
  const [typed, meant] = [String(value), String(condition.equals)];
  return typed === meant || typed.trim() === meant;
}
