import { hideCursor } from '../../terminal/ansi';
import { Canvas } from '../../terminal/canvas';
import { isMonochromeName } from '../../terminal/monochrome';
import { drawPicture } from './art-layout';
import type { CallContext } from '../run/call-context';

/** How long each picture stands. A terminal that does not say in this time that it drew it sees no more. */
export const FRAME_MS = 200;
/** A terminal that answers later than this is a slow one. */
const SWIFT_MS = 100;

/**
 * Shows art for a moment each, before a menu's own. A key ends it, and stays for the menu. It is left out where
 * it would be in the way: line by line, without colours, with keys typed ahead, and on terminals that do not
 * answer at once.
 */
export async function showFrames(call: CallContext, frames: readonly string[]): Promise<void> {
  if (frames.length === 0 || !mayMove(call)) return;
  const { terminal, signal } = call.caller;
  if ((await terminal.queryCursor(SWIFT_MS, signal)) === undefined) return;
  let before: Canvas | undefined;
  for (const spec of frames) {
    const picture = await drawPicture(call, { kind: 'art', spec }, { description: '' });
    if (picture === undefined || terminal.hasTypedAhead || signal.aborted) return;
    const canvas = new Canvas(terminal.width, terminal.height);
    canvas.draw(picture.canvas);
    const { encoding, width, height } = terminal;
    const how = { encoding, screenWidth: width, screenHeight: height };
    terminal.write(
      before === undefined
        ? hideCursor() + canvas.toAnsi({ ...how, clear: true })
        : canvas.diff(before, how),
    );
    before = canvas;
    if (!(await isSeen(call))) return;
  }
}

function mayMove({ caller: { terminal }, services }: CallContext): boolean {
  if (terminal.isLineByLine || !terminal.answersQueries || terminal.hasTypedAhead) return false;
  if (terminal.hasNoColor || isMonochromeName(terminal.type)) return false;
  return services.config().theme.motion;
}

/** Resolves after the time of a picture: true where the terminal has drawn it, and nobody wants to go on. */
function isSeen({ caller, services }: CallContext): Promise<boolean> {
  const { terminal } = caller;
  const over = new AbortController();
  const signal = AbortSignal.any([caller.signal, over.signal]);
  return new Promise((resolve) => {
    let isDrawn = false;
    const end = (goesOn: boolean): void => {
      if (over.signal.aborted) return;
      cancel();
      unlisten();
      unwatch();
      over.abort();
      resolve(goesOn);
    };
    const cancel = services.clock.after(FRAME_MS, () => end(isDrawn));
    const unlisten = terminal.onTypeAhead(() => end(false));
    const unwatch = terminal.onResize(() => end(false));
    signal.addEventListener('abort', () => end(false), { once: true });
    void terminal.queryCursor(FRAME_MS, signal).then((position) => {
      isDrawn = position !== undefined;
    });
  });
}
