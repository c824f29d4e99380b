import { type Clock, withLimit } from '../base/clock';
import { BbsError } from '../base/errors';

type Close = () => Promise<void> | void;

/** What a start has opened, to be closed in reverse order. */
export class Closers {
  private readonly list: Close[] = [];
  private closing: Promise<void> | undefined;

  constructor(private readonly clock: Clock) {}

  push(close: Close): void {
    this.list.push(close);
  }

  /**
   * Closes every part once, the last opened first; a failure does not keep the others open. Once
   * `limitMs` is over, what is left is closed and not waited for: a database that does not answer.
   */
  close(limitMs: number): Promise<void> {
    this.closing ??= this.closeAll(this.clock.monotonicMs() + limitMs);
    return this.closing;
  }

  private async closeAll(endMs: number): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.list.reverse()) {
      const leftMs = Math.max(LEAST_MS, endMs - this.clock.monotonicMs());
      try {
        const closed = Promise.resolve(close());
        await withLimit(this.clock, closed, { limitMs: leftMs, what: 'the stop' });
      } catch (error) {
        // What ran out of time is no failure of the stop: it ends with the process.
        if (!(error instanceof BbsError) || error.code !== 'TIMED_OUT') failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

/** For what closes at once. */
const LEAST_MS = 50;
