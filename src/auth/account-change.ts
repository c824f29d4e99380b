import type { AccountEvent } from '../store/account-events';
import type { User } from '../store/users';
import { hasSecondFactor } from './factor-kinds';

export interface AccountChange {
  readonly before: User;
  /** undefined when the account is gone. */
  readonly after: User | undefined;
  /** Since the version of `before`. */
  readonly events: readonly AccountEvent[];
  /** True for a session id that this session has or had. */
  readonly isOwn: (sessionId: string) => boolean;
}

/**
 * What a change of an account means for a login of it (rules J4, M1): it ends, or it goes on.
 * A second factor that is switched on ends every session: none of them has shown it (rule M3).
 */
export function changeDecision(change: AccountChange): 'keep' | 'end' {
  const { before, after } = change;
  if (after === undefined || after.status !== 2) return 'end';
  const ownEnding = change.events.filter(
    ({ endsLogins, sessionId }) => endsLogins && sessionId !== undefined && change.isOwn(sessionId),
  );
  // Counted, so that an event that is missing ends the login as one of somebody else does.
  if (after.loginVersion - before.loginVersion !== ownEnding.length) return 'end';
  return hasSwitchedOn(before, after) ? 'end' : 'keep';
}

/**
 * The sentence for a caller whose session ends because of a change that the same caller is waiting
 * for.
 */
export function changeFarewell(before: User, after: User | undefined): string | undefined {
  return after?.status === 2 && hasSwitchedOn(before, after)
    ? 'Two-factor sign-in is on. Please sign in again with a code.'
    : undefined;
}

function hasSwitchedOn(before: User, after: User): boolean {
  return !hasSecondFactor(before) && hasSecondFactor(after);
}
