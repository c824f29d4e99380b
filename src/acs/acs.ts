import { nearestName } from '../base/nearest';
import { findArgumentProblem, findUnusable } from './arguments';
import { ACS_CODES } from './codes';
import type { AcsCode, AcsTest } from './codes';
import { findCode, NO_OWN_CODES, NoAnswer, type OwnCodes } from './own-codes';
import { describeMixed } from './mixed';
import { parseAcs } from './parse';
import type { AcsTree } from './parse';
import type { AcsSubject } from './subject';

/** A problem in an ACS string; its column counts from 1 within the string. */
interface AcsProblem {
  readonly severity: 'error' | 'warning';
  readonly column: number;
  readonly text: string;
  readonly nearest?: string;
}

/** A node of a compiled ACS; evaluated by `evaluateAcs`. */
export type AcsNode =
  | {
      readonly kind: 'code';
      readonly tree: Extract<AcsTree, { kind: 'code' }>;
      /** undefined where there is no such code. */
      readonly entry: AcsCode | undefined;
      readonly test: AcsTest;
    }
  | { readonly kind: 'not'; readonly operand: AcsNode }
  | { readonly kind: 'all' | 'any'; readonly operands: readonly AcsNode[] };

/** A compiled ACS string. One that could not be parsed has no root and is never true. */
export interface Acs {
  readonly text: string;
  readonly root: AcsNode | undefined;
  readonly problems: readonly AcsProblem[];
}

/** Compiles an ACS string. Never throws: its problems are in `problems`. */
export function compileAcs(text: string, own: OwnCodes = NO_OWN_CODES): Acs {
  const parsed = parseAcs(text);
  if (parsed.kind === 'failed') {
    const problem = { severity: 'error', column: parsed.column, text: parsed.message } as const;
    return { text, root: undefined, problems: [problem] };
  }
  const problems: AcsProblem[] = [];
  const root = compileTree(parsed.tree, { problems, own });
  if (parsed.mixedAt !== undefined) {
    problems.push({
      severity: 'warning',
      column: parsed.mixedAt,
      text: describeMixed(parsed),
    });
  }
  return { text, root, problems };
}

/** Evaluates a compiled ACS for a subject. Allocates nothing. */
export function evaluateAcs(acs: Acs, subject: AcsSubject): boolean {
  return acs.root !== undefined && holds(acs.root, subject);
}

/** A condition of others that gives no answer lets nobody in, whatever stands around it. */
function holds(node: AcsNode, subject: AcsSubject): boolean {
  try {
    return evaluateNode(node, subject);
  } catch (error) {
    if (error instanceof NoAnswer) return false;
    throw error;
  }
}

function evaluateNode(node: AcsNode, subject: AcsSubject): boolean {
  switch (node.kind) {
    case 'code':
      return node.test(subject);
    case 'not':
      return !evaluateNode(node.operand, subject);
    case 'all':
      for (let at = 0; at < node.operands.length; at++) {
        const operand = node.operands[at];
        if (operand !== undefined && !evaluateNode(operand, subject)) return false;
      }
      return true;
    case 'any':
      for (let at = 0; at < node.operands.length; at++) {
        const operand = node.operands[at];
        if (operand !== undefined && evaluateNode(operand, subject)) return true;
      }
      return false;
  }
}

/** True for a condition that nobody ever meets, whoever asks: what is wrong with it is in its problems. */
export function isNeverTrue({ root }: Acs): boolean {
  return root === undefined || isNever(root);
}

function isNever(node: AcsNode): boolean {
  switch (node.kind) {
    case 'code':
      return node.test === NEVER;
    case 'not':
      return false;
    case 'all':
      return node.operands.some(isNever);
    case 'any':
      return node.operands.every(isNever);
  }
}

