import type { Acs } from '../acs/acs';
import { collectVariables } from '../acs/variables';
import type { AcsVariable, AcsVariables } from '../acs/variables';
import type { Place } from '../base/errors';
import { finish, type Steps } from '../base/steps';
import type { WayInName } from '../protocols/ways-in';
import { findLoginMarks } from './login-marks';
import { FlowExplorer } from './flow-explorer';
import type { FlowMap, Start } from './flow-explorer';
import { movesOf } from './flow-moves';
import type { ModuleFacts, Move } from './flow-moves';
import type { Choice, MenuEntry, MenuSet, Target } from '../menu/load/menu-entry';
import {
  asksWhoCalls,
  findUnplacedFields,
  type EarlyTheme,
  type UnplacedFields,
} from './sign-in-fields';
import { firstOf, intersect, isEmpty, StateSpace, subtract, union } from './state-space';
import type { StateSet } from './state-space';

/** A menu where calls begin. */
export interface EntryPoint {
  readonly server: WayInName;
  readonly menu: string;
  readonly secure: boolean;
  /** The key of config.hjson that names the menu, and where it stands there. */
  readonly key?: string;
  readonly place?: Place | undefined;
  /** True where the server itself has checked a first factor. */
  readonly signedIn: boolean;
  /** The server is on and this is where its callers begin: without it nobody gets in there. */
  readonly isNeeded?: boolean;
}

interface ProofOptions {
  readonly entries: readonly EntryPoint[];
  readonly modules: ReadonlyMap<string, ModuleFacts>;
  /** What `@systemMethod:` may name. */
  readonly systemMethods?: readonly string[];
  readonly earlyThemes?: readonly EarlyTheme[];
}

/** One step of an example, in words. */
interface PathStep {
  readonly menu: string;
  readonly via: string;
  readonly state: string;
}

/** A way to a menu outside the login area for a caller who is not through. */
interface Bypass {
  readonly menu: string;
  readonly place: Place;
  readonly state: string;
  readonly path: readonly PathStep[];
  /** A screen before the sign-in that only lacks the mark of the login area: it shows art and leads back there. */
  readonly lacksMark: boolean;
}

/** Accounts with a second factor that never get in by a server. */
interface LockedOut {
  readonly server: EntryPoint['server'];
  readonly menu: string;
  readonly place: Place;
  /** The callers to whom it applies; undefined: all with a second factor. */
  readonly state: string | undefined;
}

/** A server that is on, and by which nobody gets to a sign-in. */
interface WithoutSignIn extends Pick<LockedOut, 'server' | 'menu' | 'place'> {
  /** The fields of the form that its callers get to, where all that is amiss is that they stand nowhere. */
  readonly unplaced?: UnplacedFields;
}

interface DeadEnd {
  readonly menu: string;
  readonly place: Place;
  /** undefined: in every state. */
  readonly state: string | undefined;
}

/** What the flow proof found out about a menu set. */
export interface FlowReport {
  /** True when no caller state reaches a menu outside the login area below its factor floor. */
  readonly proven: boolean;
  readonly bypasses: readonly Bypass[];
  readonly lockedOut: readonly LockedOut[];
  /** Servers that are on, and by which nobody gets to a sign-in. */
  readonly withoutSignIn: readonly WithoutSignIn[];
  readonly deadEnds: readonly DeadEnd[];
  readonly unreachable: readonly { readonly menu: string; readonly place: Place }[];
  /**
   * Number of distinguished caller states, and the variables besides AF and AR that distinguish
   * them.
   */
  readonly states: number;
  readonly variables: readonly string[];
  /** What was too wide to be looked at case by case, and so was taken to go either way. */
  readonly undecided: readonly string[];
}

// States of one stage that are enumerated; variables beyond that are taken to go either way.
const MAX_PER_STAGE = 1024;

const INCOMPLETE = [0, 2];
const COMPLETE = [1, 3];

