import { artToStream, rowsToStream } from '../../art/stream';
import { clearScreen, knowsFonts, moveTo, selectFont } from '../../terminal/ansi';
import { rowBelow } from './compose';
import type { MenuConfig } from '../load/menu-entry';
import { rowToAnsi } from './lent-rows';
import type { ScreenController } from './screen-controller';
import { pause, type AfterPause } from './pause';
import type { Picture } from './art-layout';
import type { CallContext } from '../run/call-context';

interface PresentOptions {
  readonly config: MenuConfig;
  readonly description: string;
  /** Set when the same screen is shown again in a window of another size: at once, from this row. */
  readonly fromRow?: number | undefined;
  /** True where keys that were typed before pass by its pauses. */
  readonly mayBePassed?: boolean;
}

/** First row of the art on the current page, and whether it was drawn for another size. */
interface ShownPage {
  readonly row: number;
  readonly resized: boolean;
}

const WHOLE: ShownPage = { row: 1, resized: false };

/** Font of every screen that sets no other. */
const STANDARD_FONT = 'cp437';

/**
 * Prepares a composed screen for the next `flush`, so that it is sent in one write with the module's
 * changes. Only output that takes time is sent here: art at modem speed, and paged art.
 */
export async function present(
  call: CallContext,
  screen: ScreenController,
  options: PresentOptions,
): Promise<ShownPage> {
  const { config, fromRow } = options;
  const { terminal, signal } = call.caller;
  const { picture, scrolled, form } = screen.composition;
  if (terminal.isLineByLine) {
    screen.open({ clear: true });
    return WHOLE;
  }
  const isAgain = fromRow !== undefined;
  const clear = empties(call, config) || isAgain;
  const from = clear ? 1 : call.freeRow;
  call.freeRow = freeRowBelow(call, picture, from);
  const font = fontSequence(call, config.font ?? picture?.art.font);
  const start = font + (clear ? clearScreen() : '');
  if (picture !== undefined && config.baudRate !== undefined && !isAgain) {
    const { encoding } = terminal;
    const stream = artToStream(picture.art, { resolve: picture.resolve, encoding });
    await terminal.writePaced(start + stream, { baud: config.baudRate, signal });
    screen.openOver('');
    return WHOLE;
  }
  const streamed = { encoding: terminal.encoding, windowWidth: terminal.window.width };
  if (!clear && picture !== undefined && form.views.length === 0) {
    // Art without views continues below the current screen, as on a scrolling terminal.
    const stream = rowsToStream(picture.canvas, streamed);
    screen.openOver(font + moveTo(from, 1) + stream);
    return WHOLE;
  }
  if (picture === undefined || scrolled === 0) {
    screen.open({ clear, before: font });
    return WHOLE;
  }
  if (isPaged(config, picture, scrolled)) {
    terminal.write(start);
    const page = await showPages(call, picture, options);
    if (!page.resized) screen.openOver('');
    return page;
  }
  // The last row is positioned, not scrolled in: a line break after it would scroll one row too far.
  const to = picture.rows - 1;
  const stream = rowsToStream(picture.canvas, { ...streamed, to });
  screen.openOver(start + stream + rowToAnsi(call, screen.composition, terminal.height));
  return WHOLE;
}

/** Prepares a screen that was shown before: as a whole, at once, without modem speed or pages. */
export function presentAgain(call: CallContext, screen: ScreenController): void {
  call.freeRow = freeRowBelow(call, screen.composition.picture, 1);
  screen.open({ clear: true });
}

function freeRowBelow(call: CallContext, picture: Picture | undefined, from: number): number {
  const rows = picture === undefined ? 0 : rowBelow(picture) - 1;
  return Math.min(call.caller.terminal.height, from + rows);
}

function fontSequence(call: CallContext, wanted: string | undefined): string {
  if (!knowsFonts(call.caller.terminal.type)) return '';
  const font = wanted ?? STANDARD_FONT;
  if (font === (call.font ?? STANDARD_FONT)) return '';
  const sequence = selectFont(font);
  if (sequence === undefined) return '';
  call.font = font;
  return sequence;
}

/** Art with cursor positioning cannot be divided into pages (contract A10.5). */
function isPaged(config: MenuConfig, picture: Picture, scrolled: number): boolean {
  const wanted = config.pause === 'pageBreak' && config.baudRate === undefined && scrolled > 0;
  return wanted && !picture.art.tokens.some((token) => token.kind === 'goto');
}

async function showPages(
  call: CallContext,
  picture: Picture,
  options: PresentOptions,
): Promise<ShownPage> {
  const { terminal } = call.caller;
  const streamed = { encoding: terminal.encoding, windowWidth: terminal.window.width };
  // The last row is for the prompt.
  const perPage = Math.max(1, terminal.height - 1);
  let from = options.fromRow ?? 1;
  for (; ; from += perPage) {
    const to = Math.min(picture.rows, from + perPage - 1);
    terminal.write(rowsToStream(picture.canvas, { ...streamed, from, to }));
    if (to === picture.rows) break;
    const prompt = options.config.pausePrompt.page ?? 'pausePage';
    const { description, mayBePassed } = options;
    const after = await pause(call, { prompt, row: terminal.height, description, mayBePassed });
    if (after === 'resized') return { row: from, resized: true };
    if (after === 'stop') break;
    if (after === 'all-the-rest') {
      terminal.write(rowsToStream(picture.canvas, { ...streamed, from: to + 1 }));
      break;
    }
  }
  return { row: from, resized: false };
}

/** The pause at the end of a screen, if its menu has one. */
export async function pauseAtEnd(
  call: CallContext,
  screen: ScreenController,
  options: PresentOptions,
): Promise<AfterPause> {
  const { config, description, mayBePassed } = options;
  if (config.pause === undefined) return 'go-on';
  const named = typeof config.pause === 'object' ? config.pause.prompt : 'pause';
  const position = config.pausePosition;
  return pause(call, {
    prompt: config.pausePrompt.end ?? named,
    row: position?.row ?? pauseRow(call, screen, config),
    column: position?.column ?? 1,
    mayScroll: position === undefined,
    // A prompt below the art has nothing below it.
    isEmpty: position && ((row) => screen.isEmptyRow(row)),
    behind: [screen.composition.form, screen.composition.backdrop],
    description,
    mayBePassed,
  });
}

/** True when the screen is cleared before the menu is shown. */
function empties(call: CallContext, config: MenuConfig): boolean {
  return config.cls ?? call.services.config().menus.cls;
}

/** The first row below the art; art that fills the screen scrolls up for it. */
function pauseRow(call: CallContext, screen: ScreenController, config: MenuConfig): number {
  const { picture, scrolled } = screen.composition;
  const { height } = call.caller.terminal;
  if (picture === undefined) return height;
  const scrolledFree = !empties(call, config) || isPaged(config, picture, scrolled);
  if (scrolledFree) return call.freeRow;
  if (endsOnLastRow(picture) && picture.rows <= height) return picture.rows;
  return Math.min(height + 1, rowBelow(picture) - scrolled);
}

/** Screen height that most art is drawn for. */
const STANDARD_ROWS = 24;

/** True for art that fills such a screen to its last row, where the pause belongs. */
function endsOnLastRow({ rows, endRow }: Picture): boolean {
  return rows === STANDARD_ROWS && endRow === rows;
}
