import type { BoardClock, Cancel, TimelineMark } from '../base/clock';
import type { Log } from '../base/log';
import type { Database, Sql } from './database';
import { removeFutureTokens } from './tokens';

interface TimelineOptions {
  readonly db: Database;
  readonly clock: BoardClock;
  readonly log: Log;
  /** False where other processes run the board now. */
  readonly isAlone?: () => boolean;
}

const TURN_MS = 1_000;
/** Interval of writing the mark while anything is committed: what a killed board loses of its timeline at most. */
const MARK_EVERY_MS = 60_000;
/** The same while nothing is: a board on which nothing happens is silent. */
const IDLE_MARK_EVERY_MS = 600_000;
/** Smaller differences come from a slewed clock and are not reported. */
const MIN_STEP_MS = 2_000;

/**
 * Keeps the mark of the board's timeline in the database, where the next run and `oputil` find it. A step
 * of the machine's clock changes that one row; what is stored by the timeline stays as it is (rule L13).
 */
export class Timeline {
  private cancel: Cancel = () => undefined;
  private working: Promise<void> = Promise.resolve();
  private closed = false;
  private markedAtMs = 0;
  /** Wall time minus monotonic time, when the mark was written. */
  private wallMs = 0;
  /** What `db.readMark()` was after the last write; undefined where that is not known. */
  private committed: string | undefined;

  private constructor(private readonly options: TimelineOptions) {}

  /** Resumes the clock from the mark; must run before the timeline is read. */
  static async open(options: TimelineOptions): Promise<Timeline> {
    const { db, clock, log, isAlone = () => true } = options;
    const timeline = new Timeline(options);
    const mark = await db.run(findTimelineMark);
    if (mark === undefined) clock.setTimeline(clock.timelineMs());
    // The others keep the mark up to date, and no machine's clock is asked.
    else if (!isAlone()) clock.setTimeline(mark.timelineMs);
    else {
      clock.resume(mark);
      const bySeconds = (clock.offsetMs - mark.offsetMs) / 1000;
      if (Math.abs(bySeconds) * 1000 >= MIN_STEP_MS)
        log.warn('clock.stepped', { bySeconds, whileRunning: false });
    }
    await timeline.write();
    await db.transaction('nothing-shared', (sql) => removeFutureTokens(sql, clock.timelineMs()));
    timeline.wait();
    return timeline;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.cancel();
    await this.working;
    await this.write();
  }

  private wait(): void {
    if (!this.closed) this.cancel = this.options.clock.after(TURN_MS, () => this.turn());
  }

  private turn(): void {
    this.working = this.look()
      .catch((error: unknown) => {
        // Nothing depends on the mark while the board runs; the next interval writes it.
        this.options.log.warn('clock.mark-not-written', { error });
      })
      .then(() => this.wait());
  }

  private async look(): Promise<void> {
    const { clock, log } = this.options;
    const stepMs = this.wallOffset() - this.wallMs;
    const sinceMs = clock.monotonicMs() - this.markedAtMs;
    const isDue =
      sinceMs >= IDLE_MARK_EVERY_MS || (sinceMs >= MARK_EVERY_MS && this.hasCommitted());
    const isStep = Math.abs(stepMs) >= MIN_STEP_MS;
    if (!isDue && !isStep) return;
    await this.write();
    this.committed = await this.readMark();
    if (isStep) log.warn('clock.stepped', { bySeconds: stepMs / 1000, whileRunning: true });
  }

  private hasCommitted(): boolean {
    const mark = this.options.db.readMark();
    return mark === undefined || mark !== this.committed;
  }

  private async write(): Promise<void> {
    const { db, clock } = this.options;
    const mark = { timelineMs: clock.timelineMs(), offsetMs: clock.offsetMs };
    const markedAtMs = clock.monotonicMs();
    const wallMs = this.wallOffset();
    await db.run((sql) => writeTimelineMark(sql, mark));
    this.markedAtMs = markedAtMs;
    this.wallMs = wallMs;
    this.committed = undefined;
  }

  private wallOffset(): number {
    const { clock } = this.options;
    return clock.nowMs() - clock.monotonicMs();
  }

  /**
   * Read while no other process writes. The mark moves before a commit can be seen: one that the disk
   * still holds up must not count as written after, because the write that it makes due waits for it,
   * and then has all who follow the database look again, however long the disk took.
   */
  private readMark(): Promise<string | undefined> {
    const { db } = this.options;
    return db
      .transaction('nothing-shared', () => Promise.resolve(db.readMark()))
      .catch(() => undefined);
  }
}

/** Returns undefined before the first run of a version with a timeline. */
export async function findTimelineMark(sql: Sql): Promise<TimelineMark | undefined> {
  const row = await sql('timeline')
    .where({ id: 1 })
    .first<{ at: number; wall_offset: number } | undefined>();
  if (row === undefined) return undefined;
  return { timelineMs: Number(row.at), offsetMs: Number(row.wall_offset) };
}

/** Writes the mark, which never goes back: the process that is ahead has the timeline. */
export async function writeTimelineMark(sql: Sql, mark: TimelineMark): Promise<void> {
  await sql('timeline')
    .insert({ id: 1, at: mark.timelineMs, wall_offset: mark.offsetMs })
    .onConflict('id')
    .merge(['at', 'wall_offset'])
    .where('timeline.at', '<=', mark.timelineMs);
}
