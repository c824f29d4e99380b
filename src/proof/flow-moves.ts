import type { Place } from '../base/errors';
import type { SignInNeed } from '../menu/run/menu-access';
import type { MenuModule } from '../menu/run/module';
import { NOWHERE } from '../menu/load/choice';
import { MENU_NAMING_KEYS } from '../menu/load/menu-config';
import { SYSTEM_METHODS } from '../menu/run/system-methods';
import type { Choice, MenuEntry, MenuSet, SubmitRule, Target } from '../menu/load/menu-entry';

/** What a module can do to the flow, for checks, proof and pictures. */
export interface ModuleFacts {
  /** What `@method:` may name. */
  readonly methods: readonly string[];
  /** What `validate: @method:` may name. */
  readonly validators?: readonly string[];
  /** Views that its screen must have. */
  readonly views?: readonly number[];
  /** Menus that it goes to by itself, when there are such menus. */
  readonly menus?: readonly string[];
  /** Its methods may sign a new account in before they follow `next`. */
  readonly signsIn?: boolean;
  /** How far its callers must be signed in; `none` where nothing is said. */
  readonly needs?: SignInNeed;
  /** `config` keys of its own; where given, others are findings. */
  readonly configKeys?: readonly string[];
  /** Those of them that name art, with what is shown where they say nothing. */
  readonly artKeys?: MenuModule['artKeys'] | undefined;
  /** Which fields its lists and formats have. */
  readonly fields?: MenuModule['fields'] | undefined;
  /** What is wrong in a `config`, by key. */
  readonly configProblems?: MenuModule['configProblems'] | undefined;
}

/** What a step does to how far the caller is. */
export type Effect = 'first-factor' | 'second-factor' | 'new-account';

/** Which option of a choice must be the one that is taken. */
export interface Condition {
  readonly choice: Choice<Target>;
  readonly index: number;
}

type Destination =
  { readonly kind: 'menu'; readonly name: string } | { readonly kind: 'previous' | 'log-off' };

/** One way out of a menu: asked before, what happens, asked after, and where it ends. */
export interface Move {
  /** What the caller does, or what happens: `next`, `key escape`, `submit`, `login, next` ... */
  readonly via: string;
  readonly before: Condition | undefined;
  /** Mostly none or one; a `next` that signs in by itself can make it two. */
  readonly effects: readonly Effect[];
  readonly after: Condition | undefined;
  readonly to: Destination;
  readonly place: Place;
  /** Only because a module or a refusal might do so: the proof counts it, a picture leaves it out. */
  readonly assumed: boolean;
}

/** Everything that can happen in a menu as far as the menu file, modules and system methods decide it. */
export function movesOf(
  menu: MenuEntry,
  set: MenuSet,
  modules: ReadonlyMap<string, ModuleFacts>,
  /** What `@systemMethod:` may name; left out, any name may be one of a program's. */
  systemMethods?: readonly string[],
): readonly Move[] {
  return new MoveFinder(menu, set, { modules, systemMethods }).find();
}

const SIGN_IN_EFFECTS: Readonly<Record<string, Effect>> = {
  login: 'first-factor',
  login2FA_OTP: 'second-factor',
};

interface Step {
  readonly via: string;
  readonly before: Condition | undefined;
  readonly place: Place;
  readonly assumed: boolean;
}

class MoveFinder {
  private readonly moves: Move[] = [];
  private readonly facts: ModuleFacts | undefined;

  constructor(
    private readonly menu: MenuEntry,
    private readonly set: MenuSet,
    private readonly known: {
      readonly modules: ReadonlyMap<string, ModuleFacts>;
      readonly systemMethods: readonly string[] | undefined;
    },
  ) {
    this.facts = known.modules.get(menu.module.name);
  }

  find(): readonly Move[] {
    const { menu } = this;
    if (menu.autoNext || menu.config.nextTimeoutMs !== undefined) {
      this.addNext({ via: 'next', before: undefined, place: menu.place, assumed: false }, []);
    }
    if (menu.autoNext && menu.config.escapeBack) {
      const step = { via: 'Esc at the pause', before: undefined, place: menu.place };
      this.add({ ...step, assumed: false }, { kind: 'previous' });
    }
    for (const form of menu.forms) {
      for (const rules of form.submit.values()) {
        for (const rule of rules) this.addChoice(submitText(rule), rule.action);
      }
      for (const rule of form.actionKeys) this.addChoice(`key ${rule.keys[0]}`, rule.action);
    }
    // Without a prompt nothing is typed that they could be for.
    const answers = menu.prompt === undefined ? [] : menu.submit;
    for (const rule of answers) this.addChoice(submitText(rule), rule.action);
    const prompt = menu.prompt === undefined ? undefined : this.set.prompts.get(menu.prompt.name);
    for (const rule of prompt?.actionKeys ?? []) {
      this.addChoice(`key ${rule.keys[0]}`, rule.action);
    }
    if (menu.module.kind !== 'standard') {
      const step = { via: menu.module.name, before: undefined, place: menu.place };
      this.addModule({ ...step, assumed: true }, this.facts);
    }
    return this.moves;
  }

  private addChoice(via: string, choice: Choice<Target> | undefined): void {
    choice?.options.forEach((option, index) => {
      const before = { choice, index };
      this.addTarget(option.value, { via, before, place: option.place, assumed: false });
    });
  }

