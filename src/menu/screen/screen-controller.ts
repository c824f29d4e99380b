import { expandColorCodes } from '../../art/color-codes';
import { formatText } from '../../art/format';
import { Canvas } from '../../terminal/canvas';
import { sanitizeUserText } from '../../terminal/untrusted';
import { columnsOf } from '../../views/cells';
import { ItemListView } from '../../views/item-list';
import { VerticalMenuView } from '../../views/menu-list';
import { findViewType } from '../../views/registry';
import type { ItemSpec, View } from '../../views/view';
import type { ComposedScreen } from './compose';
import { movesOf, type Moves } from './key-reader';
import { FieldNote, roomOf } from './field-note';
import { LentRows } from './lent-rows';
import { SAID_LINES, speak, withoutSaid } from './line-screen';
import { fitSentence, oneLine, wrapWords } from './message-line';
import type { MenuScreen, SentenceKind } from '../run/module';
import type { CallContext } from '../run/call-context';
import type { SentenceColor, Tree } from '../load/theme';

/** Default number of the view for messages (TL10). */
const MESSAGE_VIEW = 10;

/**
 * A screen that is shown. Changes are collected and sent by `flush`, so that each key of the caller is
 * answered by one write.
 */
export class ScreenController implements MenuScreen {
  private pending = '';
  private shown = false;
  /** Without a cursor: the screen has to be said as a whole, with what it has by then. */
  private isToBeSaid = false;
  private readonly lent: LentRows;
  private readonly note: FieldNote;
  /** The field that the message is about. */
  private about: number | undefined;
  /** True while the message stands on a lent row, beside what the view for messages shows. */
  private isAside = false;
  /** Text of the message line; '' when it is empty. */
  private said = '';
  /** Methods that the help page leaves out. */
  readonly withdrawn = new Set<string>();
  private saidAs: SentenceKind | undefined;
  /** True while the message is the answer to a key that means nothing here. */
  private isAnswer = false;
  /** What the view for help shows; undefined for a message, or nothing yet. */
  private helped: string | undefined;

  constructor(
    private readonly call: CallContext,
    readonly composition: ComposedScreen,
    private readonly menu: {
      readonly config: Tree;
      readonly messageView?: number | undefined;
      readonly desc?: string;
      /** What is remembered while the menu is on the stack. */
      readonly memory?: Map<string, unknown>;
    },
  ) {
    this.lent = new LentRows(call, composition, this.views);
    this.note = new FieldNote(call, composition, this.views);
  }

  /** Begins the next write with the whole screen: cells, views, cursor. */
  open(options: { readonly clear: boolean; readonly before?: string }): void {
    const { canvas } = this.composition;
    if (this.isLineByLine) {
      this.shown = true;
      this.isToBeSaid = true;
      this.pending = '';
      return;
    }
    const { encoding, width: screenWidth, height: screenHeight } = this.call.caller.terminal;
    const screen = { encoding, screenWidth, screenHeight };
    // Without clearing, old cells stay where this screen has none.
    const cells = options.clear
      ? canvas.toAnsi({ ...screen, clear: true })
      : canvas.diff(new Canvas(canvas.width, canvas.height), screen);
    this.openOver((options.before ?? '') + cells);
  }

  /** Begins the next write with given art, and the views over it. */
  openOver(art: string): void {
    const { form, backdrop } = this.composition;
    this.shown = true;
    this.lent.forget();
    this.note.forget();
    this.pending = art + (backdrop?.draw() ?? '') + form.draw();
    if (this.said !== '') this.say(this.said);
  }

  /** Shows the screen again after something covered it; what was said line by line is not repeated. */
  uncover(): void {
    this.call.settleArea(this.composition.drawnIn);
    if (this.isLineByLine) this.resume();
    else this.open({ clear: true });
  }

  /** Draws all of it again; line by line it is said as at the first time. */
  repaint(): void {
    this.menu.memory?.delete(SAID_LINES);
    this.open({ clear: true });
  }

  /** The caller stays on the form: the next write asks again, where there is no cursor. */
  resume(): void {
    this.composition.form.resume();
  }

  /** Sends the collected output in one write. */
  flush(): void {
    this.showHelp();
    if (this.isLineByLine) this.pending += this.shown ? this.lineOutput() : '';
    if (this.pending !== '') this.call.caller.terminal.write(this.pending);
    this.pending = '';
  }

  /** True for a row without art and views. */
  isEmptyRow(row: number): boolean {
    return this.lent.isEmpty(row);
  }

  /** Adds output of the form to the next write. */
  add(output: string): void {
    if (this.shown && !this.isToBeSaid) this.pending += output;
  }

  private get isLineByLine(): boolean {
    return this.call.caller.terminal.isLineByLine;
  }

