import type { Key } from '../terminal/key';
import type { Row } from './cells';
import { ItemListView } from './item-list';
import type { PressResult } from './view';

/** SM: one item at a time, changed by up and down. */
export class SpinnerView extends ItemListView {
  override rows(): readonly Row[] {
    return [this.itemCells(this.chosen, this.itemWidth)];
  }

  /**
   * Letters choose the next item that begins with them; other letters are handled without effect,
   * so that they are no action keys.
   */
  override press(key: Key): PressResult {
    const result = super.press(key);
    if (result !== 'ignored' || key.text === '') return result;
    const typed = key.text.toLowerCase();
    for (let step = 1; step <= this.items.length; step++) {
      const next = this.around(step);
      if (this.items[next]?.text.toLowerCase().startsWith(typed)) return this.choose(next);
    }
    return 'handled';
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
