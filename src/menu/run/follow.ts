import { BbsError, toError } from '../../base/errors';
import { findSignInGap, type SignInNeed } from './menu-access';
import type { MenuEntry, Target } from '../load/menu-entry';
import type { MenuServices } from './call-context';
import type { MenuContext, MenuMethod, MenuModule, Submission, Transition } from './module';
import type { CallContext } from './call-context';
import { SYSTEM_METHODS } from './system-methods';

/** Error codes of such failures; they do not end the call. */
const PASSING_FAILURES: ReadonlySet<string> = new Set([
  'STORE_FAILED',
  'DATABASE_UNAVAILABLE',
  'TIMED_OUT',
  'MAIL_FAILED',
  'SEAL_BROKEN',
  'MODULE_FAILED',
]);

/** What a caller is told of a failure that may be over soon; undefined for any other one. */
export function passingText(thrown: unknown) {
  if (!(thrown instanceof BbsError)) return undefined;
  if (thrown.code === 'STORE_UNSURE') return 'menu.unsure';
  return PASSING_FAILURES.has(thrown.code) ? 'menu.later' : undefined;
}

interface Given {
  readonly target: Target;
  readonly submission: Submission;
  readonly extraArgs: unknown;
}

/** The context of the runtime, which has the modules; a module does not see the others. */
export type RunContext = MenuContext & { readonly services: MenuServices };

/** Resolves a target: a menu, or the result of its method. */
export async function follow(
  context: RunContext,
  module: MenuModule,
  given: Given,
): Promise<Transition> {
  const { target, submission, extraArgs } = given;
  if (target.kind === 'menu') return { kind: 'goto', menu: target.name, extraArgs };
  const { method, ...needed } = findMethod(context, module, target);
  const { log, signal } = context.caller;
  if (method === undefined) {
    log.error('menu.method-missing', { menu: context.menu, method: target.name });
    return { kind: 'stay', message: context.say('menu.missing') };
  }
  const bindsFirst = context.caller.login.bindsFirst === true;
  const refusal = findSignInGap(needed, { subject: context.subject(), bindsFirst });
  if (refusal !== undefined) {
    log.warn('menu.refused', { menu: context.menu, method: target.name, why: 'factor' });
    return { kind: 'stay', message: context.say(refusal) };
  }
  try {
    return await method(context, submission, extraArgs);
  } catch (thrown) {
    signal.throwIfAborted();
    const text = passingText(thrown);
    if (text === undefined) throw thrown;
    log.error('menu.method-failed', { menu: context.menu, error: toError(thrown) });
    return { kind: 'stay', message: context.say(text) };
  }
}

interface FoundMethod {
  readonly method: MenuMethod | undefined;
  readonly needs: SignInNeed;
  readonly bindsFactor?: boolean | undefined;
}

/** A method with the sign-in that it needs: its own for a system method, else that of its module. */
function findMethod(
  context: RunContext,
  module: MenuModule,
  target: Exclude<Target, { kind: 'menu' }>,
): FoundMethod {
  if (target.kind === 'system-method') {
    const { run, needs = 'complete' } =
      own(SYSTEM_METHODS, target.name) ?? context.services.systemMethods?.get(target.name) ?? {};
    return { method: run, needs };
  }
  const { methods, needs, bindsFactor } = moduleFor(context, module, target.location);
  return { method: own(methods, target.name), needs, bindsFactor };
}

/** `@method:/path/nua.js:x` names a method of the module `nua`. */
function moduleFor(context: RunContext, module: MenuModule, location?: string): MenuModule {
  if (location === undefined) return module;
  const name = (location.split('/').at(-1) ?? '').replace(/\.js$/, '');
  return context.services.modules.get(name) ?? module;
}

/** The module of a menu. */
export function findModule(call: CallContext, menu: MenuEntry): MenuModule {
  const { name, kind } = menu.module;
  const module = call.services.modules.get(name);
  if (module !== undefined) return module;
  if (kind !== 'standard') return absentModule(name, whyAbsentPath(name));
  return { name, doc: '', needs: 'none', views: [], methods: {} };
}

/** The reason why a module of ENiGMA½ that is named by its path does not exist here. */
export function whyAbsentPath(name: string): string | undefined {
  return name.startsWith('./activitypub/') ? 'this board has no ActivityPub' : undefined;
}

/**
 * Replaces a module that this board does not have. When the reason is known, a menu with `next`, such as
 * one of a login sequence, is skipped. Any other module may be an access check of the sysop: the caller
 * gets a sentence and goes back.
 */
export function absentModule(name: string, why?: string): MenuModule {
  const enter = async (context: MenuContext): Promise<Transition> => {
    context.caller.log.debug('menu.module-absent', { menu: context.menu, module: name });
    if (context.leadsOn && why !== undefined) return { kind: 'next' };
    const text =
      why === undefined
        ? context.say('page.part-not-here')
        : context.say('page.part-not-here-why', { why });
    await context.showPages({ title: context.desc, lines: [text] });
    return { kind: 'previous' };
  };
  return { name, doc: why ?? '', needs: 'none', views: [], methods: {}, enter };
}

/** An own property of a table only: names come from sysops' files. */
export function own<Value>(
  table: Readonly<Record<string, Value>>,
  name: string,
): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
