import { parse } from 'hjson';
import { BbsError, toError } from '../base/errors';
import type { Place } from '../base/errors';
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

/** As parseHjson, without the plain value; `warn` hears of keys that stand twice. */
export function parseHjsonNodes(
  text: string,
  file: string,
  warn?: (doubled: DoubledKey) => void,
): ObjectNode {
  const content = text.startsWith('\ufeff') ? text.slice(1) : text;
  const scan = scanHjson(content, file);
  if (warn !== undefined) scan.doubled.forEach(warn);
  let value: unknown;
  try {
    value = parse(scan.text);
  } catch (error) {
    const { message } = toError(error);
    throw new BbsError('CONFIG_SYNTAX', message, { cause: error, place: { file } });
  }
  const locate = (node: ScanNode, part: unknown): SourceNode => {
    const place = scan.place(node.at);
    switch (node.kind) {
      case 'object':
        return locateObject(node, part);
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
  const locateEntry = (name: string, entry: ScanEntry, part: Record<string, unknown>): Entry => {
    const keyPlace = scan.place(entry.keyAt);
    if (!Object.hasOwn(part, name)) throw disagreement(keyPlace);
    return { keyPlace, node: locate(entry.node, part[name]) };
  };
  const locateObject = (node: ScanNode & { kind: 'object' }, part: unknown): ObjectNode => {
    const place = scan.place(node.at);
    if (!isRecord(part)) throw disagreement(place);
    let size = 0;
    const entries = [...node.entries].map(([key, entry]) => {
      const earlier = entry.earlier?.map((before) => locateEntry(before.name, before, part)) ?? [];
      size += 1 + earlier.length;
      const located = locateEntry(key, entry, part);
      return [key, earlier.length === 0 ? located : { ...located, earlier }] as const;
    });
    if (Object.keys(part).length !== size) throw disagreement(place);
    return { kind: 'object', place, entries: new Map(entries) };
  };
  return locateObject(scan.root, value);
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
