import { adoptFactors } from '../../src/auth/adopt-factors';
import type { Log } from '../../src/base/log';
import { openAccounts } from './accounts';

/**
 * A process that adopts the factors in `folder` and dies of kill -9 directly after that, or before
 * it has cleaned up.
 */
async function adopt(folder: string, when: string): Promise<void> {
  const die = (): boolean => process.kill(process.pid, 'SIGKILL');
  const accounts = await openAccounts({ folder });
  const log: Log = {
    ...accounts.log,
    info: (event) => {
      if (event === 'factors.adopted' && when === 'between') die();
    },
  };
  await adoptFactors({ ...accounts, log });
  die();
}

const [folder = '', when = ''] = process.argv.slice(2);
void adopt(folder, when);
