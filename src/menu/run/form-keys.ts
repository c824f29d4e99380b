import { isEscape, isRedraw, type Key, keyMatches } from '../../terminal/key';
import { EditView } from '../../views/edit';
import { ItemListView } from '../../views/item-list';
import { MultiLineEditView } from '../../views/multi-line-edit';
import type { Choice, KeyRule, Target } from '../load/menu-entry';
import type { ScreenController } from '../screen/screen-controller';
import type { CallContext } from './call-context';
import { choose, matchSubmit } from '../load/choice';
import { follow, type RunContext } from './follow';
import { helpKey } from './help';
import { STANDING_NOTE } from './line-sign-in';
import { readTap } from './taps';
import type { MenuModule, Submission, Transition } from './module';

/** A menu whose form is on the screen. */
export type FormContext = RunContext & { readonly screen: ScreenController };

/** Handles a caller's keys in the form of a menu: input, action keys, and submission. */
export class FormKeys {
  constructor(
    private readonly call: CallContext,
    private readonly module: MenuModule,
    private readonly context: FormContext,
  ) {}

  /** Action keys of a menu win over the views, except for a key that would be typed (contract A2.2). */
  async press(key: Key): Promise<Transition | undefined> {
    const { form, rules } = this.context.screen.composition;
    if (key.at !== undefined) {
      const tapped = readTap(key.at, this.context.screen.composition);
      if (tapped.kind === 'key') return this.pressNamed(tapped.key);
      if (tapped.kind === 'command') {
        this.context.screen.add(form.setText(tapped.viewId, tapped.command));
        return this.press({ name: 'return', text: '' });
      }
    }
    const early = key.text === '' ? findKeyRule(rules.keys, key) : undefined;
    if (early !== undefined) return this.obeyKey(early, key);
    if (this.isOutOfHabit(key)) return undefined;
    const focusBefore = form.focusedId;
    const event = await form.press(key);
    this.context.screen.add(event.output);
    if (event.kind === 'submit') {
      const chosen = form.view(event.submission.submitId);
      this.call.afterHotKey = chosen instanceof ItemListView && key.text !== '';
      return this.submitted(event.submission);
    }
    if (event.kind === 'key') {
      const late = findKeyRule(rules.keys, event.key);
      if (late !== undefined) return this.obeyKey(late, event.key);
      return this.ofEveryMenu(event.key);
    }
    if (event.kind === 'invalid') this.sayInvalid(event);
    const moved = form.focusedId === focusBefore ? undefined : form.focusedId;
    const touched = event.kind === 'none' ? (event.changed ?? moved) : undefined;
    if (touched !== undefined) {
      this.context.screen.message(this.standingNote, 'note');
      this.module.changed?.(this.context, touched);
    }
    // What was typed in one go is answered in one write, with its last key or at the end of its turn.
    const { terminal } = this.context.caller;
    if (terminal.nextTyped === undefined || terminal.isLineByLine) this.context.screen.flush();
    return undefined;
  }

  /** What the message line shows where there is no message. */
  private get standingNote(): string {
    const note = this.context.memory.get(STANDING_NOTE);
    return typeof note === 'string' ? note : '';
  }

  /**
   * True for the Enter that people, and clients in line mode, send behind the one key that chose an entry
   * of the menu before: an empty field stays.
   */
  private isOutOfHabit(key: Key): boolean {
    const { afterHotKey } = this.call;
    this.call.afterHotKey = false;
    const { form } = this.context.screen.composition;
    const view = form.focusedId === undefined ? undefined : form.view(form.focusedId);
    return afterHotKey && key.name === 'return' && view instanceof EditView && view.text === '';
  }

  /** Keys that mean the same in each menu that gives them no meaning of its own. */
  private ofEveryMenu(key: Key): Promise<Transition> | Transition | undefined {
    const { screen } = this.context;
    this.answerWhatWaits();
    const { rules } = screen.composition;
    if (key.name === '?' || key.name === 'f1') {
      screen.endAnswer(this.standingNote);
      return { kind: 'help' };
    }
    if (isEscape(key) || key.name === 'ctrl + d') {
      const back = rules.keys.find((rule) => rule.keys.some((name) => keyMatches(ESCAPE, name)));
      const text = this.call.say('menu.nothing-back', { key: helpKey(screen.composition) });
      return back === undefined ? { kind: 'stay', message: text } : this.obeyKey(back, ESCAPE);
    }
    if (isRedraw(key)) screen.repaint();
    else this.answerUnknown(key);
    screen.flush();
    return undefined;
  }

