import type { Sql } from '../store/database';
import { removePending } from '../store/factors';
import { voidLinkMail } from '../store/outbox';
import { removeTokens, TOKEN_PURPOSES, type TokenPurpose } from '../store/tokens';

/**
 * Ends the links of an account, the set-up that one of them confirms, and the letters with a link
 * that wait to be sent. Every change of address, password, status and lock calls this in its
 * transaction, for every kind of actor: somebody who could read the old mailbox, or knew the old
 * password, holds nothing afterwards (rule M10).
 */
export async function endLinks(
  sql: Sql,
  userId: number,
  options: { readonly keep?: TokenPurpose } = {},
): Promise<void> {
  for (const purpose of TOKEN_PURPOSES) {
    if (purpose === options.keep) continue;
    await removeTokens(sql, userId, purpose);
    await voidLinkMail(sql, { userId, kind: purpose });
  }
  await removePending(sql, userId);
}

/** Ends a set-up of a second factor that waits, with its link; false when none did. */
export async function endSetUp(sql: Sql, userId: number): Promise<boolean> {
  await removeTokens(sql, userId, 'otp-register');
  return removePending(sql, userId);
}