  /** What is to be said now: the whole screen or nothing more, and the question if it is due. */
  private lineOutput(): string {
    const { canvas, form, instead } = this.composition;
    if (!this.isToBeSaid) return form.placeCursor();
    this.isToBeSaid = false;
    const { lines, labels } = speak({ canvas, views: this.views, instead });
    const help = form.focusedId === undefined ? undefined : this.call.takeLineHelp();
    const all = [help ?? '', ...withoutSaid(lines, this.menu, this.call), this.said];
    return `\r\n${all.join('\r\n')}\r\n${form.draw(labels)}`;
  }

  /** The animations of this screen. */
  get moves(): Moves | undefined {
    const { form, backdrop } = this.composition;
    return movesOf(this.call.caller, [form, backdrop]);
  }

  has(viewId: number): boolean {
    return this.find(viewId) !== undefined;
  }

  text(viewId: number): string {
    return this.find(viewId)?.view.text ?? '';
  }

  value(viewId: number): unknown {
    const view = this.find(viewId)?.view;
    return view instanceof ItemListView ? view.index : view?.value;
  }

  range(viewId: number): ReturnType<MenuScreen['range']> {
    const view = this.find(viewId)?.view;
    return view instanceof VerticalMenuView && !this.isLineByLine ? view.range : undefined;
  }

  setText(viewId: number, text: string): void {
    const lines = text.split('\n').map((line) => sanitizeUserText(line, this.encoding));
    this.setFinalText(viewId, lines.join('\n'));
  }

  setItems(viewId: number, items: readonly ItemSpec[]): void {
    const found = this.find(viewId);
    if (found !== undefined) this.add(found.form.setItems(viewId, items));
  }

  leaveOut(viewId: number, data: readonly string[]): void {
    const found = this.find(viewId);
    if (found !== undefined) this.add(found.form.leaveOut(viewId, data));
  }

  withdraw(method: string): void {
    this.withdrawn.add(method);
  }

  select(viewId: number, index: number): void {
    const found = this.find(viewId);
    if (found !== undefined) this.add(found.form.select(viewId, index));
  }

  focus(viewId: number): void {
    const { form } = this.composition;
    if (form.view(viewId) !== undefined) this.add(form.focus(viewId));
  }

  get secretViews(): readonly number[] {
    return this.composition.form.views.filter((view) => view.isSecret).map((view) => view.id);
  }

  /** The answer to a key that means nothing here; where it would cover something there is none. */
  answer(text: string): void {
    if (text === this.said) return;
    const view = this.messageView;
    const isOwn = this.said !== '' && !this.isAside;
    const isFree = view?.lineText.trim() === '' || isOwn || this.messageId === this.helpId;
    const isAside = view === undefined || !isFree;
    if (isAside && !this.lent.areLent && this.lent.emptyRow === undefined) return;
    this.message(text, 'note', { isAside });
    this.isAnswer = true;
  }

  /** Ends the answer to a key that means nothing here, e.g. with the help; any other message stays. */
  endAnswer(instead: string): void {
    if (this.isAnswer) this.message(instead, 'note');
  }

  message(
    text: string,
    as?: SentenceKind,
    { isAside = false, about }: { isAside?: boolean; about?: number | undefined } = {},
  ): void {
    if (text === '' && this.said === '') return;
    // What stands aside ends there: the view shows what it showed.
    this.isAside = isAside || (text === '' && this.isAside);
    this.said = text;
    this.saidAs = as;
    this.about = about;
    this.isAnswer = false;
    if (!this.isLineByLine) return this.say(text);
    this.said = sanitizeUserText(oneLine(text), this.encoding);
    // A message that goes away is nothing to be said, and the question stands.
    if (this.said === '') return;
    this.add(`\r\n${this.said}\r\n`);
    this.resume();
  }

  /** Takes over the state of the previous screen of the same menu, for a window of another size. */
  takeOver(previous: ScreenController): void {
    const { form, backdrop } = this.composition;
    form.takeOver(previous.composition.form);
    if (previous.composition.backdrop !== undefined) {
      backdrop?.takeOver(previous.composition.backdrop);
    }
    this.said = previous.said;
    this.isAside = previous.isAside;
    this.isAnswer = previous.isAnswer;
    this.saidAs = previous.saidAs;
    this.about = previous.about;
    for (const method of previous.withdrawn) this.withdrawn.add(method);
  }

  /** True when the other screen has every view of this one. */
  hasOnlyViewsOf(other: ScreenController): boolean {
    return this.views.every((view) => other.find(view.id)?.view.code === view.code);
  }

