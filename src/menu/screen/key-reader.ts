import type { Cancel } from '../../base/clock';
import type { Key } from '../../terminal/key';
import type { Encoding, TerminalSize } from '../../terminal/terminal';
import type { Form } from '../../views/form';
import type { Caller } from '../run/caller';
import type { Services } from '../run/services';

/** The event that ended a wait. */
type Arrival =
  | { readonly kind: 'key'; readonly key: Key }
  | { readonly kind: 'timeout' }
  /** The inbox has a message that this menu may show. */
  | { readonly kind: 'message' }
  /** The window has another size, or the terminal another encoding, than the screen was drawn for. */
  | { readonly kind: 'resize' };

/** What a screen was drawn for: columns and rows, the window that they are in the middle of, the encoding. */
export interface ScreenSize {
  readonly width: number;
  readonly height: number;
  readonly window: TerminalSize;
  readonly encoding: Encoding;
}

/** Animations that run while a menu waits for keys. */
export interface Moves {
  readonly everyMs: number;
  step(): void;
}

/** The animations of these forms, the first of which has the cursor; none where there is no cursor. */
export function movesOf(
  { terminal }: Pick<Caller, 'terminal'>,
  forms: readonly [Form, ...(Form | undefined)[]],
): Moves | undefined {
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
  /** Time limit of the wait; undefined waits until the session ends. */
  readonly timeoutMs?: number | undefined;
  /** Messages that end the wait. */
  readonly messages: 'all' | 'urgent';
  /** The window size of the screen. */
  readonly size: ScreenSize;
  readonly moves?: Moves | undefined;
  /** Called where keys that were typed ahead wait for a later turn: what the last one did is to be seen. */
  readonly pauses?: () => void;
}

const REAL_TIME_MS = 250;
/** Longest time between a key that answered and the Enter that people send behind it. */
const HABIT_MS = 1000;

/** Waits for a caller's keys, for messages, and for changes of the window size. */
export class KeyReader {
  /** Number of keys read so far; the runner detects loops of menus without input by it. */
  keysRead = 0;

  /** What people send behind a key that has answered already, and how long it is taken for that. */
  private habit = { keys: '', untilMs: -Infinity };

  constructor(
    private readonly caller: Caller,
    private readonly board: Pick<Services, 'clock' | 'keyTurns'>,
  ) {}

  /** One key has answered: the rest of the word, and Enter, are dropped where they come at once. */
  dropHabit(rest: string): void {
    this.habit = { keys: rest, untilMs: this.board.clock.monotonicMs() + HABIT_MS };
  }

  private isHabit({ name, text }: Key): boolean {
    const { keys, untilMs } = this.habit;
    this.habit = { keys: '', untilMs: -Infinity };
    if (this.board.clock.monotonicMs() > untilMs) return false;
    if (keys !== '' && text.toLowerCase() === keys.charAt(0)) {
      this.dropHabit(keys.slice(1));
      return true;
    }
    return name === 'return';
  }

  /** A screen with a timeout counts as a key when it took time: a slide show is no loop. */
  waited(ms: number): void {
    if (ms >= REAL_TIME_MS) this.keysRead += 1;
  }

  /** Rejects with the session's reason when it ends. */
  async next(options: WaitOptions): Promise<Arrival> {
    const { caller } = this;
    const turn = this.board.keyTurns.next();
    if (turn !== undefined) options.pauses?.();
    await turn;
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
      if (!this.isHabit(key)) return { kind: 'key', key };
    } catch (thrown) {
      // The time limit is a result; anything else is the end of the session or a failure.
      if (arrival !== undefined && !caller.signal.aborted) return arrival;
      throw thrown;
    } finally {
      cancel?.();
      stopMoves?.();
      unlisten();
      unwatch();
    }
    return this.next(options);
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
    const { window, encoding, isLineByLine } = this.caller.terminal;
    // Nothing that was said is said again.
    if (isLineByLine) return false;
    const { width, height } = size.window;
    return width !== window.width || height !== window.height || encoding !== size.encoding;
  }
}
