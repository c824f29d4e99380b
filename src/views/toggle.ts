import type { Key } from '../terminal/key';
import { plainCells, type Row } from './cells';
import { ItemListView } from './item-list';

const STROKE = ' / ';

/**
 * TM: a few items side by side, one of which is on. Menus of two are the rule; a third one, as on
 * the SSH key screen of the contract, can be reached as well.
 */
export class ToggleView extends ItemListView {
  override rows(): readonly Row[] {
    const stroke = plainCells(STROKE, this.styleNumber(1, this.spec.style));
    return [
      this.items.flatMap((_, index) => [...(index === 0 ? [] : stroke), ...this.itemCells(index)]),
    ];
  }

  override get cursor(): { row: number; column: number; visible: boolean } {
    let column = 0;
    for (let index = 0; index < this.chosen; index++) {
      column += this.itemCells(index).length + STROKE.length;
    }
    return { row: 0, column, visible: false };
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
