import type { Steps } from '../base/steps';

/** A key that gets another name in what the package reads. */
interface RenamedKey {
  readonly name: string;
  readonly keyAt: number;
  /** Behind its colon. */
  readonly keyEnd: number;
}

/** A file as the hjson package reads it: its blocks one by one, so that none of its texts is long. */
export interface Outline<Node> {
  /** The text with each of `blocks` empty. */
  readonly outline: string;
  /** The text of each block that stands in a block of the whole file, such as one menu in `menus`. */
  readonly blocks: ReadonlyMap<Node, () => string>;
}

interface Block<Node> {
  readonly node: Node;
  readonly end: number;
}

/** `blocks` and `renamed` are in the order of the text. */
export function* outlineOf<Node extends { readonly at: number }>(
  text: string,
  blocks: readonly Block<Node>[],
  renamed: readonly RenamedKey[],
): Steps<Outline<Node>> {
  let known = 0;
  const namesUpTo = (to: number): readonly RenamedKey[] => {
    const first = known;
    while ((renamed[known]?.keyAt ?? to) < to) known += 1;
    return renamed.slice(first, known);
  };
  const columnsCount = text.includes("'''");
  const texts = new Map<Node, () => string>();
  let outline = '';
  let done = 0;
  for (const { node, end } of blocks) {
    yield;
    outline += withNames(text, { from: done, to: node.at }, namesUpTo(node.at));
    outline += columnsCount ? emptyBlock(text.slice(node.at, end)) : '{}';
    done = end;
    const own = namesUpTo(end);
    texts.set(node, () => {
      const block = withNames(text, { from: node.at, to: end }, own);
      return columnsCount ? inItsColumn(text, node.at, block) : block;
    });
  }
  outline += withNames(text, { from: done, to: text.length }, namesUpTo(text.length));
  return { outline, blocks: texts };
}

function withNames(
  text: string,
  part: { readonly from: number; readonly to: number },
  renamed: readonly RenamedKey[],
): string {
  let written = '';
  let done = part.from;
  for (const { name, keyAt, keyEnd } of renamed) {
    written += `${text.slice(done, keyAt)}"${name}":`;
    done = keyEnd;
  }
  return written + text.slice(done, part.to);
}

/** Of a text of several lines each line loses as many blanks as there is text before its first quote. */
function inItsColumn(text: string, at: number, block: string): string {
  const quotes = block.indexOf("'''");
  const lineEnd = block.indexOf('\n');
  if (quotes < 0 || (lineEnd >= 0 && lineEnd < quotes)) return block;
  return ' '.repeat(at - 1 - text.lastIndexOf('\n', at)) + block;
}

/** What follows it stands in the same column as behind the block. */
function emptyBlock(block: string): string {
  const lineEnd = block.lastIndexOf('\n');
  return lineEnd < 0
    ? `{${' '.repeat(block.length - 2)}}`
    : `{\n${' '.repeat(block.length - lineEnd - 2)}}`;
}
