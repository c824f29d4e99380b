import { BbsError } from './errors';

export type Cancel = () => void;

/** Where time comes from. Wall time may step; monotonic time may not. */
export interface TimeSource {
  /** Unix time in milliseconds. */
  nowMs(): number;
  /** Milliseconds since an arbitrary start, never going back. */
  monotonicMs(): number;
  /**
   * Runs `run` once after `delayMs`; the returned function cancels it. Does not keep the process
   * alive.
   */
  after(delayMs: number, run: () => void): Cancel;
}

export interface Clock extends TimeSource {
  /**
   * Milliseconds of the timeline, by which waits, links, bans, budgets and retries end. Stored, and
   * compared with nothing else. It runs with the wall clock but ignores its steps (rule L13).
   */
  timelineMs(): number;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  timelineMs: () => Math.round(performance.timeOrigin + performance.now()),
  monotonicMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Converts a time of the timeline into Unix time by the current wall clock. */
export function wallTimeOf(clock: Clock, timelineMs: number): number {
  return timelineMs - clock.timelineMs() + clock.nowMs();
}

/** Resolves after `delayMs`, or rejects with the signal's reason if it aborts first. */
export function sleep(clock: TimeSource, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = (): void => {
      cancel();
      reject(signal?.reason as Error);
    };
    const cancel = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Settles as `promise` does, or rejects with TIMED_OUT naming `what` after `limitMs`. */
export function withLimit<T>(
  clock: TimeSource,
  promise: Promise<T>,
  limit: { readonly limitMs: number; readonly what: string },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(limit.limitMs, () =>
      reject(new BbsError('TIMED_OUT', `${limit.what} did not finish within ${limit.limitMs} ms`)),
    );
    promise.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error as Error);
      },
    );
  });
}

/** A time of the timeline, and the offset of the machine's clock from it. */
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
  private isSet = false;

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
   * Continues the timeline of the last run by the wall time that passed, and never backwards. A clock
   * that was behind is assumed to be corrected.
   */
  resume(mark: TimelineMark): void {
    this.setTimeline(Math.max(mark.timelineMs, this.nowMs() - Math.max(0, mark.offsetMs)));
  }

  /** Adopts the timeline of a board that runs in another process. */
  follow(mark: TimelineMark): void {
    this.setTimeline(Math.max(mark.timelineMs, this.nowMs() - mark.offsetMs));
  }

  /** Where the timeline stands; undefined before it was taken from anywhere. */
  get mark(): TimelineMark | undefined {
    return this.isSet ? { timelineMs: this.timelineMs(), offsetMs: this.offsetMs } : undefined;
  }

  setTimeline(timelineMs: number): void {
    this.shiftMs = timelineMs - this.base();
    this.isSet = true;
  }

  /**
   * Adopts the timeline of the others that run the board where it is ahead: this machine stood still, or
   * its clock runs slower. Returns by how much.
   */
  catchUp(timelineMs: number): number {
    const behindMs = timelineMs - this.timelineMs();
    if (behindMs <= 0) return 0;
    this.shiftMs += behindMs;
    return behindMs;
  }
}
