import type { Clock } from './clock';

/** Counts events up to a limit in each span of time. */
export class RateWindow {
  private startedMs: number;
  private seen = 0;

  constructor(
    private readonly clock: Clock,
    private readonly spanMs: number,
    private readonly most: number,
  ) {
    this.startedMs = clock.monotonicMs();
  }

  /** Counts one event; false when it exceeds the limit. */
  count(): boolean {
    const nowMs = this.clock.monotonicMs();
    if (nowMs - this.startedMs >= this.spanMs) {
      this.startedMs = nowMs;
      this.seen = 0;
    }
    this.seen += 1;
    return this.seen <= this.most;
  }
}
