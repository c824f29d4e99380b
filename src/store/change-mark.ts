import { statSync } from 'node:fs';
import type { Clock } from '../base/clock';

/**
 * File systems may keep times in steps of two seconds: a second commit within one step can leave the
 * mark as it was.
 */
const SETTLE_MS = 2_500;

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
    if (mark !== undefined && this.lookedAtMs - this.markedAtMs >= SETTLE_MS) return;
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
