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
 * Until when of the timeline a key signs its owner in without a code (rule N9); undefined where it needs one: after any
 * change of the account that ends its calls, where the policy asks a second factor of the account, and where more was
 * granted than the sysop grants now.
 */
export function rememberedUntil(
  { clock, config, mustShowCode }: Pick<LoginDeps, 'clock' | 'config' | 'mustShowCode'>,
  key: Pick<SshKeyRow, 'remembered'> | undefined,
  user: User,
): number | undefined {
  const remembered = key?.remembered;
  if (remembered === undefined || !hasSecondFactor(user) || mustShowCode(user)) return undefined;
  const { sinceMs, untilMs } = remembered;
  // By all that was granted: what is left of it would be little enough again in its last days.
  if (untilMs - sinceMs > rememberMs(config())) return undefined;
  return isInForce(remembered, user, clock.timelineMs()) ? untilMs : undefined;
}

/** True until its time is over, and until a change of the account ended it; what policy and sysop grant now is not asked. */
export function isInForce(
  { sinceMs, untilMs, loginVersion }: NonNullable<SshKeyRow['remembered']>,
  user: Pick<User, 'loginVersion'>,
  timelineMs: number,
): boolean {
  return loginVersion === user.loginVersion && sinceMs <= timelineMs && timelineMs < untilMs;
}
