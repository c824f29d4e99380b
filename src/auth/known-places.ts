import type { Cancel, Clock } from '../base/clock';
import type { Log } from '../base/log';
import type { ChangeMark } from '../store/change-mark';
import type { Database } from '../store/database';
import { listKnownSources } from '../store/sources';
import type { KnownSource } from '../store/sources';

/** How long a source stays known after the last complete sign-in from it (rule C5). */
export const KNOWN_SOURCE_MS = 30 * 86_400_000;

interface KnownPlacesOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  /** Maximum number of sources kept: those used last. */
  readonly most?: number;
}

const MAX_PLACES = 16_384;
const TURN_MS = 5_000;
/** Interval of full reads, which drop the sources that accounts no longer have. */
const WHOLE_EVERY_MS = 600_000;
const WHOLE_SOON_MS = 30_000;
/** Maximum difference to the clocks of other processes. */
const OVERLAP_MS = 30_000;

/**
 * Sources of recent complete sign-ins, queried at every TCP accept: answered from memory, which
 * only sign-ins fill, and which follows the store in the background (rule M11).
 */
export class KnownPlaces {
  /** Time of the last use by source, the oldest first; milliseconds of the timeline. */
  private places = new Map<string, number>();
  private readUntilMs = 0;
  private wholeAtMs = -Infinity;
  private working: Promise<void> = Promise.resolve();
  private cancel: Cancel = () => undefined;
  private closed = false;
  /** True once anything was committed since the last full read. */
  private isStale = true;
  private readonly changes: ChangeMark;

  private constructor(private readonly options: KnownPlacesOptions) {
    this.changes = options.db.followChanges();
  }

  /** Reads the store and starts to follow it. */
  static async open(options: KnownPlacesOptions): Promise<KnownPlaces> {
    const places = new KnownPlaces(options);
    await places.read();
    places.wait();
    return places;
  }

  /** Number of sources kept. */
  get size(): number {
    return this.places.size;
  }

  has(source: string): boolean {
    const usedAtMs = this.places.get(source);
    return usedAtMs !== undefined && usedAtMs > this.options.clock.timelineMs() - KNOWN_SOURCE_MS;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.cancel();
    await this.working;
  }

  private wait(): void {
    if (!this.closed) this.cancel = this.options.clock.after(TURN_MS, () => this.turn());
  }

  private turn(): void {
    this.working = this.follow()
      .catch((error: unknown) => {
        // The known sources stay until the store answers again.
        this.options.log.warn('known-places.not-read', { error });
      })
      .then(() => this.wait());
  }

  private async follow(): Promise<void> {
    const isDue = this.isStale && this.isWholeDue();
    await (isDue ? this.read() : this.changes.whenChanged(() => this.read()));
  }

  private isWholeDue(): boolean {
    return this.options.clock.monotonicMs() - this.wholeAtMs >= WHOLE_EVERY_MS;
  }

  private async read(): Promise<void> {
    const { db, clock, most = MAX_PLACES } = this.options;
    const timelineMs = clock.timelineMs();
    const oldestMs = timelineMs - KNOWN_SOURCE_MS;
    const isWhole = this.isWholeDue();
    const sinceMs = isWhole ? oldestMs : Math.max(oldestMs, this.readUntilMs - OVERLAP_MS);
    const newestFirst = await db.run((sql) => listKnownSources(sql, { sinceMs, limit: most }));
    if (isWhole) {
      this.places = new Map();
      this.wholeAtMs = clock.monotonicMs();
    }
    this.isStale = !isWhole;
    this.readUntilMs = timelineMs;
    for (const known of newestFirst.reverse()) this.learn(known, most);
  }

  private learn({ source, usedAtMs }: KnownSource, most: number): void {
    const before = this.places.get(source) ?? 0;
    this.places.delete(source);
    this.places.set(source, Math.max(before, usedAtMs));
    if (this.places.size <= most) return;
    const [oldest] = this.places.keys();
    if (oldest !== undefined) this.places.delete(oldest);
    // The store keeps few sources per account, memory keeps all that it has read: accounts that
    // sign in from many new sources displace others here until the next full read.
    const soonMs = this.options.clock.monotonicMs() - WHOLE_EVERY_MS + WHOLE_SOON_MS;
    this.wholeAtMs = Math.min(this.wholeAtMs, soonMs);
  }
}
