import type { AcsTree, ParsedAcs } from './parse';

type Parsed = Extract<ParsedAcs, { kind: 'parsed' }>;

/** A part of an expression without parentheses, and the operator before it. */
interface Part {
  readonly operator: '&' | '|' | undefined;
  readonly tree: AcsTree;
}

/**
 * What to say of `&` and `|` side by side. Here `&` binds tighter. ENiGMA½ reads an operator as applying to
 * all that follows it, which is something else wherever a `|` comes after a `&`.
 */
export function describeMixed({ tree, grouped }: Parsed): string {
  const here = printHere(tree);
  const there = printThere(tree, grouped);
  return here === there
    ? `'&' and '|' are mixed; '&' binds tighter, as in ${here}: parentheses make that plain`
    : `'&' and '|' are mixed: here it means ${here}, and to ENiGMA½ ${there}: write the one that is meant`;
}

function printHere(tree: AcsTree): string {
  switch (tree.kind) {
    case 'code':
      return tree.text;
    case 'not':
      return `!${inBrackets(tree.operand, printHere)}`;
    default: {
      const parts = tree.operands.map((operand) => inBrackets(operand, printHere));
      return parts.join(tree.kind === 'all' ? ' & ' : ' | ');
    }
  }
}

function printThere(tree: AcsTree, grouped: ReadonlySet<AcsTree>): string {
  const print = (part: AcsTree): string => printThere(part, grouped);
  if (tree.kind === 'code') return tree.text;
  if (tree.kind === 'not') return `!${inBrackets(tree.operand, print)}`;
  const parts = partsOf(tree, grouped);
  return parts.reduceRight((after, { tree: part }, index) => {
    const text = inBrackets(part, print);
    const next = parts[index + 1];
    if (next === undefined) return text;
    const isPlain = parts.slice(index + 1).every(({ operator }) => operator === next.operator);
    return `${text} ${next.operator} ${isPlain ? after : `(${after})`}`;
  }, '');
}

function partsOf(tree: AcsTree, grouped: ReadonlySet<AcsTree>): readonly Part[] {
  if (tree.kind === 'code' || tree.kind === 'not') return [{ operator: undefined, tree }];
  const operator = tree.kind === 'all' ? '&' : '|';
  return tree.operands.flatMap((operand, index) => {
    const parts = grouped.has(operand)
      ? [{ operator: undefined, tree: operand }]
      : partsOf(operand, grouped);
    const [first, ...others] = parts;
    if (first === undefined) return [];
    return [{ ...first, operator: index === 0 ? first.operator : operator }, ...others];
  });
}

function inBrackets(tree: AcsTree, print: (part: AcsTree) => string): string {
  return tree.kind === 'all' || tree.kind === 'any' ? `(${print(tree)})` : print(tree);
}
