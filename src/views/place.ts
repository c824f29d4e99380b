import type { Row } from './cells';
import { View } from './view';

/** XY: marks a place for a module; shows nothing and handles no keys. */
export class PlaceView extends View {
  override rows(): readonly Row[] {
    return [];
  }

  protected override get takesKeys(): boolean {
    return false;
  }
}
