import type { Steps } from '../base/steps';
import type { Move } from './flow-moves';
import type { MenuEntry } from '../menu/load/menu-entry';
import { add, firstOf, has, intersect, isEmpty, subtract, union } from './state-space';
import type { StateSet, StateSpace } from './state-space';

/** A menu where calls begin, and in which states. */
export interface Start {
  readonly menu: string;
  readonly states: StateSet;
}

/** One step of an example: the caller's position, and the action that continues from it. */
interface FlowStep {
  readonly menu: string;
  readonly via: string;
  readonly state: number;
}

/** What is needed of the menus to walk them. */
export interface FlowMap {
  readonly menus: ReadonlyMap<string, MenuEntry>;
  moves(menu: string): readonly Move[];
}

interface Arrival {
  readonly order: number;
  readonly from: string | undefined;
  readonly move: Move | undefined;
  readonly states: StateSet;
}

interface Visit {
  reached: StateSet;
  waiting: StateSet;
  readonly arrivals: Arrival[];
}

/**
 * Walks every caller state through the menus at once until nothing new is reached. Going back is
 * taken generously: to every menu that keeps history and that the caller could have met before.
 */
export class FlowExplorer {
  private readonly visits = new Map<string, Visit>();
  private readonly queue: string[] = [];
  private order = 0;
  /** States in which somebody can go back, and from where. */
  private backable: StateSet;
  private readonly backFrom: { from: string; move: Move; states: StateSet; order: number }[] = [];
  private backGrew = false;

  constructor(
    private readonly map: FlowMap,
    readonly space: StateSpace,
    /** States of a menu that are walked on from; the others are reached and left alone. */
    private readonly goesOn: (menu: MenuEntry) => StateSet,
  ) {
    this.backable = space.empty();
  }

  *explore(starts: readonly Start[]): Steps<this> {
    for (const { menu, states } of starts) this.arrive(menu, states, undefined);
    for (;;) {
      yield;
      const name = this.queue.shift();
      if (name !== undefined) yield* this.leave(name);
      else if (this.backGrew) yield* this.goBack();
      else return this;
    }
  }

  reached(menu: string): StateSet {
    return this.visits.get(menu)?.reached ?? this.space.empty();
  }

  reachedMenus(): readonly string[] {
    return [...this.visits.keys()];
  }

  private *leave(name: string): Steps<void> {
    const menu = this.map.menus.get(name);
    const visit = this.visits.get(name);
    if (menu === undefined || visit === undefined) return;
    const states = intersect(visit.waiting, this.goesOn(menu));
    visit.waiting = this.space.empty();
    if (isEmpty(states)) return;
    for (const move of this.map.moves(name)) {
      yield;
      const moved = this.follow(states, move);
      if (isEmpty(moved)) continue;
      if (move.to.kind === 'menu') this.arrive(move.to.name, moved, { from: name, move });
      // A caller refused by the menu's own ACS may return to the previous menu.
      const turnedAway = move.to.kind === 'menu' && this.hasAcs(move.to.name);
      if (move.to.kind === 'previous' || turnedAway) this.noteBack(name, move, moved);
    }
    this.noteUnmatched(menu, states);
  }

  /** Where no entry of `next` fits, it goes back. */
  private noteUnmatched({ name, next }: MenuEntry, states: StateSet): void {
    if (next === undefined || next.pick === 'random') return;
    const { unmatched } = this.space.take(next.options.map(({ acs }) => acs));
    for (const move of this.map.moves(name)) {
      if (move.after?.choice !== next) continue;
      const then = this.follow(states, { ...move, after: undefined });
      this.noteBack(name, { ...move, after: undefined }, intersect(then, unmatched));
    }
  }

  private hasAcs(name: string): boolean {
    return this.map.menus.get(name)?.acs !== undefined;
  }

  private follow(states: StateSet, move: Move): StateSet {
    let moved = states;
    if (move.before !== undefined) moved = intersect(moved, this.taken(move.before));
    for (const effect of move.effects) moved = this.space.after(moved, effect);
    if (move.after !== undefined) moved = intersect(moved, this.taken(move.after));
    return moved;
  }

  private taken({ choice, index }: NonNullable<Move['before']>): StateSet {
    const conditions = choice.options.map((option) => option.acs);
    if (choice.pick === 'random') return this.space.admitted(conditions[index]);
    return this.space.take(conditions).options[index] ?? this.space.empty();
  }

