import { toError } from '../../base/errors';
import { moveTo, resetStyle, showCursor } from '../../terminal/ansi';
import { SessionEnd, type Caller, type EndReason } from './caller';
import type { MenuOutcome } from './transitions';
import { admit, findBindingMenu, isLetIn, OTP_MENU, type MenuAccess } from './menu-access';
import type { MenuEntry } from '../load/menu-entry';
import type { MenuServices } from './call-context';
import { lastWords } from '../screen/message-line';
import { CallContext } from './call-context';
import { configUnder } from '../load/theme';
import { MenuStack, type StackEntry } from './stack';
import { ActiveMenu } from './active-menu';
import { passingText } from './follow';
import { signInByGreeting } from './greeting';
import { ask } from './question';
import { stepUp } from './step-up';
import type { SetUpContext } from './set-up-here';
import { showPages } from '../screen/show-pages';

/** Maximum number of menus that may follow each other without any input. */
const MAX_WITHOUT_KEY = 64;

/**
 * Runs the menus of one call until it is over, and returns the reason. Never throws: a failure ends
 * this call only (invariant 7).
 */
export async function runMenus(
  caller: Caller,
  firstMenu: string,
  services: MenuServices,
): Promise<EndReason> {
  const run = new MenuRun(new CallContext(caller, services));
  try {
    return await run.from(firstMenu);
  } catch (thrown) {
    if (caller.signal.aborted) return endReason(caller.signal.reason);
    if (thrown instanceof SessionEnd) return thrown.reason;
    caller.log.error('menu.failed', { menu: run.currentMenu, error: toError(thrown) });
    run.sayGoodbye('call.menus-failed');
    return 'failure';
  }
}

function endReason(reason: unknown): EndReason {
  return reason instanceof SessionEnd ? reason.reason : 'hung-up';
}

/** The result of one step of the runner: a menu, or the end of the call. */
type Step =
  | {
      readonly kind: 'visit';
      readonly menu: MenuEntry;
      readonly entry: StackEntry;
      /** True where the caller comes from a menu that can be gone back to. */
      readonly isNew?: boolean;
    }
  | { readonly kind: 'end'; readonly reason: EndReason };

/** The sentences that end a call: none of them has a value in it. */
type EndText =
  | Extract<MenuAccess, { kind: 'refused' }>['says']
  | 'call.menus-failed'
  | 'call.menus-in-a-ring'
  | 'call.nothing-further'
  | 'call.without-new-factor'
  | 'call.no-screen-for-factor';

/** The menus of one call. */
class MenuRun {
  private readonly stack = new MenuStack();
  private withoutKey = 0;
  private keysSeen = 0;
  private isLetIn = false;
  /** Why the caller is sent away, while no screen has stood until a key was pressed. */
  private unread: string | undefined;

  constructor(private readonly call: CallContext) {}

  get currentMenu(): string | undefined {
    return this.stack.current?.menu;
  }

  async from(firstMenu: string): Promise<EndReason> {
    let step = await this.after(await signInByGreeting(this.call, firstMenu));
    while (step.kind === 'visit') {
      this.call.caller.signal.throwIfAborted();
      if (this.isCircling()) {
        this.call.caller.log.error('menu.loop', { menu: step.menu.name });
        this.sayGoodbye('call.menus-in-a-ring');
        return 'loop';
      }
      await this.letIn();
      this.announce(step.menu);
      step = await this.visit(step);
    }
    return step.reason;
  }

  /** Has the program that runs the board meet a caller who is let in, once and before any menu of that (rule P4). */
  private async letIn(): Promise<void> {
    const { caller, services, access } = this.call;
    if (this.isLetIn || !isLetIn(access)) return;
    this.isLetIn = true;
    await services.onEntered?.(caller);
  }

  /**
   * Shows a menu until it is left. Where what it needs does not answer, such as the database, the caller is
   * told so and goes on: to where the menu leads, or back, or to the same menu again.
   */
  private async visit(step: Step & { readonly kind: 'visit' }): Promise<Step> {
    const { caller } = this.call;
    const menu = new ActiveMenu(this.call, step.entry, step.menu);
    try {
      const exit = await menu.run();
      const { pause } = configUnder(this.call.theme, step.menu);
      if (menu.isShown && (!step.menu.autoNext || pause !== undefined)) this.unread = undefined;
      return this.after(exit);
    } catch (thrown) {
      const text = passingText(thrown);
      if (text === undefined || caller.signal.aborted) throw thrown;
      caller.log.error('menu.not-shown', { menu: menu.menu, error: toError(thrown) });
      await showPages(this.call, { title: menu.desc, lines: [this.call.say(text)] }, menu.desc);
      const onward = await menu.onward();
      if (onward !== undefined) return this.after(onward);
      const isEntered = menu.isShown || step.isNew !== true;
      return isEntered ? { ...step, isNew: false } : this.goBack();
    }
  }

  /** Ends the call with one of the board's own sentences. */
  sayGoodbye(text: EndText): void {
    this.leave(this.call.say(text));
  }

