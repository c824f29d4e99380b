import type { Knex } from 'knex';
import { createHash } from 'node:crypto';
import type { Random } from '../base/random';
import type { Sql } from './database';
import type { User } from './users';

/** Purposes of mailed tokens; a token is valid for its own purpose only (rule D5). */
export const TOKEN_PURPOSES = [
  'otp-register',
  'password-reset',
  'first-password',
  'confirm-mail',
  'recovery-link',
  'recovery-started',
] as const;
export type TokenPurpose = (typeof TOKEN_PURPOSES)[number];

/** A valid token. Only the SHA-256 of its text is stored (rule D1). */
export interface TokenRow {
  readonly tokenHash: string;
  readonly userId: number;
  readonly purpose: TokenPurpose;
  /** The new mail address for `confirm-mail`. */
  readonly subject: string | undefined;
  readonly failures: number;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

/** The stored hash of a token's text. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('hex');
}

/** Stores a token; an older one of the same account and purpose ends (rule D3). */
export async function replaceToken(sql: Sql, token: Omit<TokenRow, 'failures'>): Promise<void> {
  await removeTokens(sql, token.userId, token.purpose);
  await sql('token').insert({
    token_hash: token.tokenHash,
    user_id: token.userId,
    purpose: token.purpose,
    subject: token.subject ?? null,
    created_at: token.createdAtMs,
    expires_at: token.expiresAtMs,
  });
}

/** The token if it has this purpose and is valid now, independent of any clean-up (rule D2). */
export async function findToken(
  sql: Sql,
  wanted: {
    readonly tokenHash: string;
    readonly purpose: TokenPurpose;
    readonly timelineMs: number;
  },
): Promise<TokenRow | undefined> {
  const row: Record<string, unknown> | undefined = await sql('token')
    .where({ token_hash: wanted.tokenHash, purpose: wanted.purpose })
    .andWhere(isAlive(wanted.timelineMs))
    .first();
  return row === undefined ? undefined : toToken(row);
}

/** The valid token with this hash, of any purpose. */
export async function findAnyToken(
  sql: Sql,
  tokenHash: string,
  timelineMs: number,
): Promise<TokenRow | undefined> {
  const row: Record<string, unknown> | undefined = await sql('token')
    .where({ token_hash: tokenHash })
    .andWhere(isAlive(timelineMs))
    .first();
  return row === undefined ? undefined : toToken(row);
}

/** The valid token of an account and purpose. */
export async function findTokenOf(
  sql: Sql,
  wanted: { readonly userId: number; readonly purpose: TokenPurpose; readonly timelineMs: number },
): Promise<TokenRow | undefined> {
  const row: Record<string, unknown> | undefined = await sql('token')
    .where({ user_id: wanted.userId, purpose: wanted.purpose })
    .andWhere(isAlive(wanted.timelineMs))
    .first();
  return row === undefined ? undefined : toToken(row);
}

/** Counts a try before it is checked; false when the token has none left (rule D11). */
export async function chargeToken(
  sql: Sql,
  charge: { readonly tokenHash: string; readonly most: number },
): Promise<boolean> {
  const changed = await sql('token')
    .where({ token_hash: charge.tokenHash })
    .andWhere('failures', '<', charge.most)
    .increment('failures', 1);
  return changed === 1;
}

/** Takes back a try that was not wrong. */
export async function refundToken(sql: Sql, tokenHash: string): Promise<void> {
  await sql('token')
    .where({ token_hash: tokenHash })
    .andWhere('failures', '>', 0)
    .decrement('failures', 1);
}

/** Ends the token; of several concurrent calls one returns true (rule D3). */
export async function consumeToken(
  sql: Sql,
  wanted: {
    readonly tokenHash: string;
    readonly purpose: TokenPurpose;
    readonly timelineMs: number;
  },
): Promise<boolean> {
  const removed = await sql('token')
    .where({ token_hash: wanted.tokenHash, purpose: wanted.purpose })
    .andWhere(isAlive(wanted.timelineMs))
    .delete();
  return removed === 1;
}

/** Has a link end at another time. */
export async function endTokenAt(sql: Sql, tokenHash: string, expiresAtMs: number): Promise<void> {
  await sql('token').where({ token_hash: tokenHash }).update({ expires_at: expiresAtMs });
}

export async function removeTokens(sql: Sql, userId: number, purpose: TokenPurpose): Promise<void> {
  await sql('token').where({ user_id: userId, purpose }).delete();
}

/** Clears what has ended, with the set-ups that it would have confirmed; expiry itself does not wait for this. */
export async function removeExpiredTokens(sql: Sql, timelineMs: number): Promise<void> {
  await removeAll(sql, (rows) => void rows.where('expires_at', '<=', timelineMs));
}

/** Removes links of a writer whose clock was ahead: they would wake when that time comes (rule D2). */
export async function removeFutureTokens(sql: Sql, timelineMs: number): Promise<void> {
  await removeAll(sql, (rows) => void rows.where('created_at', '>', timelineMs + MAX_SKEW_MS));
}

async function removeAll(sql: Sql, which: (rows: Knex.QueryBuilder) => void): Promise<void> {
  const rows = sql('token').where(which);
  await sql('otp_pending')
    .whereIn('user_id', rows.clone().andWhere({ purpose: 'otp-register' }).select('user_id'))
    .delete();
  await rows.delete();
}

/** Tolerated difference between the clocks of two writers of one database. */
const MAX_SKEW_MS = 60_000;

/** Not over yet, and not begun in the future: a link of a writer whose time was ahead is void (rule D2). */
function isAlive(timelineMs: number): (rows: Knex.QueryBuilder) => void {
  return (rows) =>
    void rows
      .where('expires_at', '>', timelineMs)
      .andWhere('created_at', '<=', timelineMs + MAX_SKEW_MS);
}

function toToken(row: Record<string, unknown>): TokenRow {
  return {
    tokenHash: String(row['token_hash']),
    userId: Number(row['user_id']),
    purpose: row['purpose'] as TokenPurpose,
    subject: row['subject'] === null ? undefined : String(row['subject']),
    failures: Number(row['failures']),
    createdAtMs: Number(row['created_at']),
    expiresAtMs: Number(row['expires_at']),
  };
}

/** A token for a link: 256 random bits (rule D1). */
export function makeToken(random: Random): string {
  return random.bytes(32).toString('base64url');
}

/** True for text that has the form of a token, so that nothing else reaches the store. */
export function isToken(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}

/**
 * True where the current status of an account permits a mailed link of this purpose. Checked when a
 * link is made, before its mail is sent, when it is opened and when it is used (rule M10).
 */
export function mayUseLink(purpose: TokenPurpose, user: User): boolean {
  switch (purpose) {
    case 'otp-register':
    case 'recovery-link':
    case 'recovery-started':
      return user.status === 2;
    case 'confirm-mail':
      // Applicants confirm their address before the sysop activates the account.
      return user.status === 1 || user.status === 2;
    case 'password-reset':
    case 'first-password':
      // A lock by failures has a timestamp, and a reset ends it; a lock by the sysop has none.
      if (user.status === 3) return user.properties.has('account_locked_timestamp');
      return user.status !== 0;
  }
}
