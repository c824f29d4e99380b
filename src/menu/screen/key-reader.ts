import type { Cancel } from '../../base/clock';
import type { Key } from '../../terminal/key';
import type { Form } from '../../views/form';
import type { Caller } from '../run/caller';
import type { Services } from '../run/services';

/** What came while a menu waited. */
type Arrival =
  | { readonly kind: 'key'; readonly key: Key }
  | { readonly kind: 'timeout' }
  /** A message that this menu lets through waits in the inbox. */
  | { readonly kind: 'message' }
  /** The window has another size than what is on the screen was made for. */
  | { readonly kind: 'resize' };

/** Columns and rows of a screen. */
export interface ScreenSize {
  readonly width: number;
  readonly height: number;
}

/** What moves by itself while a menu waits for keys. */
export interface Moves {
  readonly everyMs: number;
  step(): void;
}

/** What moves on these forms, the first of which has the cursor; nothing on a terminal without one. */
export function movesOf(
  { terminal }: Pick<Caller, 'terminal'>,
  forms: readonly [Form, ...(Form | undefined)[]],
): Moves | undefined {
  if (terminal.type === 'dumb') return undefined;
  const moving = forms.filter((form) => form?.stepMs !== undefined);
  if (moving.length === 0) return undefined;
  const everyMs = Math.min(...moving.map((form) => form?.stepMs ?? Infinity));
  const step = (): void => {
    const output = moving.map((form) => form?.step(everyMs) ?? '').join('');
    if (output !== '') terminal.write(output + forms[0].placeCursor());
  };
  return { everyMs, step };
}

interface WaitOptions {
  /** Gives up after this long; undefined waits as long as the session does. */
  readonly timeoutMs?: number | undefined;
  /** Which messages end the wait. */
  readonly messages: 'all' | 'urgent';
  /** What the screen was made for. */
  readonly size: ScreenSize;
  readonly moves?: Moves | undefined;
}

const REAL_TIME_MS = 250;

/** Waits for a caller's keys, with the two things that may come in between. */
export class KeyReader {
  /** Keys read so far: menus that go round without any are stopped by this. */
  keysRead = 0;

  constructor(
    private readonly caller: Caller,
    private readonly board: Pick<Services, 'clock' | 'keyTurns'>,
  ) {}

  /** A timed screen counts as a key where it took real time: a slide show is no ring of menus. */
  waited(ms: number): void {
    if (ms >= REAL_TIME_MS) this.keysRead += 1;
  }

  /** Rejects with the session's reason when it ends. */
  async next(options: WaitOptions): Promise<Arrival> {
    const { caller } = this;
    await this.board.keyTurns.next();
    caller.signal.throwIfAborted();
    if (this.isResized(options.size)) return { kind: 'resize' };
    if (caller.inbox.has(options.messages)) return { kind: 'message' };
    let arrival: Arrival | undefined;
    const giveUp = (kind: 'timeout' | 'message' | 'resize'): void => {
      arrival ??= { kind };
      caller.terminal.stopReading(new Error(kind));
    };
    const unlisten = caller.inbox.listen(() => {
      if (caller.inbox.has(options.messages)) giveUp('message');
    });
    const unwatch = caller.terminal.onResize(() => {
      if (this.isResized(options.size)) giveUp('resize');
    });
    const cancel =
      options.timeoutMs === undefined
        ? undefined
        : this.board.clock.after(options.timeoutMs, () => giveUp('timeout'));
    const stopMoves = options.moves && this.keepMoving(options.moves);
    try {
      const key = await caller.terminal.readKey(caller.signal);
      this.keysRead += 1;
      this.board.keyTurns.began();
      return { kind: 'key', key };
    } catch (thrown) {
      // Our own giving up is an answer; anything else is the session's end or a failure.
      if (arrival !== undefined && !caller.signal.aborted) return arrival;
      throw thrown;
    } finally {
      cancel?.();
      stopMoves?.();
      unlisten();
      unwatch();
    }
  }

  private keepMoving(moves: Moves): Cancel {
    const { clock } = this.board;
    let cancel: Cancel;
    const move = (): void => {
      cancel = clock.after(moves.everyMs, move);
      moves.step();
    };
    cancel = clock.after(moves.everyMs, move);
    return () => cancel();
  }

  private isResized(size: ScreenSize): boolean {
    const { width, height } = this.caller.terminal;
    return width !== size.width || height !== size.height;
  }
}
