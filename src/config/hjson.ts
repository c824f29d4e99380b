import { parse } from 'hjson';
import { BbsError, toError } from '../base/errors';
import type { Place } from '../base/errors';
import { finish, type Steps } from '../base/steps';
import { scanHjson } from './hjson-scan';
import type { DoubledKey, ScanEntry, ScanNode } from './hjson-scan';
import { placeInTree, toPlain } from './source-tree';
import type { ArrayNode, Entry, ObjectNode, Path, SourceNode } from './source-tree';

/** The value of an hjson text with the places of its parts. */
export interface HjsonDocument {
  readonly value: Record<string, unknown>;
  readonly root: ObjectNode;
  /**
   * Place of the value at `path`, or of its key; for a missing path the place of its nearest
   * parent.
   */
  placeOf(path: Path, part?: 'value' | 'key'): Place;
}

type ScanObject = Extract<ScanNode, { kind: 'object' }>;

/** Parses one hjson text; a problem is a BbsError CONFIG_SYNTAX with its place in `file`. */
export function parseHjson(text: string, file: string): HjsonDocument {
  return documentOf(parseHjsonNodes(text, file));
}

/**
 * The plain value of nodes, with their places. Computed when it is first used: menus read the nodes
 * alone.
 */
export function documentOf(root: ObjectNode): HjsonDocument {
  let value: Record<string, unknown> | undefined;
  return {
    get value() {
      value ??= toPlain(root);
      return value;
    },
    root,
    placeOf: (path, part) => placeInTree(root, path, part),
  };
}

/** As parseHjson, without the plain value. */
export function parseHjsonNodes(text: string, file: string): ObjectNode {
  return finish(parseHjsonInSteps(text, file));
}

/** The same in steps; `warn` hears of keys that stand twice. */
export function* parseHjsonInSteps(
  text: string,
  file: string,
  warn?: (doubled: DoubledKey) => void,
): Steps<ObjectNode> {
  const content = text.startsWith('\ufeff') ? text.slice(1) : text;
  const scan = yield* scanHjson(content, file);
  if (warn !== undefined) scan.doubled.forEach(warn);
  const read = (part: string): unknown => {
    try {
      return parse(part);
    } catch (error) {
      const { message } = toError(error);
      throw new BbsError('CONFIG_SYNTAX', message, { cause: error, place: { file } });
    }
  };
  /** What the package read there, and for a block that is read by itself what that is. */
  const whole = (node: ScanNode, part: unknown): unknown => {
    const block = scan.outline.blocks.get(node);
    if (block === undefined) return part;
    if (!isRecord(part) || Object.keys(part).length > 0) throw disagreement(scan.place(node.at));
    return read(block());
  };
  const locate = (node: ScanNode, part: unknown): SourceNode => {
    const place = scan.place(node.at);
    switch (node.kind) {
      case 'object':
        return finish(locateObject(node, part, 1));
      case 'array':
        return locateArray(node, part, place);
      case 'scalar':
        if (typeof part === 'object' && part !== null) throw disagreement(place);
        return { kind: 'scalar', place, value: part as string, quoteless: node.quoteless };
    }
  };
  const locateArray = (node: ScanNode & { kind: 'array' }, part: unknown, at: Place): ArrayNode => {
    if (!Array.isArray(part) || part.length !== node.items.length) throw disagreement(at);
    return {
      kind: 'array',
      place: at,
      items: node.items.map((item, index) => locate(item, part[index])),
    };
  };
  const partOf = (name: string, entry: ScanEntry, part: Record<string, unknown>): unknown => {
    if (!Object.hasOwn(part, name)) throw disagreement(scan.place(entry.keyAt));
    return part[name];
  };
  /** In steps where it is the file itself, or a block of the file. */
  function* locateObject(node: ScanObject, read: unknown, level: number): Steps<ObjectNode> {
    const place = scan.place(node.at);
    const part = whole(node, read);
    if (!isRecord(part)) throw disagreement(place);
    let size = 0;
    const entries = new Map<string, Entry>();
    for (const [key, entry] of node.entries) {
      yield;
      const earlier = (entry.earlier ?? []).map((before) => ({
        keyPlace: scan.place(before.keyAt),
        node: locate(before.node, partOf(before.name, before, part)),
      }));
      size += 1 + earlier.length;
      const keyPlace = scan.place(entry.keyAt);
      const own = partOf(key, entry, part);
      const inSteps = level === 0 && entry.node.kind === 'object';
      const located = inSteps
        ? yield* locateObject(entry.node, own, level + 1)
        : locate(entry.node, own);
      const found = { keyPlace, node: located };
      entries.set(key, earlier.length === 0 ? found : { ...found, earlier });
    }
    if (Object.keys(part).length !== size) throw disagreement(place);
    return { kind: 'object', place, entries };
  }
  return yield* locateObject(scan.root, read(scan.outline.outline), 0);
}

/**
 * The scanner and the hjson package read the text differently: it is refused, because one of them
 * is wrong.
 */
function disagreement(place: Place): BbsError {
  return new BbsError('CONFIG_SYNTAX', 'this is ambiguous; use quotes and commas', {
    place,
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
