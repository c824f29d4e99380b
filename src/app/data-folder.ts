import { BbsError } from '../base/errors';
import { readRunFile } from '../config/run-file';
import { boardLockFile, takeBoardLock } from '../store/board-lock';
import { lstatSync } from 'node:fs';
import { writePrivateFile } from '../base/private-file';
import { firstPasswordFile, forgetFirstPassword } from '../config/first-password-file';
import type { Backend } from '../backend';
import { hasFirstPassword } from '../store/passwords';
import { ROOT_ID } from '../store/users';

/** Locks the data folder; a second board on it would assign the same node numbers. Throws DATA_IN_USE. */
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

export interface FirstPassword {
  /** Only at the first start. */
  readonly sysop: { readonly name: string; readonly password: string } | undefined;
  /** Where the password is kept until it is changed; undefined where it is in no file. */
  readonly file: string | undefined;
}

/** Makes the sysop at a first start. With `keep` a start that fails later does not lose the password. */
export async function makeFirstPassword(
  backend: Pick<Backend, 'accounts' | 'db'>,
  { dataDir, keep }: { readonly dataDir: string; readonly keep: boolean },
): Promise<FirstPassword> {
  const file = firstPasswordFile(dataDir);
  const sysop = await backend.accounts.ensureSysop();
  if (sysop !== undefined) {
    if (keep) writePrivateFile(file, `${sysop.password}\n`);
  } else if (!(await backend.db.run((sql) => hasFirstPassword(sql, ROOT_ID)))) {
    forgetFirstPassword(file);
  }
  const isThere = lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  return { sysop, file: isThere ? file : undefined };
}
