import type { ScreenPlace } from '../terminal/key';
import type { View } from './view';

/** How far a tap may be from a view in its row: as far as the words beside a field go. */
const REACH = 24;
/** A view in the row of the tap is nearer than any that is below its words. */
const ROW = 2 * REACH;

/**
 * The view that a tap means: the one under it, else the nearest in its row, else the one in the row
 * below, so that the words of a field lead to it. With `exactly` only the one under it.
 */
export function findTapped(
  views: readonly View[],
  at: ScreenPlace,
  { exactly = false } = {},
): View | undefined {
  const distances = views.flatMap((view) => {
    const { row, column } = view.spec;
    const rows = view.rows();
    const isAbove = at.row === row - 1;
    if (at.row < row - 1 || at.row >= row + rows.length) return [];
    // The rows between the items of a list are empty: the list is as wide there as elsewhere.
    const width = Math.max(...rows.map((cells) => cells.length));
    const aside = Math.max(0, column - at.column, at.column - (column + width - 1));
    const most = exactly ? 0 : REACH;
    return aside <= most && !(exactly && isAbove)
      ? [{ view, distance: aside + (isAbove ? ROW : 0) }]
      : [];
  });
  return distances.sort((left, right) => left.distance - right.distance)[0]?.view;
}
