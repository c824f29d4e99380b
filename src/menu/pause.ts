import { formatText } from '../art/format';
import { eraseLine, moveTo, resetStyle } from '../terminal/ansi';
import { Canvas } from '../terminal/canvas';
import type { Key } from '../terminal/key';
import { keyMatches } from '../terminal/key-name';
import { composePrompt } from './compose';
import { messageLine } from './message-line';
import type { Stage } from './stage';

/** What the caller wants after a pause. */
export type AfterPause = 'go-on' | 'all-the-rest' | 'stop';

export interface PauseOptions {
  /** Name of the prompt; a plain line stands in where the board has none of that name. */
  readonly prompt: string;
  readonly row: number;
  readonly column?: number;
  readonly description: string;
}

/** Shows a pause prompt (contract A10.5), waits for one key, and takes the prompt away again. */
export async function pause(stage: Stage, options: PauseOptions): Promise<AfterPause> {
  const { terminal } = stage.caller;
  const canvas = new Canvas(terminal.width, terminal.height);
  const prompt = await composePrompt(stage, options.prompt, {
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
    prompt === undefined
      ? moveTo(row, options.column ?? 1) + plainPrompt(terminal.encoding)
      : canvas.diff(new Canvas(canvas.width, canvas.height), screen) + prompt.form.draw();
  terminal.write(shown);
  const key = await nextKey(stage);
  terminal.write(eraseRows(row, rows));
  if (prompt === undefined) return 'go-on';
  const { continuousKey, quitKey } = prompt.config;
  if (typeof quitKey === 'string' && keyMatches(key, quitKey)) return 'stop';
  const rest = typeof continuousKey === 'string' && keyMatches(key, continuousKey);
  return rest ? 'all-the-rest' : 'go-on';
}

/** A key; urgent messages that come first are shown and end no pause. */
async function nextKey(stage: Stage): Promise<Key> {
  const { inbox, terminal } = stage.caller;
  for (;;) {
    const arrival = await stage.keys.next({ messages: 'urgent' });
    if (arrival.kind === 'key') return arrival.key;
    for (const { text } of inbox.take('urgent')) terminal.write(messageLine(terminal, text));
  }
}

function plainPrompt(encoding: 'cp437' | 'utf8'): string {
  return formatText('|08Press |07any key|08 to go on. |07', {}, { encoding }) + resetStyle();
}

function eraseRows(row: number, rows: number): string {
  const lines = Array.from({ length: rows }, (_, index) => moveTo(row + index, 1) + eraseLine());
  return resetStyle() + lines.join('') + moveTo(row, 1);
}
