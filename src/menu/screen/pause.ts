import { formatText } from '../../art/format';
import { eraseLine, moveTo, resetStyle } from '../../terminal/ansi';
import { Canvas } from '../../terminal/canvas';
import { isEscape, isRedraw, type Key, keyMatches } from '../../terminal/key';
import { composePrompt, sizeOf } from './compose';
import { movesOf, type Moves, type ScreenSize } from './key-reader';
import type { Form } from '../../views/form';
import { messageRows } from './message-line';
import type { CallContext } from '../run/call-context';
import type { Tree } from '../load/theme';

/** The result of a pause. */
export type AfterPause =
  | 'go-on'
  | 'all-the-rest'
  | 'stop'
  /** The window has another size: draw the screen again, and pause again. */
  | 'resized';

interface PauseOptions {
  /** Name of the prompt; a plain line replaces one that does not exist. */
  readonly prompt: string;
  readonly row: number;
  readonly column?: number;
  /** The screen may scroll up when the prompt would not fit, so that it hides nothing. */
  readonly mayScroll?: boolean;
  readonly description: string;
  /** True where keys that were typed before end it unseen; they go on to the next screen. */
  readonly mayBePassed?: boolean | undefined;
  /** The screen behind the prompt, which may have animations. */
  readonly behind?: readonly (Form | undefined)[];
}

/** Shows a pause prompt (contract A10.5), waits for one key, and removes the prompt. */
export async function pause(call: CallContext, options: PauseOptions): Promise<AfterPause> {
  const { terminal } = call.caller;
  if (options.mayBePassed !== true) terminal.dropTypeAhead();
  else if (isMeantForNext(terminal.nextTyped)) return 'go-on';
  const { config, row, rows, size, moves } = await showPrompt(call, options);
  const lastRow = row + rows - 1;
  const messageRow = lastRow === size.height ? Math.max(1, row - 1) : size.height;
  const hasTwo = messageRow > 1 && (messageRow < row || lastRow < messageRow - 1);
  const key = await nextKey(call, { size, messageRow, hasTwo, moves });
  if (key === undefined || isRedraw(key)) return 'resized';
  terminal.write(eraseRows(row, rows));
  if (isEscape(key)) return 'stop';
  if (config === undefined) return 'go-on';
  const { continuousKey, quitKey } = config;
  if (typeof quitKey === 'string' && keyMatches(key, quitKey)) return 'stop';
  const rest = typeof continuousKey === 'string' && keyMatches(key, continuousKey);
  return rest ? 'all-the-rest' : 'go-on';
}

/** True for a key of the next screen; Enter, a space or Esc are typed for the pause itself. */
function isMeantForNext(key: Key | undefined): boolean {
  if (key === undefined || isEscape(key) || isRedraw(key)) return false;
  return key.name !== 'return' && key.name !== 'space';
}

/** The position of a prompt, without the data for drawing it: pauses are long, and memory counts. */
interface ShownPrompt {
  /** Undefined when the board has no such prompt. */
  readonly config: Tree | undefined;
  readonly row: number;
  readonly rows: number;
  readonly size: ScreenSize;
  readonly moves: Moves | undefined;
}

async function showPrompt(call: CallContext, options: PauseOptions): Promise<ShownPrompt> {
  const { terminal } = call.caller;
  const size = sizeOf(call);
  const canvas = new Canvas(terminal.width, terminal.height);
  const prompt = await composePrompt(call, options.prompt, {
    canvas,
    row: options.row,
    column: options.column ?? 1,
    description: options.description,
    validate: () => Promise.resolve(undefined),
  });
  const row = prompt?.row ?? Math.min(options.row, terminal.height);
  const rows = prompt?.rows ?? 1;
  const screen = { encoding: terminal.encoding, screenWidth: terminal.width };
  const shown =
    prompt === undefined || (terminal.isLineByLine && !prompt.isText)
      ? moveTo(row, options.column ?? 1) + plainPrompt(call)
      : canvas.diff(new Canvas(canvas.width, canvas.height), screen) + prompt.form.draw();
  const missing = options.mayScroll === true ? options.row + rows - 1 - terminal.height : 0;
  terminal.write(scrollUp(missing, terminal.height) + shown);
  const moves = prompt && movesOf(call.caller, [prompt.form, ...(options.behind ?? [])]);
  return { config: prompt?.config, row, rows, size, moves };
}

/** Waits for a key; urgent messages are shown next to the prompt and do not end the pause. */
async function nextKey(
  call: CallContext,
  shown: {
    readonly size: ScreenSize;
    readonly messageRow: number;
    /** True where the row above it is free of the prompt too. */
    readonly hasTwo: boolean;
    readonly moves: Moves | undefined;
  },
): Promise<Key | undefined> {
  const { inbox, terminal } = call.caller;
  for (;;) {
    const arrival = await call.keys.next({
      ...{ messages: 'urgent', size: shown.size, moves: shown.moves },
    });
    if (arrival.kind === 'key') return arrival.key;
    if (arrival.kind === 'resize') return undefined;
    for (const { text } of inbox.take('urgent')) {
      const { messageRow, hasTwo } = shown;
      terminal.write(messageRows(terminal, text, { row: messageRow, hasTwo }).output);
    }
  }
}

function plainPrompt({ say, caller }: CallContext): string {
  const { encoding } = caller.terminal;
  return formatText(`|07${say('page.press-key')} `, {}, { encoding }) + resetStyle();
}

/** Line breaks on the last row. */
function scrollUp(rows: number, height: number): string {
  return rows > 0 ? resetStyle() + moveTo(height, 1) + '\r\n'.repeat(rows) : '';
}

function eraseRows(row: number, rows: number): string {
  const lines = Array.from({ length: rows }, (_, index) => moveTo(row + index, 1) + eraseLine());
  return resetStyle() + lines.join('') + moveTo(row, 1);
}
