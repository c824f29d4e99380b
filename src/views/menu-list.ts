import type { Key } from '../terminal/key';
import { plainCells, type Row } from './cells';
import { ItemListView } from './item-list';
import type { View, ViewContext, ViewSpec } from './view';

/** VM: items one below the other; those that do not fit `height` scroll. */
export class VerticalMenuView extends ItemListView {
  private top = 0;

  constructor(spec: ViewSpec, context: ViewContext) {
    super(spec, context);
    this.index = this.chosen;
  }

  override takeOver(previous: View): void {
    if (previous instanceof VerticalMenuView) this.top = previous.top;
    super.takeOver(previous);
  }

  override rows(): readonly Row[] {
    const width = this.visibleWidth;
    const rows: Row[] = [];
    for (let index = this.top; index < this.top + this.page; index++) {
      if (rows.length > 0) for (let blank = 0; blank < this.spacing; blank++) rows.push([]);
      rows.push(this.itemCells(index, width));
    }
    return rows;
  }

  /** The visible items, by their numbers from 1 on, and how many there are. */
  get range(): { readonly from: number; readonly to: number; readonly count: number } {
    const count = this.items.length;
    return {
      from: Math.min(this.top + 1, count),
      to: Math.min(this.top + this.page, count),
      count,
    };
  }

  override get cursor(): { row: number; column: number; visible: boolean } {
    return { row: (this.chosen - this.top) * (1 + this.spacing), column: 0, visible: false };
  }

  protected override get isSaidInLine(): boolean {
    return false;
  }

  protected override itemAt({ row }: { readonly row: number }): number {
    return this.top + Math.floor(row / (1 + this.spacing));
  }

  protected override neighbour(key: Key): number | undefined {
    const last = this.items.length - 1;
    switch (key.name) {
      case 'up arrow':
        return this.around(-1);
      case 'down arrow':
        return this.around(1);
      case 'page up':
        return Math.max(0, this.chosen - this.page);
      case 'page down':
        return Math.max(0, Math.min(last, this.chosen + this.page));
      case 'home':
        return 0;
      case 'end':
        return Math.max(0, last);
      default:
        return undefined;
    }
  }

  protected override onChosen(): void {
    this.top = Math.min(this.top, this.chosen);
    this.top = Math.max(this.top, this.chosen - this.page + 1);
    this.top = Math.max(0, Math.min(this.top, this.items.length - this.page));
  }

  /** A list that is only read, `focus: false`, marks no row by itself until somebody goes there. */
  protected override get showsChoice(): boolean {
    const isMarked =
      this.spec.focusStyle !== undefined || this.read.text('focusItemFormat') !== undefined;
    return this.hasFocus || isMarked || this.read.flag('focus') !== false;
  }

  private get spacing(): number {
    return this.read.number('itemSpacing') ?? 0;
  }

  /** Where `textOverflow` marks what is cut, the edge of the screen cuts as well, a column before the last. */
  private get visibleWidth(): number {
    const toEdge = Math.max(1, this.context.screenWidth - this.spec.column);
    const marksCuts = this.read.text('textOverflow') !== undefined;
    return marksCuts ? Math.min(this.itemWidth, toEdge) : this.itemWidth;
  }

  /** Number of visible items. */
  private get page(): number {
    const rows = this.read.number('height') ?? this.context.screenHeight - this.spec.row + 1;
    const fitting = Math.max(1, Math.floor((rows + this.spacing) / (1 + this.spacing)));
    const most = this.items.length;
    return Math.max(
      1,
      this.read.number('height') === undefined ? Math.min(fitting, most) : fitting,
    );
  }
}

/** HM: items side by side, each with its spacing on both sides and in its own colour. */
export class HorizontalMenuView extends ItemListView {
  override rows(): readonly Row[] {
    return [this.items.flatMap((_, index) => this.spaced(index))];
  }

  override get cursor(): { row: number; column: number; visible: boolean } {
    let column = 0;
    for (let index = 0; index < this.chosen; index++) column += this.spaced(index).length;
    return { row: 0, column: column + this.spacing, visible: false };
  }

  protected override itemAt({ column }: { readonly column: number }): number {
    return this.indexAlong(
      this.items.map((_, index) => this.spaced(index).length),
      column,
    );
  }

  protected override neighbour(key: Key): number | undefined {
    switch (key.name) {
      case 'left arrow':
        return this.around(-1);
      case 'right arrow':
        return this.around(1);
      case 'home':
      case 'page up':
        return 0;
      case 'end':
      case 'page down':
        return Math.max(0, this.items.length - 1);
      default:
        return undefined;
    }
  }

  private get spacing(): number {
    return this.read.number('itemSpacing') ?? 1;
  }

  private spaced(index: number): Row {
    const cells = this.itemCells(index);
    const blank = { character: ' ', style: (cells[0] ?? this.fillCell).style };
    const side = new Array<Row[number]>(this.spacing).fill(blank);
    return [...side, ...cells, ...side];
  }
}

/** FM: items in columns, each `height` rows high. */
export class FullMenuView extends ItemListView {
  override rows(): readonly Row[] {
    const { perColumn, columnWidth } = this;
    const gap = plainCells(' '.repeat(this.gap), this.spec.style);
    return Array.from({ length: perColumn }, (_, row): Row => {
      const cells: Row[number][] = [];
      for (let index = row; index < this.items.length; index += perColumn) {
        if (index !== row) cells.push(...gap);
        cells.push(...this.itemCells(index, columnWidth));
      }
      return cells;
    }).flatMap((row, index) => [
      ...(index === 0 ? [] : Array.from({ length: this.spacing }, (): Row => [])),
      row,
    ]);
  }

  override get cursor(): { row: number; column: number; visible: boolean } {
    const column = Math.floor(this.chosen / this.perColumn) * (this.columnWidth + this.gap);
    const row = (this.chosen % this.perColumn) * (1 + this.spacing);
    return { row, column, visible: false };
  }

  protected override get isSaidInLine(): boolean {
    return false;
  }

  protected override itemAt(place: { readonly row: number; readonly column: number }): number {
    const { perColumn, columnWidth } = this;
    const row = Math.floor(place.row / (1 + this.spacing));
    return Math.floor(place.column / (columnWidth + this.gap)) * perColumn + row;
  }

  protected override neighbour(key: Key): number | undefined {
    const last = Math.max(0, this.items.length - 1);
    switch (key.name) {
      case 'up arrow':
        return this.around(-1);
      case 'down arrow':
        return this.around(1);
      case 'left arrow':
        return this.chosen < this.perColumn ? this.chosen : this.chosen - this.perColumn;
      case 'right arrow':
        return Math.min(last, this.chosen + this.perColumn);
      case 'home':
      case 'page up':
        return 0;
      case 'end':
      case 'page down':
        return last;
      default:
        return undefined;
    }
  }

  private get perColumn(): number {
    const rows = this.read.number('height') ?? this.context.screenHeight - this.spec.row + 1;
    const fitting = Math.floor((rows + this.spacing) / (1 + this.spacing));
    return Math.max(1, Math.min(fitting, this.items.length));
  }

  /** Empty rows between items. */
  private get spacing(): number {
    return this.read.number('itemSpacing') ?? 0;
  }

  private get gap(): number {
    return this.read.number('itemHorizSpacing') ?? 2;
  }

  private get columnWidth(): number {
    return this.maxItemWidth;
  }
}
