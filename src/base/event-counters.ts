import type { Clock } from './clock';
import { sourceOf } from './source';

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

/** Limit of remembered sources; the one that was idle for longest is dropped first (rule D11). */
const MAX_SOURCES = 65_536;

interface Count {
  readonly startedMs: number;
  readonly events: number;
}

/** Counts events per source and time span, in bounded memory. */
export class SourceCounter {
  private readonly counts = new Map<string, Count>();

  constructor(
    private readonly clock: Clock,
    private readonly spanMs: number,
    private readonly mostSources = MAX_SOURCES,
  ) {}

  /** True where a source has had its events of this span already; counts none. */
  peek(ip: string, most: number): boolean {
    const known = this.counts.get(sourceOf(ip));
    if (known === undefined || this.clock.monotonicMs() - known.startedMs >= this.spanMs)
      return false;
    return known.events >= most;
  }

  /**
   * Counts one event; undefined when it is within the limit, else the milliseconds until the span
   * ends.
   */
  count(ip: string, most: number): number | undefined {
    const nowMs = this.clock.monotonicMs();
    const source = sourceOf(ip);
    const known = this.counts.get(source);
    const fresh = known === undefined || nowMs - known.startedMs >= this.spanMs;
    const startedMs = fresh ? nowMs : known.startedMs;
    const events = fresh ? 1 : known.events + 1;
    // Inserted again, so that the order of the map is that of the last events.
    this.counts.delete(source);
    this.counts.set(source, { startedMs, events });
    if (this.counts.size > this.mostSources) {
      const [oldest] = this.counts.keys();
      if (oldest !== undefined) this.counts.delete(oldest);
    }
    return events <= most ? undefined : startedMs + this.spanMs - nowMs;
  }

  /** Number of sources that are remembered. */
  get size(): number {
    return this.counts.size;
  }
}
