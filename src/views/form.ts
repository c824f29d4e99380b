import { BbsError } from '../base/errors';
import type { Key, ScreenPlace } from '../terminal/key';
import { hideCursor, moveTo, resetStyle, showCursor } from '../terminal/ansi';
import { packRow, paintRow, unpackRow, type PackedRow } from './cells';
import { ItemListView } from './item-list';
import { findViewType } from './registry';
import { findTapped } from './tap';
import {
  DEFAULT_CONTEXT,
  type ItemSpec,
  type PressResult,
  type View,
  type ViewContext,
  type ViewSpec,
} from './view';

/** The data of a form, by `argName` or, without one, by the view's number. */
type FormValues = Readonly<Record<string, unknown>>;

/** The result of a key. `output` must always be written, unchanged. */
export type FormEvent =
  /** A view handled the key; `changed` is the view whose value changed, if any. */
  | { readonly kind: 'none'; readonly output: string; readonly changed: number | undefined }
  /** No view handled the key. */
  | { readonly kind: 'key'; readonly output: string; readonly key: Key }
  /** A validator rejected a value; the cursor is on that view. */
  | {
      readonly kind: 'invalid';
      readonly output: string;
      readonly viewId: number;
      readonly message: string;
    }
  | {
      readonly kind: 'submit';
      readonly output: string;
      readonly submission: { readonly submitId: number; readonly value: FormValues };
    };

export interface FormOptions extends Partial<ViewContext> {
  readonly views: readonly ViewSpec[];
  /**
   * Called for views with a `validate` property: resolves to a sentence for the caller, or to
   * undefined when the value is valid.
   */
  readonly validate?: (view: View, text: string) => Promise<string | undefined>;
}

/**
 * The views of one screen: paints them, moves the focus, and handles keys. It writes nothing
 * itself; every call returns its output, which repaints only what changed.
 */
export interface Form {
  readonly views: readonly View[];
  /** Number of the view in focus. */
  readonly focusedId: number | undefined;
  /**
   * Draws all views and places the cursor, whatever the screen shows; where there is no cursor it
   * asks the first question. `labels` are the words that stand beside views, by their number.
   */
  draw(labels?: ReadonlyMap<number, string>): string;
  /** Draws all views that stand in these rows, whatever the screen shows there. */
  drawRows(rows: readonly number[]): string;
  /** Handles one key; await it before the next one. */
  press(key: Key): Promise<FormEvent>;
  /** Milliseconds between two steps of what moves by itself; undefined where nothing does. */
  readonly stepMs: number | undefined;
  /** Moves on what is due when so many milliseconds have passed. */
  step(passedMs: number): string;
  /** Restores the cursor's position after other output was written to the screen. */
  placeCursor(): string;
  /** Has the question repeated by the next `placeCursor`, where there is no cursor. */
  resume(): void;
  /** What is said of a key that nobody handled. */
  unheard(): string;
  view(id: number): View | undefined;
  setText(id: number, text: string): string;
  setItems(id: number, items: readonly ItemSpec[]): string;
  leaveOut(id: number, data: readonly string[]): string;
  /** Chooses an item of a list by its number, from 0. */
  select(id: number, index: number): string;
  focus(id: number): string;
  values(): FormValues;
  /** What was typed of an answer that is not given yet, where there is no cursor. */
  readonly unfinished: string;
  /** Takes over the state of another form, view by view; call it before anything is drawn. */
  takeOver(previous: Form): void;
}

export function createForm(options: FormOptions): Form {
  return new ViewForm(options);
}

/** The views of a screen with a cursor. */
export class ViewForm implements Form {
  readonly views: readonly View[];
  protected readonly context: ViewContext;
  private readonly validate: FormOptions['validate'];
  private readonly painted = new Map<number, readonly PackedRow[]>();
  /** How long each view that moves by itself has stood still. */
  private readonly stoodMs = new Map<View, number>();
  protected focused: View | undefined;
  private cursorShown: boolean | undefined;

  constructor(options: FormOptions) {
    const { views, validate, ...given } = options;
    this.context = { ...DEFAULT_CONTEXT, ...given };
    this.validate = validate;
    this.views = views
      .map((spec) => createView(spec, this.context))
      .sort((left, right) => left.tabOrder - right.tabOrder || left.id - right.id);
    if (this.context.passive) return;
    const wanted = this.focusable.find((view) => view.spec.properties['focus'] === true);
    this.moveFocus(wanted ?? this.focusable[0]);
  }

