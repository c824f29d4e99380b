import { BbsError } from '../base/errors';
import { readRunFile } from '../config/run-file';
import { boardLockFile, takeBoardLock } from '../store/board-lock';

/** One data folder, one board: two would take node numbers and calls from each other. */
export async function lockDataFolder(dataDir: string): Promise<{ release(): Promise<void> }> {
  const lock = await takeBoardLock(boardLockFile(dataDir), process.pid);
  if (lock.kind === 'taken') return lock;
  const written = readRunFile(dataDir);
  const servers = written?.pid === lock.pid ? Object.entries(written?.servers ?? {}) : [];
  const where = servers.map(([name, at]) => ` ${name} ${at.address} port ${at.port}`).join(',');
  throw new BbsError(
    'DATA_IN_USE',
    `another board runs on ${dataDir}: process ${lock.pid ?? 'unknown'}${where === '' ? ', which is starting' : `,${where}`}; stop it, or give this one a data folder of its own by --data`,
  );
}