/**
 * Shows that the menus alone, without the runner's guard, let no caller out of the login area below
 * the required factor (AF < AR, or AF0); or finds the ways around. It enumerates every caller state
 * that the ACS strings can distinguish. Two things are assumed, because the login ensures them: a
 * fully signed-in caller stays so, and an account's AR changes in a running call only together with
 * AF.
 */
export function proveFlow(set: MenuSet, options: ProofOptions): FlowReport {
  return finish(proveFlowInSteps(set, options));
}

/** The same in steps, for a board that has callers. */
export function* proveFlowInSteps(set: MenuSet, options: ProofOptions): Steps<FlowReport> {
  const strings: Acs[] = [];
  for (const menu of set.menus.values()) {
    yield;
    strings.push(...acsOfFlow(menu));
  }
  for (const { actionKeys } of set.prompts.values()) strings.push(...acsOfKeys(actionKeys));
  return yield* new Prover(set, options, yield* collectVariables(strings)).prove();
}

class Prover {
  private readonly map: FlowMap;
  private readonly movesByMenu = new Map<string, readonly Move[]>();

  constructor(
    private readonly set: MenuSet,
    private readonly options: ProofOptions,
    private readonly variables: AcsVariables,
  ) {
    this.map = { menus: set.menus, moves: (name) => this.moves(name) };
  }

  *prove(): Steps<FlowReport> {
    const anywhere = yield* this.explore([], (space) => () => space.select([0, 1, 2, 3]));
    const early = yield* this.explore([], (space) => () => space.select(INCOMPLETE));
    const seen = early.reachedMenus().filter((name) => {
      return !isEmpty(intersect(early.reached(name), early.space.select(INCOMPLETE)));
    });
    const relevant = this.variablesOf(seen);
    const fixed = choose(relevant.filter(({ name, source }) => source === 'call' || name === 'ID'));
    const safety = yield* this.explore(fixed, (space) => () => space.select(INCOMPLETE));
    const bypasses = this.findBypasses(safety);
    const living = choose(relevant.filter(({ source }) => source !== 'moment'));
    const undecided = new Set([...anywhere.space.undecided, ...safety.space.undecided]);
    const lockedOut = yield* this.findLockedOut(living);
    return {
      proven: bypasses.length === 0,
      bypasses,
      lockedOut,
      withoutSignIn: yield* this.findWithoutSignIn(),
      deadEnds: yield* this.findDeadEnds(anywhere),
      unreachable: [...this.set.menus.values()]
        .filter(({ name }) => isEmpty(anywhere.reached(name)))
        .map(({ name, place }) => ({ menu: name, place })),
      states: safety.space.size,
      variables: [...new Set([...fixed, ...living])].map(({ name }) => name),
      undecided: [...undecided],
    };
  }

  private moves(name: string): readonly Move[] {
    const known = this.movesByMenu.get(name);
    if (known !== undefined) return known;
    const menu = this.set.menus.get(name);
    const { modules, systemMethods } = this.options;
    const moves = menu === undefined ? [] : movesOf(menu, this.set, modules, systemMethods);
    this.movesByMenu.set(name, moves);
    return moves;
  }

  private explore(
    fixed: readonly AcsVariable[],
    goesOn: (space: StateSpace) => (menu: MenuEntry) => StateSet,
    from?: EntryPoint,
  ): Steps<FlowExplorer> {
    const space = new StateSpace(this.variables, fixed);
    const starts =
      from === undefined
        ? this.options.entries.map((entry) => startOf(entry, space, [...COMPLETE, 2]))
        : [startOf(from, space, [2])];
    return new FlowExplorer(this.map, space, goesOn(space)).explore(starts);
  }

