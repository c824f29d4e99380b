import { BbsError } from '../base/errors';
import { sleep } from '../base/clock';
import type { AcsSubject } from '../acs/subject';
import type { Key } from '../terminal/key';
import { keyMatches } from '../terminal/key-name';
import { choose } from './choose';
import { composeMenu, type Composition } from './compose';
import { formatDate } from './date-format';
import { admit } from './entrance';
import { checkField } from './field-check';
import { findModule, follow } from './follow';
import { deliverNow, deliverQueued, liveMessages } from './interrupt';
import type { Choice, KeyRule, MenuConfig, MenuEntry, Target } from './menu-entry';
import type {
  DataLine,
  MenuContext,
  MenuModule,
  Question,
  ShownArt,
  Submission,
  Transition,
} from './module';
import { OpenScreen } from './open-screen';
import { pauseAtEnd, present, presentAgain } from './present';
import { ask } from './question';
import type { StackEntry } from './stack';
import type { Stage } from './stage';
import { matchSubmit } from './submit-match';
import { configUnder } from './themed-config';
import { showPages } from './show-pages';

/** How a menu was left. */
export type Exit =
  | Extract<Transition, { kind: 'goto' | 'previous' | 'log-off' }>
  /** `next` has conditions, and none of them holds (NOCONDMATCH). */
  | { readonly kind: 'nowhere' };

/** Why a menu is drawn once more. */
interface Redraw {
  readonly kind: 'redraw';
  /** The window has another size: at once, and on from this row of art that is shown page by page. */
  readonly fromRow?: number;
}

const NO_SUBMISSION: Submission = { formId: 0, submitId: undefined, value: {} };
/** Methods that lead to methods; more than a few is a ring. */
const MOST_STEPS = 8;
/** One stay in one menu: its screen, its keys, its methods, until it is left. */
export class Visit implements MenuContext {
  readonly config: Readonly<Record<string, unknown>>;
  private readonly shownAs: MenuConfig;
  private readonly module: MenuModule;
  private open: OpenScreen | undefined;
  /** What is shown instead of form 0, and on which art. */
  private shownForm: { readonly id: number; readonly art: string | undefined } = {
    id: 0,
    art: undefined,
  };
  /** Forms that were left for another one of this menu. */
  private readonly leftForms = new Map<number, OpenScreen>();
  /** Something else was on the screen in between, so that it has to be drawn again. */
  private covered = false;

  constructor(
    private readonly stage: Stage,
    private readonly entry: StackEntry,
    private readonly menuEntry: MenuEntry,
  ) {
    this.shownAs = configUnder(stage.theme, menuEntry);
    this.config = this.shownAs.all;
    this.module = findModule(stage, menuEntry);
  }

  get caller() {
    return this.stage.caller;
  }

  get services() {
    return this.stage.services;
  }

  get menu(): string {
    return this.menuEntry.name;
  }

  get desc(): string {
    return this.menuEntry.desc ?? this.menuEntry.name;
  }

  get extraArgs(): unknown {
    return this.entry.extraArgs;
  }

  get memory(): Map<string, unknown> {
    return this.entry.memory;
  }

  get screen(): OpenScreen {
    if (this.open === undefined) throw new BbsError('INTERNAL', `${this.menu} has no screen yet`);
    return this.open;
  }

  get formId(): number {
    return this.shownForm.id;
  }

  subject(): AcsSubject {
    return this.stage.subject;
  }

  dateText(atMs: number, pattern?: string): string {
    return formatDate(atMs, pattern ?? this.stage.theme.defaults.dateTime.short);
  }

  hasMenu(name: string): boolean {
    return this.stage.menus.menus.has(name);
  }

  ask(question: Question): Promise<Readonly<Record<string, string>> | undefined> {
    this.covered = true;
    return ask(this.stage, question);
  }

  showPages(lines: readonly string[] | { readonly data: readonly DataLine[] }): Promise<void> {
    this.covered = true;
    return showPages(this.stage, lines, this.desc);
  }

  /** Shows the menu until it is left. */
  async run(): Promise<Exit> {
    const early = await this.module.enter?.(this);
    if (early !== undefined && early.kind !== 'stay' && early.kind !== 'redraw') {
      return this.leave(early, 0);
    }
    let exit: Exit | Redraw = { kind: 'redraw' };
    while (exit.kind === 'redraw') {
      if (exit.fromRow === undefined) await deliverQueued(this.stage, this.shownAs);
      exit = await this.show(exit.fromRow);
    }
    return exit;
  }

