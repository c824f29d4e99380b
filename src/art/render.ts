import type { Canvas } from '../terminal/canvas';
import { PLAIN, type Style } from '../terminal/style';
import { applySgr, withBrightNumber } from '../terminal/style-sequence';
import { sanitizeUserText } from '../terminal/untrusted';
import type { Art } from './art-file';
import { ArtScreen } from './art-screen';
import type { ArtToken, MciToken } from './art-token';
import { applyColorCode } from './color-codes';

/** The value of a predefined MCI code; undefined leaves its cells empty. */
export type ResolveMci = (code: string, args: readonly string[]) => string | undefined;

interface RenderOptions {
  /** Size of the caller's screen. */
  readonly width: number;
  readonly height: number;
  readonly resolve?: ResolveMci;
}

/** Rendered art: its cells, and the positions of its views. */
export interface RenderedArt {
  /** As wide as the screen and as high as the art. */
  readonly canvas: Canvas;
  /** Views and place markers, in the order of the art. */
  readonly placements: readonly Placement[];
  /** Predefined codes, whose values are already on the canvas. */
  readonly predefined: readonly Placement[];
  /** Rows up to the last one in use. */
  readonly rows: number;
  /** True when the art has more rows than the screen: page it or let it scroll. */
  readonly tall: boolean;
  /** Final position of the cursor, for what follows the art. Counts from 1. */
  readonly endRow: number;
  readonly endColumn: number;
}

/**
 * Art as it is for all screens of this width: cells and placements, without any caller's values. It
 * is drawn once and filled in for each caller.
 */
export interface LaidOutArt {
  readonly width: number;
  readonly canvas: Canvas;
  readonly placements: readonly Placement[];
  readonly predefined: readonly Placement[];
  readonly rows: number;
  readonly endRow: number;
  readonly endColumn: number;
}

const FIRST_FREE_ID = 100;
// More placements than fit on any screen; keeps hostile art from making long lists.
const MAX_PLACEMENTS = 1000;

interface Drawing {
  readonly screen: ArtScreen;
  readonly placements: Placement[];
  readonly predefined: Placement[];
  iceColors: boolean;
  nextId: number;
  /** Style of the last token that was not a code: it fills the cells of a code. */
  surroundingStyle: Style;
  previous:
    { readonly place: Placement; readonly source: string; readonly end: number } | undefined;
}

/** Renders art off-screen. The same art, size and values always give the same result. */
export function renderArt(art: Art, options: RenderOptions): RenderedArt {
  return fillLayout(layOutArt(art, options.width), options);
}

/** Draws a caller's values over the art on a copy of a layout; the layout does not change. */
export function fillLayout(
  layout: LaidOutArt,
  { height, resolve }: Pick<RenderOptions, 'height' | 'resolve'>,
): RenderedArt {
  const { placements, predefined, rows, endRow, endColumn } = layout;
  const canvas = layout.canvas.clone();
  for (const place of predefined) {
    const value = resolve?.(place.code, place.arguments);
    if (value === undefined) continue;
    canvas.print(place.row, place.column, sanitizeUserText(value), place.style);
  }
  return { canvas, placements, predefined, rows, tall: rows > height, endRow, endColumn };
}

/** Draws the part that is the same for all callers. */
export function layOutArt(art: Art, width: number): LaidOutArt {
  const screen = new ArtScreen(art.width, art.softBreaks);
  const drawing: Drawing = {
    screen,
    placements: [],
    predefined: [],
    iceColors: art.iceColors,
    nextId: FIRST_FREE_ID,
    surroundingStyle: PLAIN,
    previous: undefined,
  };
  for (const token of art.tokens) drawToken(drawing, token);
  screen.resolveWrap();
  return {
    width,
    canvas: screen.toCanvas(width),
    placements: drawing.placements,
    predefined: drawing.predefined,
    rows: screen.rows,
    endRow: screen.row + 1,
    endColumn: Math.min(width, screen.column + 1),
  };
}

