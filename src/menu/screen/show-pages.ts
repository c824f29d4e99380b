import { formatText } from '../../art/format';
import { clearScreen, eraseLine } from '../../terminal/ansi';
import type { PageContent } from '../run/module';
import { pause } from './pause';
import type { CallContext } from '../run/call-context';
import { isTextArt } from './line-screen';
import { wrapWords } from './message-line';
import { Canvas } from '../../terminal/canvas';
import { PLAIN, type Style } from '../../terminal/style';
import { cellsOf } from '../../views/cells';
import { wrapCells } from '../../views/multi-line';
import type { MessageFrame } from '../run/inbox';
import { drawPicture } from './art-layout';
import { formOf, rowBelow, sizeOf } from './compose';
import { layPage } from './page';

/** Text as it is shown in the present window. */
interface LaidText {
  /** Of each row of the text the line that it is of. */
  readonly sources: readonly number[];
  readonly perPage: number;
  readonly pauseRow: number;
  /** The whole screen with the rows from a number on. */
  readonly draw: (from: number) => string;
}

/** Shows text on the theme's page, in parts where it is longer; a key continues, escape leaves. */
export async function showPages(
  call: CallContext,
  content: PageContent,
  description: string,
): Promise<void> {
  let laid = await layText(call, content, description);
  for (let from = 0; ;) {
    const { sources, perPage, pauseRow: row, draw } = laid;
    call.caller.terminal.write(draw(from));
    const isLast = from + perPage >= sources.length;
    const prompt = isLast ? 'pause' : 'pausePage';
    const after = await pause(call, { prompt, row, description, isEmpty: isBelowText(row) });
    if (after === 'resized') {
      // The same part again, as much as fits; its lines may wrap differently.
      const first = sources[from] ?? 0;
      laid = await layText(call, content, description);
      from = Math.max(0, laid.sources.indexOf(first));
      continue;
    }
    if (after === 'stop' || isLast) return;
    from += perPage;
  }
}

/** A row is left free between a text and its pause. */
function isBelowText(pauseRow: number): (row: number) => boolean {
  return (row) => row >= pauseRow - 1;
}

function layText(
  call: CallContext,
  content: PageContent,
  description: string,
): Promise<LaidText> | LaidText {
  call.settleArea();
  if (isPlainLines(content)) return layPlain(call, { lines: content });
  if (call.caller.terminal.isLineByLine) return layPlain(call, indented(content));
  return content.isBelow === true ? layBelow(call, content) : layOnPage(call, content, description);
}

/** From the cursor on; the row of the pause is left free where the screen scrolls. */
function layBelow(call: CallContext, content: Text): LaidText {
  const { sources, perPage, pauseRow, rows } = layPlain(call, content);
  const draw = (from: number): string => {
    const page = rows.slice(from, from + perPage).map((text) => `${eraseLine()}${text}`);
    return `\r\n\r\n${page.join('\r\n')}\r\n\r\n`;
  };
  return { sources, perPage, pauseRow, draw };
}

function isPlainLines(content: PageContent): content is readonly string[] {
  return Array.isArray(content);
}

type Text = Pick<Exclude<PageContent, readonly string[]>, 'title' | 'lines' | 'data'>;

function indented({ title, lines = [], data = [] }: Text): Text {
  return {
    ...(title === undefined ? {} : { title }),
    lines: lines.map((line) => ` ${line}`),
    data,
  };
}

function layPlain(
  call: CallContext,
  { title, lines = [], data = [] }: Text,
): LaidText & { readonly rows: readonly string[] } {
  const { encoding, height, width } = call.caller.terminal;
  // A title may have the name of a caller in it: it is data.
  const heading = title === undefined ? [] : ['', title, ''];
  const rows = [
    ...heading.map((text) => ({ text: formatText(' {text}', { text }, { encoding }), source: -1 })),
    ...lines.map((line, source) => ({ text: ownText(call, line), source })),
    // One empty column before each line, and the last column free: some terminals wrap at once.
    ...data.flatMap(({ color, text }, index) =>
      wrapWords(text, width - 2).map((line) => ({
        text: formatText(` ${color}{line}`, { line }, { encoding }),
        source: lines.length + index,
      })),
    ),
  ];
  const perPage = Math.max(1, height - 2);
  return {
    sources: rows.map(({ source }) => source),
    rows: rows.map(({ text }) => text),
    perPage,
    pauseRow: height,
    draw: (from) => {
      const page = rows.slice(from, from + perPage).map(({ text }) => text);
      return `${clearScreen()}${page.join('\r\n')}\r\n`;
    },
  };
}

