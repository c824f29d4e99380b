import type { Cancel } from '../../src/base/clock';
import { SkippingClock } from './skipping-clock';

interface Timer {
  readonly delayMs: number;
  readonly atMs: number;
  readonly run: () => void;
}

/**
 * A clock whose time stands still from `hold` to `release`, for what a board begins meanwhile: a test moves it on.
 * Timers that ran before `hold` go on by the system's clock.
 */
export class HeldClock extends SkippingClock {
  private readonly timers = new Set<Timer>();
  private isHeld = false;
  private heldAtMs = 0;
  /** Of the held time, how much has passed; and how far it is ahead of the system's, or behind, afterwards. */
  private passedMs = 0;
  private aheadMs = 0;

  override monotonicMs(): number {
    return this.isHeld ? this.heldAtMs + this.passedMs : super.monotonicMs() + this.aheadMs;
  }

  override after(delayMs: number, run: () => void): Cancel {
    if (!this.isHeld) return super.after(delayMs, run);
    const timer = { delayMs, atMs: this.passedMs + delayMs, run };
    let cancel: Cancel = () => this.timers.delete(timer);
    this.goOn.set(timer, () => (cancel = super.after(timer.atMs - this.passedMs, run)));
    this.timers.add(timer);
    return () => cancel();
  }

  private readonly goOn = new WeakMap<Timer, () => void>();

  hold(): void {
    this.heldAtMs = this.monotonicMs();
    this.passedMs = 0;
    this.isHeld = true;
  }

  /** Since `hold`. */
  get heldMs(): number {
    return this.passedMs;
  }

  /** When the first timer is due whose delay is at least the one and less than the other, since `hold`. */
  dueMs(leastMs: number, belowMs: number): number | undefined {
    const due = [...this.timers]
      .filter(({ delayMs }) => delayMs >= leastMs && delayMs < belowMs)
      .map(({ atMs }) => atMs);
    return due.length === 0 ? undefined : Math.min(...due);
  }

  /** Moves the held time on, and runs what falls due, in order. */
  async advanceTo(endMs: number): Promise<void> {
    for (;;) {
      const [due] = [...this.timers]
        .filter(({ atMs }) => atMs <= endMs)
        .sort((a, b) => a.atMs - b.atMs);
      if (due === undefined) break;
      this.timers.delete(due);
      this.passedMs = Math.max(this.passedMs, due.atMs);
      due.run();
      await settle();
    }
    this.passedMs = endMs;
    await settle();
  }

  /** Time goes on by the system's clock from where it stands. */
  release(): void {
    this.aheadMs = this.monotonicMs() - super.monotonicMs();
    this.isHeld = false;
    for (const timer of this.timers) this.goOn.get(timer)?.();
    this.timers.clear();
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
