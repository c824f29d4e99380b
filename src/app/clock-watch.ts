import type { Cancel, Clock } from '../base/clock';
import { BbsError } from '../base/errors';
import type { Log } from '../base/log';
import type { Database } from '../store/database';

const LOOK_MS = 60_000;
/** Differences from the database server's clock: at which a line is logged, no start is made, and nobody is let in. */
const WARN_MS = 2_000;
const START_MS = 5_000;
const READY_MS = 30_000;

interface ClockWatchOptions {
  readonly db: Pick<Database, 'serverNowMs'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Compares the clock of this machine with the database server's: nodes whose clocks differ take each
 * other's codes, links and penalties for older or newer than they are. A database in a file has none.
 */
export class ClockWatch {
  private cancel: Cancel = () => undefined;
  private closed = false;
  private offMs = 0;
  private told = false;

  private constructor(private readonly options: ClockWatchOptions) {}

  /** Throws CLOCK_WRONG where no start is made. */
  static async open(options: ClockWatchOptions): Promise<ClockWatch> {
    const watch = new ClockWatch(options);
    if (await watch.look()) watch.wait();
    if (Math.abs(watch.offMs) <= START_MS) return watch;
    watch.close();
    throw new BbsError(
      'CLOCK_WRONG',
      `the clock of this machine is ${inWords(watch.offMs)} the database server's; set both by NTP, and start again`,
    );
  }

  /** True where nobody may be let in. */
  get isWrong(): boolean {
    return Math.abs(this.offMs) > READY_MS;
  }

  close(): void {
    this.closed = true;
    this.cancel();
  }

  private wait(): void {
    if (this.closed) return;
    this.cancel = this.options.clock.after(LOOK_MS, () => {
      this.look().then(
        () => this.wait(),
        // The database is away: there is nothing to compare with.
        () => this.wait(),
      );
    });
  }

  /** False where there is no other clock. */
  private async look(): Promise<boolean> {
    const { db, clock, log } = this.options;
    const askedMs = clock.monotonicMs();
    const theirs = await db.serverNowMs();
    if (theirs === undefined) return false;
    const halfMs = (clock.monotonicMs() - askedMs) / 2;
    const offMs = clock.nowMs() - halfMs - theirs;
    // How long the answer took on its way is not known: that much may be no difference.
    this.offMs = Math.sign(offMs) * Math.max(0, Math.abs(offMs) - halfMs);
    const isOff = Math.abs(this.offMs) > WARN_MS;
    if (isOff && !this.told) log.warn('clock.differs', { bySeconds: this.offMs / 1000 });
    this.told = isOff;
    return true;
  }
}

function inWords(offMs: number): string {
  const seconds = Math.round(Math.abs(offMs) / 1000);
  return `${seconds} s ${offMs > 0 ? 'ahead of' : 'behind'}`;
}
