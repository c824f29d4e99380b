import { toPlain } from '../../config/source-tree';
import type { Entry, ObjectNode, SourceNode } from '../../config/source-tree';

/** Keys with conditions for a caller, or with code that checks some. */
const CONDITIONS: ReadonlySet<string> = new Set(['acs', 'value', 'validate', 'module', 'prompt']);
/** Paths of the condition for entering a menu. */
const ENTRY_ACS: ReadonlySet<string> = new Set(['acs', 'config.acs']);

/** Conditions that a menu or prompt loses because a key is present twice and only its last value is read. */
interface Lost {
  /** Conditions for entering; they apply together with the one that is read. */
  readonly acs: readonly string[];
  /** Paths of all others. */
  readonly paths: readonly string[];
}

/** Finds the conditions in earlier values of duplicate keys that the last value does not repeat. */
export function lostConditions({ node, earlier = [] }: Entry): Lost {
  const acs = new Set<string>();
  const paths = new Set<string>();
  const lose = (path: readonly string[], value: SourceNode): void => {
    const name = path.join('.');
    const text = value.kind === 'scalar' && ENTRY_ACS.has(name) ? value.value : undefined;
    if (typeof text === 'string') acs.add(text);
    else paths.add(name);
  };
  const compare = (before: SourceNode, now: SourceNode | undefined, path: string[]): void => {
    const isKept = now !== undefined && isSame(before, now);
    if (CONDITIONS.has(path.at(-1) ?? '')) {
      if (!isKept) lose(path, before);
    } else if (before.kind === 'array') {
      if (!isKept && before.items.some(asks)) lose(path, before);
    } else if (before.kind === 'object') {
      const kept = now?.kind === 'object' ? now : undefined;
      for (const [key, entry] of before.entries) {
        for (const written of valuesOf(entry)) {
          compare(written, kept?.entries.get(key)?.node, [...path, key]);
        }
      }
    }
  };
  const visit = (now: SourceNode, path: string[]): void => {
    if (now.kind === 'array') for (const item of now.items) visit(item, [...path, '']);
    if (now.kind !== 'object') return;
    for (const [key, entry] of now.entries) {
      for (const before of entry.earlier ?? []) compare(before.node, entry.node, [...path, key]);
      visit(entry.node, [...path, key]);
    }
  };
  for (const before of earlier) compare(before.node, node, []);
  visit(node, []);
  return { acs: [...acs], paths: [...paths] };
}

/**
 * The block of a top-level key. The earlier values of each entry include those in earlier blocks of the
 * same key.
 */
export function withEarlier(entry: Entry, block: ObjectNode): ReadonlyMap<string, Entry> {
  const entries = new Map(block.entries);
  for (const { node } of entry.earlier ?? []) {
    if (node.kind !== 'object') continue;
    for (const [name, { earlier = [], ...before }] of node.entries) {
      const now = entries.get(name);
      if (now === undefined) continue;
      entries.set(name, { ...now, earlier: [...(now.earlier ?? []), ...earlier, before] });
    }
  }
  return entries;
}

function valuesOf({ node, earlier = [] }: Entry): readonly SourceNode[] {
  return [...earlier.map((before) => before.node), node];
}

function asks(node: SourceNode): boolean {
  if (node.kind === 'array') return node.items.some(asks);
  if (node.kind !== 'object') return false;
  return [...node.entries].some(
    ([key, entry]) => CONDITIONS.has(key) || valuesOf(entry).some(asks),
  );
}

function isSame(one: SourceNode, other: SourceNode): boolean {
  return JSON.stringify(toPlain(one)) === JSON.stringify(toPlain(other));
}