  /**
   * Shows the last sentence below the screen, or below its art where that is to stay, and restores the terminal,
   * with the cursor below.
   */
  private leave(sentence: string | undefined, staysArt = false): void {
    const { terminal } = this.call.caller;
    const end = `${resetStyle()}${showCursor()}`;
    const { freeRow } = this.call;
    const row = staysArt && freeRow < terminal.height ? freeRow : undefined;
    if (sentence === undefined) terminal.write(end + moveTo(this.call.freeRow, 1));
    else terminal.write(`${lastWords(terminal, sentence, row)}${end}\r\n`);
  }

  private after(exit: MenuOutcome): Step | Promise<Step> {
    switch (exit.kind) {
      case 'goto':
        this.unread = exit.lastWords ?? this.unread;
        return this.goTo(exit.menu, exit.extraArgs);
      case 'previous':
        return this.isDeadEnd() ? this.sendBack(this.call.say('menu.no-way-on')) : this.goBack();
      case 'nowhere':
        this.call.caller.log.warn('menu.no-condition-matched', {
          menu: this.currentMenu,
          reason: 'NOCONDMATCH',
        });
        return this.sendBack(this.call.say('menu.no-way-on'));
      case 'log-off':
        this.leave(exit.message ?? this.unread, exit.message === undefined);
        return { kind: 'end', reason: exit.reason ?? 'log-off' };
    }
  }

  private async goTo(name: string, extraArgs: unknown): Promise<Step> {
    const access = this.admit(name);
    if (access.kind === 'refused' && access.why === 'owed') {
      return (await this.leadToSetUp()) ?? this.goTo(name, extraArgs);
    }
    if (access.kind === 'refused' && access.why === 'step-up') {
      return (await this.stepUp()) ?? this.goTo(name, extraArgs);
    }
    if (access.kind === 'refused') return this.turnAway(name, access);
    const { menu } = access;
    this.call.wasAskedToLeave = false;
    if (this.stack.current?.menu === name) {
      // A goto to the open menu draws it again; the stack does not change.
      this.call.caller.log.debug('menu.already-there', { menu: name, reason: 'ALREADYTHERE' });
      return { kind: 'visit', menu, entry: this.stack.replace(entryOf(menu, extraArgs)) };
    }
    const entry = entryOf(menu, extraArgs);
    const isNew = this.canReturnFrom(menu);
    this.stack.push(entry);
    return { kind: 'visit', menu, entry, isNew };
  }

  /** True where there is a menu below this one, and not one of the login area below one of the board. */
  private canReturnFrom(menu: MenuEntry): boolean {
    const { current } = this.stack;
    if (current === undefined || current.noHistory) return false;
    const access = this.admit(current.menu);
    return access.kind === 'admitted' && (menu.loginArea || !access.menu.loginArea);
  }

  /** To the set-up of a factor that this caller must have; undefined when the call may go on. */
  private async leadToSetUp(): Promise<Step | undefined> {
    const { call } = this;
    const { caller } = call;
    caller.log.info('menu.led-to-set-up', { userId: caller.login.user?.id });
    try {
      const end = await call.owedFactor.lead(this.betweenMenus);
      if (end.kind === 'go-on') return undefined;
      this.leave(end.sentence);
    } catch (thrown) {
      // What cannot be counted lets nobody on (rule P1).
      this.leave(this.passingSentence(thrown));
    }
    return { kind: 'end', reason: 'not-let-past' };
  }

  /** To a code for a menu that asks for factor 2; undefined when the caller has it now. */
  private async stepUp(): Promise<Step | undefined> {
    const end = await stepUp(this.betweenMenus).catch((thrown: unknown) => {
      return { kind: 'stay', sentence: this.passingSentence(thrown) } as const;
    });
    if (end.kind === 'go-on') return undefined;
    const { current } = this.stack;
    const menu = current === undefined ? undefined : this.call.menus.menus.get(current.menu);
    if (end.kind === 'log-off' || current === undefined || menu === undefined) {
      this.leave(end.sentence);
      return { kind: 'end', reason: 'not-let-past' };
    }
    this.call.tell(end.sentence);
    // A menu that leads on by itself would lead here again.
    return menu.autoNext ? this.goBack() : { kind: 'visit', menu, entry: current };
  }

  /** The sentence for a failure that may be over soon; any other is thrown on. */
  private passingSentence(thrown: unknown): string {
    const { caller } = this.call;
    const text = passingText(thrown);
    if (text === undefined || caller.signal.aborted) throw thrown;
    caller.log.error('menu.not-asked', { menu: this.currentMenu, error: toError(thrown) });
    return this.call.say(text);
  }

  /** For questions that the engine asks itself. */
  private get betweenMenus(): SetUpContext {
    const { call } = this;
    const { caller, services } = call;
    return {
      caller,
      services,
      say: call.say,
      ask: (question) => ask(call, question),
      showPages: (content) => showPages(call, content, call.say('page.two-factor')),
    };
  }

