import { listStopped } from '../store/attempts';
import type { CommandContext } from './command-context';

/** Accounts whose second factor takes no code any more, after too many wrong ones. */
export async function findLockedFactors(context: CommandContext): Promise<ReadonlySet<number>> {
  const { disableAfter } = (await context.config()).users.twoFactorAuth.otp;
  const stopped = { factor: 'second', stopAt: disableAfter } as const;
  return new Set(await context.read((sql) => listStopped(sql, stopped)));
}
