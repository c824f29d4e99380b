import type { Random } from '../base/random';
import type { Sql } from '../store/database';
import {
  countBackupCodes,
  findBackupCode,
  replaceBackupCodes,
  spendBackupCode,
} from '../store/backup-codes';
import type { BackupCodePurpose } from '../store/backup-codes';
import type { Sealing } from './sealing';

/** Codes in a set (docs/security.md, rule B1). */
const BACKUP_CODE_COUNT = 10;

const GROUPS = 4;
const CONSONANTS = 'bdfghjklmnprstvz';
const VOWELS = 'aiou';
const GROUP = `(?:[${CONSONANTS}][${VOWELS}]){2}[${CONSONANTS}]`;
/** Two groups, or four. */
const CODE = new RegExp(`^(?:(?:${GROUP}){2}){1,2}$`);

/** A code as people can say it: four groups of five letters, 64 bits, e.g. `bofal-kuhid-zatop-jinum`. */
export function makeBackupCode(random: Random): string {
  const bytes = random.bytes(GROUPS * 2);
  return Array.from({ length: GROUPS }, (_, group) => letters(bytes.readUInt16BE(group * 2))).join(
    '-',
  );
}

/** Codes that all differ. */
export function makeBackupCodes(random: Random): readonly string[] {
  const codes = new Set<string>();
  while (codes.size < BACKUP_CODE_COUNT) codes.add(makeBackupCode(random));
  return [...codes];
}

/** Sixteen bits as consonant, vowel, consonant, vowel, consonant (contract A4.2). */
function letters(number: number): string {
  return [
    CONSONANTS.charAt(number & 15),
    VOWELS.charAt((number >> 4) & 3),
    CONSONANTS.charAt((number >> 6) & 15),
    VOWELS.charAt((number >> 10) & 3),
    CONSONANTS.charAt((number >> 12) & 15),
  ].join('');
}

/**
 * The one form that is hashed: small letters without spaces and dashes, in four groups or, for codes
 * that came from ENiGMA½, in two. Digits that look like a letter are read as it (rule B8); undefined
 * for anything that cannot be a code.
 */
export function canonicalBackupCode(typed: string): string | undefined {
  if (typed.length > 64) return undefined;
  const plain = typed
    .replace(/[\s\u2010-\u2015-]/g, '')
    .toLowerCase()
    .replace(/0/g, 'o')
    // A 1 is an i between consonants and an l elsewhere; groups are five letters long.
    .replace(/1/g, (_, at: number) => (at % 5 === 1 || at % 5 === 3 ? 'i' : 'l'));
  return CODE.test(plain) ? plain : undefined;
}

type BackupCodeResult =
  | { readonly kind: 'right'; readonly purpose: BackupCodePurpose; readonly left: number }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'spent' };

/** Spends a canonical code inside a transaction; only its commit makes the answer true. */
export async function useBackupCode(
  sql: Sql,
  sealing: Sealing,
  attempt: { readonly userId: number; readonly code: string; readonly nowMs: number },
): Promise<BackupCodeResult> {
  const { userId, nowMs } = attempt;
  const hashes = sealing.hashes(boundToUser(userId, attempt.code));
  const won = await spendBackupCode(sql, { userId, hashes, nowMs });
  // Looked up in either case, so that an account without codes costs the same (rule B7).
  const purpose = await findBackupCode(sql, userId, hashes);
  if (purpose === undefined) return { kind: 'wrong' };
  if (!won) return { kind: 'spent' };
  return { kind: 'right', purpose, left: await countBackupCodes(sql, userId) };
}

/** Stores codes, hashed, in place of those the account had. */
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

/** Bound to the account, so that a row moved to another one opens nothing there. */
function boundToUser(userId: number, code: string): string {
  return `${userId}:${code}`;
}
