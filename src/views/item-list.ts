import { expandColorCodes } from '../art/color-codes';
import type { Key } from '../terminal/key';
import type { Style } from '../terminal/style';
import { sanitizeUserText } from '../terminal/untrusted';
import { cellsOf, columnsOf, fitCells, plainCells, textOfCells, type Row } from './cells';
import {
  DEFAULT_WIDTH,
  askAgain,
  promptOf,
  taken,
  View,
  type ItemSpec,
  type LineAnswer,
  type LineQuestion,
  type PressResult,
  type ViewContext,
  type ViewSpec,
} from './view';

/** An item as the view stores it. */
interface Item {
  readonly text: string;
  readonly data: unknown;
  readonly values: Readonly<Record<string, unknown>>;
  /** True for text of the sysop's: its colour codes are applied. */
  readonly trusted: boolean;
}

/** Common part of VM, HM, FM, SM and TM: items, one of which is chosen, hot keys, and formats. */
export abstract class ItemListView extends View {
  protected items: readonly Item[];
  protected chosen: number;
  /** First item of those that were said last, and whether arrow keys have chosen since. */
  private lineTop = 0;
  private hasMoved = false;
  /** What the chosen item says instead, by its number. */
  private readonly focusItems: readonly string[];

  constructor(spec: ViewSpec, context: ViewContext) {
    super(spec, context);
    const items = this.read.raw('items');
    this.items = Array.isArray(items) ? items.map((item) => toItem(item as ItemSpec, true)) : [];
    const focusItems = this.read.raw('focusItems');
    this.focusItems = Array.isArray(focusItems)
      ? focusItems.map((item) => toItem(item as ItemSpec, true).text)
      : [];
    this.chosen = Math.min(
      this.read.number('focusItemIndex') ?? 0,
      Math.max(0, this.items.length - 1),
    );
  }

  /** The item's `data`, or its number where it has none. */
  override get value(): unknown {
    const item = this.items[this.chosen];
    return item === undefined ? undefined : (item.data ?? this.chosen);
  }

  /** Number of the chosen item, from 0. */
  get index(): number {
    return this.chosen;
  }

  set index(index: number) {
    this.chosen = Math.min(Math.max(0, index), Math.max(0, this.items.length - 1));
    this.onChosen();
  }

  override setItems(items: readonly ItemSpec[]): void {
    this.items = items.map((item) => toItem(item, false));
    this.index = this.chosen;
  }

  override leaveOut(data: readonly string[]): void {
    this.items = this.items.filter((item) => !data.includes(String(item.data ?? '')));
    this.index = this.chosen;
  }

  override takeOver(previous: View): void {
    if (!(previous instanceof ItemListView)) return;
    this.items = previous.items;
    this.index = previous.chosen;
  }

  /** Chooses the item with this data or text, or with this number. */
  override setText(text: string): void {
    const found = this.items.findIndex((item) => String(item.data ?? item.text) === text);
    const byText = found === -1 ? this.items.findIndex((item) => item.text === text) : found;
    if (byText !== -1) this.index = byText;
  }

  override press(key: Key): PressResult {
    if (key.name === 'return') return 'accepted';
    const next = this.neighbour(key);
    if (next !== undefined) return this.choose(next);
    const hot = this.hotKey(key);
    if (hot === undefined) return 'ignored';
    const result = this.choose(hot);
    return this.read.flag('hotKeySubmit') === true ? 'accepted' : result;
  }

  /** Chooses the item there; it is taken at once where the list submits the form, or a hot key would. */
  override tap(place: { readonly row: number; readonly column: number }): PressResult {
    const index = this.itemAt(place);
    if (index === undefined || index >= this.items.length) return 'handled';
    const result = this.choose(index);
    return this.submits || this.read.flag('hotKeySubmit') === true ? 'accepted' : result;
  }

  /** Number of the item at a place of the view; undefined where none is. */
  protected abstract itemAt(place: {
    readonly row: number;
    readonly column: number;
  }): number | undefined;

  /** Number of the item that a row of items with these widths has at a column. */
  protected indexAlong(widths: readonly number[], column: number): number {
    let end = 0;
    const found = widths.findIndex((width) => column < (end += width));
    return found < 0 ? Math.max(0, widths.length - 1) : found;
  }

