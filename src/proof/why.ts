import { evaluateAcs, explainAcs } from '../acs/acs';
import type { AcsStep } from '../acs/acs';
import type { AcsSubject } from '../acs/subject';
import { isFullySignedIn } from '../auth/login';
import type { Place } from '../base/errors';
import { movesOf } from './flow-moves';
import type { Condition, Effect, ModuleFacts, Move } from './flow-moves';
import type { MenuEntry, MenuSet } from '../menu/load/menu-entry';

/** One ACS that was asked on the way, with every part of it. */
export interface AskedAcs {
  readonly text: string;
  readonly result: boolean;
  readonly place: Place;
  readonly steps: readonly AcsStep[];
}

/** One step of the way to a menu. */
export interface WhyStep {
  readonly from: string;
  readonly to: string;
  readonly via: string;
  /** Conditions of `next` or `action`, in the order they are asked, up to the one that decides. */
  readonly asked: readonly AskedAcs[];
  /** The ACS of the menu itself. */
  readonly entry: AskedAcs | undefined;
  readonly result: 'goes-on' | 'another-way' | 'refused' | 'factor';
}

/** Whether and how a user gets to a menu. */
export interface WhyAnswer {
  readonly reaches: boolean;
  /**
   * The way there; or the ways on which the user is stopped, at the menu itself where they reach
   * it.
   */
  readonly ways: readonly (readonly WhyStep[])[];
}

/** The user at each stage of the sign-in: not signed in, first factor, second factor. */
type SubjectAt = (factor: 0 | 1 | 2) => AcsSubject;

interface WhyQuestion {
  readonly from: string;
  /** Factor that the server itself has checked. */
  readonly factor: 0 | 1;
  readonly to: string;
  readonly subject: SubjectAt;
  readonly modules: ReadonlyMap<string, ModuleFacts>;
}

interface Stand {
  readonly menu: string;
  readonly factor: 0 | 1 | 2;
  readonly steps: readonly WhyStep[];
}

const MAX_WAYS = 5;

/**
 * Walks the menus as a user would, shortest way first, and reports which ACS decided at each step.
 * Where the menu is not reached, the ways that end nearest to it are reported instead.
 */
export function whyMenu(set: MenuSet, question: WhyQuestion): WhyAnswer {
  const { modules, subject } = question;
  const stopped: (readonly WhyStep[])[] = [];
  const turnedAway: (readonly WhyStep[])[] = [];
  const seen = new Set<string>();
  const queue: Stand[] = [{ menu: question.from, factor: question.factor, steps: [] }];
  for (let stand = queue.shift(); stand !== undefined; stand = queue.shift()) {
    const { menu: name, factor, steps } = stand;
    if (name === question.to) return { reaches: true, ways: [steps] };
    const key = `${name} ${factor}`;
    const menu = set.menus.get(name);
    if (menu === undefined || seen.has(key)) continue;
    seen.add(key);
    for (const move of movesOf(menu, set, modules)) {
      if (move.to.kind !== 'menu') continue;
      const then = factorAfter(factor, move.effects, subject);
      if (then === undefined) continue;
      const step = takeStep(name, set.menus.get(move.to.name), move, {
        before: subject(factor),
        after: subject(then),
      });
      if (step === undefined) continue;
      const way = [...steps, step];
      if (step.result === 'goes-on') queue.push({ menu: step.to, factor: then, steps: way });
      else if (step.to === question.to) stopped.push(way);
      else if (step.result !== 'another-way') turnedAway.push(way);
    }
  }
  const ways = stopped.length > 0 ? stopped : turnedAway;
  return { reaches: false, ways: ways.slice(0, MAX_WAYS) };
}

/** The factor after some effects, or undefined where they cannot happen to this user. */
function factorAfter(
  factor: 0 | 1 | 2,
  effects: readonly Effect[],
  subject: SubjectAt,
): 0 | 1 | 2 | undefined {
  let then: 0 | 1 | 2 = factor;
  for (const effect of effects) {
    // The question is about an account that is there already, so nobody applies for a new one.
    if (effect === 'first-factor' && then === 0) then = 1;
    else if (effect === 'second-factor' && then === 1 && subject(1).requiredFactor === 2) then = 2;
    else return undefined;
  }
  return then;
}

function takeStep(
  from: string,
  menu: MenuEntry | undefined,
  move: Move,
  subject: { readonly before: AcsSubject; readonly after: AcsSubject },
): WhyStep | undefined {
  if (menu === undefined) return undefined;
  const before = ask(move.before, subject.before);
  const after = ask(move.after, subject.after);
  const base = {
    from,
    to: menu.name,
    via: move.via,
    asked: [...before.asked, ...after.asked],
  };
  if (!before.taken || !after.taken) return { ...base, entry: undefined, result: 'another-way' };
  if (!isFullySignedIn(subject.after) && !menu.loginArea)
    return { ...base, entry: undefined, result: 'factor' };
  if (menu.acs === undefined) return { ...base, entry: undefined, result: 'goes-on' };
  const { acs, place } = menu.acs;
  const result = evaluateAcs(acs, subject.after);
  const entry = { text: acs.text, result, place, steps: explainAcs(acs, subject.after) };
  return { ...base, entry, result: result ? 'goes-on' : 'refused' };
}

/** Asks the conditions of a choice in order, as the menus do. */
function ask(
  condition: Condition | undefined,
  subject: AcsSubject,
): { readonly asked: readonly AskedAcs[]; readonly taken: boolean } {
  if (condition === undefined || condition.choice.pick === 'random') {
    return { asked: [], taken: true };
  }
  const asked: AskedAcs[] = [];
  for (const [index, { acs, place }] of condition.choice.options.entries()) {
    if (index > condition.index) break;
    const result = acs === undefined || evaluateAcs(acs, subject);
    if (acs !== undefined) {
      asked.push({ text: acs.text, result, place, steps: explainAcs(acs, subject) });
    }
    if (result) return { asked, taken: index === condition.index };
  }
  return { asked, taken: false };
}
