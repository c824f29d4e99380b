import { formatText } from '../../art/format';
import { clearScreen } from '../../terminal/ansi';
import type { DataLine } from '../run/module';
import { pause } from './pause';
import type { CallContext } from '../run/call-context';
import { isTextArt } from './line-screen';
import { wrapWords } from './message-line';
import { Canvas } from '../../terminal/canvas';
import { PLAIN } from '../../terminal/style';
import type { MessageFrame } from '../run/inbox';
import { drawPicture } from './art-layout';
import { formOf, rowBelow, sizeOf } from './compose';

type PageContent = readonly string[] | { readonly data: readonly DataLine[] };

/** An output line and the number of its source line. */
interface ShownLine {
  readonly text: string;
  readonly source: number;
}

/** Shows lines page by page on a screen of their own; a key continues, escape leaves. */
export async function showPages(
  call: CallContext,
  content: PageContent,
  description: string,
): Promise<void> {
  const { terminal } = call.caller;
  let lines = shownLines(call, content);
  for (let from = 0; ;) {
    const perPage = Math.max(1, terminal.height - 2);
    const page = lines.slice(from, from + perPage);
    terminal.write(`${clearScreen()}${page.map(({ text }) => text).join('\r\n')}\r\n`);
    const isLast = from + perPage >= lines.length;
    const after = await pause(call, {
      prompt: isLast ? 'pause' : 'pausePage',
      row: terminal.height,
      description,
    });
    if (after === 'resized') {
      // The same page again, as much as fits; its lines may wrap differently.
      const first = page[0]?.source ?? 0;
      lines = shownLines(call, content);
      from = Math.max(
        0,
        lines.findIndex(({ source }) => source === first),
      );
      continue;
    }
    if (after === 'stop' || isLast) return;
    from += perPage;
  }
}

function shownLines(call: CallContext, content: PageContent): readonly ShownLine[] {
  const { encoding, width } = call.caller.terminal;
  if (!('data' in content)) {
    return content.map((line, source) => ({
      text: formatText(line.replace(/[{}]/g, '$&$&'), {}, { encoding }),
      source,
    }));
  }
  // One empty column before each line, and the last column free: some terminals wrap at once.
  return content.data.flatMap(({ color, text }, source) =>
    wrapWords(text, width - 2).map((line) => ({
      text: formatText(` ${color}{line}`, { line }, { encoding }),
      source,
    })),
  );
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
