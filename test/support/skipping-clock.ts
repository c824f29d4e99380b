import { systemClock, type Cancel, type Clock } from '../../src/base/clock';

/** The system's clock, of which a test may skip time on the wall: a code's next step, a link's end. */
export class SkippingClock implements Clock {
  private skippedMs = 0;

  nowMs(): number {
    return systemClock.nowMs() + this.skippedMs;
  }

  monotonicMs(): number {
    return systemClock.monotonicMs();
  }

  after(delayMs: number, run: () => void): Cancel {
    return systemClock.after(delayMs, run);
  }

  skip(ms: number): void {
    this.skippedMs += ms;
  }
}
