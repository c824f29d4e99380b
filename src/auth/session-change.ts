import type { AccountEvent } from '../store/account-events';
import type { User } from '../store/users';
import { hasSecondFactor } from './factor-kinds';
import type { Farewell } from './login';

/** False for a change of another account, and for one that `user` was read after. */
export function mayAffect(user: User, change: AccountEvent): boolean {
  if (change.userId !== user.id) return false;
  // Only a change that ends logins raises the version.
  const { endsLogins, loginVersion } = change;
  return !endsLogins || loginVersion === undefined || loginVersion > user.loginVersion;
}

interface AccountChange {
  readonly before: Pick<User, 'loginVersion'>;
  /** undefined where the account was removed. */
  readonly after: User | undefined;
  /** Those since the login version of `before`. */
  readonly events: readonly AccountEvent[];
  /** True for a session id that this session has or had. */
  readonly isOwn: (sessionId: string) => boolean;
}

/**
 * Whether a login continues after a change of its account (rules J4, M1). A second factor that is
 * switched on ends every session but the one in which its first code was typed (rule M3).
 */
export function changeDecision(change: AccountChange): 'keep' | 'end' {
  const { before, after } = change;
  if (after === undefined || after.status !== 2) return 'end';
  const ownEnding = change.events.filter(
    ({ endsLogins, sessionId }) => endsLogins && sessionId !== undefined && change.isOwn(sessionId),
  );
  // Counted, so that a missing event ends the login, as a change by another actor does.
  if (after.loginVersion - before.loginVersion !== ownEnding.length) return 'end';
  return 'keep';
}

/**
 * The sentence for a caller whose own set-up of a second factor ends the session; undefined
 * otherwise.
 */
export function changeFarewell(before: User, after: User | undefined): Farewell | undefined {
  return after?.status === 2 && hasSwitchedOn(before, after) ? 'call.factor-on' : undefined;
}

export function hasSwitchedOn(before: User, after: User): boolean {
  return !hasSecondFactor(before) && hasSecondFactor(after);
}
