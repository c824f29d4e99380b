import { formatText } from '../../art/format';
import { Canvas } from '../../terminal/canvas';
import { PLAIN } from '../../terminal/style';
import type { MessageFrame } from '../run/inbox';
import type { CallContext } from '../run/call-context';
import { drawPicture } from './art-layout';
import { formOf, rowBelow, sizeOf } from './compose';
import { pause } from './pause';

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
