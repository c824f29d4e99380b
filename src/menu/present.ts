import { artToStream, rowsToStream } from '../art/stream';
import { clearScreen, knowsFonts, moveTo, selectFont } from '../terminal/ansi';
import { rowBelow } from './compose';
import type { MenuConfig } from './menu-entry';
import { rowToAnsi, type OpenScreen } from './open-screen';
import { pause } from './pause';
import type { Picture } from './picture';
import type { Stage } from './stage';

/** Font that every screen has unless it asks for another. */
const STANDARD_FONT = 'cp437';

/**
 * Gets a composed screen ready to go out with the next `flush`, so that it is one write with what the
 * module adds. Only what takes time goes out here: art at the speed of a modem, art page by page.
 */
export async function present(
  stage: Stage,
  screen: OpenScreen,
  options: { readonly config: MenuConfig; readonly description: string },
): Promise<void> {
  const { config } = options;
  const { terminal, signal } = stage.caller;
  const { picture, scrolled, form } = screen.composition;
  const from = config.cls === false ? stage.freeRow : 1;
  const rows = picture === undefined ? 0 : rowBelow(picture) - 1;
  stage.freeRow = Math.min(terminal.height, from + rows);
  const clear = config.cls !== false;
  const font = fontSequence(stage, config.font ?? picture?.art.font);
  const start = font + (clear ? clearScreen() : '');
  if (picture !== undefined && config.baudRate !== undefined) {
    const { encoding } = terminal;
    const stream = artToStream(picture.art, { resolve: picture.resolve, encoding });
    await terminal.writePaced(start + stream, { baud: config.baudRate, signal });
    screen.openOver('');
    return;
  }
  if (!clear && picture !== undefined && form.views.length === 0) {
    // Art without views goes on below what is there, as it would on a scrolling terminal.
    const stream = rowsToStream(picture.canvas, { encoding: terminal.encoding });
    screen.openOver(font + moveTo(from, 1) + stream);
    return;
  }
  if (picture === undefined || scrolled === 0) {
    screen.open({ clear, before: font });
    return;
  }
  if (config.pause === 'pageBreak' && !hasPositions(picture)) {
    terminal.write(start);
    await showPages(stage, picture, options);
    screen.openOver('');
    return;
  }
  // The last row is placed, not scrolled in: a line break behind it would scroll once too often.
  const to = picture.rows - 1;
  const stream = rowsToStream(picture.canvas, { encoding: terminal.encoding, to });
  screen.openOver(start + stream + rowToAnsi(stage, screen.composition, terminal.height));
}

function fontSequence(stage: Stage, wanted: string | undefined): string {
  if (!knowsFonts(stage.caller.terminal.type)) return '';
  const font = wanted ?? STANDARD_FONT;
  if (font === (stage.font ?? STANDARD_FONT)) return '';
  const sequence = selectFont(font);
  if (sequence === undefined) return '';
  stage.font = font;
  return sequence;
}

/** Art that places its parts itself cannot be cut into pages (contract A10.5). */
function hasPositions(picture: Picture): boolean {
  return picture.art.tokens.some((token) => token.kind === 'goto');
}

async function showPages(
  stage: Stage,
  picture: Picture,
  options: { readonly config: MenuConfig; readonly description: string },
): Promise<void> {
  const { terminal } = stage.caller;
  const { encoding } = terminal;
  // The last row is the prompt's.
  const perPage = Math.max(1, terminal.height - 1);
  for (let from = 1; from <= picture.rows; from += perPage) {
    const to = Math.min(picture.rows, from + perPage - 1);
    terminal.write(rowsToStream(picture.canvas, { encoding, from, to }));
    if (to === picture.rows) return;
    const prompt = options.config.pausePrompt.page ?? 'pausePage';
    const { description } = options;
    const after = await pause(stage, { prompt, row: terminal.height, description });
    if (after === 'stop') return;
    if (after === 'all-the-rest') {
      terminal.write(rowsToStream(picture.canvas, { encoding, from: to + 1 }));
      return;
    }
  }
}

/** The pause at the end of a screen, where its menu has one. */
export async function pauseAtEnd(
  stage: Stage,
  screen: OpenScreen,
  options: { readonly config: MenuConfig; readonly description: string },
): Promise<void> {
  const { config, description } = options;
  if (config.pause === undefined) return;
  const { picture } = screen.composition;
  const { height } = stage.caller.terminal;
  const named = typeof config.pause === 'object' ? config.pause.prompt : 'pause';
  const position = config.pausePosition;
  await pause(stage, {
    prompt: config.pausePrompt.end ?? named,
    row: position?.row ?? (picture === undefined ? height : stage.freeRow),
    column: position?.column ?? 1,
    description,
  });
}