async function layOnPage(
  call: CallContext,
  { title = '', lines = [], data = [], picture }: Exclude<PageContent, readonly string[]>,
  description: string,
): Promise<LaidText> {
  const { encoding, width, height } = call.caller.terminal;
  const { canvas, body, hint } = await layPage(call, { title: title || description, picture });
  const base = body.style;
  const texts = [
    ...lines.map((line) => ownText(call, line, base)),
    ...data.map(({ color, text }) => formatText(`${color}{text}`, { text }, { base, encoding })),
  ];
  const rows = texts.flatMap((text, source) =>
    wrapCells(cellsOf(text, base), body.width).map((cells) => ({ cells, source })),
  );
  return {
    sources: rows.map(({ source }) => source),
    perPage: body.height,
    pauseRow: hint.row,
    draw: (from) => {
      const page = canvas.clone();
      for (const [index, { cells }] of rows.slice(from, from + body.height).entries()) {
        for (const [at, { character, style }] of cells.entries()) {
          page.put(body.row + index, body.column + at, character, style);
        }
      }
      return page.toAnsi({ encoding, screenWidth: width, screenHeight: height, clear: true });
    },
  };
}

/** A line of the board's own: its colour codes count, and braces are braces. */
function ownText(call: CallContext, line: string, base: Style = PLAIN): string {
  const { encoding } = call.caller.terminal;
  return formatText(line.replace(/[{}]/g, '$&$&'), {}, { base, encoding });
}

/** Number of the view with the text between the two pictures. */
const TEXT = 1;

/**
 * Shows art, a text and art below each other on a screen of their own, and waits for a key. False when
 * there is neither text nor art to show.
 */
export async function showFramed(
  call: CallContext,
  frame: Partial<MessageFrame>,
  description: string,
): Promise<boolean> {
  for (;;) {
    const drawn = await drawFramed(call, frame, description);
    if (drawn === undefined) return false;
    const { terminal } = call.caller;
    terminal.write(drawn.output);
    const row = Math.min(drawn.row, terminal.height);
    if ((await pause(call, { prompt: 'pause', row, description })) !== 'resized') return true;
  }
}

async function drawFramed(
  call: CallContext,
  { header, format, values = {}, footer }: Partial<MessageFrame>,
  description: string,
): Promise<{ readonly output: string; readonly row: number } | undefined> {
  call.settleArea();
  const { width, height } = sizeOf(call);
  const { encoding } = call.caller.terminal;
  const canvas = new Canvas(width, height);
  let row = 1;
  const draw = async (spec: string | undefined): Promise<void> => {
    if (spec === undefined) return;
    const picture = await drawPicture(call, { kind: 'art', spec }, { description });
    if (picture === undefined) return;
    if (call.caller.terminal.isLineByLine && !isTextArt(picture.art)) return;
    canvas.draw(picture.canvas, row, 1);
    row += rowBelow(picture) - 1;
  };
  await draw(header);
  let text = '';
  if (format !== undefined) {
    // The last column stays free: some terminals wrap as soon as it is written.
    const properties = { width: width - 1, acceptsFocus: false };
    const at = { row: Math.min(row, height), column: 1, style: PLAIN, focusStyle: undefined };
    const form = formOf(call, [{ code: 'MT', id: TEXT, ...at, properties }], {});
    form.setText(TEXT, formatText(format, values, { encoding }));
    row += form.view(TEXT)?.rows().length ?? 0;
    text = form.draw();
  }
  await draw(footer);
  if (row === 1) return undefined;
  const screen = { encoding, screenWidth: width, screenHeight: height };
  return { output: canvas.toAnsi({ ...screen, clear: true }) + text, row };
}
