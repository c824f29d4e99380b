import { expandColorCodes } from '../art/color-codes';
import type { Key } from '../terminal/key';
import { sanitizeUserText } from '../terminal/untrusted';
import { cellsOf, fitCells, plainCells, type Row } from './cells';
import {
  DEFAULT_WIDTH,
  View,
  type ItemSpec,
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
      (focused ? this.read.text('focusItemFormat') : undefined) ?? this.read.text('itemFormat');
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
        : format !== undefined
          ? cellsOf(this.format(format, item.values, style), style)
          : item.trusted
            ? cellsOf(expandColorCodes(item.text, { base: style }), style)
            : plainCells(sanitizeUserText(item.text, this.context.encoding), style);
    return fitCells(this.styleLetters(cells, focused && this.stylesChoice), {
      width: width === 0 ? cells.length : width,
      justify: this.read.justify(),
      fill: { ...this.fillCell, style: this.styleNumber(1, style) },
      overflow: this.read.text('textOverflow'),
    });
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
