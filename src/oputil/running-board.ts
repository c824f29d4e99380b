import { readRunFile } from '../config/run-file';
import { mapWays } from '../protocols/ways-in';
import type { Listening } from '../mail/prerequisites';
import { boardLockFile, findLockHolder } from '../store/board-lock';

/** A server at work on a data folder. */
export interface RunningBoard {
  /** Undefined in the moment in which it starts. */
  readonly pid: number | undefined;
  readonly httpsPort: number | undefined;
  /** Undefined in that moment too. */
  readonly listening: Listening | undefined;
}

/** The server that runs on a data folder: whoever holds its lock. Undefined when none does. */
export async function findRunning(dataDir: string): Promise<RunningBoard | undefined> {
  const holder = await findLockHolder(boardLockFile(dataDir));
  if (holder === undefined) return undefined;
  const written = readRunFile(dataDir);
  // What a process that was killed has left behind says nothing of this one.
  const servers = written?.pid === holder.pid ? written?.servers : undefined;
  return {
    pid: holder.pid,
    httpsPort: servers?.['https']?.port,
    listening: servers && {
      ...mapWays((way) => servers[way] !== undefined),
      https: servers['https'] !== undefined,
    },
  };
}
