import type { Clock } from '../../base/clock';

/** What keys that were typed ahead may take of one turn of the event loop, for all callers together. */
const TURN_MS = 4;

/**
 * Turns for the keys of all callers (rules F10, M8). A key that has already come is answered without the event
 * loop in between, however much is drawn for it; once such keys have taken their time, each caller's next one
 * waits for a later turn, so that a key of somebody else is read before it.
 */
export class KeyTurns {
  private readonly waiting: (() => void)[] = [];
  private startedMs: number | undefined;
  private planned = false;

  constructor(private readonly clock: Clock) {}

  /** A key has come and is about to be answered. */
  began(): void {
    this.startedMs ??= this.clock.monotonicMs();
    this.plan();
  }

  /** Before a caller's next key is read; undefined where it may be read at once. */
  next(): Promise<void> | undefined {
    const tookMs = this.clock.monotonicMs() - (this.startedMs ?? Infinity);
    if (this.waiting.length === 0 && tookMs < TURN_MS) return undefined;
    this.plan();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private plan(): void {
    if (this.planned) return;
    this.planned = true;
    setImmediate(() => this.turn());
  }

  /** One of those who wait, in the order in which they came; the next turn counts what the last one cost. */
  private turn(): void {
    this.planned = false;
    this.startedMs = undefined;
    const goOn = this.waiting.shift();
    if (goOn === undefined) return;
    this.startedMs = this.clock.monotonicMs();
    this.plan();
    goOn();
  }
}
