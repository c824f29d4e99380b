import { BbsError } from '../base/errors';
import type { Random } from '../base/random';
import type { Sql } from '../store/database';
import {
  countBackupCodes,
  findBackupCode,
  listCodeKeys,
  replaceBackupCodes,
  replaceEntryCode,
  spendBackupCode,
} from '../store/backup-codes';
import type { BackupCodePurpose, CodePurpose } from '../store/backup-codes';
import type { Sealing } from './sealing';

/** Codes in a set (rule B1). */
export const BACKUP_CODE_COUNT = 10;

const GROUPS = 4;
const CONSONANTS = 'bdfghjklmnprstvz';
const VOWELS = 'aiou';
/** A group of a code, as a regular expression. */
export const GROUP = `(?:[${CONSONANTS}][${VOWELS}]){2}[${CONSONANTS}]`;
/** Two groups, or four. */
const CODE = new RegExp(`^(?:(?:${GROUP}){2}){1,2}$`);

/** A pronounceable code of 64 bits: four groups of five letters, e.g. `bofal-kuhid-zatop-jinum`. */
export function makeBackupCode(random: Random): string {
  const bytes = random.bytes(GROUPS * 2);
  return Array.from({ length: GROUPS }, (_, group) =>
    codeLetters(bytes.readUInt16BE(group * 2)),
  ).join('-');
}

/** A set of codes without duplicates. */
export function makeBackupCodes(random: Random): readonly string[] {
  const codes = new Set<string>();
  while (codes.size < BACKUP_CODE_COUNT) codes.add(makeBackupCode(random));
  return [...codes];
}

/** Sixteen bits as consonant, vowel, consonant, vowel, consonant (contract A4.2). */
export function codeLetters(number: number): string {
  return [
    CONSONANTS.charAt(number & 15),
    VOWELS.charAt((number >> 4) & 3),
    CONSONANTS.charAt((number >> 6) & 15),
    VOWELS.charAt((number >> 10) & 3),
    CONSONANTS.charAt((number >> 12) & 15),
  ].join('');
}

/**
 * The canonical form, which is hashed: lower case without spaces and dashes, in four groups or, for
 * codes from ENiGMA½, in two. Digits that look like a letter are read as that letter (rule B8).
 * Returns undefined for anything that cannot be a code.
 */
export function canonicalBackupCode(typed: string): string | undefined {
  if (typed.length > 64) return undefined;
  const plain = plainCode(typed);
  return CODE.test(plain) ? plain : undefined;
}

/** Lower case without spaces and dashes, and digits that look like a letter as that letter (rule B8). */
export function plainCode(typed: string): string {
  return (
    typed
      .replace(/[\s\u2010-\u2015-]/g, '')
      .toLowerCase()
      .replace(/0/g, 'o')
      // Groups have five letters: a 1 is an i where a vowel belongs, and an l elsewhere.
      .replace(/1/g, (_, at: number) => (at % 5 === 1 || at % 5 === 3 ? 'i' : 'l'))
  );
}

type BackupCodeResult =
  | { readonly kind: 'right'; readonly purpose: CodePurpose; readonly left: number }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'spent' };

/** Spends a canonical code in a transaction; the result is final once that is committed. */
export async function useBackupCode(
  sql: Sql,
  sealing: Sealing,
  attempt: {
    readonly userId: number;
    readonly code: string;
    readonly purposes: readonly CodePurpose[];
    readonly nowMs: number;
    readonly timelineMs: number;
  },
): Promise<BackupCodeResult> {
  const { userId, nowMs, purposes, timelineMs } = attempt;
  const hashes = sealing.hashes(boundToUser(userId, attempt.code));
  const wanted = { userId, hashes, purposes, timelineMs };
  const won = await spendBackupCode(sql, wanted, nowMs);
  // Looked up in every case, so that an account without codes costs the same work (rule B7).
  const purpose = await findBackupCode(sql, wanted);
  if (purpose === undefined) {
    const keys = await listCodeKeys(sql, userId);
    // Codes that another node could compare. Where one could be compared here, this was a guess at it.
    if (keys.length > 0 && !keys.some((id) => sealing.keyIds().includes(id)))
      throw new BbsError('STORE_FAILED', `backup codes need the key ${keys.join(', ')}, not here`);
    return { kind: 'wrong' };
  }
  if (!won) return { kind: 'spent' };
  return { kind: 'right', purpose, left: await countBackupCodes(sql, userId) };
}

/** Stores the hash of an entry code in place of an earlier one; `expiresAtMs` is of the timeline. */
export async function storeEntryCode(
  sql: Sql,
  sealing: Sealing,
  made: {
    readonly userId: number;
    readonly code: string;
    readonly nowMs: number;
    readonly expiresAtMs: number;
  },
): Promise<void> {
  const { userId, code } = made;
  const hashed = sealing.hash(boundToUser(userId, canonicalBackupCode(code) ?? code));
  await replaceEntryCode(sql, made, hashed);
}

/** Stores hashes of codes in place of those that the account had. */
export async function storeBackupCodes(
  sql: Sql,
  sealing: Sealing,
  set: {
    readonly userId: number;
    readonly codes: readonly string[];
    readonly purpose: BackupCodePurpose;
    readonly nowMs: number;
  },
): Promise<void> {
  const hashed = set.codes.map((code) => ({
    ...sealing.hash(boundToUser(set.userId, canonicalBackupCode(code) ?? code)),
    purpose: set.purpose,
  }));
  await replaceBackupCodes(sql, { userId: set.userId, nowMs: set.nowMs }, hashed);
}

/** Includes the account, so that a row that is moved to another account is not accepted there. */
function boundToUser(userId: number, code: string): string {
  return `${userId}:${code}`;
}
