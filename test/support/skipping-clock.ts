import { systemClock, type Cancel, type Clock } from '../../src/base/clock';

const STEP_MS = 30_000;

/**
 * A wall clock that begins with a code's step and moves a millisecond each time it is read, until a test skips
 * time: to the next code, past a link's end. So the code that a test reads is still the code when the board
 * looks at it, however slow the machine, and no two events are of one time. Waits are the system's.
 */
export class SkippingClock implements Clock {
  private wallMs = Math.ceil(systemClock.nowMs() / STEP_MS) * STEP_MS;

  nowMs(): number {
    this.wallMs += 1;
    return this.wallMs;
  }

  monotonicMs(): number {
    return systemClock.monotonicMs();
  }

  after(delayMs: number, run: () => void): Cancel {
    return systemClock.after(delayMs, run);
  }

  skip(ms: number): void {
    this.wallMs += ms;
  }
}