  /** Variables that can decide where callers go who are not through yet, the most asked-for first. */
  private variablesOf(menus: readonly string[]): readonly AcsVariable[] {
    const uses = new Map<AcsVariable, number>();
    const note = (acs: Acs | undefined): void => {
      for (const variable of acs === undefined ? [] : this.variables.of(acs)) {
        uses.set(variable, (uses.get(variable) ?? 0) + 1);
      }
    };
    const named = new Set(menus);
    for (const name of menus) {
      for (const { before, after, to } of this.moves(name)) {
        for (const condition of [before, after]) {
          for (const option of condition?.choice.options ?? []) note(option.acs);
        }
        if (to.kind === 'menu') named.add(to.name);
      }
    }
    for (const name of named) note(this.set.menus.get(name)?.acs?.acs);
    return [...uses].sort((a, b) => b[1] - a[1]).map(([variable]) => variable);
  }

  private findBypasses(explorer: FlowExplorer): readonly Bypass[] {
    const incomplete = explorer.space.select(INCOMPLETE);
    const strangers = explorer.space.select([0]);
    const marks = new Set(
      findLoginMarks(
        this.set,
        this.options.entries.map(({ menu }) => menu),
      ),
    );
    return explorer.reachedMenus().flatMap((name) => {
      const menu = this.set.menus.get(name);
      if (menu === undefined || menu.loginArea) return [];
      const state = firstOf(intersect(explorer.reached(name), incomplete));
      if (state === undefined) return [];
      const path = explorer.pathTo(name, state).map((step) => ({
        menu: step.menu,
        via: step.via,
        state: explorer.space.describe(step.state),
      }));
      const lacksMark = marks.has(name) && !isEmpty(intersect(explorer.reached(name), strangers));
      const described = explorer.space.describe(state);
      return [{ menu: name, place: menu.place, state: described, path, lacksMark }];
    });
  }

  private *findLockedOut(fixed: readonly AcsVariable[]): Steps<readonly LockedOut[]> {
    const inside = (menu: MenuEntry, space: StateSpace): StateSet =>
      menu.loginArea ? space.select([0, 1, 2, 3]) : space.select(INCOMPLETE);
    const lockedOut: LockedOut[] = [];
    for (const entry of this.options.entries) {
      const first = this.set.menus.get(entry.menu);
      if (first === undefined) continue;
      const goesOn = (space: StateSpace) => (menu: MenuEntry) => inside(menu, space);
      const explorer = yield* this.explore(fixed, goesOn, entry);
      const { space } = explorer;
      const wanted = whereSecure(space, [3], entry.secure);
      const arrived = explorer
        .reachedMenus()
        .filter((name) => this.set.menus.get(name)?.loginArea === false)
        .reduce((all, name) => union(all, explorer.reached(name)), space.empty());
      // A first menu that does not lead to a sign-in at all (an application by SSH) is not counted
      // as a loss.
      const signsIn = explorer.reachedMenus().some((name) => this.signsIn(name));
      if (!signsIn && !entry.signedIn) continue;
      const missing = subtract(wanted, arrived);
      const example = firstOf(missing);
      if (example === undefined) continue;
      const nobody = isEmpty(intersect(wanted, arrived));
      const state = nobody ? undefined : space.describeFixed(example).join(', ');
      lockedOut.push({ server: entry.server, menu: entry.menu, place: first.place, state });
    }
    return lockedOut;
  }

  private *findWithoutSignIn(): Steps<FlowReport['withoutSignIn']> {
    const found: FlowReport['withoutSignIn'][number][] = [];
    for (const entry of this.options.entries) {
      const first = this.set.menus.get(entry.menu);
      if (entry.isNeeded !== true || entry.signedIn) continue;
      // One that is missing or outside the login area is told as such.
      if (first?.loginArea !== true) continue;
      const inside = (space: StateSpace) => (menu: MenuEntry) =>
        menu.loginArea ? space.select(INCOMPLETE) : space.empty();
      const explorer = yield* this.explore([], inside, entry);
      // A menu that nobody may enter is reached by the proof all the same.
      const reached = explorer.reachedMenus().filter((name) => !isEmpty(explorer.reached(name)));
      const asking = reached.filter((name) => this.signsIn(name) && this.asksWhoCalls(name));
      const unplaced = asking.map((name) => this.unplacedFields(name));
      if (unplaced.includes(undefined)) continue;
      const { server } = entry;
      found.push({ server, menu: first.name, place: first.place, ...unplaced[0] });
    }
    return found;
  }

