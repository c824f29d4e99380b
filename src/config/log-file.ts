import { closeSync, fstatSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../base/clock';
import { BbsError, toError } from '../base/errors';
import { createLog, type Log } from '../base/log';
import { openPrivateLog } from '../base/private-file';
import type { Config } from './schema';

/** A log file is put aside at this size; one old one is kept. */
const MOST_BYTES = 64 * 1024 * 1024;

/** The log of a running board: `logging.file` in data/logs, or standard error where that is empty. */
export function openLog(
  dataDir: string,
  config: Config,
  clock: Clock,
): { readonly log: Log; close(): void } {
  const { level, file } = config.logging;
  const opened = file === '' ? undefined : new LogFile(join(dataDir, 'logs'), file);
  const write = opened?.write ?? toStandardError;
  const log = createLog({ level, write, nowMs: () => clock.nowMs() });
  return { log, close: () => opened?.close() };
}

function toStandardError(line: string): void {
  process.stderr.write(line);
}

/** Appends whole lines, for this user alone (rule I5). */
class LogFile {
  private readonly path: string;
  private handle: number;
  private bytes: number;

  constructor(folder: string, file: string) {
    this.path = join(folder, file);
    try {
      this.handle = openPrivateLog(this.path);
      this.bytes = fstatSync(this.handle).size;
    } catch (error) {
      throw new BbsError(
        'CONFIG_UNREADABLE',
        `cannot write the log ${this.path}: ${toError(error).message}; see logging.file`,
        { cause: error },
      );
    }
  }

  readonly write = (line: string): void => {
    try {
      if (this.bytes > MOST_BYTES) this.putAside();
      this.bytes += writeSync(this.handle, line);
    } catch {
      // A full disk must not end calls that are under way; standard error is what is left to say it.
      toStandardError(line);
    }
  };

  close(): void {
    closeSync(this.handle);
  }

  private putAside(): void {
    closeSync(this.handle);
    renameSync(this.path, `${this.path}.1`);
    this.handle = openPrivateLog(this.path);
    this.bytes = 0;
  }
}
