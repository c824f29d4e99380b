import { parseMailAddress } from '../base/mail-address';
import type { Sql } from '../store/database';
import { mayUseLink } from '../store/link-rules';
import type { OutboxRow } from '../store/outbox';
import { findProperty } from '../store/properties';
import { findAnyToken } from '../store/tokens';
import { findUser } from '../store/users';

/** The recipient of a stored letter. */
export interface StoredRecipient {
  readonly to: string;
  /** True where `to` was the address of the account, not one that the notice names. */
  readonly toAccount?: boolean;
}

export type LetterCheck =
  | { readonly kind: 'send'; readonly to: string }
  | { readonly kind: 'discard'; readonly reason: string };

/**
 * Checks a letter again before it is sent, because hours may have passed (rule M10). A letter with
 * a link is sent only while the link is valid, the account may use it, and the address is still the
 * account's. A notice without a link goes to the account's current address.
 */
export async function checkLetter(
  sql: Sql,
  row: OutboxRow,
  stored: StoredRecipient,
  timelineMs: number,
): Promise<LetterCheck> {
  const address =
    stored.toAccount === true
      ? parseMailAddress((await findProperty(sql, row.userId, 'email_address')) ?? '')
      : stored.to;
  if (address === undefined) return discard('the account has no address any more');
  if (row.tokenHash === undefined) return { kind: 'send', to: address };
  const token = await findAnyToken(sql, row.tokenHash, timelineMs);
  if (token === undefined) return discard('its link has ended');
  const user = await findUser(sql, token.userId);
  if (user === undefined || !mayUseLink(token.purpose, user)) {
    return discard('the account may not use its link');
  }
  if (address !== stored.to) return discard('the account has another address');
  return { kind: 'send', to: address };
}

function discard(reason: string): LetterCheck {
  return { kind: 'discard', reason };
}
