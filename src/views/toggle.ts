import type { Key } from '../terminal/key';
import { plainCells, type Row } from './cells';
import { ItemListView } from './item-list';
import type { PressResult } from './view';

/** What stands between two items; the next one where a row has no room for the one before. */
const STROKES = [' / ', '  ', ' '] as const;

/**
 * TM: a few items side by side, one of which is on. Menus of two are the rule; a third one, as on
 * the SSH key screen of the contract, can be reached as well.
 */
export class ToggleView extends ItemListView {
  override rows(): readonly Row[] {
    const stroke = plainCells(this.stroke, this.styleNumber(1, this.spec.style));
    return [
      this.items.flatMap((_, index) => [...(index === 0 ? [] : stroke), ...this.itemCells(index)]),
    ];
  }

  override get cursor(): { row: number; column: number; visible: boolean } {
    let column = 0;
    const between = this.stroke.length;
    for (let index = 0; index < this.chosen; index++) {
      column += this.itemCells(index).length + between;
    }
    return { row: 0, column, visible: false };
  }

  protected override itemAt({ column }: { readonly column: number }): number {
    const between = this.stroke.length;
    const widths = this.items.map((_, index) => this.itemCells(index).length + between);
    return this.indexAlong(widths, column);
  }

  private get stroke(): string {
    const room = this.context.screenWidth - this.spec.column + 1;
    const items = this.items.reduce((sum, _, index) => sum + this.itemCells(index).length, 0);
    const gaps = Math.max(0, this.items.length - 1);
    return STROKES.find((stroke) => items + gaps * stroke.length <= room) ?? ' ';
  }

  protected override neighbour(key: Key): number | undefined {
    switch (key.name) {
      case 'left arrow':
      case 'up arrow':
        return this.around(-1);
      case 'right arrow':
      case 'down arrow':
      case 'space':
        return this.around(1);
      default:
        return undefined;
    }
  }

  // Which item is on is seen by its colour; its letters change in focus only.
  protected override get stylesChoice(): boolean {
    return this.hasFocus;
  }
}

/** SM: one item at a time, changed by up and down. */
export class SpinnerView extends ItemListView {
  override rows(): readonly Row[] {
    return [this.itemCells(this.chosen, this.itemWidth)];
  }

  /** Letters choose the next item that begins with them; others are left for the keys that the screen names. */
  override press(key: Key): PressResult {
    const result = super.press(key);
    if (result !== 'ignored' || key.text === '') return result;
    const typed = key.text.toLowerCase();
    for (let step = 1; step <= this.items.length; step++) {
      const next = this.around(step);
      if (this.items[next]?.text.toLowerCase().startsWith(typed)) return this.choose(next);
    }
    return 'ignored';
  }

  /** The one after, as with the down arrow. */
  protected override itemAt(): number {
    return this.around(1);
  }

  protected override neighbour(key: Key): number | undefined {
    if (key.name === 'up arrow') return this.around(-1);
    return key.name === 'down arrow' ? this.around(1) : undefined;
  }

  // The one visible item needs its focus colour only while the view has the focus.
  protected override get showsChoice(): boolean {
    return this.hasFocus;
  }
}
