import { sleep, type Clock } from '../base/clock';

interface PaceOptions {
  readonly baud: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly write: (part: string) => void;
}

const TICK_MS = 16;
const MAX_SEQUENCE_CHARACTERS = 64;

/**
 * Writes text at the speed of a modem of `baud`: a tenth as many characters a second, in ticks of
 * 16 ms. A cut never falls inside an escape sequence or a character, because other output may be
 * written in between.
 */
export async function pace(text: string, options: PaceOptions): Promise<void> {
  const { clock, signal } = options;
  const perSecond = Math.max(1, Math.floor(options.baud / 10));
  const startMs = clock.monotonicMs();
  let sent = 0;
  while (sent < text.length) {
    await sleep(clock, TICK_MS, signal);
    const due = Math.floor(((clock.monotonicMs() - startMs) * perSecond) / 1000);
    if (due <= sent) continue;
    const end = cutAfter(text, sent, Math.min(due, text.length));
    options.write(text.slice(sent, end));
    sent = end;
  }
}

/**
 * The first position at or after `wanted` where the text may be cut, scanned from the cut at
 * `start`.
 */
function cutAfter(text: string, start: number, wanted: number): number {
  let at = start;
  while (at < wanted) {
    if (text[at] === '\x1b') at = endOfSequence(text, at);
    else at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  }
  return at;
}

function endOfSequence(text: string, start: number): number {
  if (text[start + 1] !== '[') return Math.min(start + 2, text.length);
  let at = start + 2;
  const end = Math.min(text.length, start + MAX_SEQUENCE_CHARACTERS);
  while (at < end && !/[@-~]/.test(text[at] ?? '')) at += 1;
  return Math.min(at + 1, text.length);
}