function drawToken(drawing: Drawing, token: ArtToken): void {
  const { screen } = drawing;
  switch (token.kind) {
    case 'text':
      screen.print(token.text);
      drawing.surroundingStyle = screen.style;
      return;
    case 'sgr':
      screen.style = applySgr(screen.style, token.parameters, drawing.iceColors);
      return;
    case 'color':
      if (token.code.kind === 'newline') {
        screen.carriageReturn();
        screen.lineFeed();
      } else if (token.code.kind === 'clear') screen.erase('screen');
      else screen.style = applyColorCode(screen.style, token.code);
      return;
    case 'move':
      return screen.move(token.rows, token.columns);
    case 'goto':
      return screen.goTo(
        token.row === undefined ? undefined : token.row - 1,
        token.column === undefined ? undefined : token.column - 1,
      );
    case 'erase':
      return screen.erase(token.area);
    case 'ice-colors':
      drawing.iceColors = token.on;
      return;
    case 'mci':
      return drawMci(drawing, token);
    case 'save':
      return screen.save();
    case 'restore':
      return screen.restore();
    case 'return':
      return screen.carriageReturn();
    case 'feed':
      return screen.lineFeed();
    case 'tab':
      return screen.tab();
    case 'backspace':
      return screen.backspace();
  }
}

function drawMci(drawing: Drawing, token: MciToken): void {
  const { screen } = drawing;
  screen.resolveWrap();
  const { row, column, style } = screen;
  const place: Placement = {
    code: token.code,
    id: token.number ?? drawing.nextId,
    arguments: token.arguments,
    row: row + 1,
    column: column + 1,
    style: withBrightNumber(style),
    focusStyle: undefined,
  };
  // the code's own colours belong to the view: its cells in the art look like the art around it
  const { surroundingStyle } = drawing;
  screen.blank(
    token.source.length,
    surroundingStyle.inverse || surroundingStyle.underline ? PLAIN : surroundingStyle,
  );
  screen.use(row);
  if (drawing.placements.length + drawing.predefined.length >= MAX_PLACEMENTS) return;
  if (token.codeKind === 'value') {
    if (token.number === undefined) drawing.nextId += 1;
    drawing.predefined.push(place);
    return;
  }
  if (isFocusCode(drawing, token, place)) return;
  if (token.number === undefined) drawing.nextId += 1;
  drawing.placements.push(place);
  drawing.previous = { place, source: token.source, end: cellAfter(place, token, screen.width) };
}

function cellAfter(place: Placement, token: MciToken, width: number): number {
  return (place.row - 1) * width + place.column - 1 + token.source.length;
}

/**
 * True for a second code with the same number, or directly after an identical code: it sets the
 * view's colour in focus.
 */
function isFocusCode(drawing: Drawing, token: MciToken, place: Placement): boolean {
  const { placements, previous, screen } = drawing;
  const index =
    token.number !== undefined
      ? placements.findIndex((known) => known.code === token.code && known.id === token.number)
      : previous !== undefined &&
          previous.source === token.source &&
          previous.end === (place.row - 1) * screen.width + place.column - 1
        ? placements.indexOf(previous.place)
        : -1;
  const first = placements[index];
  if (first === undefined) return false;
  placements[index] = { ...first, focusStyle: place.style };
  drawing.previous = undefined;
  return true;
}

/** The position of an MCI code in an art file (contract A8). Rows and columns count from 1. */
export interface Placement {
  /** Two capital letters, e.g. `ET`. */
  readonly code: string;
  /** Number after the code; codes without one get ids from 100 up. */
  readonly id: number;
  readonly arguments: readonly string[];
  readonly row: number;
  readonly column: number;
  readonly style: Style;
  /** Style of a second, identical code directly after the first: the colour in focus. */
  readonly focusStyle: Style | undefined;
}
