import { InputTurns } from './input-turns';

export interface InputQueueOptions {
  /** Takes a few bytes in; what it writes because of them shows in `isBehind` by the next turn. */
  readonly deliver: (bytes: Buffer) => void;
  /** Whether the caller is slow to take what he is shown. */
  readonly isBehind: () => boolean;
  /** Stops and starts the transport, so that the caller's side keeps what has to wait. */
  readonly flow: (on: boolean) => void;
  /** Shared with the other callers of the port. */
  readonly turns?: InputTurns;
}

// A key may redraw a whole text: some thousand bytes for each of these, far from a full output queue.
const TURN_BYTES = 64;
/** A key, also one that is sent as a sequence. */
const KEY_BYTES = 8;

/**
 * Bytes of one caller on their way in: a few in each turn of the event loop, and none while he is behind.
 * So a long paste is taken in as fast as its echo goes out, and nobody else waits for it (rule F10).
 */
export class InputQueue {
  private pieces: Buffer[] = [];
  private turn: NodeJS.Immediate | undefined;
  private cancel: (() => void) | undefined;
  private isHeld = false;
  private readonly turns: InputTurns;

  constructor(private readonly options: InputQueueOptions) {
    this.turns = options.turns ?? new InputTurns();
  }

  push(bytes: Buffer): void {
    if (bytes.length === 0) return;
    // A copy, where it has to wait: the transport may use its buffer again.
    const waits = this.turn !== undefined || this.pieces.length > 0 || bytes.length > KEY_BYTES;
    this.pieces.push(waits ? Buffer.from(bytes) : bytes);
    this.goOn();
    if (this.pieces.length === 0 || this.isHeld) return;
    this.isHeld = true;
    this.options.flow(false);
  }

  /** To be called whenever the caller has taken something, too. */
  goOn(): void {
    if (this.turn !== undefined || this.cancel !== undefined || this.options.isBehind()) return;
    const [piece] = this.pieces;
    if (piece === undefined) {
      if (this.isHeld) this.options.flow(true);
      this.isHeld = false;
    } else if (piece.length <= KEY_BYTES || this.turns.now()) {
      this.deliver();
    } else {
      this.cancel = this.turns.later(() => {
        this.cancel = undefined;
        this.deliver();
      });
    }
  }

  private deliver(): void {
    const piece = this.pieces.shift() ?? Buffer.alloc(0);
    if (piece.length > TURN_BYTES) this.pieces.unshift(piece.subarray(TURN_BYTES));
    this.turn = setImmediate(() => {
      this.turn = undefined;
      this.goOn();
    });
    this.options.deliver(piece.subarray(0, TURN_BYTES));
  }

  /** Forgets what waits. */
  stop(): void {
    clearImmediate(this.turn);
    this.cancel?.();
    this.pieces = [];
  }
}
