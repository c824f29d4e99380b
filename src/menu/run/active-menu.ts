import { leaveLineCode, noteTyped, STANDING_NOTE } from './line-sign-in';
import { BbsError } from '../../base/errors';
import { sleep } from '../../base/clock';
import type { AcsSubject } from '../../acs/subject';
import { choose } from '../load/choice';
import { composeMenu, type ComposedScreen } from '../screen/compose';
import { formatDate } from '../screen/date-format';
import { isPassedBy } from './menu-access';
import {
  exitAtPause,
  refusalOf,
  resolveOutcome,
  type MenuOutcome,
  type OpenMenu,
  type StayOnScreen,
} from './transitions';
import { checkField } from './field-check';
import { findModule } from './follow';
import { fillInName } from './greeting';
import { FormKeys, type FormContext } from './form-keys';
import { showHelp } from './help';
import { deliverNow, deliverQueued, liveMessages } from './interrupt';
import type { MenuConfig, MenuEntry } from '../load/menu-entry';
import type { MenuModule, PageContent, Question, ShownArt, Transition } from './module';
import { ScreenController } from '../screen/screen-controller';
import { pauseAtEnd, present, presentAgain } from '../screen/present';
import { ask } from './question';
import type { StackEntry } from './stack';
import type { Say } from '../../texts/texts';
import type { CallContext } from './call-context';
import type { TakesOver } from './caller';
import { configUnder } from '../load/theme';
import { showFrames } from '../screen/frames';
import { showFramed, showPages } from '../screen/show-pages';

/** What a menu remembers of its pictures that move. */
const FRAMES_SHOWN = 'frames-shown';

/** Why a menu is drawn again. */
interface Redraw {
  readonly kind: 'redraw';
  /** The window has another size: draw at once, and continue paged art from this row. */
  readonly fromRow?: number;
}

/** One menu from entry to exit: its screen, keys and methods. */
export class ActiveMenu implements FormContext {
  private shownAs: MenuConfig;
  private readonly module: MenuModule;
  private readonly keys: FormKeys;
  private open: ScreenController | undefined;
  /** The form that replaces form 0, and its art. */
  private shownForm: { readonly id: number; readonly art: string | undefined } = {
    id: 0,
    art: undefined,
  };
  /** Form 0 while another form of the menu replaces it. */
  private leftForm: ScreenController | undefined;
  private shown = false;
  /** The screen was used for something else, so that it has to be drawn again. */
  private covered = false;

  constructor(
    private readonly call: CallContext,
    private readonly entry: StackEntry,
    private readonly menuEntry: MenuEntry,
  ) {
    this.shownAs = configUnder(call.theme, menuEntry);
    this.module = findModule(call, menuEntry);
    this.keys = new FormKeys(call, this.module, this);
  }

  get caller() {
    return this.call.caller;
  }

  get services() {
    return this.call.services;
  }

  get say(): Say {
    return this.call.say;
  }

  get menu(): string {
    return this.menuEntry.name;
  }

  get desc(): string {
    return this.menuEntry.desc ?? this.menuEntry.name;
  }

  get config(): Readonly<Record<string, unknown>> {
    return this.shownAs.all;
  }

  get extraArgs(): unknown {
    return this.entry.extraArgs;
  }

  get memory(): Map<string, unknown> {
    return this.entry.memory;
  }

  get screen(): ScreenController {
    if (this.open === undefined) throw new BbsError('INTERNAL', `${this.menu} has no screen yet`);
    return this.open;
  }

  get formId(): number {
    return this.shownForm.id;
  }

  subject(): AcsSubject {
    return this.call.subject;
  }

  get mustHaveFactor(): boolean {
    return this.call.owedFactor.isRequired;
  }

  dateText(atMs: number, pattern?: string): string {
    return formatDate(atMs, pattern ?? this.call.theme.defaults.dateTime.short);
  }

  get leadsOn(): boolean {
    return this.menuEntry.next !== undefined;
  }

  hasMenu(name: string): boolean {
    return this.call.menus.menus.has(name);
  }

  ask(question: Question): Promise<Readonly<Record<string, string>> | undefined> {
    this.covered = true;
    return ask(this.call, question);
  }

  showPages(content: PageContent): Promise<void> {
    this.covered = true;
    return showPages(this.call, content, this.desc);
  }

  async showArt(spec: string): Promise<boolean> {
    this.covered = true;
    return showFramed(this.call, { header: spec }, this.desc);
  }

  takeOver<Result>(work: TakesOver<Result>): Promise<Result> {
    this.covered = true;
    return this.call.takeOver(work);
  }

  /** True once the caller has seen it. */
  get isShown(): boolean {
    return this.shown;
  }

