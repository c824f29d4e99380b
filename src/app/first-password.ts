import { lstatSync } from 'node:fs';
import { writePrivateFile } from '../base/private-file';
import { firstPasswordFile, forgetFirstPassword } from '../config/first-password-file';
import type { Backend } from '../backend';
import { hasFirstPassword } from '../store/passwords';
import { ROOT_ID } from '../store/users';

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
