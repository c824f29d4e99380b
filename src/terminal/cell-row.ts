import { PLAIN, type Style } from './style';
import { isBlankStyle, sameStyle } from './style-sequence';
import type { Encoding } from './terminal';

/** One row of cells, read-only. */
export interface Cells {
  /** One character per column; '' for the right half of a wide one. */
  readonly characters: readonly string[];
  /** As many as characters; cells after the end of both are blank. */
  readonly styles: readonly Style[];
}

/**
 * A row that can be drawn on. A screen of 80x24 takes thirty thousand bytes, and most callers look
 * at the same few screens: canvases share their rows, and a row is copied when one of them draws on
 * it.
 */
export interface CellRow extends Cells {
  readonly characters: string[];
  readonly styles: Style[];
  /** Shown by more than one canvas; must not be written to. */
  isShared: boolean;
  timesDrawn: number;
  /** Cached output of a shared row, so that it is not generated for each caller. */
  drawn: Partial<Record<Encoding, DrawnRow>> | undefined;
}

/**
 * The sequences that draw a row; valid for the same position and for a terminal in the same style.
 */
interface DrawnRow {
  readonly row: number;
  readonly screen: string;
  readonly before: Style | undefined;
  readonly after: Style | undefined;
  readonly ansi: string;
}

// A cursor movement takes at least four bytes, so shorter gaps are cheaper to write again.
const MIN_GAP = 5;

export function blankRow(): CellRow {
  return { characters: [], styles: [], isShared: true, timesDrawn: 0, drawn: undefined };
}

/** A copy that is not shared, padded to a width. */
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

/** Columns up to the last one that is not blank. */
export function usedWidth(row: Cells): number {
  let width = row.characters.length;
  while (width > 0 && isBlankAt(row, width)) width -= 1;
  return width;
}

/** True when the cell in a column, counted from 1, is blank. */
export function isBlankAt({ characters, styles }: Cells, column: number): boolean {
  return (characters[column - 1] ?? ' ') === ' ' && isBlankStyle(styles[column - 1] ?? PLAIN);
}

/** Number of blank cells from a column on. */
export function blankRun(row: Cells, column: number, last: number): number {
  let at = column;
  while (at <= last && isBlankAt(row, at)) at += 1;
  return at - column;
}

/** Last column before the next gap that is long enough to skip. */
export function inkEnd(row: Cells, column: number, last: number): number {
  let end = column;
  while (end < last) {
    const gap = blankRun(row, end + 1, last);
    if (gap >= MIN_GAP) break;
    end += gap === 0 ? 1 : gap;
  }
  return end;
}

/** True when a gap of this many columns is long enough to skip. */
export function isWideGap(columns: number): boolean {
  return columns >= MIN_GAP;
}

export function isSameCell(a: Cells, b: Cells, column: number): boolean {
  return (
    (a.characters[column - 1] ?? ' ') === (b.characters[column - 1] ?? ' ') &&
    sameStyle(a.styles[column - 1] ?? PLAIN, b.styles[column - 1] ?? PLAIN)
  );
}

/**
 * Last column, from a changed one on, before the next unchanged stretch that is long enough to
 * skip.
 */
export function changeEnd(before: Cells, after: Cells, column: number): number {
  const width = Math.max(before.characters.length, after.characters.length);
  let end = column;
  for (let at = column + 1; at <= width && at - end < MIN_GAP; at++) {
    if (!isSameCell(before, after, at)) end = at;
  }
  return end;
}
