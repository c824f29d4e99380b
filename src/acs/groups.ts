import { parseAcs, type AcsTree } from './parse';

/** The groups that a condition names by `GM[...]`, each once; none where it cannot be read. */
export function groupsIn(text: string): readonly string[] {
  const parsed = parseAcs(text);
  return parsed.kind === 'failed' ? [] : [...new Set(namedIn(parsed.tree))];
}

function namedIn(tree: AcsTree): readonly string[] {
  switch (tree.kind) {
    case 'code':
      return tree.code === 'GM' ? (tree.argument.items ?? []) : [];
    case 'not':
      return namedIn(tree.operand);
    default:
      return tree.operands.flatMap(namedIn);
  }
}
