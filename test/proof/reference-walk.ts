import { evaluateAcs } from '../../src/acs/acs';
import type { AcsSubject } from '../../src/acs/subject';
import type { Choice, MenuEntry, MenuSet, Target } from '../../src/menu/load/menu-entry';

/** The caller of a walk: what the login knows of him, and what ACS sees besides. */
export interface Walker {
  factor: 0 | 1 | 2;
  requiredFactor: 1 | 2;
  /** What signing in would make of him. */
  readonly accountFactor: 1 | 2;
  subject(factor: 0 | 1 | 2, requiredFactor: 1 | 2): AcsSubject;
}

type Outcome =
  | { readonly kind: 'goto'; readonly menu: string }
  | { readonly kind: 'previous' | 'next' | 'stay' | 'end' };

/**
 * A plain reading of contract A2, written apart from the proof: one caller, one stack, one step after
 * the other, and nobody who guards the way out of the login area.
 */
export class ReferenceWalk {
  private readonly stack: MenuEntry[] = [];
  /** The first menu outside the login area that was entered below the factor floor. */
  bypassed: string | undefined;

  constructor(
    private readonly set: MenuSet,
    private readonly walker: Walker,
    /** A number from 0 up to `limit - 1`. */
    private readonly chance: (limit: number) => number,
  ) {}

  walk(first: string, steps: number): void {
    this.goTo(first);
    for (let step = 0; step < steps && this.bypassed === undefined; step++) {
      const menu = this.stack.at(-1);
      if (menu === undefined) return;
      if (this.apply(menu, this.act(menu), 0) === 'end') return;
    }
  }

  private subject(): AcsSubject {
    return this.walker.subject(this.walker.factor, this.walker.requiredFactor);
  }

  /** What the caller does next, or what happens to him. */
  private act(menu: MenuEntry): Outcome {
    if (menu.autoNext) return { kind: 'next' };
    const actions = menu.forms.flatMap(({ submit, actionKeys }) => [
      ...[...submit.values()].flat().map(({ action }) => action),
      ...actionKeys.map(({ action }) => action),
    ]);
    const all = [
      ...actions,
      ...(menu.config.nextTimeoutMs === undefined ? [] : ['timeout' as const]),
    ];
    if (all.length === 0) return { kind: 'end' };
    const action = all[this.chance(all.length)];
    if (action === 'timeout') return { kind: 'next' };
    const target = this.choose(action);
    return target === undefined ? { kind: 'stay' } : this.run(target, menu);
  }

  private choose(choice: Choice<Target> | undefined): Target | undefined {
    if (choice === undefined) return undefined;
    if (choice.pick === 'random') return choice.options[this.chance(choice.options.length)]?.value;
    const subject = this.subject();
    return choice.options.find(({ acs }) => acs === undefined || evaluateAcs(acs, subject))?.value;
  }

  private run(target: Target, menu: MenuEntry): Outcome {
    if (target.kind === 'menu') return { kind: 'goto', menu: target.name };
    switch (target.name) {
      case 'login':
        return this.login(menu);
      case 'login2FA_OTP':
        return this.enterCode(menu);
      case 'prevMenu':
        return { kind: 'previous' };
      case 'nextMenu':
        return { kind: 'next' };
      case 'logoff':
        return { kind: 'end' };
      default:
        return { kind: 'stay' };
    }
  }

  private login(menu: MenuEntry): Outcome {
    const { walker } = this;
    if (walker.factor !== 0 || this.chance(4) === 0) return this.fail(menu);
    walker.factor = 1;
    walker.requiredFactor = walker.accountFactor;
    return { kind: 'next' };
  }

  private enterCode(menu: MenuEntry): Outcome {
    const { walker } = this;
    if (walker.factor !== 1 || walker.requiredFactor !== 2 || this.chance(4) === 0)
      return this.fail(menu);
    walker.factor = 2;
    return { kind: 'next' };
  }

  private fail(menu: MenuEntry): Outcome {
    const { locked } = menu.config.all;
    return typeof locked === 'string' && this.chance(2) === 0
      ? { kind: 'goto', menu: locked }
      : { kind: 'stay' };
  }

  private apply(menu: MenuEntry, outcome: Outcome, depth: number): 'end' | undefined {
    switch (outcome.kind) {
      case 'end':
        return 'end';
      case 'stay':
        return menu.autoNext ? this.goBack() : undefined;
      case 'previous':
        return this.goBack();
      case 'goto':
        return this.goTo(outcome.menu);
      case 'next': {
        const target = this.choose(menu.next);
        if (target === undefined || depth > 4) return this.goBack();
        return this.apply(menu, this.run(target, menu), depth + 1);
      }
    }
  }

  private goTo(name: string): 'end' | undefined {
    const menu = this.set.menus.get(name);
    if (menu === undefined) return undefined;
    const current = this.stack.at(-1);
    if (menu.acs !== undefined && !evaluateAcs(menu.acs.acs, this.subject())) {
      return current?.autoNext === true ? this.goBack() : undefined;
    }
    if (current !== menu) {
      if (current?.config.noHistory === true) this.stack.pop();
      this.stack.push(menu);
    }
    this.enter(menu);
    return undefined;
  }

  private goBack(): 'end' | undefined {
    this.stack.pop();
    const menu = this.stack.at(-1);
    if (menu === undefined) return 'end';
    this.enter(menu);
    return undefined;
  }

  private enter(menu: MenuEntry): void {
    const { factor, requiredFactor } = this.walker;
    const isThrough = factor > 0 && factor >= requiredFactor;
    if (!isThrough && !menu.loginArea) this.bypassed ??= menu.name;
  }
}
