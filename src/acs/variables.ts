import type { Steps } from '../base/steps';
import type { Acs, AcsNode } from './acs';
import type { AcsCode } from './codes';
import type { AcsArgument, AcsTree } from './parse';

/**
 * The stages of a sign-in: the factors that the caller has passed (AF) and those that the account
 * requires (AR). Not signed in; fully signed in with one factor; one passed and one due; fully
 * signed in with two.
 */
export const STAGES = [
  { factor: 0, required: 1 },
  { factor: 1, required: 1 },
  { factor: 1, required: 2 },
  { factor: 2, required: 2 },
] as const;

/** A property of a caller that ACS strings depend on, with the values that they can distinguish. */
export interface AcsVariable {
  readonly index: number;
  /** `SC`, `ID`, `GM[sysops]`, `PV[sex]` ... */
  readonly name: string;
  readonly source: 'call' | 'account' | 'moment';
  /** Names of the values; values are the numbers 0 up to `values.length - 1`. */
  readonly values: readonly string[];
  /** The value before sign-in, for properties of an account. */
  readonly nobody: number | undefined;
}

/** False, true, or unknown because a value was left open. */
type Truth = 0 | 1 | 2;

/** Evaluates an ACS for a stage and a value of each variable; -1 leaves a variable open. */
type AbstractAcs = (stage: number, values: Int32Array) => Truth;

/** Every variable that a set of ACS strings depends on. */
export interface AcsVariables {
  readonly all: readonly AcsVariable[];
  /** The variables one ACS depends on. */
  of(acs: Acs): readonly AcsVariable[];
  abstract(acs: Acs): AbstractAcs;
}

type CodeTree = Extract<AcsTree, { kind: 'code' }>;

/** A code as a condition on a variable: the values for which it is true. */
interface Atom {
  readonly variable: Draft | undefined;
  test(value: string): boolean;
}

interface Draft {
  readonly name: string;
  readonly source: 'call' | 'account' | 'moment';
  /** Values are limits, in numerical order. */
  readonly ordered: boolean;
  /** True when no values exist besides those that were found. */
  readonly complete: boolean;
  readonly found: Set<string>;
  readonly nobody: string | undefined;
}

/** Represents every value that no ACS names. */
const OTHER = '(other)';
/** Represents a number below every limit that is used. */
const BELOW = '(below)';

/** Finds the variables that a set of ACS strings depends on, and their distinguishable values. */
export function* collectVariables(strings: Iterable<Acs>): Steps<AcsVariables> {
  const drafts = new Map<string, Draft>();
  const atoms = new Map<string, Atom>();
  for (const acs of new Set(strings)) {
    yield;
    forEachCode(acs.root, ({ tree, entry }) => {
      if (!atoms.has(tree.text)) atoms.set(tree.text, draftAtom(tree, entry, drafts));
    });
  }
  const variables = new Map<Draft, AcsVariable>();
  [...drafts.values()].forEach((draft, index) => variables.set(draft, finish(draft, index)));
  const variableOf = (text: string): AcsVariable | undefined => {
    const draft = atoms.get(text)?.variable;
    return draft === undefined ? undefined : variables.get(draft);
  };
  return {
    all: [...variables.values()],
    of(acs) {
      const used = new Set<AcsVariable>();
      forEachCode(acs.root, ({ tree }) => {
        const variable = variableOf(tree.text);
        if (variable !== undefined) used.add(variable);
      });
      return [...used];
    },
    abstract(acs) {
      const { root } = acs;
      if (root === undefined) return () => 0;
      return abstractNode(root, (tree) =>
        abstractCode(tree, atoms.get(tree.text), variableOf(tree.text)),
      );
    },
  };
}

type CodeNode = Extract<AcsNode, { kind: 'code' }>;

function forEachCode(node: AcsNode | undefined, visit: (node: CodeNode) => void): void {
  if (node === undefined) return;
  if (node.kind === 'code') visit(node);
  else if (node.kind === 'not') forEachCode(node.operand, visit);
  else for (const operand of node.operands) forEachCode(operand, visit);
}

const CONSTANT: Atom = { variable: undefined, test: () => false };