  private async show(fromRow: number | undefined): Promise<Exit | Redraw> {
    const screen = await this.makeScreen();
    this.covered = false;
    const how = { config: this.shownAs, description: this.desc, fromRow };
    const silent = this.menuEntry.autoNext && isEmpty(screen.composition);
    if (!silent) {
      const page = await present(this.stage, screen, how);
      if (page.resized) return { kind: 'redraw', fromRow: page.row };
      await this.module.ready?.(this);
      this.restoreForm(screen);
      this.tellNews(screen);
      screen.flush();
      if (!this.menuEntry.autoNext) return this.interact();
      const after = await pauseAtEnd(this.stage, screen, how);
      if (after === 'resized') return { kind: 'redraw', fromRow: page.row };
    }
    const { nextTimeoutMs } = this.shownAs;
    // Keys typed meanwhile wait for the next screen: a name sent at once must not be lost here.
    if (nextTimeoutMs !== undefined && this.shownAs.pause === undefined) {
      await sleep(this.services.clock, nextTimeoutMs, this.caller.signal);
      this.stage.keys.waited(nextTimeoutMs);
    }
    return this.leave({ kind: 'next' }, 0);
  }

  private async makeScreen(): Promise<OpenScreen> {
    const { id } = this.shownForm;
    const composition = await composeMenu(this.stage, {
      menu: this.menuEntry,
      formId: id,
      description: this.desc,
      shown: await this.chooseArt(),
      validate: (view, text) => checkField(this, this.module, { view, text }),
    });
    const screen = new OpenScreen(this.stage, composition, {
      config: this.config,
      messageView: this.module.messageView,
    });
    this.open = screen;
    return screen;
  }

  /** The same screen for a window of another size; what was typed, chosen and said stays. */
  private async redrawResized(): Promise<void> {
    const before = this.screen;
    const screen = await this.makeScreen();
    // Views that were not there before are still to be filled.
    if (!screen.hasOnlyViewsOf(before)) await this.module.ready?.(this);
    screen.takeOver(before);
    presentAgain(this.stage, screen);
    screen.flush();
  }

  private async chooseArt(): Promise<ShownArt | undefined> {
    const { art: spec } = this.shownForm;
    if (spec !== undefined) return { kind: 'art', spec };
    return (await this.module.art?.(this)) ?? this.ownArt();
  }

  private ownArt(): ShownArt | undefined {
    const { art } = this.menuEntry;
    const spec =
      art === undefined ? undefined : choose(art, this.stage.subject, this.services.random);
    return spec === undefined ? undefined : { kind: 'art', spec };
  }

  /** Keys and messages, until something leads away. */
  private async interact(): Promise<Exit | Redraw> {
    for (;;) {
      const arrival = await this.stage.keys.next({
        timeoutMs: this.shownAs.nextTimeoutMs,
        messages: liveMessages(this.shownAs),
        size: this.screen.composition.size,
      });
      const transition = await this.answer(arrival);
      if (transition === undefined) continue;
      const exit = await this.settle(transition);
      if (exit !== undefined) return exit;
    }
  }

  private async answer(
    arrival: Awaited<ReturnType<Stage['keys']['next']>>,
  ): Promise<Transition | undefined> {
    switch (arrival.kind) {
      case 'timeout':
        return { kind: 'next' };
      case 'message':
        await deliverNow(this.stage, this.shownAs, this.screen);
        return undefined;
      case 'resize':
        await this.redrawResized();
        return undefined;
      case 'key':
        return this.press(arrival.key);
    }
  }

  /** A menu's own keys win over the views', except where the key would be typed (contract A2.2). */
  private async press(key: Key): Promise<Transition | undefined> {
    const { form, rules } = this.screen.composition;
    const early = key.text === '' ? findKeyRule(rules.keys, key) : undefined;
    if (early !== undefined) return this.obeyKey(early, key);
    const focusBefore = form.focusedId;
    const event = await form.press(key);
    this.screen.add(event.output);
    if (event.kind === 'submit') return this.submitted(event.submission);
    if (event.kind === 'key') {
      const late = findKeyRule(rules.keys, key);
      if (late !== undefined) return this.obeyKey(late, key);
    }
    if (event.kind === 'invalid') this.sayInvalid(event);
    const moved = form.focusedId === focusBefore ? undefined : form.focusedId;
    const touched = event.kind === 'none' ? (event.changed ?? moved) : undefined;
    if (touched !== undefined) {
      this.screen.message('');
      this.module.changed?.(this, touched);
    }
    this.screen.flush();
    return undefined;
  }

  /** A refused password is typed anew: nobody can see what stands in its field. */
  private sayInvalid(refused: { readonly viewId: number; readonly message: string }): void {
    const { viewId, message } = refused;
    if (this.screen.secretViews.includes(viewId)) this.screen.setText(viewId, '');
    this.screen.message(message);
  }

  private obeyKey(rule: KeyRule, key: Key): Promise<Transition> | undefined {
    if (rule.viewId !== undefined) {
      this.screen.focus(rule.viewId);
      this.screen.flush();
    }
    if (rule.action === undefined) return undefined;
    const { form, rules } = this.screen.composition;
    const value = form.values();
    const submission = { formId: rules.formId, submitId: undefined, value, key: key.name };
    return this.act(rule.action, { submission, extraArgs: rule.extraArgs });
  }

