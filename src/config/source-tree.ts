import type { Place } from '../base/errors';

export type Scalar = string | number | boolean | null;
export type Path = readonly (string | number)[];

/**
 * A value of a sysop's file together with its place. Merging and replacing keep the places, so that
 * a finding can always name the line to change.
 */
export type SourceNode = ObjectNode | ArrayNode | ScalarNode;

export interface ObjectNode {
  readonly kind: 'object';
  readonly place: Place;
  readonly entries: ReadonlyMap<string, Entry>;
}

export interface Entry {
  readonly keyPlace: Place;
  readonly node: SourceNode;
  /** The same key where it stood before in its block, the first one first: these do not count. */
  readonly earlier?: readonly Entry[];
}

export interface ArrayNode {
  readonly kind: 'array';
  readonly place: Place;
  readonly items: readonly SourceNode[];
}

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly place: Place;
  readonly value: Scalar;
  /** Written without quotes, so that it extends to the end of its line, comments included. */
  readonly quoteless: boolean;
  /** Set where an `@` value supplied it; it may be a secret then, and is not shown. */
  readonly origin?: 'variable' | 'file';
}

/**
 * `over` takes precedence; objects are merged key by key, everything else is replaced as a whole.
 */
export function mergeNodes(under: ObjectNode, over: ObjectNode): ObjectNode {
  const entries = new Map(under.entries);
  for (const [key, entry] of over.entries) {
    const before = entries.get(key);
    if (before?.node.kind !== 'object' || entry.node.kind !== 'object') {
      entries.set(key, entry);
      continue;
    }
    const earlier = [...(before.earlier ?? []), ...(entry.earlier ?? [])];
    const node = mergeNodes(before.node, entry.node);
    const merged = { keyPlace: entry.keyPlace, node };
    entries.set(key, earlier.length === 0 ? merged : { ...merged, earlier });
  }
  return { kind: 'object', place: over.place, entries };
}

/** Blocks whose key stands twice become one, key by key; of other values the later one counts. */
export function mergeDoubled(root: ObjectNode): ObjectNode {
  const merge = (node: SourceNode): SourceNode => {
    if (node.kind === 'object') return mergeDoubled(node);
    return node.kind === 'array' ? { ...node, items: node.items.map(merge) } : node;
  };
  const entries = [...root.entries].map(([key, { keyPlace, node: last, earlier = [] }]) => {
    const [first = last, ...others] = [...earlier.map(({ node }) => node), last].map(merge);
    const node = others.reduce(
      (under, over) =>
        under.kind === 'object' && over.kind === 'object' ? mergeNodes(under, over) : over,
      first,
    );
    return [key, { keyPlace, node }] as const;
  });
  return { ...root, entries: new Map(entries) };
}

/** The values of a file, and instead of each of its blocks the values of that, each with its path. */
export function* valuesInSteps(
  root: ObjectNode,
): Iterable<{ readonly path: readonly string[]; readonly node: SourceNode }> {
  for (const [key, { node }] of root.entries) {
    if (node.kind !== 'object') yield { path: [key], node };
    else for (const [name, entry] of node.entries) yield { path: [key, name], node: entry.node };
  }
}

/** The node at `path`, or undefined. */
export function findNode(root: SourceNode, path: Path): SourceNode | undefined {
  let node: SourceNode | undefined = root;
  for (const step of path) node = node === undefined ? undefined : childOf(node, step);
  return node;
}

/** The place of the value (or its key) at `path`; for a missing path that of its nearest parent. */
export function placeInTree(root: SourceNode, path: Path, part: 'value' | 'key' = 'value'): Place {
  let node = root;
  let place = root.place;
  for (const step of path) {
    const keyPlace = node.kind === 'object' ? node.entries.get(String(step))?.keyPlace : undefined;
    const child = childOf(node, step);
    if (child === undefined) return place;
    node = child;
    place = part === 'key' && keyPlace !== undefined ? keyPlace : child.place;
  }
  return place;
}

/** An independent plain value: changes to it do not affect the tree. */
export function toPlain(node: ObjectNode): Record<string, unknown>;
export function toPlain(node: SourceNode): unknown;
export function toPlain(node: SourceNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'array':
      return node.items.map((item) => toPlain(item));
    case 'object':
      return Object.fromEntries(
        [...node.entries].map(([key, entry]) => [key, toPlain(entry.node)]),
      );
  }
}

/** Nodes for a value from a program: all of them have the same place. */
export function toObjectNode(value: object, place: Place): ObjectNode {
  const nodeOf = (part: unknown): SourceNode => {
    if (Array.isArray(part)) return { kind: 'array', place, items: part.map(nodeOf) };
    if (typeof part === 'object' && part !== null) return toObjectNode(part, place);
    return { kind: 'scalar', place, value: part as Scalar, quoteless: false };
  };
  const entries = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .map(([key, part]) => [key, { keyPlace: place, node: nodeOf(part) }] as const);
  return { kind: 'object', place, entries: new Map(entries) };
}

function childOf(node: SourceNode, step: string | number): SourceNode | undefined {
  switch (node.kind) {
    case 'object':
      return node.entries.get(String(step))?.node;
    case 'array':
      return node.items[Number(step)];
    case 'scalar':
      return undefined;
  }
}
