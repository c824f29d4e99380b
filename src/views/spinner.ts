import type { Key } from '../terminal/key';
import type { Row } from './cells';
import { ItemListView } from './item-list';

/** SM: one item at a time, turned by up and down. */
export class SpinnerView extends ItemListView {
  override rows(): readonly Row[] {
    return [this.itemCells(this.chosen, this.read.number('width') ?? this.widest)];
  }

  protected override neighbour(key: Key): number | undefined {
    if (key.name === 'up arrow') return this.around(-1);
    return key.name === 'down arrow' ? this.around(1) : undefined;
  }

  // The one item in sight needs its focus colour only while it has the focus.
  protected override get showsChoice(): boolean {
    return this.hasFocus;
  }
}