/** One line of an explanation; operands follow their operator one level deeper. */
export interface AcsStep {
  readonly depth: number;
  /** The code as written, or `all of`, `any of`, `not`. */
  readonly text: string;
  readonly result: boolean;
  /** For a code: its condition, and the value that was found. */
  readonly reason: string | undefined;
}

/** Evaluates every part of an ACS and reports each condition with the value that was found. */
export function explainAcs(acs: Acs, subject: AcsSubject): readonly AcsStep[] {
  if (acs.root === undefined) {
    const reason = `never true: ${acs.problems[0]?.text ?? 'it cannot be read'}`;
    return [{ depth: 0, text: acs.text, result: false, reason }];
  }
  const steps: AcsStep[] = [];
  explainNode(acs.root, 0, { subject, steps });
  return steps;
}

const OPERATOR_TEXT = { not: 'not', all: 'all of', any: 'any of' } as const;

function explainNode(
  node: AcsNode,
  depth: number,
  into: { readonly subject: AcsSubject; readonly steps: AcsStep[] },
): void {
  const { subject, steps } = into;
  const result = holds(node, subject);
  if (node.kind === 'code') {
    const { argument, text } = node.tree;
    const { entry } = node;
    const reason =
      entry === undefined
        ? 'no such code, so it is false'
        : (findUnusable(entry, argument) ?? `${entry.doc} (${entry.show(subject, argument)})`);
    steps.push({ depth, text, result, reason });
    return;
  }
  steps.push({ depth, text: OPERATOR_TEXT[node.kind], result, reason: undefined });
  const operands = node.kind === 'not' ? [node.operand] : node.operands;
  for (const operand of operands) explainNode(operand, depth + 1, into);
}

interface Compiling {
  readonly problems: AcsProblem[];
  readonly own: OwnCodes;
}

function compileTree(tree: AcsTree, compiling: Compiling): AcsNode {
  switch (tree.kind) {
    case 'code': {
      const entry = findCode(tree.code, compiling.own);
      return { kind: 'code', tree, entry, test: compileCode(tree, entry, compiling) };
    }
    case 'not': {
      const operand = compileTree(tree.operand, compiling);
      const mistake = findMistake(operand);
      // What asks for something unknown must not be true because it is turned round.
      return mistake === undefined
        ? { kind: 'not', operand }
        : { kind: 'all', operands: [{ kind: 'not', operand }, mistake] };
    }
    default:
      return {
        kind: tree.kind,
        operands: tree.operands.map((operand) => compileTree(operand, compiling)),
      };
  }
}

/** The first code that there is not, or that cannot take its argument: it is never true. */
function findMistake(node: AcsNode): AcsNode | undefined {
  if (node.kind === 'code') {
    const { entry } = node;
    const isFine = entry !== undefined && findUnusable(entry, node.tree.argument) === undefined;
    return isFine ? undefined : node;
  }
  const operands = node.kind === 'not' ? [node.operand] : node.operands;
  return operands.map(findMistake).find((found) => found !== undefined);
}

const NEVER: AcsTest = () => false;

function compileCode(
  tree: Extract<AcsTree, { kind: 'code' }>,
  entry: AcsCode | undefined,
  { problems, own }: Compiling,
): AcsTest {
  const { code, argument, column } = tree;
  if (entry === undefined) {
    const nearest = nearestName(code, [...ACS_CODES.keys(), ...own.keys()]);
    problems.push({
      severity: 'error',
      column,
      text: `there is no ACS code '${code}', so it is never true`,
      ...(nearest === undefined ? {} : { nearest }),
    });
    return NEVER;
  }
  const problem = findArgumentProblem(entry, argument);
  if (problem !== undefined) problems.push({ severity: 'warning', column, text: problem.text });
  if (problem?.isUsable === false) return NEVER;
  if (entry.known === 'no') {
    const text = `this system cannot know ${code}, so it is never true`;
    problems.push({ severity: 'warning', column, text });
    return NEVER;
  }
  return entry.compile(argument);
}
