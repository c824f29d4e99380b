import type { Clock } from '../base/clock';
import { sourceOf } from '../base/source';

const SPAN_MS = 10 * 60_000;
/** Sources that are remembered; the one unseen for longest goes first (rule D11). */
const MOST_SOURCES = 65_536;

interface Count {
  readonly startedMs: number;
  readonly requests: number;
}

/** Counts requests per source and ten minutes, in bounded memory. */
export class RateLimit {
  private readonly counts = new Map<string, Count>();

  constructor(
    private readonly clock: Clock,
    private readonly mostSources = MOST_SOURCES,
  ) {}

  /** Counts one request; undefined when it may go on, else the seconds to wait. */
  count(ip: string, most: number): number | undefined {
    const nowMs = this.clock.monotonicMs();
    const source = sourceOf(ip);
    const known = this.counts.get(source);
    const fresh = known === undefined || nowMs - known.startedMs >= SPAN_MS;
    const now = fresh
      ? { startedMs: nowMs, requests: 1 }
      : { startedMs: known.startedMs, requests: known.requests + 1 };
    // Put in anew, so that the order of the map is that of the last requests.
    this.counts.delete(source);
    this.counts.set(source, now);
    if (this.counts.size > this.mostSources) {
      const [oldest] = this.counts.keys();
      if (oldest !== undefined) this.counts.delete(oldest);
    }
    if (now.requests <= most) return undefined;
    return Math.max(1, Math.ceil((now.startedMs + SPAN_MS - nowMs) / 1000));
  }

  get size(): number {
    return this.counts.size;
  }
}
