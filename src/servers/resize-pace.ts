import type { Cancel, Clock } from '../base/clock';

/** While a window is dragged it is repainted at most this often (rule M8). */
const REPAINT_MS = 50;

/**
 * Coalesces changes of a terminal's size: the first is applied at once, those within the next 50 ms
 * together at their end, so that the last size is always shown.
 */
export class ResizePace {
  private cancel: Cancel | undefined;
  private waits = false;

  constructor(
    private readonly clock: Clock,
    private readonly apply: () => void,
  ) {}

  changed(): void {
    if (this.cancel !== undefined) {
      this.waits = true;
      return;
    }
    this.cancel = this.clock.after(REPAINT_MS, () => {
      this.cancel = undefined;
      if (!this.waits) return;
      this.waits = false;
      this.changed();
    });
    this.apply();
  }

  stop(): void {
    this.cancel?.();
    this.waits = false;
  }
}
