import type { AccountEvent } from '../store/account-events';
import type { User } from '../store/users';

export interface AccountChange {
  readonly before: User;
  /** undefined when the account is gone. */
  readonly after: User | undefined;
  readonly events: readonly AccountEvent[];
  /** True for a session id that this session has or had. */
  readonly isOwn: (sessionId: string) => boolean;
}

/**
 * What a change of an account means for a session of it (rule J4): it ends; it goes on; or it goes on
 * having shown the second factor, because it was this session that switched it on.
 */
export function changeDecision(change: AccountChange): 'keep' | 'end' | 'proven' {
  const { before, after } = change;
  if (after === undefined || after.status !== 2) return 'end';
  const foreign = change.events.filter(
    ({ sessionId }) => sessionId === undefined || !change.isOwn(sessionId),
  );
  const ending = ['password', 'second-factor', 'keys', 'deleted'];
  if (foreign.some(({ kind }) => ending.includes(kind))) return 'end';
  const own = change.events.some(({ kind }) => kind === 'second-factor');
  const switchedOn = before.secondFactor === undefined && after.secondFactor !== undefined;
  if (switchedOn) return own ? 'proven' : 'end';
  return 'keep';
}