  private signsIn(name: string): boolean {
    return this.moves(name).some(({ effects }) => effects.includes('first-factor'));
  }

  /** Is everything asked for that a sign-in reads? What a module asks for is its own. */
  private asksWhoCalls(name: string): boolean {
    const menu = this.set.menus.get(name);
    return menu?.module.kind !== 'standard' || asksWhoCalls(menu, this.set);
  }

  /** A menu where a caller could sign in, if its art placed the fields; undefined where nothing is amiss. */
  private unplacedFields(name: string): Omit<WithoutSignIn, 'server'> | undefined {
    const menu = this.set.menus.get(name);
    const { earlyThemes } = this.options;
    if (menu?.module.kind !== 'standard' || earlyThemes === undefined) return undefined;
    const unplaced = findUnplacedFields(menu, this.set, earlyThemes);
    return unplaced && { menu: name, place: unplaced.views[0]?.place ?? menu.place, unplaced };
  }

  private *findDeadEnds(explorer: FlowExplorer): Steps<readonly DeadEnd[]> {
    const found: DeadEnd[] = [];
    for (const name of explorer.reachedMenus()) {
      yield;
      found.push(...this.deadEndsOf(name, explorer));
    }
    return found;
  }

  private deadEndsOf(name: string, explorer: FlowExplorer): readonly DeadEnd[] {
    const menu = this.set.menus.get(name);
    if (menu === undefined) return [];
    const moves = this.moves(name);
    if (moves.length === 0) return [{ menu: name, place: menu.place, state: undefined }];
    const { next } = menu;
    if (next === undefined || next.pick === 'random') return [];
    const unmatched = explorer.space.take(next.options.map(({ acs }) => acs)).unmatched;
    const asking = moves.filter(({ after }) => after?.choice === next);
    const stuck = asking.reduce((states, move) => {
      const reached = explorer.reached(name);
      const then = move.effects.reduce((set, effect) => explorer.space.after(set, effect), reached);
      return union(states, intersect(then, unmatched));
    }, explorer.space.empty());
    const state = firstOf(stuck);
    if (state === undefined) return [];
    return [{ menu: name, place: next.place, state: explorer.space.describe(state) }];
  }
}

function startOf(entry: EntryPoint, space: StateSpace, signedInStages: readonly number[]): Start {
  const stages = entry.signedIn ? signedInStages : [0];
  return { menu: entry.menu, states: whereSecure(space, stages, entry.secure) };
}

function whereSecure(space: StateSpace, stages: readonly number[], secure: boolean): StateSet {
  return space.select(stages, (name, value) => name !== 'SC' || (value === 'yes') === secure);
}

/** As many of the variables as can be enumerated. */
function choose(variables: readonly AcsVariable[]): readonly AcsVariable[] {
  let states = 1;
  return variables.filter(({ values }) => {
    if (states * values.length > MAX_PER_STAGE) return false;
    states *= values.length;
    return true;
  });
}

/** Every ACS that can decide where a caller of this menu goes. */
function acsOfFlow(menu: MenuEntry): readonly Acs[] {
  const rules = menu.forms.flatMap(({ submit }) => [...submit.values()].flat());
  const keys = menu.forms.flatMap(({ actionKeys }) => actionKeys);
  const nextAcs = menu.next?.options.flatMap(({ acs }) => acs ?? []) ?? [];
  return [
    ...(menu.acs === undefined ? [] : [menu.acs.acs]),
    ...nextAcs,
    ...acsOfKeys([...menu.submit, ...rules, ...keys]),
  ];
}

function acsOfKeys(rules: readonly { readonly action: Choice<Target> | undefined }[]): Acs[] {
  return rules.flatMap(({ action }) => action?.options.flatMap(({ acs }) => acs ?? []) ?? []);
}
