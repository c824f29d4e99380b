import type { Clock } from '../../base/clock';

/** Time per turn of the event loop for keys that were typed ahead, for all callers together. */
const TURN_MS = 4;

/**
 * Shares the event loop among the keys of all callers (rules F10, M8). Keys that have already arrived are
 * handled without returning to the event loop. Once they have used their time, the next key of each caller
 * waits for a later turn, so that keys of other callers are read before it.
 */
export class KeyTurns {
  private readonly waiting: (() => void)[] = [];
  private startedMs: number | undefined;
  private planned = false;

  constructor(private readonly clock: Clock) {}

  /** To be called before a key is handled. */
  began(): void {
    this.startedMs ??= this.clock.monotonicMs();
    this.plan();
  }

  /** To be called before a caller's next key is read; undefined when it may be read at once. */
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

  /** Admits one waiting caller, in order of arrival; the next turn includes the time that this one takes. */
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