  override get isAsked(): boolean {
    return true;
  }

  /** The texts of items by the key that does the same, which a list may show beside them (`key`). */
  get textsByKey(): ReadonlyMap<string, string> {
    return new Map(
      this.items.flatMap(({ values: { key }, text }) =>
        typeof key === 'string' && key !== '' ? [[key.toUpperCase(), text] as const] : [],
      ),
    );
  }

  /** All its items, where it is only read. */
  override get lineText(): string {
    return this.items.map((_, index) => this.lineOfItem(index)).join('\n');
  }

  override lineQuestion(label: string): LineQuestion {
    const { lineTop: from, items } = this;
    const { say } = this.context;
    if (items.length === 0)
      return { lines: [say('line.nothing-here')], prompt: promptOf(say('line.enter')) };
    const present = String(this.chosen + 1);
    const inOneLine = items.map((_, index) => this.numbered(index)).join(', ');
    const short = `${label === '' ? '' : `${label}, `}${inOneLine}`;
    if (this.isSaidInLine && columnsOf(short) < this.context.screenWidth - present.length - 4)
      return { lines: [], prompt: promptOf(short, present) };
    const to = Math.min(items.length, from + this.linePage);
    const lines = items.slice(from, to).map((_, index) => this.numbered(from + index));
    const more =
      to < items.length ? say('line.more', { from: from + 1, to, count: items.length }) : '';
    return {
      lines,
      prompt:
        more === '' ? promptOf(label === '' ? say('line.number') : label, present) : promptOf(more),
    };
  }

  /** Its number, a hot key, or the first letters of an item; an empty line takes the present one. */
  override answerLine(line: string): LineAnswer {
    if (line === '') return this.answerNothing();
    this.hasMoved = false;
    const hot = this.hotKey({ name: line, text: line });
    const count = this.items.length;
    if (hot === undefined && /^\d+$/.test(line)) {
      const index = Number(line) - 1;
      return index >= 0 && index < count ? this.takeItem(index) : askAgain(this.noSuchNumber);
    }
    const index = hot ?? this.itemNamed(line);
    return index === undefined ? { kind: 'not-mine' } : this.takeItem(index);
  }

  private get noSuchNumber(): string {
    const { say } = this.context;
    const count = this.items.length;
    if (count === 0) return say('line.nothing-here');
    return count === 1 ? say('line.number-one') : say('line.number-from', { count });
  }

  /** The line of the item that an arrow or page key moved to. */
  get chosenLine(): string {
    this.hasMoved = true;
    return this.items.length === 0 ? '' : `${this.numbered(this.chosen)}: `;
  }

  private answerNothing(): LineAnswer {
    const to = this.lineTop + this.linePage;
    if (this.hasMoved || this.items.length === 0 || this.isShort || to >= this.items.length) {
      const said = this.items.length === 0 || this.hasMoved ? [] : [this.lineOfItem(this.chosen)];
      this.hasMoved = false;
      this.lineTop = 0;
      return taken(false, ...said);
    }
    this.lineTop = to;
    return askAgain(...this.lineQuestion('').lines);
  }

  private takeItem(index: number): LineAnswer {
    this.lineTop = 0;
    const isChanged = this.choose(index) === 'changed';
    return taken(isChanged, this.lineOfItem(index));
  }

  /** The only item that begins with these letters, two of them at least: one letter is a key. */
  private itemNamed(line: string): number | undefined {
    const typed = line.toLowerCase();
    if (typed.length < 2) return undefined;
    const found = this.items.flatMap((_, index) =>
      this.lineOfItem(index).toLowerCase().startsWith(typed) ? [index] : [],
    );
    return found.length === 1 ? found[0] : undefined;
  }

  private get isShort(): boolean {
    return this.items.length <= this.linePage;
  }

  /** Items that are said at once. */
  private get linePage(): number {
    return Math.max(5, Math.min(15, this.context.screenHeight - 5));
  }

  private numbered(index: number): string {
    return `${index + 1} ${this.lineOfItem(index)}`;
  }

  /** An item as it is drawn while it is not chosen, without colours. */
  private lineOfItem(index: number): string {
    const item = this.items[index];
    if (item === undefined) return '';
    const { style } = this.spec;
    return textOfCells(this.formatted(item, { style, format: this.read.text('itemFormat') }))
      .replace(/\s+/g, ' ')
      .trim();
  }