  private arrive(
    name: string,
    states: StateSet,
    by: { readonly from: string; readonly move: Move } | undefined,
  ): void {
    const menu = this.map.menus.get(name);
    if (menu === undefined) return;
    this.enter(name, intersect(states, this.space.admitted(menu.acs?.acs)), by);
  }

  private enter(
    name: string,
    states: StateSet,
    by: { readonly from: string; readonly move: Move } | undefined,
  ): void {
    let visit = this.visits.get(name);
    const fresh = visit === undefined ? states : subtract(states, visit.reached);
    if (isEmpty(fresh)) return;
    if (visit === undefined) {
      visit = { reached: this.space.empty(), waiting: this.space.empty(), arrivals: [] };
      this.visits.set(name, visit);
    }
    visit.reached = union(visit.reached, fresh);
    if (isEmpty(visit.waiting)) this.queue.push(name);
    visit.waiting = union(visit.waiting, fresh);
    const order = this.order++;
    visit.arrivals.push({ order, from: by?.from, move: by?.move, states: fresh });
    this.backGrew = true;
  }

  private noteBack(from: string, move: Move, states: StateSet): void {
    const fresh = subtract(states, this.backable);
    if (isEmpty(fresh)) return;
    this.backable = union(this.backable, fresh);
    this.backFrom.push({ from, move, states: fresh, order: this.order++ });
    this.backGrew = true;
  }

  /** Going back is not asked for its ACS: the caller was there before. */
  private *goBack(): Steps<void> {
    this.backGrew = false;
    for (const [name, visit] of [...this.visits]) {
      yield;
      if (this.map.menus.get(name)?.config.noHistory === true) continue;
      const states = intersect(this.space.later(visit.reached), this.backable);
      const fresh = subtract(states, visit.reached);
      for (const back of this.backFrom) {
        const part = intersect(fresh, back.states);
        if (!isEmpty(part)) this.enter(name, part, { from: back.from, move: back.move });
      }
    }
  }

  /** An example of how a caller comes to a menu in a state, from the start on. */
  pathTo(menu: string, state: number): readonly FlowStep[] {
    const steps: FlowStep[] = [];
    let here = { menu, state, before: Number.POSITIVE_INFINITY };
    for (;;) {
      const earlier = this.stepBefore(here);
      if (earlier === undefined) break;
      steps.unshift(earlier.step);
      here = { menu: earlier.step.menu, state: earlier.step.state, before: earlier.order };
    }
    return steps;
  }

  /** What first brought callers to a menu in a state, earlier than `before`. */
  private stepBefore(at: {
    readonly menu: string;
    readonly state: number;
    readonly before: number;
  }): { readonly step: FlowStep; readonly order: number } | undefined {
    const arrivals = this.visits.get(at.menu)?.arrivals ?? [];
    const arrival = arrivals.find((one) => one.order < at.before && has(one.states, at.state));
    const { from, move, order } = arrival ?? {};
    if (from === undefined || move === undefined || order === undefined) return undefined;
    const state = this.stateBefore(from, move, { state: at.state, before: order });
    if (state === undefined) return undefined;
    const via = move.to.kind === 'previous' ? `${move.via}, back` : move.via;
    return { step: { menu: from, via, state }, order };
  }

  private stateBefore(
    from: string,
    move: Move,
    { state, before }: { readonly state: number; readonly before: number },
  ): number | undefined {
    const target = this.space.empty();
    add(target, state);
    for (const arrival of this.visits.get(from)?.arrivals ?? []) {
      if (arrival.order >= before) continue;
      if (move.effects.length === 0) {
        if (has(arrival.states, state)) return state;
        continue;
      }
      const source = this.sourceIn(arrival.states, move, target);
      if (source !== undefined) return source;
    }
    return undefined;
  }

  private sourceIn(states: StateSet, move: Move, target: StateSet): number | undefined {
    for (let left = states; ;) {
      const candidate = firstOf(left);
      if (candidate === undefined) return undefined;
      const one = this.space.empty();
      add(one, candidate);
      if (!isEmpty(intersect(this.follow(one, move), target))) return candidate;
      left = subtract(left, one);
    }
  }
}
