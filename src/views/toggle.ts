import type { Key } from '../terminal/key';
import { plainCells, type Row } from './cells';
import { ItemListView } from './item-list';

/**
 * TM: a few items side by side, one of which is on. Menus of two are the rule; a third one, as on
 * the SSH key screen of the contract, can be reached as well.
 */
export class ToggleView extends ItemListView {
  override rows(): readonly Row[] {
    const separator = plainCells('/', this.styleNumber(1, this.spec.style));
    return [
      this.items.flatMap((_, index) => [
        ...(index === 0 ? [] : separator),
        ...this.itemCells(index),
      ]),
    ];
  }

  override get cursor(): { row: number; column: number; visible: boolean } {
    let column = 0;
    for (let index = 0; index < this.chosen; index++) column += this.itemCells(index).length + 1;
    return { row: 0, column, visible: false };
  }

  protected override neighbour(key: Key): number | undefined {
    if (key.name === 'left arrow') return Math.max(0, this.chosen - 1);
    if (key.name === 'right arrow') {
      return Math.max(0, Math.min(this.chosen + 1, this.items.length - 1));
    }
    return key.name === 'space' ? this.around(1) : undefined;
  }
}
