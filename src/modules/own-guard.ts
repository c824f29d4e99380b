import type { Clock } from '../base/clock';
import { BbsError, toError } from '../base/errors';
import { LIMITS } from '../base/limits';
import type { Log } from '../base/log';
import { SessionEnd } from '../menu/run/caller';
import type { MenuContext, MenuMethod, MenuModule, Transition } from '../menu/run/module';
import type { Validator } from '../menu/run/validators';

/** What a guard needs, and what to call the guarded part in the log. */
export interface GuardParts {
  readonly clock: Clock;
  readonly log: () => Log;
  readonly what: string;
}

/**
 * A module of others as the menus run it: what it throws, what it returns instead of a transition, and a call that
 * takes too long end in MODULE_FAILED, of which one caller is told (rule P5).
 */
export function guardModule(module: MenuModule, parts: GuardParts): MenuModule {
  const { enter, ready, changed, art, validators = {}, needs = 'complete' } = module;
  const { methods = {}, views = [], doc = '' } = module as Partial<MenuModule>;
  const guard = new Guard(parts);
  return {
    ...{ ...module, needs, views, doc, isForeign: true },
    methods: mapValues(methods, (method) => guardMethod(method, parts)),
    validators: mapValues(validators, (validator) => guard.validator(validator)),
    ...(enter && {
      enter: (context) =>
        guard.run(context, async (own) => {
          const transition = await Reflect.apply(enter, module, [own]);
          return transition === undefined ? undefined : checked(transition);
        }),
    }),
    ...(ready && { ready: (context) => guard.run(context, (own) => ready.call(module, own)) }),
    ...(art && { art: (context) => guard.run(context, (own) => art.call(module, own)) }),
    ...(changed && {
      changed: (context, viewId) => {
        try {
          changed.call(module, context, viewId);
        } catch (thrown) {
          throw guard.failure(thrown);
        }
      },
    }),
  };
}

/** One method of others. */
export function guardMethod(method: MenuMethod, parts: GuardParts): MenuMethod {
  const guard = new Guard(parts);
  return (context, submission, extraArgs) =>
    guard.run(context, async (own) => checked(await method(own, submission, extraArgs)));
}

const KINDS: Readonly<Record<Transition['kind'], true>> = {
  ...{ goto: true, previous: true, next: true, stay: true },
  ...{ redraw: true, help: true, form: true, 'log-off': true },
};

/** Programs without types may return anything. */
function checked(transition: Transition): Transition {
  const kind: unknown = (transition as Partial<Transition> | null | undefined)?.kind;
  if (typeof kind === 'string' && Object.hasOwn(KINDS, kind)) return transition;
  throw new TypeError('what it returned is no transition, such as { kind: "previous" }');
}

class Guard {
  constructor(private readonly parts: GuardParts) {}

  /** Runs `work` with a context that notes when the caller is asked or shown something, which may take its time. */
  async run<Result>(
    context: MenuContext,
    work: (own: MenuContext) => Promise<Result> | Result,
  ): Promise<Result> {
    const watch = new Watch(this.parts.clock);
    try {
      const working = Promise.resolve(work(watched(context, watch)));
      return await Promise.race([working, watch.isOver]);
    } catch (thrown) {
      context.caller.signal.throwIfAborted();
      throw this.failure(thrown);
    } finally {
      watch.stop();
    }
  }

  validator(validator: Validator): Validator {
    return {
      ...validator,
      needs: validator.needs ?? 'complete',
      check: async (text, context) => {
        const watch = new Watch(this.parts.clock);
        try {
          return await Promise.race([validator.check(text, context), watch.isOver]);
        } catch (thrown) {
          throw this.failure(thrown);
        } finally {
          watch.stop();
        }
      },
    };
  }

  /** Ends of the session and failures of this program keep their meaning. */
  failure(thrown: unknown): unknown {
    if (thrown instanceof SessionEnd || thrown instanceof BbsError) return thrown;
    const error = toError(thrown);
    const { what, log } = this.parts;
    log().error('extension.failed', { what, error });
    return new BbsError('MODULE_FAILED', `${what}: ${error.message}`, { cause: error });
  }
}

/** Counts the time in which a module of others neither asks nor shows anything. */
class Watch {
  readonly isOver: Promise<never>;
  private expire: () => void = () => undefined;
  private cancel: () => void = () => undefined;
  private hasEnded = false;
  private pauses = 0;

  constructor(private readonly clock: Clock) {
    this.isOver = new Promise<never>((_resolve, reject) => {
      this.expire = () => {
        this.hasEnded = true;
        reject(new Error(`it took longer than ${LIMITS.ownModuleMs / 1000} seconds`));
      };
    });
    // Where nobody waits for it any more.
    this.isOver.catch(() => undefined);
    this.begin();
  }

  /** The caller's own time does not count. One that was given up may not use the screen of what is there now. */
  async pausedFor<Result>(wait: () => Promise<Result>): Promise<Result> {
    if (this.hasEnded) throw new Error('this menu was given up');
    this.pauses += 1;
    this.cancel();
    try {
      return await wait();
    } finally {
      this.pauses -= 1;
      if (this.pauses === 0 && !this.hasEnded) this.begin();
    }
  }

  stop(): void {
    this.hasEnded = true;
    this.cancel();
  }

  private begin(): void {
    this.cancel = this.clock.after(LIMITS.ownModuleMs, this.expire);
  }
}

function watched(context: MenuContext, watch: Watch): MenuContext {
  const own: Pick<MenuContext, 'ask' | 'showPages' | 'showArt' | 'takeOver'> = {
    ask: (question) => watch.pausedFor(() => context.ask(question)),
    showPages: (lines) => watch.pausedFor(() => context.showPages(lines)),
    showArt: (spec) => watch.pausedFor(() => context.showArt(spec)),
    takeOver: (work) => watch.pausedFor(() => context.takeOver(work)),
  };
  // All else, such as the screen, is that of the context as it is then.
  return Object.assign(Object.create(context) as MenuContext, own);
}

function mapValues<Value, Mapped>(
  table: Readonly<Record<string, Value>>,
  map: (value: Value) => Mapped,
): Readonly<Record<string, Mapped>> {
  return Object.fromEntries(Object.entries(table).map(([name, value]) => [name, map(value)]));
}
