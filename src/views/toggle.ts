import type { Key } from '../terminal/key';
import { plainCells, type Row } from './cells';
import { ItemListView } from './item-list';

/** TM: two items side by side, one of which holds. */
export class ToggleView extends ItemListView {
  override rows(): readonly Row[] {
    const separator = plainCells('/', this.styleNumber(1, this.spec.style));
    return [[...this.itemCells(0), ...separator, ...this.itemCells(1)]];
  }

  override get cursor(): { row: number; column: number; visible: boolean } {
    return { row: 0, column: this.chosen === 0 ? 0 : this.itemCells(0).length + 1, visible: false };
  }

  protected override neighbour(key: Key): number | undefined {
    if (key.name === 'left arrow') return 0;
    if (key.name === 'right arrow') return Math.min(1, this.items.length - 1);
    return key.name === 'space' ? this.around(1) : undefined;
  }
}
