interface InputQueueOptions {
  /** Processes a few bytes; `isBehind` reflects their output by the next turn of the event loop. */
  readonly deliver: (bytes: Buffer) => void;
  /** True while the caller is slow to receive output. */
  readonly isBehind: () => boolean;
  /** Pauses and resumes the transport, so that the rest waits on the client's side. */
  readonly flow: (on: boolean) => void;
  /** Shared with the other callers of the port. */
  readonly turns?: InputTurns;
}

// A key may redraw a whole text: these bytes cause some thousand bytes of output each, far from a
// full output queue.
const TURN_BYTES = 64;
/** Length of a key, including one that is sent as a sequence. */
const KEY_BYTES = 8;

/**
 * A caller's input: a few bytes are processed in each turn of the event loop, and none while the
 * output is behind. A long paste is processed only as fast as its echo is sent, and other callers
 * do not wait for it (rule F10).
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
    // Bytes that have to wait are copied, because the transport may reuse its buffer.
    const waits = this.turn !== undefined || this.pieces.length > 0 || bytes.length > KEY_BYTES;
    this.pieces.push(waits ? Buffer.from(bytes) : bytes);
    this.goOn();
    if (this.pieces.length === 0 || this.isHeld) return;
    this.isHeld = true;
    this.options.flow(false);
  }

  /** To be called also whenever the client has received output. */
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

  /** Takes out the input that was not delivered yet. */
  takeAll(): readonly Buffer[] {
    const { pieces } = this;
    this.stop();
    this.turn = undefined;
    this.cancel = undefined;
    this.isHeld = false;
    return pieces;
  }

  /** Discards the waiting input. */
  stop(): void {
    clearImmediate(this.turn);
    this.cancel?.();
    this.pieces = [];
  }
}

// Together with the output that they cause, these take some milliseconds: the longest delay of
// another caller's key.
const PER_TURN = 8;

/**
 * Limits how many callers of one port have a paste processed during one turn of the event loop.
 * When thousands send name and password at once they share the turns, and a caller who types a key
 * in between does not notice (rules F10, K3).
 */
export class InputTurns {
  private left = PER_TURN;
  private readonly waiting = new Set<() => void>();
  private next: NodeJS.Immediate | undefined;

  /** True when the work may be done in this turn, whose remaining share is then one less. */
  now(): boolean {
    if (this.left === 0 || this.waiting.size > 0) return false;
    this.left -= 1;
    this.arrange();
    return true;
  }

  /**
   * Queues the work for a later turn, after the work that already waits; the returned function
   * cancels it.
   */
  later(work: () => void): () => void {
    this.waiting.add(work);
    this.arrange();
    return () => this.waiting.delete(work);
  }

  private arrange(): void {
    this.next ??= setImmediate(() => this.turn());
  }

  private turn(): void {
    this.next = undefined;
    this.left = PER_TURN;
    for (const work of this.waiting) {
      if (this.left === 0) break;
      this.left -= 1;
      this.waiting.delete(work);
      work();
    }
    if (this.left < PER_TURN) this.arrange();
  }
}
