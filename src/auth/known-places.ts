import type { Cancel, Clock } from '../base/clock';
import type { Log } from '../base/log';
import type { Database } from '../store/database';
import { listKnownSources } from '../store/sources';
import type { KnownSource } from '../store/sources';

/** An account's places are known for so long after the last complete sign-in from there (rule C5). */
export const KNOWN_SOURCE_MS = 30 * 86_400_000;

interface KnownPlacesOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  /** Places remembered: the ones used last. */
  readonly most?: number;
}

const MAX_PLACES = 16_384;
const TURN_MS = 5_000;
/** So often all is read again, so that what accounts have forgotten is forgotten here too. */
const WHOLE_EVERY_MS = 600_000;
const WHOLE_SOON_MS = 30_000;
/** Clocks of other nodes may be this far behind. */
const OVERLAP_MS = 30_000;

/**
 * Sources from which any account was completely signed in to lately, asked at every TCP accept: answered from
 * memory, which only sign-ins fill, and which follows the store in the background (rule M11).
 */
export class KnownPlaces {
  /** When each was used last, in that order. */
  private places = new Map<string, number>();
  private readUntilMs = 0;
  private wholeAtMs = -Infinity;
  private working: Promise<void> = Promise.resolve();
  private cancel: Cancel = () => undefined;
  private closed = false;

  private constructor(private readonly options: KnownPlacesOptions) {}

  /** Reads what is known, and begins to follow. */
  static async open(options: KnownPlacesOptions): Promise<KnownPlaces> {
    const places = new KnownPlaces(options);
    await places.read();
    places.wait();
    return places;
  }

  /** Places remembered now. */
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
    this.working = this.read()
      .catch((error: unknown) => {
        // Known places stay known until the store answers again.
        this.options.log.warn('known-places.not-read', { error });
      })
      .then(() => this.wait());
  }

  private async read(): Promise<void> {
    const { db, clock, most = MAX_PLACES } = this.options;
    const timelineMs = clock.timelineMs();
    const oldestMs = timelineMs - KNOWN_SOURCE_MS;
    const isWhole = clock.monotonicMs() - this.wholeAtMs >= WHOLE_EVERY_MS;
    const sinceMs = isWhole ? oldestMs : Math.max(oldestMs, this.readUntilMs - OVERLAP_MS);
    const newestFirst = await db.run((sql) => listKnownSources(sql, { sinceMs, limit: most }));
    if (isWhole) {
      this.places = new Map();
      this.wholeAtMs = clock.monotonicMs();
    }
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
    // The store keeps a few places of each account, and memory whatever it learned: accounts that sign in
    // from ever new places push the others out of here until all is read again.
    const soonMs = this.options.clock.monotonicMs() - WHOLE_EVERY_MS + WHOLE_SOON_MS;
    this.wholeAtMs = Math.min(this.wholeAtMs, soonMs);
  }
}