function draftAtom(tree: CodeTree, entry: AcsCode | undefined, drafts: Map<string, Draft>): Atom {
  if (entry === undefined || entry.known === 'no' || entry.source === 'factor') return CONSTANT;
  const { code, source, form } = entry;
  const draft = (name: string, options: Partial<Draft> = {}): Draft => {
    const known = drafts.get(name);
    if (known !== undefined) return known;
    const fresh: Draft = {
      ...{ name, source, ordered: false, complete: false, nobody: OTHER },
      found: new Set(),
      ...options,
    };
    drafts.set(name, fresh);
    return fresh;
  };
  const { items = [], number } = tree.argument;
  switch (form) {
    case 'none': {
      const variable = draft(code);
      variable.found.add('yes');
      return { variable, test: (value) => value === 'yes' };
    }
    case 'factor':
      return CONSTANT;
    case 'any': {
      // Whatever it asks: true or false, each argument for itself.
      const variable = draft(tree.text);
      variable.found.add('yes');
      return { variable, test: (value) => value === 'yes' };
    }
    case 'digit': {
      // Of the codes with a digit only EC reaches this point: it has exactly two encodings.
      if (number !== 0 && number !== 1) return CONSTANT;
      const variable = draft(code, { complete: true, found: new Set(['0', '1']) });
      return { variable, test: (value) => value === String(number) };
    }
    case 'least': {
      const limit = minimumOf(tree.argument);
      if (limit === undefined) return CONSTANT;
      // Size and time are always known; an age or a count may be missing or not a number.
      const complete = source === 'moment';
      const nobody = code === 'AG' ? BELOW : '0';
      const variable = draft(code, { ordered: true, complete, nobody });
      variable.found.add(String(limit));
      if (code !== 'AG') variable.found.add('0');
      return { variable, test: (value) => value !== BELOW && Number(value) >= limit };
    }
    case 'numbers': {
      const digits = items.filter((item) => /^[0-9]+$/.test(item)).map(Number);
      const wanted = number === undefined ? digits : [number];
      if (wanted.length === 0) return CONSTANT;
      const variable = draft(code, { nobody: code === 'ID' ? '0' : OTHER });
      for (const value of wanted) variable.found.add(String(value));
      if (code === 'ID') variable.found.add('0');
      return { variable, test: (value) => value !== OTHER && wanted.includes(Number(value)) };
    }
    case 'property': {
      const [name, wanted] = items;
      if (name === undefined || wanted === undefined || items.length !== 2) return CONSTANT;
      const variable = draft(`${code}[${name}]`);
      variable.found.add(wanted);
      return { variable, test: (value) => value === wanted };
    }
    case 'names': {
      if (items.length === 0) return CONSTANT;
      // A caller can be in several groups at once: ACS distinguishes only the list as a whole.
      const variable = draft(hasSeveralValues(code) ? tree.text : code);
      if (hasSeveralValues(code)) {
        variable.found.add('yes');
        return { variable, test: (value) => value === 'yes' };
      }
      for (const item of items) variable.found.add(item);
      return { variable, test: (value) => items.includes(value) };
    }
  }
}

/** Codes of which a caller can have several values at once. */
function hasSeveralValues(code: string): boolean {
  return code === 'GM' || code === 'SE';
}

/** The limit as the compiled code has it; undefined for an argument that makes it never true. */
function minimumOf({ number, items }: AcsArgument): number | undefined {
  if (items === undefined) return number ?? 0;
  const [item] = items;
  return items.length === 1 && /^[0-9]+$/.test(item ?? '') ? Number(item) : undefined;
}

function finish(draft: Draft, index: number): AcsVariable {
  const found = [...draft.found];
  if (draft.ordered) found.sort((a, b) => Number(a) - Number(b));
  const rest = draft.complete ? [] : [draft.ordered ? BELOW : OTHER];
  const values = [...rest, ...found];
  const { name, source } = draft;
  const nobody = values.indexOf(draft.nobody ?? OTHER);
  return { index, name, source, values, nobody: source === 'account' ? nobody : undefined };
}

function abstractCode(
  tree: CodeTree,
  atom: Atom | undefined,
  variable: AcsVariable | undefined,
): AbstractAcs {
  const { number } = tree.argument;
  if (tree.code === 'AR') {
    return (stage) => truth(number === 1 || (number === 2 && STAGES[stage]?.required === 2));
  }
  if (tree.code === 'AF') {
    const limit = minimumOf(tree.argument) ?? Number.POSITIVE_INFINITY;
    return (stage) => truth((STAGES[stage]?.factor ?? 0) >= limit);
  }
  // Not among the collected strings: its value is unknown.
  if (atom === undefined) return () => 2;
  if (variable === undefined) return () => 0;
  const { index, nobody } = variable;
  const table = variable.values.map((value) => truth(atom.test(value)));
  return (stage, values) => {
    const value = stage === 0 && nobody !== undefined ? nobody : (values[index] ?? -1);
    return value < 0 ? 2 : (table[value] ?? 2);
  };
}

function truth(value: boolean): Truth {
  return value ? 1 : 0;
}

function abstractNode(node: AcsNode, ofCode: (tree: CodeTree) => AbstractAcs): AbstractAcs {
  if (node.kind === 'code') return ofCode(node.tree);
  if (node.kind === 'not') {
    const operand = abstractNode(node.operand, ofCode);
    return (stage, values) => {
      const value = operand(stage, values);
      return value === 2 ? 2 : value === 1 ? 0 : 1;
    };
  }
  const operands = node.operands.map((operand) => abstractNode(operand, ofCode));
  // The value that decides the whole: one false for `all`, one true for `any`.
  const settling: Truth = node.kind === 'all' ? 0 : 1;
  return (stage, values) => {
    let result: Truth = settling === 0 ? 1 : 0;
    for (const operand of operands) {
      const value = operand(stage, values);
      if (value === settling) return settling;
      if (value === 2) result = 2;
    }
    return result;
  };
}