  private addTarget(target: Target, step: Step): void {
    switch (target.kind) {
      case 'menu':
        this.add(step, { kind: 'menu', name: target.name });
        return;
      case 'system-method':
        this.addSystemMethod(target.name, step);
        return;
      case 'method': {
        const via = `${step.via}, ${target.name}`;
        this.addModule({ ...step, via }, this.factsOf(target.location));
      }
    }
  }

  private addSystemMethod(name: string, step: Step): void {
    switch (name) {
      case 'login':
        this.addNext({ ...step, via: 'login' }, ['first-factor']);
        this.addFailures(step);
        return;
      case 'login2FA_OTP':
        this.addNext({ ...step, via: 'one-time code' }, ['second-factor']);
        this.addFailures(step);
        return;
      case 'logoff':
        this.add(step, { kind: 'log-off' });
        return;
      case 'prevMenu':
      case 'setClientEncoding':
        this.add(step, { kind: 'previous' });
        return;
      case 'nextMenu':
        this.addNext(step, []);
        return;
      case 'sendForgotPasswordEmail':
        this.addNext(step, []);
        this.addMentions(step, (key) => key === 'next');
        return;
      default:
        // Ours keep the caller on the same menu, as does a name that is none; one of others may do what a module does.
        if (Object.hasOwn(SYSTEM_METHODS, name) || name === NOWHERE.name) return;
        if (this.known.systemMethods?.includes(name) !== false)
          this.addModule({ ...step, via: `${step.via}, ${name}` }, undefined);
    }
  }

  private addFailures(step: Step): void {
    this.addMentions({ ...step, via: `${step.via}, refused` }, isFailureKey);
    this.add({ ...step, via: `${step.via}, refused`, assumed: true }, { kind: 'log-off' });
  }

  /** A module may go wherever the menu tells it about, and back; one we know nothing of also on. */
  private addModule(step: Step, facts: ModuleFacts | undefined): void {
    const assumed = { ...step, assumed: true };
    this.add(assumed, { kind: 'previous' });
    this.add(assumed, { kind: 'log-off' });
    this.addMentions(step, () => true);
    for (const name of facts?.menus ?? []) {
      if (this.set.menus.has(name)) this.add(step, { kind: 'menu', name });
    }
    this.addNext(step, []);
    if (facts?.signsIn === true) this.addNext(step, ['new-account']);
  }

  private addMentions(step: Step, fits: (key: string) => boolean): void {
    for (const { key, menu, place } of this.menu.mentions) {
      if (!fits(key)) continue;
      this.add({ ...step, via: `${step.via}, ${key}`, place }, { kind: 'menu', name: menu });
    }
  }

  /** Follows the menu's `next`, as the caller is once `effects` have happened. */
  private addNext(step: Step, effects: readonly Effect[]): void {
    const { next } = this.menu;
    if (next === undefined) {
      this.moves.push({ ...step, effects, after: undefined, to: { kind: 'previous' } });
      return;
    }
    next.options.forEach(({ value, place }, index) => {
      const move = { ...step, effects, after: { choice: next, index }, place };
      if (value.kind === 'menu') this.moves.push({ ...move, to: value });
      else this.addByNext(value, move);
    });
  }

  /** `next` that calls a method. One that signs in asks `next` once more, as the caller is then. */
  private addByNext(target: Exclude<Target, { kind: 'menu' }>, move: Omit<Move, 'to'>): void {
    const facts = target.kind === 'method' ? this.factsOf(target.location) : undefined;
    const effect =
      target.kind === 'system-method'
        ? SIGN_IN_EFFECTS[target.name]
        : facts?.signsIn === true
          ? 'new-account'
          : undefined;
    const mentioned = this.menu.mentions.filter(
      ({ key }) => target.kind === 'method' || isFailureKey(key),
    );
    const menus = [
      ...mentioned.map(({ menu }) => menu),
      ...(facts?.menus ?? []).filter((name) => this.set.menus.has(name)),
    ];
    const leaves = target.kind === 'system-method' && target.name === 'logoff';
    this.moves.push({ ...move, assumed: move.assumed || !leaves, to: { kind: 'log-off' } });
    if (leaves) return;
    this.moves.push({ ...move, to: { kind: 'previous' } });
    for (const name of menus) this.moves.push({ ...move, to: { kind: 'menu', name } });
    // Nobody signs in twice by the same method.
    if (effect === undefined || move.effects.includes(effect)) return;
    this.addNext(move, [...move.effects, effect]);
  }

  private factsOf(location: string | undefined): ModuleFacts | undefined {
    return location === undefined ? this.facts : this.known.modules.get(moduleOfPath(location));
  }

  private add(step: Step, to: Destination): void {
    this.moves.push({ ...step, effects: [], after: undefined, to });
  }
}

/** The caller's choice: `navSelect = login`, or just `submit` for any input. */
function submitText({ match }: SubmitRule): string {
  const chosen = match.filter(({ equals }) => equals !== null);
  return chosen.map(({ field, equals }) => `${field} = ${equals}`).join(', ') || 'submit';
}

function isFailureKey(key: string): boolean {
  return MENU_NAMING_KEYS.some((known) => known === key);
}

/** The module's name in `@method:/path/mod.js:name`. */
export function moduleOfPath(path: string): string {
  return path.replace(/^.*\//, '').replace(/\.js$/, '');
}