  get focusedId(): number | undefined {
    return this.focused?.id;
  }

  draw(): string {
    this.painted.clear();
    this.cursorShown = undefined;
    return hideCursor() + this.views.map((view) => this.paint(view)).join('') + this.placeCursor();
  }

  drawRows(rows: readonly number[]): string {
    const there = this.views.filter((view) =>
      view.rows().some((_, index) => rows.includes(view.spec.row + index)),
    );
    for (const { id } of there) this.painted.delete(id);
    return there.map((view) => this.paint(view)).join('') + this.placeCursor();
  }

  async press(key: Key): Promise<FormEvent> {
    if (key.at !== undefined) return this.tap(key, key.at);
    const view = this.focused;
    if (view === undefined) return { kind: 'key', key, output: '' };
    return this.after(view, view.press(key), key);
  }

  /** The view under a tap gets the focus first; on nothing it changes nothing. */
  private async tap(key: Key, at: ScreenPlace): Promise<FormEvent> {
    const view = findTapped(this.focusable, at);
    if (view === undefined) return { kind: 'key', key, output: '' };
    const moved = view === this.focused ? '' : this.changeFocus(view);
    const { row, column } = view.spec;
    const result = view.tap({ row: Math.max(0, at.row - row), column: at.column - column });
    const event = await this.after(view, result, key);
    return { ...event, output: moved + event.output };
  }

  private after(view: View, result: PressResult, key: Key): Promise<FormEvent> | FormEvent {
    switch (result) {
      case 'handled':
        return { kind: 'none', output: this.repaint(view), changed: undefined };
      case 'changed':
        return { kind: 'none', output: this.repaint(view), changed: view.id };
      case 'accepted':
        return view === this.submitter(view) ? this.submit(view) : this.goOn(view, 1);
      case 'ignored':
        return this.navigate(view, key);
    }
  }

  get stepMs(): number | undefined {
    const steps = this.views.flatMap((view) => view.stepMs ?? []);
    return steps.length === 0 ? undefined : Math.min(...steps);
  }

  step(passedMs: number): string {
    let output = '';
    for (const view of this.views) {
      if (view.stepMs === undefined) continue;
      const stoodMs = (this.stoodMs.get(view) ?? 0) + passedMs;
      const isDue = stoodMs >= view.stepMs;
      this.stoodMs.set(view, isDue ? 0 : stoodMs);
      if (!isDue) continue;
      view.step();
      output += this.paint(view);
    }
    return output === '' ? '' : output + this.placeCursor();
  }

  resume(): void {
    // The cursor is where it was.
  }

  unheard(): string {
    return '';
  }

  placeCursor(): string {
    const view = this.focused;
    if (view === undefined) return this.showCursor(false);
    const { row, column, visible } = view.cursor;
    const { screenHeight, screenWidth } = this.context;
    const place = moveTo(
      Math.min(view.spec.row + row, screenHeight),
      Math.min(view.spec.column + column, screenWidth),
    );
    return place + this.showCursor(visible);
  }

  view(id: number): View | undefined {
    return this.views.find((view) => view.id === id);
  }

  setText(id: number, text: string): string {
    const view = this.get(id);
    view.setText(text);
    return this.repaint(view);
  }

  setItems(id: number, items: readonly ItemSpec[]): string {
    const view = this.get(id);
    view.setItems(items);
    return this.repaint(view);
  }

  leaveOut(id: number, data: readonly string[]): string {
    const view = this.get(id);
    view.leaveOut(data);
    return this.repaint(view);
  }

  select(id: number, index: number): string {
    const view = this.get(id);
    if (view instanceof ItemListView) view.index = index;
    return this.repaint(view);
  }

  focus(id: number): string {
    const view = this.get(id);
    return view.acceptsFocus ? this.changeFocus(view) : '';
  }

  get unfinished(): string {
    return '';
  }

  values(): FormValues {
    return this.valuesFor(undefined);
  }

  takeOver(previous: Form): void {
    for (const view of this.views) {
      const before = previous.view(view.id);
      if (before?.code === view.code) view.takeOver(before);
    }
    const focused = this.focusable.find((view) => view.id === previous.focusedId);
    if (focused !== undefined && !this.context.passive) this.moveFocus(focused);
  }

  protected get focusable(): readonly View[] {
    return this.views.filter((view) => view.acceptsFocus);
  }

  private get(id: number): View {
    const view = this.view(id);
    if (view === undefined) throw new BbsError('INTERNAL', `the form has no view ${id}`);
    return view;
  }

