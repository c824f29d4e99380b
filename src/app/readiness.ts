import { statfs } from 'node:fs/promises';
import { type Clock, withLimit } from '../base/clock';
import { toError } from '../base/errors';
import type { Log } from '../base/log';
import { countWrite, type Database } from '../store/database';

/** Longest wait for one check: the answer comes within two seconds, whatever the database does. */
const CHECK_MS = 1_500;
/** How long a write that was committed counts: those who ask all the time cost no more. */
const FRESH_MS = 1_000;
const LEAST_FREE_BYTES = 32 * 1024 * 1024;

interface ReadinessOptions {
  readonly db: Pick<Database, 'run'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly dataDir: string;
  /** Least room on the disk of the data folder. */
  readonly leastFreeBytes?: number;
}

/** A reason that something else than the checks of this file finds; undefined where there is none. */
type ReadinessCheck = () => string | undefined | Promise<string | undefined>;

/**
 * Whether a balancer may send callers here, and if not, why. The reasons are for anybody who may ask:
 * none tells more than its name.
 */
export class Readiness {
  private readonly checks: ReadinessCheck[] = [];
  private state: 'starting' | 'open' | 'stopping' = 'starting';
  private writing: Promise<boolean> | undefined;
  private wroteAtMs = -Infinity;
  private told = '';

  constructor(private readonly options: ReadinessOptions) {
    this.add(() => (this.state === 'open' ? undefined : this.state));
    this.add(async () => ((await this.databaseWrites()) ? undefined : 'database'));
    this.add(async () => ((await this.hasRoom()) ? undefined : 'disk'));
  }

  add(check: ReadinessCheck): void {
    this.checks.push(check);
  }

  opened(): void {
    this.state = 'open';
  }

  stopping(): void {
    this.state = 'stopping';
  }

  /** Empty where callers may come. */
  async reasons(): Promise<readonly string[]> {
    const found = await Promise.all(this.checks.map(async (check) => check()));
    const reasons = found.filter((reason) => reason !== undefined);
    const text = reasons.join(', ');
    // Balancers ask every second: only what changed has a line.
    if (text !== this.told) {
      if (text === '') this.options.log.info('board.ready');
      else this.options.log.warn('board.not-ready', { reasons: text });
    }
    this.told = text;
    return reasons;
  }

  private databaseWrites(): Promise<boolean> {
    const { clock } = this.options;
    if (clock.monotonicMs() - this.wroteAtMs < FRESH_MS) return Promise.resolve(true);
    // One write at a time, however many ask while the database does not answer.
    this.writing ??= this.write().finally(() => (this.writing = undefined));
    return this.inTime(this.writing, 'a write to the database');
  }

  private async write(): Promise<boolean> {
    const { db, clock, log } = this.options;
    try {
      await db.run(countWrite);
      this.wroteAtMs = clock.monotonicMs();
      return true;
    } catch (error) {
      log.debug('board.no-write', { error: toError(error) });
      return false;
    }
  }

  private async hasRoom(): Promise<boolean> {
    const { dataDir, leastFreeBytes = LEAST_FREE_BYTES } = this.options;
    const look = statfs(dataDir).then(
      ({ bavail, bsize }) => bavail * bsize >= leastFreeBytes,
      // The folder is gone, or its disk.
      () => false,
    );
    return this.inTime(look, 'the disk');
  }

  private inTime(check: Promise<boolean>, what: string): Promise<boolean> {
    return withLimit(this.options.clock, check, { limitMs: CHECK_MS, what }).catch(() => false);
  }
}