  setCustom(
    prefix: string,
    values: Readonly<Record<string, unknown>>,
    as?: SentenceKind | undefined,
  ): void {
    for (const [key, format] of Object.entries(this.menu.config)) {
      const number = key.startsWith(prefix) ? key.slice(prefix.length) : '';
      if (!/^[1-9][0-9]$/.test(number) || typeof format !== 'string') continue;
      const found = this.find(Number(number));
      if (found === undefined) continue;
      const text = formatText(this.colorAs(as) + format, values, {
        base: found.view.spec.style,
        encoding: this.encoding,
        resolve: (code) => this.composition.picture?.resolve(code, []),
      });
      this.setFinalText(Number(number), text);
    }
  }

  private say(text: string): void {
    this.add(this.note.end());
    const atField = this.sayAtField(text);
    this.sayInLine(atField === undefined ? text : '');
    if (atField !== undefined) this.add(atField + this.composition.form.placeCursor());
  }

  /** A problem of one field; undefined where the message line tells it, as in a theme that has no colour for problems. */
  private sayAtField(text: string): string | undefined {
    const color = this.colorAs('problem');
    if (this.about === undefined || this.saidAs !== 'problem' || color === '') return undefined;
    const kept = [this.messageId, this.helpId ?? this.messageId];
    return this.note.write(text, { viewId: this.about, kept, color });
  }

  private sayInLine(text: string): void {
    const view = this.isAside ? undefined : this.messageView;
    if (view === undefined) {
      this.writeLentRow(text);
      return;
    }
    if (view.id === this.helpId) this.helped = undefined;
    const isLent = this.isBetterBelow(view, text);
    this.setSentence(view, isLent ? '' : text, this.saidAs);
    if (isLent || this.lent.areLent) this.writeLentRow(isLent ? text : '');
  }

  /** True for a sentence that would be cut in its view, and has room on two rows of the screen. */
  private isBetterBelow(view: View, text: string): boolean {
    const clean = sanitizeUserText(oneLine(text), this.encoding);
    if (findViewType(view.code)?.messages === 'wrapped') return false;
    if (columnsOf(clean) <= roomOf(view, this.composition.size, this.views)) return false;
    return wrapWords(clean, this.composition.size.width - 2).length <= 2;
  }

  /** One sentence in a view, in the theme's colour of its kind. */
  private setSentence(view: View, text: string, as: SentenceColor | undefined): void {
    const clean = sanitizeUserText(oneLine(text), this.encoding);
    const isWrapped = findViewType(view.code)?.messages === 'wrapped';
    const fitting = isWrapped
      ? clean
      : fitSentence(clean, roomOf(view, this.composition.size, this.views));
    const { style: base } = view.spec;
    const color = expandColorCodes(this.colorAs(as), { base, encoding: this.encoding });
    this.setFinalText(view.id, fitting === '' ? '' : color + fitting);
  }

  private colorAs(as: SentenceColor | undefined): string {
    return as === undefined ? '' : (this.call.theme.defaults.sentences[as] ?? '');
  }

  /** The view for messages, where the art has one. */
  private get messageView(): View | undefined {
    const view = this.find(this.messageId)?.view;
    return view && findViewType(view.code)?.messages !== undefined ? view : undefined;
  }

  private get messageId(): number {
    return Number(this.menu.config['messageView'] ?? this.menu.messageView ?? MESSAGE_VIEW);
  }

  private get helpId(): number | undefined {
    const id = this.menu.config['helpView'];
    return id === undefined ? undefined : Number(id);
  }

  /** The sentence about the field in focus; one view may be for messages too, which come first. */
  private showHelp(): void {
    const id = this.helpId;
    if (id === undefined || this.isLineByLine || !this.shown) return;
    if (id === this.messageId && this.said !== '' && !this.note.isShown) return;
    const { form } = this.composition;
    const focused = form.focusedId === undefined ? undefined : form.view(form.focusedId);
    const help = focused?.help ?? '';
    const view = this.find(id)?.view;
    if (view === undefined || help === this.helped) return;
    this.helped = help;
    this.setSentence(view, help, 'help');
  }

  /** Text with the board's own colours, in which text of callers was sanitized before. */
  private setFinalText(viewId: number, text: string): void {
    const found = this.find(viewId);
    if (found !== undefined) this.add(found.form.setText(viewId, text));
  }

  private writeLentRow(text: string): void {
    this.add(this.lent.write(text, this.colorAs(this.saidAs)));
    this.add(this.composition.form.placeCursor());
  }

  private get views(): readonly View[] {
    const { form, backdrop } = this.composition;
    return [...form.views, ...(backdrop?.views ?? [])];
  }

  private find(viewId: number): { view: View; form: ComposedScreen['form'] } | undefined {
    const { form, backdrop } = this.composition;
    const view = form.view(viewId);
    if (view !== undefined) return { view, form };
    const behind = backdrop?.view(viewId);
    return behind === undefined || backdrop === undefined
      ? undefined
      : { view: behind, form: backdrop };
  }

  private get encoding(): 'cp437' | 'utf8' {
    return this.call.caller.terminal.encoding;
  }
}
