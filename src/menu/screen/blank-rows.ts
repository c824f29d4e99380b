import type { LaidOutArt, Placement } from '../../art/render';
import { Canvas } from '../../terminal/canvas';
import { findProperty, findViewType } from '../../views/registry';

/** True for a view that may have several rows: blank rows below it belong to it. */
function isTall({ code }: Placement): boolean {
  const type = findViewType(code);
  return type !== undefined && findProperty(type, 'height') !== undefined;
}

/** Art without as many blank rows as it is taller than a screen of `height` rows, the lowest first. */
export function withoutBlankRows(drawn: LaidOutArt, height: number): LaidOutArt {
  if (drawn.rows <= height) return drawn;
  const blank = blankRows(drawn).slice(height - drawn.rows);
  const isLeft = (row: number): boolean => !blank.includes(row);
  const shifted = (row: number): number => row - blank.filter((each) => each < row).length;
  const moved = (place: Placement): Placement => ({ ...place, row: shifted(place.row) });
  const canvas = new Canvas(drawn.canvas.width, drawn.canvas.height - blank.length);
  for (let row = 1; row <= drawn.canvas.height; row++) {
    if (isLeft(row)) canvas.draw(rowOf(drawn.canvas, row), shifted(row));
  }
  return {
    ...drawn,
    canvas,
    placements: drawn.placements.map(moved),
    predefined: drawn.predefined.map(moved),
    rows: drawn.rows - blank.length,
    endRow: shifted(drawn.endRow),
  };
}

function rowOf(canvas: Canvas, row: number): Canvas {
  const copy = new Canvas(canvas.width, 1);
  copy.draw(canvas, 2 - row);
  return copy;
}

/** Rows with neither art nor a view, from the top. */
function blankRows({ canvas, rows, placements, predefined }: LaidOutArt): readonly number[] {
  const blank: number[] = [];
  let isBelowTall = false;
  for (let row = 1; row <= rows; row++) {
    const views = placements.filter((place) => place.row === row);
    const isUsed = views.length > 0 || predefined.some((place) => place.row === row);
    if (isUsed || !isEmpty(canvas, row)) isBelowTall = views.some(isTall);
    else if (!isBelowTall) blank.push(row);
  }
  return blank;
}

function isEmpty(canvas: Canvas, row: number): boolean {
  return Array.from({ length: canvas.width }, (_, index) => index + 1).every((column) =>
    canvas.isBlank(row, column),
  );
}
