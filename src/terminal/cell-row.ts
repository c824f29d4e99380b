import { PLAIN, type Style } from './style';
import { isBlankStyle, sameStyle } from './style-sequence';
import type { Encoding } from './terminal';

/** One row of cells, to be looked at. */
export interface Cells {
  /** One character a column; '' for the right half of a wide one. */
  readonly characters: readonly string[];
  /** As many as characters; what is behind the end of both is blank. */
  readonly styles: readonly Style[];
}

/**
 * A row to be drawn on. A screen of 80x24 weighs thirty thousand bytes, and most callers look at the same
 * few: canvases share their rows, and a row is copied when one of them draws on it.
 */
export interface CellRow extends Cells {
  readonly characters: string[];
  readonly styles: Style[];
  /** Shown by more than one canvas: not to be written to. */
  isShared: boolean;
  timesDrawn: number;
  /** What a shared row was last drawn as, so that nobody else needs to make it again. */
  drawn: Partial<Record<Encoding, DrawnRow>> | undefined;
}

/** The sequences that draw a row, good for the same place and for a terminal in the same style. */
export interface DrawnRow {
  readonly row: number;
  readonly screen: string;
  readonly before: Style | undefined;
  readonly after: Style | undefined;
  readonly ansi: string;
}

// Moving on costs four bytes at least, so short gaps are cheaper written again.
const SHORTEST_GAP = 5;

export function blankRow(): CellRow {
  return { characters: [], styles: [], isShared: true, timesDrawn: 0, drawn: undefined };
}

/** A row of one's own, filled up to a width. */
export function copyRow({ characters, styles }: Cells, width: number): CellRow {
  const copy = {
    characters: new Array<string>(width).fill(' '),
    styles: new Array<Style>(width).fill(PLAIN),
    isShared: false,
    timesDrawn: 0,
    drawn: undefined,
  };
  for (let x = 0; x < characters.length; x++) {
    copy.characters[x] = characters[x] ?? ' ';
    copy.styles[x] = styles[x] ?? PLAIN;
  }
  return copy;
}

/** Columns down to the last one that shows anything. */
export function usedWidth(row: Cells): number {
  let width = row.characters.length;
  while (width > 0 && isBlankAt(row, width)) width -= 1;
  return width;
}

/** True when the cell in a column, counted from 1, shows nothing. */
export function isBlankAt({ characters, styles }: Cells, column: number): boolean {
  return (characters[column - 1] ?? ' ') === ' ' && isBlankStyle(styles[column - 1] ?? PLAIN);
}

/** Number of blank cells from a column on. */
export function blankRun(row: Cells, column: number, last: number): number {
  let at = column;
  while (at <= last && isBlankAt(row, at)) at += 1;
  return at - column;
}

/** Last column before the next gap that is worth jumping over. */
export function inkEnd(row: Cells, column: number, last: number): number {
  let end = column;
  while (end < last) {
    const gap = blankRun(row, end + 1, last);
    if (gap >= SHORTEST_GAP) break;
    end += gap === 0 ? 1 : gap;
  }
  return end;
}

/** True when it is worth jumping over a gap of so many columns. */
export function isWideGap(columns: number): boolean {
  return columns >= SHORTEST_GAP;
}

export function isSameCell(a: Cells, b: Cells, column: number): boolean {
  return (
    (a.characters[column - 1] ?? ' ') === (b.characters[column - 1] ?? ' ') &&
    sameStyle(a.styles[column - 1] ?? PLAIN, b.styles[column - 1] ?? PLAIN)
  );
}

/** Last column, from a changed one on, before the next stretch without changes that is worth jumping over. */
export function changeEnd(before: Cells, after: Cells, column: number): number {
  const width = Math.max(before.characters.length, after.characters.length);
  let end = column;
  for (let at = column + 1; at <= width && at - end < SHORTEST_GAP; at++) {
    if (!isSameCell(before, after, at)) end = at;
  }
  return end;
}