  /**
   * The view that submits when it is accepted: `view` if it is flagged, or the highest one if none
   * is.
   */
  protected submitter(view: View): View | undefined {
    if (view.submits) return view;
    return this.focusable.some((other) => other.submits) ? undefined : this.focusable.at(-1);
  }

  private navigate(view: View, key: Key): Promise<FormEvent> | FormEvent {
    const alone = this.focusable.length < 2;
    if (!alone && (key.name === 'tab' || key.name === 'down arrow')) return this.moveOn(view);
    if (!alone && (key.name === 'shift + tab' || key.name === 'up arrow'))
      return this.goOn(view, -1);
    return { kind: 'key', key, output: '' };
  }

  /** Tab leaves what is still empty for later; submit asks for it. */
  protected moveOn(view: View): Promise<FormEvent> | FormEvent {
    return view.text === '' ? this.go(view, 1) : this.goOn(view, 1);
  }

  /**
   * The focus moves forward only if the value is valid; it always moves back, because submit checks
   * everything again.
   */
  protected async goOn(view: View, step: 1 | -1): Promise<FormEvent> {
    const message = step === 1 ? await this.problemOf(view) : undefined;
    if (message !== undefined) {
      return { kind: 'invalid', output: this.repaint(view), viewId: view.id, message };
    }
    return this.go(view, step);
  }

  private go(view: View, step: 1 | -1): FormEvent {
    const { focusable } = this;
    const at = focusable.indexOf(view) + step;
    const next = focusable[(at + focusable.length) % focusable.length];
    const output = next === undefined ? '' : this.changeFocus(next);
    return { kind: 'none', output, changed: undefined };
  }

  protected async submit(view: View): Promise<FormEvent> {
    for (const checked of this.views) {
      const message = await this.problemOf(checked);
      if (message === undefined) continue;
      const output = checked.acceptsFocus ? this.changeFocus(checked) : this.repaint(view);
      return { kind: 'invalid', output, viewId: checked.id, message };
    }
    const submission = { submitId: view.id, value: this.valuesFor(view) };
    return { kind: 'submit', output: this.repaint(view), submission };
  }

  private async problemOf(view: View): Promise<string | undefined> {
    if (this.validate === undefined || view.spec.properties['validate'] === undefined)
      return undefined;
    return this.validate(view, view.text);
  }

  private valuesFor(submitter: View | undefined): FormValues {
    const values: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    for (const view of this.views) {
      const type = findViewType(view.code);
      if (type?.hasValue !== true) continue;
      if (view.spec.properties['omit'] === true) continue;
      const value = type.marksSubmitter === true && view === submitter ? true : view.value;
      if (value !== undefined) values[view.argName] = value;
    }
    return values;
  }

  private moveFocus(view: View | undefined): void {
    if (this.focused !== undefined) this.focused.hasFocus = false;
    this.focused = view;
    if (view !== undefined) view.hasFocus = true;
  }

  protected changeFocus(view: View): string {
    const left = this.focused;
    this.moveFocus(view);
    const blurred = left === undefined || left === view ? '' : this.paint(left);
    return blurred + this.repaint(view);
  }

  protected repaint(view: View): string {
    return this.paint(view) + this.placeCursor();
  }

  /**
   * Paints the difference to the last time and resets the style, so that no later output inherits a
   * colour.
   */
  protected paint(view: View): string {
    const before = (this.painted.get(view.id) ?? []).map(unpackRow);
    const rows = view.rows();
    this.painted.set(view.id, rows.map(packRow));
    let output = '';
    for (let index = 0; index < Math.max(rows.length, before.length); index++) {
      output += paintRow(before[index] ?? [], rows[index] ?? [], {
        row: view.spec.row + index,
        column: view.spec.column,
        screenWidth: this.context.screenWidth,
        screenHeight: this.context.screenHeight,
        encoding: this.context.encoding,
      });
    }
    return output === '' ? '' : output + resetStyle();
  }

  private showCursor(visible: boolean): string {
    if (visible === this.cursorShown) return '';
    this.cursorShown = visible;
    return visible ? showCursor() : hideCursor();
  }
}

function createView(spec: ViewSpec, context: ViewContext): View {
  const type = findViewType(spec.code);
  if (type === undefined) {
    throw new BbsError(
      'MENU_INVALID',
      `there is no view ${spec.code}; remove it from the art or menu`,
    );
  }
  return type.create(spec, context);
}
