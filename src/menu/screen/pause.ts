import { formatText } from '../../art/format';
import { eraseLine, moveTo, resetStyle } from '../../terminal/ansi';
import { Canvas } from '../../terminal/canvas';
import { isEscape, isRedraw, type Key, keyMatches } from '../../terminal/key';
import { composePrompt, sizeOf } from './compose';
import { emptyRowAtBottom } from './lent-rows';
import { movesOf, type Moves, type ScreenSize } from './key-reader';
import { columnsOf } from '../../views/cells';
import type { Form } from '../../views/form';
import { messageBeside, messageRows } from './message-line';
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
  /** True for a row that a message may stand on; by default each below the prompt. */
  readonly isEmpty?: ((row: number) => boolean) | undefined;
}

/** Shows a pause prompt (contract A10.5), waits for one key, and removes the prompt. */
export async function pause(call: CallContext, options: PauseOptions): Promise<AfterPause> {
  const { terminal } = call.caller;
  const isSentBack = call.sentBack.sentence !== undefined;
  if (options.mayBePassed !== true || isSentBack) terminal.dropTypeAhead();
  else if (isMeantForNext(terminal.nextTyped)) return 'go-on';
  const shown = await showPrompt(call, options);
  const { config, row, rows } = shown;
  const key = await nextKey(call, shown, rowsForMessages(shown, options.isEmpty));
  if (key === undefined || isRedraw(key)) return 'resized';
  terminal.write(eraseRows(row, rows));
  if (isEscape(key) || (isSentBack && key.name === 'ctrl + d')) return 'stop';
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
  /** The last column with something on it in its last row. */
  readonly endColumn: number;
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
  const column = options.column ?? 1;
  const endColumn =
    prompt === undefined
      ? column + columnsOf(call.say('page.press-key'))
      : endOf(canvas, { row: row + rows - 1, hasViews: prompt.form.views.length > 0 });
  return { config: prompt?.config, row, rows, endColumn, size, moves };
}

/** The last column of a prompt; a view may fill the whole row. */
function endOf(
  canvas: Canvas,
  { row, hasViews }: { readonly row: number; readonly hasViews: boolean },
): number {
  let column = canvas.width;
  while (!hasViews && column > 0 && canvas.isBlank(row, column)) column -= 1;
  return column;
}

/** Where messages stand while a prompt waits; beside the prompt where nothing is empty. */
interface MessageRows {
  readonly messageRow: number | undefined;
  /** True where the row above it is free too. */
  readonly hasTwo: boolean;
}

function rowsForMessages(
  { row: first, rows, size }: ShownPrompt,
  isEmpty: PauseOptions['isEmpty'],
): MessageRows {
  const last = first + rows - 1;
  const isFree = (row: number): boolean =>
    (row < first || row > last) && (isEmpty?.(row) ?? row > last);
  const messageRow = emptyRowAtBottom(size, isFree);
  return {
    messageRow,
    hasTwo: messageRow !== undefined && messageRow > 1 && isFree(messageRow - 1),
  };
}

/** Waits for a key; urgent messages are shown next to the prompt and do not end the pause. */
async function nextKey(
  call: CallContext,
  { row, rows, size, moves: moving, endColumn: end }: ShownPrompt,
  { messageRow, hasTwo }: MessageRows,
): Promise<Key | undefined> {
  const { inbox, terminal } = call.caller;
  let moves = moving;
  let endColumn = end;
  const { sentence } = call.sentBack;
  const show = (text: string): void => {
    if (messageRow !== undefined) {
      terminal.write(messageRows(terminal, text, { row: messageRow, hasTwo }).output);
      return;
    }
    const beside = messageBeside(terminal, text, { row: row + rows - 1, endColumn });
    terminal.write(beside.output);
    if (beside.isInPlace) [endColumn, moves] = [0, undefined];
  };
  if (sentence !== undefined) show(sentence);
  for (;;) {
    const arrival = await call.keys.next({ ...{ messages: 'urgent', size, moves } });
    if (arrival.kind === 'key') return arrival.key;
    if (arrival.kind === 'resize') return undefined;
    for (const { text } of inbox.take('urgent')) show(text);
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