  /** Back to the nearest menu of the stack that still exists and that this caller may enter. */
  private async goBack(): Promise<Step> {
    const left = this.currentMenu;
    if (this.call.access.bindsFirst === true) return this.leaveBinding();
    for (let entry = this.stack.pop(); entry !== undefined; entry = this.stack.pop()) {
      let access = this.admit(entry.menu);
      if (access.kind === 'refused' && access.why === 'owed') {
        const ended = await this.leadToSetUp();
        if (ended !== undefined) return ended;
        access = this.admit(entry.menu);
      }
      if (access.kind === 'admitted') return { kind: 'visit', menu: access.menu, entry };
    }
    this.call.caller.log.warn('menu.no-previous', { menu: left, reason: 'NOPREV' });
    this.sayGoodbye('call.nothing-further');
    return { kind: 'end', reason: 'no-menu' };
  }

  /** The code is used up, so that leaving is asked for twice. */
  private leaveBinding(): Step {
    const { current } = this.stack;
    const menu = current === undefined ? undefined : this.call.menus.menus.get(current.menu);
    if (current === undefined || menu === undefined || this.call.wasAskedToLeave) {
      this.sayGoodbye('call.without-new-factor');
      return { kind: 'end', reason: 'log-off' };
    }
    this.call.wasAskedToLeave = true;
    this.call.tell(this.call.say('menu.leaving-unbound'));
    return { kind: 'visit', menu, entry: current };
  }

  /** Every entry of a menu is decided here and nowhere else (invariant 2). */
  private admit(name: string): MenuAccess {
    return admit(name, this.call.access);
  }

  private turnAway(
    name: string,
    refusal: Extract<MenuAccess, { kind: 'refused' }>,
  ): Step | Promise<Step> {
    const { caller, subject } = this.call;
    const { factor, requiredFactor } = subject;
    const { why } = refusal;
    caller.log.warn('menu.refused', {
      menu: name,
      from: this.currentMenu,
      why,
      factor,
      requiredFactor,
    });
    if (why === 'factor') {
      const otp = factor === 1 && name !== OTP_MENU ? this.admit(OTP_MENU) : refusal;
      if (otp.kind === 'admitted' && this.currentMenu !== OTP_MENU) {
        this.call.tell(this.call.say(refusal.says));
        return this.goTo(OTP_MENU, undefined);
      }
      this.sayGoodbye(refusal.says);
      return { kind: 'end', reason: 'not-let-past' };
    }
    if (why === 'binds-first') {
      const binding = findBindingMenu(this.call.access);
      if (binding !== undefined && binding !== this.currentMenu) {
        this.call.tell(this.call.say(refusal.says));
        return this.goTo(binding, undefined);
      }
      this.sayGoodbye('call.no-screen-for-factor');
      return { kind: 'end', reason: 'not-let-past' };
    }
    if (this.stack.current === undefined) {
      this.sayGoodbye(refusal.says);
      return { kind: 'end', reason: 'no-menu' };
    }
    return this.sendBack(this.call.say(refusal.says), name);
  }

  /**
   * Back from a menu that refuses this caller, or has no way on. Where the screen that comes then leads on by itself
   * the sentence stands at its pause, and a second time the call ends: the same would follow for ever.
   */
  private async sendBack(sentence: string, from = this.currentMenu ?? ''): Promise<Step> {
    const step = await this.goBack();
    if (step.kind === 'end' || !step.menu.autoNext) return step;
    if (this.call.sentBack.note(from, sentence)) return step;
    this.sayGoodbye('call.menus-in-a-ring');
    return { kind: 'end', reason: 'no-menu' };
  }

  /** True in a screen that leads nowhere but back, and not by the caller's choice or that of a module. */
  private isDeadEnd(): boolean {
    const menu = this.call.menus.menus.get(this.currentMenu ?? '');
    if (menu === undefined || !menu.autoNext || menu.config.escapeBack) return false;
    return menu.module.kind === 'standard' || !this.call.services.modules.has(menu.module.name);
  }

  private isCircling(): boolean {
    const { keysRead } = this.call.keys;
    this.withoutKey = keysRead === this.keysSeen ? this.withoutKey + 1 : 0;
    this.keysSeen = keysRead;
    return this.withoutKey > MAX_WITHOUT_KEY;
  }

  private announce(menu: MenuEntry): void {
    const { caller, services } = this.call;
    caller.entered({
      menu: menu.name,
      description: menu.desc ?? menu.name,
      loginArea: menu.loginArea,
      isApplication: services.modules.get(menu.module.name)?.isApplication === true,
    });
  }
}

function entryOf(menu: MenuEntry, extraArgs: unknown): StackEntry {
  const { noHistory, mergeFlags } = menu.config;
  return {
    menu: menu.name,
    extraArgs,
    memory: new Map(),
    noHistory: noHistory || (mergeFlags && asksNoHistory(extraArgs)),
  };
}

/** `mergeFlags`: flags of the transition count as the menu's own. */
function asksNoHistory(extraArgs: unknown): boolean {
  if (typeof extraArgs !== 'object' || extraArgs === null || !('menuFlags' in extraArgs)) {
    return false;
  }
  return Array.isArray(extraArgs.menuFlags) && extraArgs.menuFlags.includes('noHistory');
}
