import type { Acs } from '../acs/acs';
import { STAGES } from '../acs/variables';
import type { AcsVariable, AcsVariables } from '../acs/variables';
import type { Effect } from './flow-moves';

/** A set of caller states, one bit each. */
export type StateSet = Uint32Array;

/** Options of a choice by the states in which each can be the one that is taken. */
interface BranchStates {
  readonly options: readonly StateSet[];
  /** States in which none may fit. */
  readonly unmatched: StateSet;
}

// Past this a choice is no longer looked at value by value.
const MAX_CASES = 1 << 18;

/**
 * The caller states that are distinguished: a stage times a value of each fixed variable. The
 * variables that are not fixed may have any value at any moment, and each choice is evaluated for
 * all of them.
 */
export class StateSpace {
  /** States of one stage. */
  readonly perStage: number;
  readonly size: number;
  /** Choices too wide to be looked at case by case: taken as if each open condition could be either. */
  readonly undecided = new Set<string>();
  private readonly words: number;
  private readonly values: Int32Array;
  private readonly branchStates = new Map<string, BranchStates>();
  /** Fixed variables with how far apart two neighbouring values stand in a state's number. */
  private readonly strides = new Map<AcsVariable, number>();
  /** States that differ in the account alone stand side by side, this many together. */
  private readonly accounts: number;

  constructor(
    private readonly variables: AcsVariables,
    readonly fixed: readonly AcsVariable[],
  ) {
    const ofAccount = fixed.filter(({ source }) => source === 'account');
    this.accounts = ofAccount.reduce((count, { values }) => count * values.length, 1);
    let stride = 1;
    for (const variable of [...ofAccount, ...fixed.filter(({ source }) => source !== 'account')]) {
      this.strides.set(variable, stride);
      stride *= variable.values.length;
    }
    this.perStage = stride;
    this.size = stride * STAGES.length;
    this.words = Math.ceil(this.size / 32);
    this.values = new Int32Array(variables.all.length);
  }

  empty(): StateSet {
    return new Uint32Array(this.words);
  }

  /** All states of some stages whose fixed variables `fits` accepts. */
  select(stages: readonly number[], fits?: (name: string, value: string) => boolean): StateSet {
    const set = this.empty();
    for (const stage of stages) {
      for (let at = 0; at < this.perStage; at++) {
        if (fits === undefined || this.everyValue(at, fits)) add(set, stage * this.perStage + at);
      }
    }
    return set;
  }

  /** States in which the ACS may be true. */
  admitted(acs: Acs | undefined): StateSet {
    return this.take([acs])?.options[0] ?? this.empty();
  }

  /** For each of a list of conditions, of which the first that holds is taken, when it may be. */
  take(conditions: readonly (Acs | undefined)[]): BranchStates {
    const key = conditions.map((acs) => acs?.text ?? '').join('\n');
    const known = this.branchStates.get(key);
    if (known !== undefined) return known;
    const branchStates = this.findBranchStates(conditions);
    this.branchStates.set(key, branchStates);
    return branchStates;
  }

  private findBranchStates(conditions: readonly (Acs | undefined)[]): BranchStates {
    const tests = conditions.map((acs) =>
      acs === undefined ? undefined : this.variables.abstract(acs),
    );
    const used = new Set(
      conditions.flatMap((acs) => (acs === undefined ? [] : this.variables.of(acs))),
    );
    const open = [...used].filter((variable) => !this.strides.has(variable));
    const openCases = open.reduce((cases, { values }) => cases * values.length, 1);
    const exact = openCases * this.size <= MAX_CASES;
    if (!exact) this.undecided.add(conditions.map((acs) => acs?.text ?? 'else').join(', '));
    const options = conditions.map(() => this.empty());
    const unmatched = this.empty();
    for (let state = 0; state < this.size; state++) {
      const stage = this.setValues(state);
      for (const variable of open) this.values[variable.index] = exact ? 0 : -1;
      for (let left = exact ? openCases : 1; left > 0; left--) {
        let passed = false;
        for (let at = 0; at < tests.length && !passed; at++) {
          const result = tests[at]?.(stage, this.values) ?? 1;
          const option = options[at];
          if (result !== 0 && option !== undefined) add(option, state);
          passed = result === 1;
        }
        if (!passed) add(unmatched, state);
        if (left > 1) this.countUp(open);
      }
    }
    return { options, unmatched };
  }

  private setValues(state: number): number {
    for (const [variable, stride] of this.strides) {
      const value = Math.floor((state % this.perStage) / stride) % variable.values.length;
      this.values[variable.index] = value;
    }
    return Math.floor(state / this.perStage);
  }