  /** A letter that means nothing here is told so; line by line that it is none of the choices. */
  private answerUnknown(key: Key): void {
    const { screen } = this.context;
    const typed = key.text.trim();
    if (this.context.caller.terminal.isLineByLine) screen.add(screen.composition.form.unheard());
    else if (typed !== '') {
      const help = helpKey(screen.composition);
      screen.answer(this.call.say('menu.no-key', { typed, key: help }));
    }
  }

  /** Writes what keys before this one did. Line by line none waits, and a question is not said before its turn. */
  private answerWhatWaits(): void {
    if (!this.context.caller.terminal.isLineByLine) this.context.screen.flush();
  }

  /** A key that the screen names where it was tapped; a letter counts as a key of the menu, not as typed. */
  private pressNamed(key: Key): Promise<Transition | undefined> {
    const { rules } = this.context.screen.composition;
    const rule =
      findKeyRule(rules.keys, key) ??
      findKeyRule(rules.keys, { ...key, name: key.name.toUpperCase() });
    if (rule !== undefined) return Promise.resolve(this.obeyKey(rule, key));
    if (key.name === '?') return this.press({ name: 'f1', text: '' });
    return key.text === '' ? this.press(key) : Promise.resolve(undefined);
  }

  /** A rejected password is typed again, because its field shows no text. */
  private sayInvalid(refused: { readonly viewId: number; readonly message: string }): void {
    const { viewId, message } = refused;
    if (this.context.screen.secretViews.includes(viewId)) this.context.screen.setText(viewId, '');
    this.context.screen.message(message, 'problem', { about: viewId });
  }

  private obeyKey(rule: KeyRule, key: Key): Promise<Transition> | undefined {
    this.context.screen.endAnswer(this.standingNote);
    if (rule.viewId !== undefined) this.context.screen.focus(rule.viewId);
    if (rule.viewId !== undefined) this.context.screen.flush();
    else this.answerWhatWaits();
    const { form, rules } = this.context.screen.composition;
    const value = form.values();
    const view = rule.viewId === undefined ? undefined : form.view(rule.viewId);
    // In an editor return begins a new line, so that the action key submits instead (contract A2.2).
    if (rule.action === undefined) {
      return view instanceof MultiLineEditView
        ? Promise.resolve(this.submitted({ submitId: view.id, value }))
        : undefined;
    }
    const submission = { formId: rules.formId, submitId: undefined, value, key: key.name };
    return this.act(rule.action, { submission, extraArgs: rule.extraArgs });
  }

  private submitted(filled: {
    readonly submitId: number;
    readonly value: Readonly<Record<string, unknown>>;
  }): Promise<Transition> | Transition {
    this.context.screen.message('');
    this.context.screen.flush();
    const { rules } = this.context.screen.composition;
    const rule = matchSubmit(rules.submit(filled.submitId), filled.value);
    if (rule?.action === undefined) {
      return { kind: 'stay', message: this.call.say('menu.no-choice'), clear: [filled.submitId] };
    }
    const submission = { formId: rules.formId, ...filled };
    return this.act(rule.action, { submission, extraArgs: rule.extraArgs });
  }

  private async act(
    action: Choice<Target>,
    given: { readonly submission: Submission; readonly extraArgs: unknown },
  ): Promise<Transition> {
    const target = choose(action, this.call.subject, this.context.services.random);
    if (target === undefined) return { kind: 'stay', message: this.call.say('menu.not-allowed') };
    return follow(this.context, this.module, { target, ...given });
  }
}

const ESCAPE: Key = { name: 'escape', text: '' };

function findKeyRule(rules: readonly KeyRule[], key: Key): KeyRule | undefined {
  return rules.find((rule) => rule.keys.some((name) => keyMatches(key, name)));
}
