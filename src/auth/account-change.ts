import type { AccountEvent } from '../store/account-events';
import type { User } from '../store/users';

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
 * What a change of an account means for a login of it (rules J4, M1): it ends; it goes on; or it goes on
 * having shown the second factor, because it was this session that switched it on.
 */
export function changeDecision(change: AccountChange): 'keep' | 'end' | 'proven' {
  const { before, after } = change;
  if (after === undefined || after.status !== 2) return 'end';
  const ownEnding = change.events.filter(
    ({ endsLogins, sessionId }) => endsLogins && sessionId !== undefined && change.isOwn(sessionId),
  );
  // Counted, so that an event that is missing ends the login as one of somebody else does.
  if (after.loginVersion - before.loginVersion !== ownEnding.length) return 'end';
  const own = ownEnding.some(({ kind }) => kind === 'second-factor');
  const switchedOn = before.secondFactor === undefined && after.secondFactor !== undefined;
  if (switchedOn) return own ? 'proven' : 'end';
  return 'keep';
}
