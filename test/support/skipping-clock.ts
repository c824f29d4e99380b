import { systemClock, type Cancel, type Clock } from '../../src/base/clock';

const STEP_MS = 30_000;
/** A board does not start where its clock is further from the database server's. */
const SERVER_MS = 4_000;

/**
 * A wall clock that begins with a code's step and moves a millisecond each time it is read, until a
 * test skips time: to the next code, past a link's end. The code that a test reads is then still
 * valid when the board checks it, however slow the machine, and no two events have the same time.
 * Timers use the system's clock.
 */
export class SkippingClock implements Clock {
  private steppedMs = 0;
  private wallMs: number;

  /** `nearServer`: no further from the real time than a database server allows, and well within a step. */
  constructor({ nearServer = false } = {}) {
    const nowMs = systemClock.nowMs();
    const nextMs = Math.ceil(nowMs / STEP_MS) * STEP_MS;
    const isFar = nearServer && nextMs - nowMs > SERVER_MS;
    this.wallMs = isFar ? nowMs - SERVER_MS / 2 : nextMs;
  }

  nowMs(): number {
    this.wallMs += 1;
    return this.wallMs;
  }

  monotonicMs(): number {
    return systemClock.monotonicMs();
  }

  timelineMs(): number {
    return this.nowMs() - this.steppedMs;
  }

  after(delayMs: number, run: () => void): Cancel {
    return systemClock.after(delayMs, run);
  }

  /** Skips time. */
  skip(ms: number): void {
    this.wallMs += ms;
  }

  /** Steps the wall clock without any time passing. */
  step(ms: number): void {
    this.wallMs += ms;
    this.steppedMs += ms;
  }
}
