import type { Clock } from '../base/clock';

interface Sightings {
  readonly untilMs: number;
  readonly codes: readonly string[];
  /** Differences, in steps, that all of these codes have. */
  readonly skews: readonly number[];
}

/** Accounts that are watched at the same time; those seen first are forgotten first. */
const MAX_ACCOUNTS = 1_000;
const MEMORY_MS = 15 * 60_000;
const SIGHTINGS = 3;

/**
 * Counts wrong codes that are right for another time, for each account in the memory of this
 * process. Three different codes with the same difference in a row, plus or minus one step, are no
 * accident: three guesses meet that once in 10^13.
 */
export class SkewWatch {
  private readonly accounts = new Map<number, Sightings>();

  constructor(private readonly clock: Clock) {}

  /** `skews` are the differences at which this code would be right; none for a code that never is. */
  isThird(
    userId: number,
    seen: { readonly code: string; readonly skews: readonly number[] },
  ): boolean {
    const nowMs = this.clock.monotonicMs();
    const before = this.accounts.get(userId);
    this.accounts.delete(userId);
    if (seen.skews.length === 0) return false;
    const known = before !== undefined && before.untilMs > nowMs ? before : undefined;
    const shared = seen.skews.filter((skew) =>
      known?.skews.some((other) => Math.abs(other - skew) <= 1),
    );
    const follows = known !== undefined && shared.length > 0;
    const codes = follows ? [...new Set([...known.codes, seen.code])] : [seen.code];
    const skews = follows ? shared : seen.skews;
    this.accounts.set(userId, {
      untilMs: nowMs + MEMORY_MS,
      codes: codes.slice(-SIGHTINGS),
      skews,
    });
    this.forgetOldest();
    return codes.length >= SIGHTINGS;
  }

  private forgetOldest(): void {
    const [oldest] = this.accounts.keys();
    if (this.accounts.size > MAX_ACCOUNTS && oldest !== undefined) this.accounts.delete(oldest);
  }
}
