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

/** Steps of 30 s in half an hour. */
const HALF_HOUR = 60;
/** Half hours in 14 hours, the largest difference of a time zone to UTC. */
const HALF_HOURS = 28;

/**
 * Differences, in steps, that are looked for: every one up to ten minutes (a clock set by hand, or
 * one that drifts), and whole and half hours up to 14, plus or minus one step (daylight saving time,
 * another time zone, half a day). Zones of quarter hours and a wrong date are not found: each
 * difference costs the computation of a code, 209 in all, in one turn of the event loop.
 */
export const CLOCK_MISTAKES: readonly { readonly from: number; readonly to: number }[] = [
  { from: -20, to: 20 },
  ...Array.from({ length: HALF_HOURS }, (_each, at) => HALF_HOUR * (at + 1))
    .flatMap((skew) => [-skew, skew])
    .map((skew) => ({ from: skew - 1, to: skew + 1 })),
];

/**
 * Counts wrong codes that are right for another time, for each account in the memory of this
 * process. Three different codes with the same difference in a row, plus or minus one step, are no
 * accident: three guesses meet that once in 10^14.
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

  forget(userId: number): void {
    this.accounts.delete(userId);
  }

  private forgetOldest(): void {
    const [oldest] = this.accounts.keys();
    if (this.accounts.size > MAX_ACCOUNTS && oldest !== undefined) this.accounts.delete(oldest);
  }
}
