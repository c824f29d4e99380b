import { statfsSync } from 'node:fs';
import { findOpenFiles } from './file-modes';
import { missing, nameSome, type Gap } from './gap';

/** Less than this free under the data folder is told: a day of a busy board's log and mails fits into it. */
const MIN_FREE_BYTES = 64 * 1024 * 1024;

/** What is wrong with the data folder itself. */
export function findDataGaps(dataDir: string, leastFreeBytes = MIN_FREE_BYTES): readonly Gap[] {
  return [...modeGaps(dataDir), ...diskGaps(dataDir, leastFreeBytes)];
}

function* modeGaps(dataDir: string): Iterable<Gap> {
  const open = findOpenFiles(dataDir);
  if (open.length === 0) return;
  yield missing(`others on this machine can open ${nameSome(open)}: chmod -R go= ${dataDir}`);
}

function* diskGaps(dataDir: string, leastFreeBytes: number): Iterable<Gap> {
  const freeBytes = freeBelow(dataDir);
  if (freeBytes === undefined || freeBytes >= leastFreeBytes) return;
  const left = Math.floor(freeBytes / (1024 * 1024));
  yield missing(
    `the disk that holds ${dataDir} has ${left} MiB left: make room, see "A full disk" in docs/runbook.md`,
  );
}

/** Undefined before the first start, and where the file system does not say. */
function freeBelow(dataDir: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(dataDir);
    return bavail * bsize;
  } catch {
    // Nothing is known of the disk, which is no finding.
    return undefined;
  }
}