  /** Where a menu without a form of its own leads, when it cannot be shown; undefined where it does not. */
  async onward(): Promise<MenuOutcome | undefined> {
    const { autoNext, next } = this.menuEntry;
    if (!autoNext || next === undefined || this.isShown) return undefined;
    if (this.module.isForeign === true) return undefined;
    return resolveOutcome(this.openMenu, { kind: 'next' });
  }

  /** Shows the menu until it is left. */
  async run(): Promise<MenuOutcome> {
    try {
      return await this.stayIn();
    } finally {
      if (this.memory.delete(STANDING_NOTE)) await leaveLineCode(this.caller, this.unsent);
    }
  }

  /** What was typed into fields that are not shown, and was not submitted. */
  private get unsent(): readonly string[] {
    if (this.open === undefined) return [];
    const { form } = this.open.composition;
    return [...this.open.secretViews.map((id) => this.screen.text(id)), form.unfinished];
  }

  private async stayIn(): Promise<MenuOutcome> {
    if (isPassedBy(this.menuEntry, this.call.subject)) {
      return resolveOutcome(this.openMenu, { kind: 'next' });
    }
    const early = await this.module.enter?.(this);
    if (early?.kind === 'form') this.shownForm = { id: early.form, art: early.art };
    else if (early !== undefined && early.kind !== 'stay' && early.kind !== 'redraw') {
      return resolveOutcome(this.openMenu, early);
    }
    if (this.isPartOfWelcome && this.call.skipsWelcome()) {
      return resolveOutcome(this.openMenu, { kind: 'next' });
    }
    await this.showFrames();
    let exit: MenuOutcome | Redraw = { kind: 'redraw' };
    while (exit.kind === 'redraw') {
      if (exit.fromRow === undefined) await deliverQueued(this.call, this.shownAs);
      exit = await this.show(exit.fromRow);
    }
    return exit;
  }

  /** A screen that is only to be looked at, and leads on; what a module decides is never passed by. */
  private get isPartOfWelcome(): boolean {
    const { autoNext, next } = this.menuEntry;
    return autoNext && next !== undefined && this.shownAs.pause !== undefined && !this.mustBeRead;
  }

  /** False where keys that were typed before may pass by its pause. */
  private get mustBeRead(): boolean {
    const isRefusal = !this.call.caller.login.complete || this.menuEntry.loginArea;
    const { enter, isForeign, mustBeRead } = this.module;
    return isRefusal || enter !== undefined || isForeign === true || mustBeRead === true;
  }

  /** The pictures before the menu, once: who comes back to it does not see them again. */
  private async showFrames(): Promise<void> {
    if (this.memory.has(FRAMES_SHOWN)) return;
    this.memory.set(FRAMES_SHOWN, true);
    this.call.settleLines();
    await showFrames(this.call, this.shownAs.frames ?? []);
  }

  private async show(fromRow: number | undefined): Promise<MenuOutcome | Redraw> {
    this.call.settleLines();
    const screen = await this.makeScreen();
    this.covered = false;
    const mayBePassed = !this.mustBeRead;
    const how = { config: this.shownAs, description: this.desc, fromRow, mayBePassed };
    if (!this.menuEntry.autoNext || !isEmpty(screen.composition)) {
      const page = await present(this.call, screen, how);
      if (page.resized) return { kind: 'redraw', fromRow: page.row };
      await this.module.ready?.(this);
      this.restoreForm(screen);
      fillInName(this.call, this.menuEntry, { screen, memory: this.memory });
      this.showSignInNews(screen);
      screen.flush();
      this.shown = true;
      if (!this.menuEntry.autoNext) return this.interact();
      const after = await pauseAtEnd(this.call, screen, how);
      if (after === 'resized') return { kind: 'redraw', fromRow: page.row };
      const exit = after === 'stop' ? exitAtPause(this.openMenu) : undefined;
      if (exit !== undefined) return exit;
    }
    const { nextTimeoutMs } = this.shownAs;
    // Keys typed meanwhile wait for the next screen: a name that was sent ahead must not be lost.
    if (nextTimeoutMs !== undefined && this.shownAs.pause === undefined) {
      await sleep(this.services.clock, nextTimeoutMs, this.caller.signal);
      this.call.keys.waited(nextTimeoutMs);
    }
    return resolveOutcome(this.openMenu, { kind: 'next' });
  }

  private get openMenu(): OpenMenu {
    return { call: this.call, menu: this.menuEntry, module: this.module, context: this };
  }

