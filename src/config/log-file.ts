import { closeSync, fstatSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../base/clock';
import { BbsError } from '../base/errors';
import { whyNotWritten } from '../base/file-reason';
import { createLog, type Log } from '../base/log';
import { outageLog } from '../base/outage-log';
import { openPrivateLog } from '../base/private-file';
import type { Config } from './schema';

/** A log file is renamed at this size; one old file is kept. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Interval of the check whether the file was moved away. */
const CHECK_INTERVAL_MS = 1_000;

/** The log of a running board: `logging.file` in data/logs, or standard error where that is empty. */
export function openLog(
  dataDir: string,
  config: Config,
  clock: Clock,
): { readonly log: Log; reopen(): void; close(): void } {
  const { level, file } = config.logging;
  const opened = file === '' ? undefined : new LogFile(join(dataDir, 'logs'), file, clock);
  const write = opened?.write ?? toStandardError;
  const log = outageLog(createLog({ level, write, nowMs: () => clock.nowMs() }), clock);
  return { log, reopen: () => opened?.reopen(), close: () => opened?.close() };
}

function toStandardError(line: string): void {
  process.stderr.write(line);
}

/** Appends whole lines; the file is accessible to this user alone (rule I5). */
class LogFile {
  private readonly path: string;
  private handle: number;
  private bytes: number;

  private checkedMs: number;

  constructor(
    folder: string,
    file: string,
    private readonly clock: Clock,
  ) {
    this.checkedMs = clock.monotonicMs();
    this.path = join(folder, file);
    try {
      this.handle = openPrivateLog(this.path);
      this.bytes = fstatSync(this.handle).size;
    } catch (error) {
      throw new BbsError(
        'CONFIG_UNREADABLE',
        `cannot write the log ${this.path}: ${whyNotWritten(error)}; see logging.file`,
        { cause: error },
      );
    }
  }

  readonly write = (line: string): void => {
    try {
      this.reauthenticate();
      if (this.bytes > MAX_BYTES) this.putAside();
      this.bytes += writeSync(this.handle, line);
    } catch {
      // A full disk must not end running calls; standard error is the only place left to report it.
      toStandardError(line);
    }
  };

  close(): void {
    closeSync(this.handle);
  }

  /** Opens a new file of the same name where the old one was moved away, e.g. by logrotate. */
  reopen(): void {
    const handle = openPrivateLog(this.path);
    closeSync(this.handle);
    this.handle = handle;
    this.bytes = fstatSync(handle).size;
  }

  private reauthenticate(): void {
    const nowMs = this.clock.monotonicMs();
    if (nowMs - this.checkedMs < CHECK_INTERVAL_MS) return;
    this.checkedMs = nowMs;
    const own = fstatSync(this.handle);
    const there = statSync(this.path, { throwIfNoEntry: false });
    this.bytes = own.size;
    if (there?.ino !== own.ino || there.dev !== own.dev) this.reopen();
  }

  private putAside(): void {
    renameSync(this.path, `${this.path}.1`);
    this.reopen();
  }
}
