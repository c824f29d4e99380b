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
   * Milliseconds by which everything ends that is limited: waits, links, bans, budgets, retries. Stored,
   * and compared with nothing else. It runs with the wall clock and takes no part in its steps (rule L13).
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

/** A time of the timeline as people read it: Unix time by what the wall clock says now. */
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
