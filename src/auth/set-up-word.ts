import { timingSafeEqual } from 'node:crypto';
import type { Random } from '../base/random';
import type { PendingRow } from '../store/factors';
import type { Sealer } from '../store/sealed';
import type { Actor } from './account-change';

/** Letters and digits that are not easily confused, without vowels. */
const ALPHABET = 'CDFGHJKMNPQRTVWXY34679';
const LENGTH = 4;
const WORD = new RegExp(`^[${ALPHABET}]{${LENGTH}}$`);

/**
 * A word that only the session that begins a set-up shows, and that the page asks for: a reader of
 * the mail who did not request it cannot confirm another session's set-up (rule M2).
 */
function makeSetUpWord(random: Random): string {
  return Array.from({ length: LENGTH }, () => ALPHABET.charAt(random.below(ALPHABET.length))).join(
    '',
  );
}

/** The canonical form, which is compared; undefined for anything else, e.g. an empty field. */
export function canonicalSetUpWord(typed: string): string | undefined {
  if (typed.length > 16) return undefined;
  const plain = typed.replace(/[\s\u2010-\u2015-]/g, '').toUpperCase();
  return WORD.test(plain) ? plain : undefined;
}

/** The origin of the session that began a set-up. */
export interface BegunBy {
  readonly server: string;
  readonly remoteIp: string;
  readonly atMs: number;
}

/** undefined where the sysop sent the link. */
export function begunByOf(pending: PendingRow): BegunBy | undefined {
  if (pending.sessionId === undefined) return undefined;
  const { server = 'system', source = '', createdAtMs } = pending;
  return { server, remoteIp: source, atMs: createdAtMs };
}

/** What is stored of the session that begins a set-up, with a new word; nothing for oputil. */
export function beginnerOf(
  parts: { readonly random: Random; readonly sealing: Sealer },
  userId: number,
  { sessionId, server, remoteIp }: Actor,
): Pick<PendingRow, 'sessionId' | 'word' | 'server' | 'source'> {
  const word =
    sessionId === undefined
      ? undefined
      : parts.sealing.seal(makeSetUpWord(parts.random), place(userId));
  return { sessionId, word, server, source: remoteIp };
}

/** True where the word is the session's, or the sysop sent the link (rule M2). */
export function isWordOf(sealer: Sealer, pending: PendingRow, typed: string | undefined): boolean {
  if (pending.sessionId === undefined) return true;
  if (pending.word === undefined || typed === undefined) return false;
  return isSameWord(typed, openSetUpWord(sealer, pending.userId, pending.word));
}

/** Throws SEAL_BROKEN when the value is not this account's. */
export function openSetUpWord(sealer: Sealer, userId: number, sealed: string): string {
  return sealer.open(sealed, place(userId));
}

/** Compares two canonical words in constant time. */
function isSameWord(typed: string, word: string): boolean {
  const [one, other] = [Buffer.from(typed), Buffer.from(word)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function place(userId: number) {
  return { table: 'otp_pending', column: 'word', userId };
}
