import { BbsError } from './errors';

export type Cancel = () => void;

/** The only source of time. Wall time may step; monotonic time may not. */
export interface Clock {
  /** Unix time in milliseconds. */
  nowMs(): number;
  /** Milliseconds since an arbitrary start, never going back. */
  monotonicMs(): number;
  /** Wall time minus monotonic time: it changes only when the wall clock steps. */
  offsetMs(): number;
  /**
   * Runs `run` once after `delayMs`; the returned function cancels it. Does not keep the process
   * alive.
   */
  after(delayMs: number, run: () => void): Cancel;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  offsetMs: () => Date.now() - performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delayMs`, or rejects with the signal's reason if it aborts first. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
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
  clock: Clock,
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
