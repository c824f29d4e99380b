import { choose } from './choose';
import { admit } from './entrance';
import { follow, type RunContext } from './follow';
import type { MenuEntry } from './menu-entry';
import type { MenuModule, Submission, Transition } from './module';
import type { Stage } from './stage';

/** How a menu was left. */
export type Exit =
  | Extract<Transition, { kind: 'goto' | 'previous' | 'log-off' }>
  /** `next` has conditions, and none of them holds (NOCONDMATCH). */
  | { readonly kind: 'nowhere' };

/** A menu that a caller is in. */
export interface OpenMenu {
  readonly stage: Stage;
  readonly menu: MenuEntry;
  readonly module: MenuModule;
  readonly context: RunContext;
}

export type Stay = Extract<Transition, { kind: 'stay' }>;

const NO_SUBMISSION: Submission = { formId: 0, submitId: undefined, value: {} };
/** Methods that lead to methods; more than a few is a ring. */
const MAX_STEPS = 8;

/** Resolves `next` to where it leads; methods on the way are run. */
export async function resolveExit(
  open: OpenMenu,
  transition: Transition,
  steps = 0,
): Promise<Exit> {
  const { stage, menu, module, context } = open;
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
    case 'form':
      // Nobody is at a form here to stay for: what was to be said is said on the next screen.
      if (transition.kind === 'stay' && menu.autoNext) stage.tell(transition.message);
      return menu.autoNext ? { kind: 'previous' } : { kind: 'nowhere' };
    case 'next':
      break;
  }
  const { next } = menu;
  if (next === undefined || steps > MAX_STEPS) return { kind: 'previous' };
  const target = choose(next, stage.subject, stage.services.random);
  if (target === undefined) return { kind: 'nowhere' };
  const given = { target, submission: NO_SUBMISSION, extraArgs: undefined };
  return resolveExit(open, await follow(context, module, given), steps + 1);
}

/** What keeps a caller on a screen with keys instead of leading to a menu that is not allowed. */
export function refusalOf({ stage, menu }: OpenMenu, exit: Exit): Stay | undefined {
  const { log } = stage.caller;
  if (exit.kind === 'nowhere') {
    log.warn('menu.no-condition-matched', { menu: menu.name, reason: 'NOCONDMATCH' });
    return { kind: 'stay', message: 'There is no way on from here for you.' };
  }
  if (exit.kind !== 'goto') return undefined;
  const admission = admit(exit.menu, stage.admission);
  // Half signed in: the runner has a better answer than staying here.
  const isHalfIn = stage.subject.factor > 0;
  if (admission.kind === 'admitted' || (admission.why === 'factor' && isHalfIn)) return undefined;
  log.warn('menu.refused', { menu: exit.menu, from: menu.name, why: admission.why });
  return { kind: 'stay', message: admission.sentence };
}