  private async makeScreen(): Promise<ScreenController> {
    // The theme may have changed: by the caller's choice, or with the size of the window.
    this.shownAs = configUnder(this.call.theme, this.menuEntry);
    const composition = await composeMenu(this.call, {
      menu: this.menuEntry,
      formId: this.formId,
      description: this.desc,
      shown: await this.chooseArt(),
      asked: this.module.asked?.(this),
      validate: (view, text) => checkField(this, this.module, { view, text }),
    });
    const screen = new ScreenController(this.call, composition, {
      config: this.config,
      messageView: this.module.messageView,
      desc: this.desc,
      memory: this.memory,
    });
    this.open = screen;
    return screen;
  }

  /** The same screen for a window of another size, with all input, selections and messages. */
  private async redrawResized(): Promise<void> {
    const before = this.screen;
    const screen = await this.makeScreen();
    // Views that are new on this screen have to be filled.
    if (!screen.hasOnlyViewsOf(before)) await this.module.ready?.(this);
    screen.takeOver(before);
    presentAgain(this.call, screen);
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
      art === undefined ? undefined : choose(art, this.call.subject, this.services.random);
    return spec === undefined ? undefined : { kind: 'art', spec };
  }

  /** Handles keys and messages until the menu is left. */
  private async interact(): Promise<MenuOutcome | Redraw> {
    this.call.reachedMenu();
    for (;;) {
      const arrival = await this.call.keys.next({
        timeoutMs: this.shownAs.nextTimeoutMs,
        messages: liveMessages(this.shownAs, this.screen),
        size: this.screen.composition.size,
        moves: this.screen.moves,
        pauses: () => this.screen.flush(),
      });
      const transition = await this.answer(arrival);
      if (this.memory.has(STANDING_NOTE)) await noteTyped(this.caller, this.unsent);
      if (transition === undefined) continue;
      const exit = await this.settle(transition);
      if (exit !== undefined) return exit;
    }
  }

  private async answer(
    arrival: Awaited<ReturnType<CallContext['keys']['next']>>,
  ): Promise<Transition | undefined> {
    switch (arrival.kind) {
      case 'timeout':
        return { kind: 'next' };
      case 'message':
        await deliverNow(this.call, this.shownAs, this.screen);
        return undefined;
      case 'resize':
        await this.redrawResized();
        return undefined;
      case 'key':
        return this.keys.press(arrival.key);
    }
  }

  /** Applies a transition; undefined when the caller stays on the screen. */
  private async settle(transition: Transition): Promise<MenuOutcome | Redraw | undefined> {
    switch (transition.kind) {
      case 'redraw':
        return { kind: 'redraw' };
      case 'form':
        return this.turnTo(transition);
      case 'stay':
        return this.stay(transition);
      case 'help':
        await showHelp(this.call, this.menuEntry, this.screen);
        this.covered = true;
        return this.stay({ ...transition, kind: 'stay' });
      default: {
        const exit = await resolveOutcome(this.openMenu, transition);
        const refused = refusalOf(this.openMenu, exit);
        return refused === undefined ? exit : this.stay(refused);
      }
    }
  }

  private stay({ clear, about, focus = about, message, as = 'problem' }: StayOnScreen): undefined {
    if (this.covered) this.screen.uncover();
    this.covered = false;
    this.screen.resume();
    for (const viewId of clear ?? []) this.screen.setText(viewId, '');
    if (focus !== undefined) this.screen.focus(focus);
    if (message !== undefined) this.screen.message(message, as, { about });
    this.screen.flush();
  }

  /** Replaces the form by another one of the menu; the replaced form keeps its state. */
  private turnTo({ form, art, anew }: Extract<Transition, { kind: 'form' }>): Redraw | undefined {
    if (!this.menuEntry.forms.some(({ id }) => id === form)) {
      this.caller.log.error('menu.form-missing', { menu: this.menu, form });
      return this.stay({ kind: 'stay', message: this.say('menu.missing') });
    }
    if (this.formId === 0) this.leftForm = this.screen;
    if (anew === true) this.leftForm = undefined;
    this.shownForm = { id: form, art };
    return { kind: 'redraw' };
  }

  /** Only on a screen with a form: a pause may end before the sentence is read. */
  private showSignInNews(screen: ScreenController): void {
    if (this.menuEntry.autoNext) return;
    const news = this.call.takeNews();
    if (news !== undefined) screen.message(news, 'note');
  }

  private restoreForm(screen: ScreenController): void {
    if (this.formId !== 0 || this.leftForm === undefined) return;
    screen.takeOver(this.leftForm);
    this.leftForm = undefined;
    presentAgain(this.call, screen);
  }
}

function isEmpty(composition: ComposedScreen): boolean {
  return composition.picture === undefined && composition.form.views.length === 0;
}
