import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ScreenEmulator } from '../support/screen';
import { ENIGMA_BOARD } from './support';

/** Part of a row in one style: column from 0, columns, ink, paper, bold, blink, reverse. */
export type Run = readonly [number, number, string, string, boolean, boolean, boolean];

/** One recorded screen: what that board showed once these keys had been sent. */
export interface RecordedScreen {
  readonly name: string;
  /** The first is a sentence about the call. */
  readonly keys: readonly string[];
  readonly cursor: readonly [row: number, column: number];
  readonly rows: readonly { readonly text: string; readonly runs: readonly Run[] }[];
}

/** A cell as a person sees it: colours 0-15 in ANSI order. */
export interface SeenCell {
  readonly character: string;
  readonly ink: number;
  readonly paper: number;
  readonly blink: boolean;
}

export interface Difference {
  /** A hidden cursor is one that this board does not show there. */
  readonly kind: 'cell' | 'cursor' | 'hidden cursor';
  readonly row: number;
  readonly column: number;
  readonly recorded: SeenCell;
  readonly here: SeenCell;
  /** Where the cursor stands here, of a difference of that kind. */
  readonly cursorHere?: { readonly row: number; readonly column: number };
}

const COLOURS = ['black', 'red', 'green', 'brown', 'blue', 'magenta', 'cyan', 'white'];
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';

/** The screens as recorded; none where the installation is not there. */
export function readRecordedScreens(): readonly RecordedScreen[] {
  const file = join(ENIGMA_BOARD, 'screens.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as RecordedScreen[]) : [];
}

/** Everything in which the screen differs from the recorded one: cells by row, then the cursor. */
export function differencesOf(
  recorded: RecordedScreen,
  screen: ScreenEmulator,
): readonly Difference[] {
  const found: Difference[] = [];
  for (let row = 1; row <= recorded.rows.length; row += 1) {
    for (let column = 1; column <= screen.width; column += 1) {
      const wanted = recordedCell(recorded, row, column);
      const here = seenCell(screen, row, column);
      if (!sameCell(wanted, here))
        found.push({ kind: 'cell', row, column, recorded: wanted, here });
    }
  }
  const [row, column] = recorded.cursor;
  const { cursor } = screen;
  if (row !== cursor.row || column !== cursor.column) {
    const place = { row, column, recorded: recordedCell(recorded, row, Math.min(column, 80)) };
    const kind = isCursorHidden(screen) ? 'hidden cursor' : 'cursor';
    const here = seenCell(screen, cursor.row, cursor.column);
    found.push({ kind, ...place, here, cursorHere: cursor });
  }
  return found;
}

function isCursorHidden(screen: ScreenEmulator): boolean {
  const sent = Buffer.concat(screen.sent);
  return sent.lastIndexOf(HIDE_CURSOR) > sent.lastIndexOf(SHOW_CURSOR);
}

function recordedCell({ rows }: RecordedScreen, row: number, column: number): SeenCell {
  const { text = '', runs = [] } = rows[row - 1] ?? {};
  const run = runs.find(([from, length]) => column > from && column <= from + length);
  if (run === undefined) throw new Error(`nothing recorded at row ${row}, column ${column}`);
  const [, , ink, paper, bold, blink, reverse] = run;
  const colours = [colourOf(ink, 7) + (bold ? 8 : 0), colourOf(paper, 0)] as const;
  return {
    character: [...text][column - 1] ?? ' ',
    ink: reverse ? colours[1] : colours[0],
    paper: reverse ? colours[0] : colours[1],
    blink,
  };
}

function colourOf(name: string, standard: number): number {
  if (name === 'default') return standard;
  const colour = COLOURS.indexOf(name);
  if (colour === -1) throw new Error(`a colour of no name: ${name}`);
  return colour;
}

function seenCell(screen: ScreenEmulator, row: number, column: number): SeenCell {
  const cell = screen.cell(row, column);
  const { foreground, background, bold, inverse, blink, character } = cell;
  const ink = bold && foreground < 8 ? foreground + 8 : foreground;
  return { character, blink, ink: inverse ? background : ink, paper: inverse ? ink : background };
}

/** The ink of a blank cell means nothing. */
function sameCell(a: SeenCell, b: SeenCell): boolean {
  const blank = a.character === ' ' && b.character === ' ';
  const sameInk = blank || (a.ink === b.ink && a.blink === b.blink);
  return a.character === b.character && a.paper === b.paper && sameInk;
}

/** One difference in words, for a test that fails. */
export function describeDifference({ kind, row, column, recorded, here }: Difference): string {
  const words = ({ character, ink, paper, blink }: SeenCell): string =>
    `'${character}' ${ink} on ${paper}${blink ? ' blinking' : ''}`;
  const what = kind === 'cell' ? `${words(recorded)}, here ${words(here)}` : kind;
  return `row ${row}, column ${column}: ${what}`;
}
