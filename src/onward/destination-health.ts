import type { Clock } from '../base/clock';

/** Which destinations did not take the last caller, since when. One for a board; in memory only. */
export class DestinationHealth {
  private readonly failedAtMs = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Keeps what the last caller met. */
  tried(name: string, wasThere: boolean): void {
    if (wasThere) this.failedAtMs.delete(name);
    else if (!this.failedAtMs.has(name)) this.failedAtMs.set(name, this.clock.nowMs());
  }

  /** Unix time in milliseconds of the first of the failures that nothing else followed. */
  failingSinceMs(name: string): number | undefined {
    return this.failedAtMs.get(name);
  }

  /** Those that did not take the last caller, each with that time. */
  failing(): ReadonlyMap<string, number> {
    return this.failedAtMs;
  }
}
