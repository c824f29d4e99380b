import { choose } from '../load/choice';
import { admit } from './menu-access';
import { follow, type RunContext } from './follow';
import type { MenuEntry } from '../load/menu-entry';
import type { MenuModule, Submission, Transition } from './module';
import type { CallContext } from './call-context';

/** The result of an active menu. */
export type MenuOutcome =
  | Extract<Transition, { kind: 'goto' | 'previous' | 'log-off' }>
  /** `next` has conditions, and none of them holds (NOCONDMATCH). */
  | { readonly kind: 'nowhere' };

/** A menu that is open. */
export interface OpenMenu {
  readonly call: CallContext;
  readonly menu: MenuEntry;
  readonly module: MenuModule;
  readonly context: RunContext;
}

export type StayOnScreen = Extract<Transition, { kind: 'stay' }>;

const NO_SUBMISSION: Submission = { formId: 0, submitId: undefined, value: {} };
/** Maximum number of methods that lead to each other; more are a loop. */
const MAX_STEPS = 8;

/** Resolves `next` to its target, and runs the methods on the way. */
export async function resolveOutcome(
  open: OpenMenu,
  transition: Transition,
  steps = 0,
): Promise<MenuOutcome> {
  const { call, menu, module, context } = open;
  switch (transition.kind) {
    case 'goto':
      return transition.extraArgs === undefined && menu.config.forwardArgs
        ? { ...transition, extraArgs: context.extraArgs }
        : transition;
    case 'previous':
    case 'log-off':
      return transition;
    case 'stay':
    case 'redraw':
    case 'help':
    case 'form':
      // There is no form to stay on: the next screen shows the sentence.
      if (transition.kind === 'stay' && menu.autoNext) call.tell(transition.message);
      return menu.autoNext ? { kind: 'previous' } : { kind: 'nowhere' };
    case 'next':
      call.tellLater(transition.message);
      break;
  }
  const { next } = menu;
  if (next === undefined || steps > MAX_STEPS) return { kind: 'previous' };
  const target = choose(next, call.subject, call.services.random);
  if (target === undefined) return { kind: 'nowhere' };
  const given = { target, submission: NO_SUBMISSION, extraArgs: undefined };
  return resolveOutcome(open, await follow(context, module, given), steps + 1);
}

/** Where Esc at the pause of a screen leads; undefined where it goes on like any other key. */
export function exitAtPause({ call, menu }: OpenMenu): MenuOutcome | undefined {
  if (call.sentBack.sentence !== undefined) {
    return { kind: 'log-off', message: call.say('call.menus-in-a-ring') };
  }
  return menu.config.escapeBack ? { kind: 'previous' } : undefined;
}

/** Keeps a caller on a screen with a form when the next menu is not allowed. */
export function refusalOf(open: OpenMenu, exit: MenuOutcome): StayOnScreen | undefined {
  const { call, menu } = open;
  const { log } = call.caller;
  if (exit.kind === 'nowhere') {
    log.warn('menu.no-condition-matched', { menu: menu.name, reason: 'NOCONDMATCH' });
    return { kind: 'stay', message: call.say('menu.no-way-on') };
  }
  if (exit.kind !== 'goto') return undefined;
  if (exit.menu === menu.name) {
    log.debug('menu.already-there', { menu: menu.name, reason: 'ALREADYTHERE' });
    return { kind: 'stay' };
  }
  const access = admit(exit.menu, call.access);
  // After the first factor only, or after an entry code: the runner handles it, with its menu for that.
  const isHalfIn = call.subject.factor > 0;
  if (access.kind === 'admitted' || access.why === 'owed') return undefined;
  if (access.why === 'step-up') return undefined;
  if (access.why === 'factor' && isHalfIn) return undefined;
  if (access.why === 'binds-first' && open.module.bindsFactor !== true) return undefined;
  log.warn('menu.refused', { menu: exit.menu, from: menu.name, why: access.why });
  return { kind: 'stay', message: call.say(access.says) };
}
