import type { Cancel, Clock } from '../../src/base/clock';

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  private wallMs: number;
  private steadyMs = 0;
  private order = 0;
  private readonly timers = new Set<Timer>();

  constructor(private readonly startMs = Date.UTC(2026, 0, 1)) {
    this.wallMs = startMs;
  }

  nowMs(): number {
    return this.wallMs;
  }

  monotonicMs(): number {
    return this.steadyMs;
  }

  timelineMs(): number {
    return this.startMs + this.steadyMs;
  }

  after(delayMs: number, run: () => void): Cancel {
    const timer = { atMs: this.steadyMs + delayMs, order: this.order++, run };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** Number of waiting timers. */
  get waiting(): number {
    return this.timers.size;
  }

  /** Time until the next of them is due; Infinity where none waits. */
  get nextInMs(): number {
    return Math.min(...[...this.timers].map((timer) => timer.atMs)) - this.steadyMs;
  }

  /**
   * Advances both clocks and runs timers as they fall due, in order, letting promises settle in
   * between.
   */
  async advance(byMs: number): Promise<void> {
    const endMs = this.steadyMs + byMs;
    for (;;) {
      const due = [...this.timers]
        .filter((timer) => timer.atMs <= endMs)
        .sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0];
      if (due === undefined) break;
      this.timers.delete(due);
      this.wallMs += due.atMs - this.steadyMs;
      this.steadyMs = due.atMs;
      due.run();
      await settle();
    }
    this.wallMs += endMs - this.steadyMs;
    this.steadyMs = endMs;
    await settle();
  }

  /** Moves both clocks on and runs nothing: what falls due runs at the next `advance`. */
  skip(byMs: number): void {
    this.wallMs += byMs;
    this.steadyMs += byMs;
  }

  /** Steps the wall clock only, as an administrator or NTP would. */
  stepWall(byMs: number): void {
    this.wallMs += byMs;
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
