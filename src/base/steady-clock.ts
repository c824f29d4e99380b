import type { Cancel, Clock } from './clock';

/**
 * A smaller difference is a clock that is slewed, or two readings that were not simultaneous: it is
 * followed at once.
 */
const MIN_STEP_MS = 2_000;

/**
 * A clock whose wall time continues unchanged when the machine's clock steps, until the step is
 * taken over: stored times and the clock then move together (rule L13).
 */
export class SteadyClock implements Clock {
  private takenMs: number;

  constructor(private readonly base: Clock) {
    this.takenMs = base.offsetMs();
  }

  nowMs(): number {
    return this.base.nowMs() - this.stepMs;
  }

  monotonicMs(): number {
    return this.base.monotonicMs();
  }

  offsetMs(): number {
    return this.base.offsetMs() - this.stepMs;
  }

  after(delayMs: number, run: () => void): Cancel {
    return this.base.after(delayMs, run);
  }

  /** The step of the machine's clock that was not taken over yet; 0 if there is none. */
  get stepMs(): number {
    const stepMs = Math.round(this.base.offsetMs() - this.takenMs);
    return Math.abs(stepMs) < MIN_STEP_MS ? 0 : stepMs;
  }

  /**
   * Continues from the machine's time where no step is pending, so that slewing never adds up to
   * one.
   */
  follow(): void {
    if (this.stepMs === 0) this.takenMs = this.base.offsetMs();
  }

  /** Takes over a step of the machine's clock. */
  take(stepMs: number): void {
    this.takenMs += stepMs;
  }
}
