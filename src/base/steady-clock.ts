import type { Cancel, Clock } from './clock';

/** Less is a clock that is slewed, or two readings that did not fall together: followed at once. */
const LEAST_STEP_MS = 2_000;

/**
 * A clock whose wall time goes on as before when the machine's clock steps, until the step is taken over:
 * so the times that are stored and the time that is read move together (rule L13).
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

  /** By how much the machine's clock has stepped and this one has not; 0 where it has not. */
  get stepMs(): number {
    const stepMs = Math.round(this.base.offsetMs() - this.takenMs);
    return Math.abs(stepMs) < LEAST_STEP_MS ? 0 : stepMs;
  }

  /** Goes on from the machine's time where no step waits, so that slewing never adds up to one. */
  follow(): void {
    if (this.stepMs === 0) this.takenMs = this.base.offsetMs();
  }

  /** Steps, as the machine's clock did. */
  take(stepMs: number): void {
    this.takenMs += stepMs;
  }
}
