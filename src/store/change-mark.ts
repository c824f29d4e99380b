import { statSync } from 'node:fs';
import type { Clock } from '../base/clock';
import { LIMITS } from '../base/limits';

/**
 * How long the mark must stand still before it counts as read. SQLite writes a commit to the journal,
 * which moves the mark, waits for the disk, and only then lets others see it: the wait is longer than
 * any commit that a call still waits for. (File systems that keep times in steps of two seconds, in
 * which a second commit leaves the mark as it was, are covered too.) A disk that takes longer yet is
 * covered by the timeline, which commits after it (`Timeline.readMark`).
 */
const SETTLE_MS = LIMITS.storeMs + 24_000;

/**
 * Tells one follower of the database whether there may be anything new, without a statement: a board
 * on which nothing happens asks nothing. Commits of all processes count, its own too.
 */
export class ChangeMark {
  private mark: string | undefined;
  private markedAtMs = 0;
  private lookedAtMs = -Infinity;

  constructor(
    private readonly read: () => string | undefined,
    private readonly clock: Clock,
    private readonly settleMs = SETTLE_MS,
  ) {}

  /** Runs `look`, unless nothing was committed since the last one that ended without an error. */
  async whenChanged(look: () => Promise<void>): Promise<void> {
    // Read before the look: what is committed meanwhile moves the mark for the next one.
    const mark = this.read();
    const nowMs = this.clock.monotonicMs();
    if (mark !== this.mark) {
      this.mark = mark;
      this.markedAtMs = nowMs;
      this.lookedAtMs = -Infinity;
    }
    if (mark !== undefined && this.lookedAtMs - this.markedAtMs >= this.settleMs) return;
    await look();
    this.lookedAtMs = nowMs;
  }
}

/**
 * The mark of an SQLite file. A commit is appended to the journal beside it (`-wal`) or overwrites the
 * journal from its beginning; a checkpoint writes to the file. undefined where the files cannot be
 * asked, so that a statement is made, and fails with the reason.
 */
export function readFileMark(file: string): string | undefined {
  try {
    return [file, `${file}-wal`]
      .map((path) => {
        const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
        return stat === undefined ? 'none' : `${stat.ino} ${stat.size} ${stat.mtimeNs}`;
      })
      .join(', ');
  } catch {
    // Whoever follows the database looks into it then.
    return undefined;
  }
}
