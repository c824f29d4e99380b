import type { Cancel, Clock, TimeSource } from './clock';

/** Where a board's timeline stood, and how far the machine's clock was ahead of it. */
export interface TimelineMark {
  readonly timelineMs: number;
  /** Wall time minus timeline. */
  readonly offsetMs: number;
}

/**
 * The clock of a board. Its wall time is the machine's, and its timeline runs with the monotonic clock: a
 * step of the machine's clock moves the one and not the other (rule L13).
 */
export class BoardClock implements Clock {
  private readonly base: () => number;
  private shiftMs = 0;

  /** A source without a timeline has one that runs with its monotonic clock. */
  constructor(private readonly source: TimeSource & Partial<Pick<Clock, 'timelineMs'>>) {
    const startMs = source.nowMs() - source.monotonicMs();
    this.base = () => source.timelineMs?.() ?? startMs + source.monotonicMs();
  }

  nowMs(): number {
    return this.source.nowMs();
  }

  timelineMs(): number {
    return Math.round(this.base() + this.shiftMs);
  }

  monotonicMs(): number {
    return this.source.monotonicMs();
  }

  after(delayMs: number, run: () => void): Cancel {
    return this.source.after(delayMs, run);
  }

  /** Wall time minus timeline. */
  get offsetMs(): number {
    return this.nowMs() - this.timelineMs();
  }

  /**
   * Goes on where the last run ended: by the time that passed on the wall, and never backwards where that
   * was set back meanwhile. A clock that was known to be behind is taken to have been put right.
   */
  resume(mark: TimelineMark): void {
    this.setTimeline(Math.max(mark.timelineMs, this.nowMs() - Math.max(0, mark.offsetMs)));
  }

  /** Takes the timeline of a board that runs in another process. */
  follow(mark: TimelineMark): void {
    this.setTimeline(Math.max(mark.timelineMs, this.nowMs() - mark.offsetMs));
  }

  private setTimeline(timelineMs: number): void {
    this.shiftMs = timelineMs - this.base();
  }
}
