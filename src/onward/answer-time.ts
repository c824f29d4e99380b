import type { Clock } from '../base/clock';

/**
 * How long the other side may be silent: one limit for the connection and for the first that it says. A board that
 * is asked through one that has answered has as long again (`begin`).
 */
export class AnswerTime {
  private endMs = 0;

  constructor(
    private readonly clock: Clock,
    private readonly limitMs: number,
  ) {
    this.begin();
  }

  begin(): void {
    this.endMs = this.clock.monotonicMs() + this.limitMs;
  }

  /** Milliseconds; 0 where none is left. */
  get leftMs(): number {
    return Math.max(0, Math.round(this.endMs - this.clock.monotonicMs()));
  }
}
