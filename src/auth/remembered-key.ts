import type { Config } from '../config/schema';
import type { SshKeyRow } from '../store/ssh-keys';
import type { User } from '../store/users';
import { hasSecondFactor } from './factor-kinds';
import type { LoginDeps } from './login-attempt';

const DAY_MS = 86_400_000;

/** How long a key is remembered from now on, in milliseconds; 0 where the sysop has none remembered. */
export function rememberMs({ users }: Config): number {
  return users.twoFactorAuth.rememberKeyDays * DAY_MS;
}

/**
 * True while a key signs its owner in without a code (rule N9): for the time that the sysop grants now, until any
 * change of the account that ends its calls, and not where the policy asks a second factor of the account.
 */
export function isRemembered(
  { clock, config, mustShowCode }: Pick<LoginDeps, 'clock' | 'config' | 'mustShowCode'>,
  key: Pick<SshKeyRow, 'remembered'> | undefined,
  user: User,
): boolean {
  const remembered = key?.remembered;
  if (remembered === undefined || !hasSecondFactor(user) || mustShowCode(user)) return false;
  if (remembered.loginVersion !== user.loginVersion) return false;
  const leftMs = remembered.untilMs - clock.timelineMs();
  // What was granted for longer, by an earlier configuration, is over.
  return leftMs > 0 && leftMs <= rememberMs(config());
}
