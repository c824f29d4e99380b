import { listStopped } from '../store/attempts';
import type { Desk } from './desk';

/** Accounts whose second factor takes no code any more, after too many wrong ones. */
export async function findLockedFactors(desk: Desk): Promise<ReadonlySet<number>> {
  const { disableAfter } = (await desk.config()).users.twoFactorAuth.otp;
  const stopped = { factor: 'second', stopAt: disableAfter } as const;
  return new Set(await desk.read((sql) => listStopped(sql, stopped)));
}