  /** Whether the items are said in one line with the question, where they have room. */
  protected get isSaidInLine(): boolean {
    return true;
  }

  /** Number of the item that an arrow or page key moves to; undefined for keys that do not move. */
  protected abstract neighbour(key: Key): number | undefined;

  /** Called after each change of the chosen item. */
  protected onChosen(): void {
    // Lists that scroll override this to make the item visible.
  }

  /** Number of the item `step` after `index`, wrapping around at both ends. */
  protected around(step: number): number {
    const count = Math.max(1, this.items.length);
    return (this.chosen + step + count) % count;
  }

  /** Width of the widest item, as it is drawn. */
  protected get maxItemWidth(): number {
    return Math.max(0, ...this.items.map((_, index) => this.itemCells(index).length));
  }

  /**
   * An item's cells, in the colour of its state, padded to `width`; longer ones grow past it unless
   * `textOverflow` cuts them.
   */
  protected itemCells(index: number, width = 0): Row {
    const item = this.items[index];
    if (item === undefined) return [];
    const focused = index === this.chosen && this.showsChoice && !this.context.passive;
    const instead = focused ? this.focusItems[index] : undefined;
    const format =
      (focused ? this.read.text('focusItemFormat') : undefined) ??
      (item.values['isOwn'] === true ? this.read.text('ownItemFormat') : undefined) ??
      this.read.text('itemFormat');
    const isMarked = focused && this.read.text('focusItemFormat') !== undefined;
    // A choice that its format marks needs the focus colour only while the view has the focus;
    // otherwise the colour is the only indication.
    const style =
      !focused || (isMarked && !this.hasFocus)
        ? this.spec.style
        : (this.spec.focusStyle ?? (isMarked ? this.spec.style : this.focusStyle));
    const cells =
      instead !== undefined
        ? cellsOf(expandColorCodes(instead, { base: style }), style)
        : this.formatted(item, { style, format });
    return fitCells(this.styleLetters(cells, focused && this.stylesChoice), {
      width: width === 0 ? cells.length : width,
      justify: this.read.justify(),
      fill: { ...this.fillCell, style: this.styleNumber(1, style) },
      overflow: this.read.text('textOverflow'),
    });
  }

  private formatted(
    item: Item,
    { style, format }: { readonly style: Style; readonly format: string | undefined },
  ): Row {
    if (format !== undefined) return cellsOf(this.format(format, item.values, style), style);
    return item.trusted
      ? cellsOf(expandColorCodes(item.text, { base: style }), style)
      : plainCells(sanitizeUserText(item.text, this.context.encoding), style);
  }

  /** Whether the chosen item is drawn as chosen; a list shows it without the focus, too. */
  protected get showsChoice(): boolean {
    return true;
  }

  /** Whether the letters of the chosen item are those of `focusTextStyle`. */
  protected get stylesChoice(): boolean {
    return true;
  }

  /** Columns of an item that has no `width`: the widest item's, and the usual ones at least. */
  protected get itemWidth(): number {
    return this.read.number('width') ?? Math.max(DEFAULT_WIDTH, this.maxItemWidth);
  }

  protected choose(index: number): PressResult {
    if (index === this.chosen) return 'handled';
    this.index = index;
    return 'changed';
  }

  private hotKey(key: Key): number | undefined {
    const hotKeys = this.read.raw('hotKeys');
    if (typeof hotKeys !== 'object' || hotKeys === null) return undefined;
    const exact = this.read.flag('caseInsensitiveHotKeys') === false;
    const fold = (name: string): string => (exact ? name : name.toLowerCase());
    const found = Object.entries(hotKeys).find(([name]) => fold(name) === fold(key.name));
    const index = found === undefined ? -1 : Number(found[1]);
    return index >= 0 && index < this.items.length ? index : undefined;
  }
}

function toItem(spec: ItemSpec, trusted: boolean): Item {
  if (typeof spec === 'object' && spec !== null) {
    return { text: String(spec.text), data: spec.data, values: spec, trusted };
  }
  return { text: String(spec), data: undefined, values: { text: String(spec) }, trusted };
}
