import type { Clock } from './clock';
import { sourceOf } from './source';

/** Sources that are remembered; the one unseen for longest goes first (rule D11). */
const MOST_SOURCES = 65_536;

interface Count {
  readonly startedMs: number;
  readonly events: number;
}

/** Counts events per source in each span of time, in bounded memory. */
export class SourceCounter {
  private readonly counts = new Map<string, Count>();

  constructor(
    private readonly clock: Clock,
    private readonly spanMs: number,
    private readonly mostSources = MOST_SOURCES,
  ) {}

  /** Counts one event; undefined when it may go on, else the milliseconds until the span ends. */
  count(ip: string, most: number): number | undefined {
    const nowMs = this.clock.monotonicMs();
    const source = sourceOf(ip);
    const known = this.counts.get(source);
    const fresh = known === undefined || nowMs - known.startedMs >= this.spanMs;
    const startedMs = fresh ? nowMs : known.startedMs;
    const events = fresh ? 1 : known.events + 1;
    // Put in anew, so that the order of the map is that of the last events.
    this.counts.delete(source);
    this.counts.set(source, { startedMs, events });
    if (this.counts.size > this.mostSources) {
      const [oldest] = this.counts.keys();
      if (oldest !== undefined) this.counts.delete(oldest);
    }
    return events <= most ? undefined : startedMs + this.spanMs - nowMs;
  }

  /** Sources that are remembered now. */
  get size(): number {
    return this.counts.size;
  }
}
