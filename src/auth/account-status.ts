import type { Sql } from '../store/database';
import { findProperty, formatTimestamp, writeProperties } from '../store/properties';
import { toStatus, type UserStatus } from '../store/users';
import { endLinks } from './account-links';

/** A lock by failures: when it began, and the status that it ends with. The sysop's lock has neither. */
export interface FailureLock {
  /** By the timeline. */
  readonly atMs: number;
  readonly before: UserStatus;
}

/** The only writer of an account's status: a change of it ends the account's links (rule M10). */
export async function writeStatus(
  sql: Sql,
  userId: number,
  change: { readonly status: UserStatus; readonly lock?: FailureLock },
): Promise<void> {
  const { status, lock } = change;
  const before = toStatus(await findProperty(sql, userId, 'account_status'));
  await writeProperties(sql, userId, {
    account_status: String(status),
    account_locked_timestamp: lock && formatTimestamp(lock.atMs),
    account_locked_prev_status: lock && String(lock.before),
    failed_login_attempts: undefined,
  });
  // An applicant's address is confirmed by a link that was sent before the sysop activated the account.
  const activated = before === 1 && status === 2;
  await endLinks(sql, userId, activated ? { keep: 'confirm-mail' } : {});
}

/** Ends a lock by failures; false where there is none. A lock by the sysop has no time, and stays. */
export async function endFailureLock(sql: Sql, userId: number): Promise<boolean> {
  if ((await findProperty(sql, userId, 'account_locked_timestamp')) === undefined) return false;
  const before = await findProperty(sql, userId, 'account_locked_prev_status');
  await writeStatus(sql, userId, { status: before === undefined ? 2 : toStatus(before) });
  return true;
}
