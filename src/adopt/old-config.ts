import { BbsError, toError } from '../base/errors';
import { parseHjsonNodes } from '../config/hjson';
import { findNode, mergeNodes, type ObjectNode } from '../config/source-tree';

/** What the old board's config.hjson says, as far as `adopt` has to know it. */
export interface OldConfig {
  /** A text by its dotted path; undefined where it is none, or comes from a file or variable. */
  text(path: string): string | undefined;
  /** Why the file says nothing: it could not be parsed. */
  readonly problem: string | undefined;
}

/** Reads a configuration with its includes, without the values that only the old board can fill in. */
export function readOldConfig(
  file: string,
  readText: (name: string) => string | undefined,
): OldConfig {
  const text = readText(file);
  if (text === undefined) return { text: () => undefined, problem: undefined };
  try {
    const root = load(file, text, readText, 0);
    return {
      text: (path) => {
        const node = findNode(root, path.split('.'));
        if (node?.kind !== 'scalar' || typeof node.value !== 'string') return undefined;
        const value = node.value.trim();
        return value === '' || value.startsWith('@') ? undefined : value;
      },
      problem: undefined,
    };
  } catch (error) {
    const problem = error instanceof BbsError ? error.describe() : toError(error).message;
    return { text: () => undefined, problem };
  }
}

const MAX_INCLUDES_DEPTH = 8;

function load(
  file: string,
  text: string,
  readText: (name: string) => string | undefined,
  depth: number,
): ObjectNode {
  const root = parseHjsonNodes(text, file);
  if (depth >= MAX_INCLUDES_DEPTH) return root;
  let under: ObjectNode = { kind: 'object', place: root.place, entries: new Map() };
  for (const name of includesOf(root)) {
    const included = readText(name);
    if (included === undefined) continue;
    under = mergeNodes(load(name, included, readText, depth + 1), under);
  }
  return mergeNodes(under, root);
}

/** The files that an hjson file includes, as written. */
export function includesOf(root: ObjectNode): readonly string[] {
  const node = root.entries.get('includes')?.node;
  if (node?.kind !== 'array') return [];
  return node.items.flatMap((item) =>
    item.kind === 'scalar' && typeof item.value === 'string' ? [item.value] : [],
  );
}