  private submitted(filled: {
    readonly submitId: number;
    readonly value: Readonly<Record<string, unknown>>;
  }): Promise<Transition> | Transition {
    this.screen.message('');
    this.screen.flush();
    const { rules } = this.screen.composition;
    const rule = matchSubmit(rules.submit(filled.submitId), filled.value);
    if (rule?.action === undefined) {
      return { kind: 'stay', message: 'That is none of the choices.', clear: [filled.submitId] };
    }
    const submission = { formId: rules.formId, ...filled };
    return this.act(rule.action, { submission, extraArgs: rule.extraArgs });
  }

  private async act(
    action: Choice<Target>,
    given: { readonly submission: Submission; readonly extraArgs: unknown },
  ): Promise<Transition> {
    const target = choose(action, this.stage.subject, this.services.random);
    if (target === undefined) return { kind: 'stay', message: 'You cannot do that.' };
    return follow(this, this.module, { target, ...given });
  }

  /** Applies a transition here; undefined when the caller is still on the screen. */
  private async settle(transition: Transition): Promise<Exit | Redraw | undefined> {
    if (transition.kind === 'redraw') return { kind: 'redraw' };
    if (transition.kind === 'form' && this.turnTo(transition)) return { kind: 'redraw' };
    const isLeaving = transition.kind !== 'stay' && transition.kind !== 'form';
    const exit = isLeaving ? await this.leave(transition, 0) : MISSING;
    const refused = this.refusal(exit);
    if (refused === undefined && exit.kind !== 'stay') return exit;
    const stay = refused ?? (exit as Extract<Transition, { kind: 'stay' }>);
    if (this.covered) this.screen.open({ clear: true });
    this.covered = false;
    for (const viewId of stay.clear ?? []) this.screen.setText(viewId, '');
    if (stay.focus !== undefined) this.screen.focus(stay.focus);
    if (stay.message !== undefined) this.screen.message(stay.message);
    this.screen.flush();
    return undefined;
  }

  /** Puts another form of the menu in place of this one, which waits as it is. */
  private turnTo({ form, art }: Extract<Transition, { kind: 'form' }>): Redraw {
    this.leftForms.set(this.formId, this.screen);
    this.shownForm = { id: form, art };
    return { kind: 'redraw' };
  }

  /** On the first screen that stays: a pause may be over before it is read. */
  private tellNews(screen: OpenScreen): void {
    if (this.menuEntry.autoNext) return;
    const news = this.stage.takeNews();
    if (news !== undefined) screen.message(news);
  }

  private restoreForm(screen: OpenScreen): void {
    const left = this.leftForms.get(this.formId);
    this.leftForms.delete(this.formId);
    if (left === undefined) return;
    screen.takeOver(left);
    presentAgain(this.stage, screen);
  }

  /** What keeps a caller on a screen with keys instead of sending him where he may not go. */
  private refusal(exit: Exit | Transition): Extract<Transition, { kind: 'stay' }> | undefined {
    if (exit.kind === 'nowhere') {
      this.caller.log.warn('menu.no-condition-matched', { menu: this.menu, reason: 'NOCONDMATCH' });
      return { kind: 'stay', message: 'There is no way on from here for you.' };
    }
    if (exit.kind !== 'goto') return undefined;
    const admission = admit(exit.menu, this.stage.menus, this.stage.subject);
    // Half signed in: the runner has a better answer than staying here.
    const isHalfIn = this.stage.subject.factor > 0;
    if (admission.kind === 'admitted' || (admission.why === 'factor' && isHalfIn)) return undefined;
    const fields = { menu: exit.menu, from: this.menu, why: admission.why };
    this.caller.log.warn('menu.refused', fields);
    return { kind: 'stay', message: admission.sentence };
  }

  /** Resolves `next` to where it leads; methods on the way are run. */
  private async leave(transition: Transition, steps: number): Promise<Exit> {
    switch (transition.kind) {
      case 'goto':
        return this.withForwardedArgs(transition);
      case 'previous':
      case 'log-off':
        return transition;
      case 'stay':
      case 'redraw':
      case 'form':
        // Nobody is at a form here to stay for.
        return this.menuEntry.autoNext ? { kind: 'previous' } : { kind: 'nowhere' };
      case 'next':
        break;
    }
    const { next } = this.menuEntry;
    if (next === undefined || steps > MOST_STEPS) return { kind: 'previous' };
    const target = choose(next, this.stage.subject, this.services.random);
    if (target === undefined) return { kind: 'nowhere' };
    const given = { submission: NO_SUBMISSION, extraArgs: undefined };
    return this.leave(await follow(this, this.module, { target, ...given }), steps + 1);
  }

  private withForwardedArgs(exit: Extract<Transition, { kind: 'goto' }>): Exit {
    return exit.extraArgs === undefined && this.shownAs.forwardArgs
      ? { ...exit, extraArgs: this.extraArgs }
      : exit;
  }
}

function findKeyRule(rules: readonly KeyRule[], key: Key): KeyRule | undefined {
  return rules.find((rule) => rule.keys.some((name) => keyMatches(key, name)));
}

function isEmpty(composition: Composition): boolean {
  return composition.picture === undefined && composition.form.views.length === 0;
}
