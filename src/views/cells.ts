import type { Cell } from '../terminal/canvas';
import { characterColumns } from '../terminal/character-width';
import { moveTo } from '../terminal/ansi';
import { PLAIN, type Style } from '../terminal/style';
import { applySgr, sameStyle, styleChange } from '../terminal/style-sequence';
import type { Encoding } from '../terminal/terminal';

/** One painted line of a view, from its first column on. */
export type Row = readonly Cell[];

export type Justify = 'left' | 'right' | 'center';

const BLANK: Cell = { character: ' ', style: PLAIN };
const SGR = /\x1b\[([0-9;]*)m/y;
const OTHER_SEQUENCE = /\x1b(?:\[[0-?]*[ -/]*[@-~]?|.?)/y;
const CONTROL = /[\x00-\x1f\x7f-\x9f]/;

/** Text as cells; its SGR sequences set their styles, every other control is dropped. */
export function cellsOf(text: string, base: Style): Cell[] {
  const cells: Cell[] = [];
  let style = base;
  for (let index = 0; index < text.length;) {
    if (text[index] === '\x1b') {
      SGR.lastIndex = index;
      const found = SGR.exec(text);
      if (found !== null) {
        style = applySgr(style, (found[1] ?? '').split(';').map(Number));
        index = SGR.lastIndex;
      } else {
        OTHER_SEQUENCE.lastIndex = index;
        OTHER_SEQUENCE.test(text);
        index = Math.max(OTHER_SEQUENCE.lastIndex, index + 1);
      }
      continue;
    }
    const code = text.codePointAt(index) ?? 0x20;
    const character = String.fromCodePoint(code);
    index += character.length;
    if (!CONTROL.test(character)) addCharacter(cells, character, style);
  }
  return cells;
}

/** Plain text as cells of one style; controls are dropped, escape sequences are not interpreted. */
export function plainCells(text: string, style: Style): Cell[] {
  const cells: Cell[] = [];
  for (const character of text) {
    if (!CONTROL.test(character)) addCharacter(cells, character, style);
  }
  return cells;
}

function addCharacter(cells: Cell[], character: string, style: Style): void {
  const columns = characterColumns(character.codePointAt(0) ?? 0x20);
  if (columns === 0) return;
  cells.push({ character, style });
  if (columns === 2) cells.push({ character: '', style });
}

/** The characters of cells, without their styles. */
export function textOfCells(cells: Row): string {
  return cells.map(({ character }) => character).join('');
}

/** Columns that a text takes on the screen. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += characterColumns(character.codePointAt(0) ?? 0x20);
  return columns;
}

interface Fit {
  readonly width: number;
  readonly justify?: Justify;
  /** The cell that fills the rest of the width. */
  readonly fill: Cell;
  /** Undefined: longer text is not cut; otherwise it is cut to `width` and ends with this. */
  readonly overflow?: string | undefined;
}

/** Fits cells to a width: padded according to `justify`, or cut. */
export function fitCells(cells: Row, fit: Fit): Row {
  const missing = fit.width - cells.length;
  if (missing < 0) return fit.overflow === undefined ? cells : cutCells(cells, fit);
  const before =
    fit.justify === 'right' ? missing : fit.justify === 'center' ? Math.floor(missing / 2) : 0;
  const fill = (count: number): Cell[] => new Array<Cell>(count).fill(fit.fill);
  return [...fill(before), ...cells, ...fill(missing - before)];
}

function cutCells(cells: Row, fit: Fit): Row {
  const style = cells[0]?.style ?? fit.fill.style;
  const end = plainCells(fit.overflow ?? '', style).slice(0, fit.width);
  const kept = cells.slice(0, fit.width - end.length);
  // Half of a wide character cannot be shown.
  if (cells[kept.length]?.character === '' && kept.length > 0) kept[kept.length - 1] = fit.fill;
  return [...kept, ...end];
}

/**
 * The stored form of a row while a caller looks at it: a hundred bytes instead of an object for
 * each cell, because ten thousand callers may be looking.
 */
export interface PackedRow {
  readonly characters: string;
  readonly runs: readonly StyleRun[];
}

/** A run of cells of one style, up to a column. */
interface StyleRun {
  readonly style: Style;
  readonly end: number;
}

// Represents the right half of a wide character; cells contain no control characters.
const RIGHT_HALF = '\0';

export function packRow(cells: Row): PackedRow {
  const runs: StyleRun[] = [];
  const characters: string[] = [];
  let last: { style: Style; end: number } | undefined;
  for (const { character, style } of cells) {
    characters.push(character === '' ? RIGHT_HALF : character);
    if (last !== undefined && (last.style === style || sameStyle(last.style, style))) last.end += 1;
    else runs.push((last = { style, end: (last?.end ?? 0) + 1 }));
  }
  // A copied array has no spare capacity, unlike one that has grown.
  return share({ characters: characters.join(''), runs: [...runs] });
}

/** A row of so many runs is lettering or a picture, which callers see alike; what is typed has one or two. */
const RUNS_TO_SHARE = 6;
/** Rows that are shared at most: a few screens of every theme. */
const MAX_SHARED = 500;

/** By what they show; those that were not packed for the longest time leave first. */
const shared = new Map<string, PackedRow>();

function share(row: PackedRow): PackedRow {
  if (row.runs.length < RUNS_TO_SHARE) return row;
  const styles = row.runs.map(({ style, end }) => [end, ...Object.values(style)].join(','));
  const key = [row.characters, ...styles].join(';');
  const known = shared.get(key) ?? row;
  shared.delete(key);
  shared.set(key, known);
  const [oldest] = shared.keys();
  if (shared.size > MAX_SHARED && oldest !== undefined) shared.delete(oldest);
  return known;
}

export function unpackRow({ characters, runs }: PackedRow): Row {
  const cells: Cell[] = [];
  let run = 0;
  for (const character of characters) {
    if (cells.length >= (runs[run]?.end ?? 0)) run += 1;
    const style = runs[run]?.style ?? PLAIN;
    cells.push({ character: character === RIGHT_HALF ? '' : character, style });
  }
  return cells;
}

interface PaintPlace {
  readonly row: number;
  readonly column: number;
  readonly screenWidth: number;
  readonly screenHeight: number;
  readonly encoding: Encoding;
}

/**
 * The shortest output that turns a painted row into the next one: one move, then the cells from the
 * first that differs to the last. Cells outside the screen and the bottom-right cell are never
 * written.
 */
export function paintRow(previous: Row, next: Row, place: PaintPlace): string {
  const length = Math.min(Math.max(previous.length, next.length), roomOf(place));
  const differs = (index: number): boolean => !sameCell(previous[index], next[index] ?? BLANK);
  let first = 0;
  while (first < length && !differs(first)) first += 1;
  if (first >= length) return '';
  let last = length - 1;
  while (last > first && !differs(last)) last -= 1;
  while (first > 0 && next[first]?.character === '') first -= 1;

  let output = moveTo(place.row, place.column + first);
  let style: Style | undefined;
  for (let index = first; index <= last; index++) {
    const cell = next[index] ?? BLANK;
    output += styleChange(style, cell.style, place.encoding) + cell.character;
    style = cell.style;
  }
  return output;
}

function roomOf(place: PaintPlace): number {
  if (place.row > place.screenHeight || place.row < 1) return 0;
  const corner = place.row === place.screenHeight ? 1 : 0;
  return place.screenWidth - corner - place.column + 1;
}

function sameCell(a: Cell | undefined, b: Cell): boolean {
  return a !== undefined && a.character === b.character && sameStyle(a.style, b.style);
}