  /** The next combination of values, like a counter with a wheel for each variable. */
  private countUp(open: readonly AcsVariable[]): void {
    for (const { index, values } of open) {
      const next = (this.values[index] ?? 0) + 1;
      this.values[index] = next % values.length;
      if (next < values.length) return;
    }
  }

  private everyValue(at: number, fits: (name: string, value: string) => boolean): boolean {
    for (const [{ name, values }, stride] of this.strides) {
      const value = values[Math.floor(at / stride) % values.length] ?? '';
      if (!fits(name, value)) return false;
    }
    return true;
  }

  /** Where the states of a set end up when an effect happens to them. */
  after(set: StateSet, effect: Effect): StateSet {
    const result = this.empty();
    if (effect === 'second-factor') {
      for (let at = 0; at < this.perStage; at++) this.move(set, result, { from: 2, to: 3, at });
      return result;
    }
    for (const to of effect === 'first-factor' ? [1, 2] : [1]) {
      // A caller without an account becomes the account of the sign-in.
      for (let at = 0; at < this.perStage; at++) this.move(set, result, { from: 0, to, at });
      // Who is somebody already may sign in as somebody else.
      for (let first = 0; first < this.perStage; first += this.accounts) {
        if (!this.hasAny(set, 2 * this.perStage + first)) continue;
        for (let at = 0; at < this.accounts; at++) add(result, to * this.perStage + first + at);
      }
    }
    return result;
  }

  private move(
    set: StateSet,
    result: StateSet,
    step: { readonly from: number; readonly to: number; readonly at: number },
  ): void {
    const { from, to, at } = step;
    if (has(set, from * this.perStage + at)) add(result, to * this.perStage + at);
  }

  private hasAny(set: StateSet, first: number): boolean {
    for (let state = first; state < first + this.accounts; state++) {
      if (has(set, state)) return true;
    }
    return false;
  }

  /** The states that callers in a set can still come to, or be in, later in the same call. */
  later(set: StateSet): StateSet {
    const signedIn = this.after(set, 'first-factor');
    const passed = this.after(signedIn, 'second-factor');
    const both = union(set, signedIn);
    return union(both, union(passed, this.after(set, 'second-factor')));
  }

  /** A state in words: the stage of the caller, and the other distinguished values. */
  describe(state: number): string {
    const stage = Math.floor(state / this.perStage);
    return [STAGE_TEXT[stage] ?? '', ...this.describeFixed(state)].join(', ');
  }

  /** The values of the fixed variables in a state: `SC`, `!GM[users]`, `ID 1` ... */
  describeFixed(state: number): readonly string[] {
    const stage = this.setValues(state);
    return this.fixed
      .filter(({ source }) => stage !== 0 || source !== 'account')
      .map((variable) =>
        describeValue(variable, variable.values[this.values[variable.index] ?? 0] ?? ''),
      );
  }
}

const STAGE_TEXT = [
  'not signed in (AF0)',
  'signed in, no second factor (AF1, AR1)',
  'password accepted, second factor still due (AF1, AR2)',
  'signed in with second factor (AF2, AR2)',
];

function describeValue({ name, values }: AcsVariable, value: string): string {
  if (values.includes('yes')) return value === 'yes' ? name : `!${name}`;
  if (value === '(other)') return `${name} none of ${values.slice(1).join(' ')}`;
  return value === '(below)' ? `${name} below ${values[1] ?? ''}` : `${name} ${value}`;
}

export function add(set: StateSet, state: number): void {
  const word = state >>> 5;
  set[word] = (set[word] ?? 0) | (1 << (state & 31));
}

export function has(set: StateSet, state: number): boolean {
  return (((set[state >>> 5] ?? 0) >>> (state & 31)) & 1) === 1;
}

export function isEmpty(set: StateSet): boolean {
  return set.every((word) => word === 0);
}

export function union(a: StateSet, b: StateSet): StateSet {
  return a.map((word, at) => word | (b[at] ?? 0));
}

export function intersect(a: StateSet, b: StateSet): StateSet {
  return a.map((word, at) => word & (b[at] ?? 0));
}

export function subtract(a: StateSet, b: StateSet): StateSet {
  return a.map((word, at) => word & ~(b[at] ?? 0));
}

/** The lowest state of a set, or undefined when it is empty. */
export function firstOf(set: StateSet): number | undefined {
  for (let at = 0; at < set.length; at++) {
    const word = set[at] ?? 0;
    if (word !== 0) return at * 32 + (31 - Math.clz32(word & -word));
  }
  return undefined;
}
