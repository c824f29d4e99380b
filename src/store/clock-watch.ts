import type { Cancel } from '../base/clock';
import type { Log } from '../base/log';
import type { SteadyClock } from '../base/steady-clock';
import type { Database } from './database';
import { countStep, findTimeMark, shiftTimes, writeTimeMark } from './time-line';
import { removeFutureTokens } from './tokens';

export interface ClockWatchOptions {
  readonly db: Database;
  readonly clock: SteadyClock;
  readonly log: Log;
}

const TURN_MS = 1_000;
/** How much of a run a killed board may forget, and so how small a step back it may overlook. */
const MARK_EVERY_MS = 60_000;

/**
 * Takes over steps of the machine's clock: moves what is stored, and then the board's clock. A step while
 * the board is off is known by the mark that the last run left, where the clock is behind it.
 */
export class ClockWatch {
  private readonly listeners: ((stepMs: number) => void)[] = [];
  private markedAtMs = -Infinity;
  private steps = 0;
  private working: Promise<void> = Promise.resolve();
  private cancel: Cancel = () => undefined;
  private closed = false;

  private constructor(private readonly options: ClockWatchOptions) {}

  static async open(options: ClockWatchOptions): Promise<ClockWatch> {
    const watch = new ClockWatch(options);
    await watch.resume();
    watch.wait();
    return watch;
  }

  /** Called at the same moment in which the clock steps, for times that are kept in memory. */
  onStep(listener: (stepMs: number) => void): void {
    this.listeners.push(listener);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.cancel();
    await this.working;
    const { db, clock } = this.options;
    await db.run((sql) => writeTimeMark(sql, clock.nowMs()));
  }

  private async resume(): Promise<void> {
    const { db, clock, log } = this.options;
    const nowMs = clock.nowMs();
    const stepMs = await db.transaction(async (sql) => {
      const mark = await findTimeMark(sql);
      this.steps = mark?.steps ?? 0;
      const backMs = Math.min(0, nowMs - (mark?.seenMs ?? nowMs));
      if (backMs < 0) await shiftTimes(sql, backMs);
      await removeFutureTokens(sql, nowMs);
      await writeTimeMark(sql, nowMs);
      return backMs;
    });
    this.markedAtMs = clock.monotonicMs();
    if (stepMs < 0) log.warn('clock-stepped', { bySeconds: stepMs / 1000, whileRunning: false });
  }

  private wait(): void {
    if (!this.closed) this.cancel = this.options.clock.after(TURN_MS, () => this.turn());
  }

  private turn(): void {
    this.working = this.look()
      .catch((error: unknown) => {
        // Stored times and the board's clock still agree; the next turn tries again.
        this.options.log.warn('clock-not-followed', { error });
      })
      .then(() => this.wait());
  }

  private async look(): Promise<void> {
    const { db, clock, log } = this.options;
    const { stepMs } = clock;
    if (stepMs === 0) {
      clock.follow();
      if (clock.monotonicMs() - this.markedAtMs < MARK_EVERY_MS) return;
    }
    const nowMs = clock.nowMs() + stepMs;
    let taken = 0;
    let over = false;
    try {
      await db.transaction(async (sql) => {
        if (stepMs !== 0 && (await countStep(sql, this.steps))) await shiftTimes(sql, stepMs);
        await removeFutureTokens(sql, nowMs);
        await writeTimeMark(sql, nowMs);
        // The database answered after its limit, and rolls this back.
        if (over) return;
        // Before the commit: who writes next, writes by the time that is stored from here on.
        if (stepMs !== 0) this.take(stepMs);
        taken = stepMs;
      });
    } catch (error) {
      over = true;
      if (taken !== 0) this.take(-taken);
      throw error;
    }
    this.markedAtMs = clock.monotonicMs();
    if (stepMs === 0) return;
    this.steps++;
    log.warn('clock-stepped', { bySeconds: stepMs / 1000, whileRunning: true });
  }

  private take(stepMs: number): void {
    this.options.clock.take(stepMs);
    for (const listener of this.listeners) listener(stepMs);
  }
}
