import type { Random } from '../base/random';
import type { Sql } from '../store/database';
import {
  findSheetGroups,
  findSheetNumber,
  replaceSheet,
  spendSheetCode,
  type SheetCodeHash,
} from '../store/sheets';
import { codeLetters, GROUP, plainCode } from './backup-codes';
import type { Sealing } from './sealing';

/** Codes on a sheet. */
export const SHEET_CODE_COUNT = 30;

/** Groups of five letters in a code: 48 bits, one group less than a backup code has. */
const GROUPS = 3;
const GROUP_LETTERS = 5;
const CODE = new RegExp(`^(?:${GROUP}){${GROUPS}}$`);
/** Longer text is nobody's code. */
const MAX_TYPED = 64;

/** The codes of a new sheet in the order of their numbers, e.g. `bofal-kuhid-zatop`. */
export function makeSheetCodes(random: Random): readonly string[] {
  const codes = new Set<string>();
  while (codes.size < SHEET_CODE_COUNT) {
    const bytes = random.bytes(GROUPS * 2);
    const groups = Array.from({ length: GROUPS }, (_, at) =>
      codeLetters(bytes.readUInt16BE(at * 2)),
    );
    codes.add(groups.join('-'));
  }
  return [...codes];
}

/** The canonical form, as of backup codes; undefined for what cannot be a code of a sheet. */
export function canonicalSheetCode(typed: string): string | undefined {
  if (typed.length > MAX_TYPED) return undefined;
  const plain = plainCode(typed);
  return CODE.test(plain) ? plain : undefined;
}

/** Stores the hashes of a sheet in place of the one that the account had. */
export async function storeSheet(
  sql: Sql,
  sealing: Sealing,
  sheet: { readonly userId: number; readonly codes: readonly string[]; readonly nowMs: number },
): Promise<void> {
  const { userId } = sheet;
  const hashed = sheet.codes.map((code, at): SheetCodeHash => {
    const number = at + 1;
    const plain = plainCode(code);
    const { keyId, hash } = sealing.hash(wholeOf(userId, plain));
    const groups = groupsOf(plain).map(
      (group, place) => sealing.hash(groupOf({ userId, number }, place, group)).hash,
    );
    return { number, keyId, hash, groups };
  });
  await replaceSheet(sql, sheet, hashed);
}

/** The code that a call is asked for: 0 is none. */
interface Asked {
  readonly userId: number;
  readonly number: number;
}

/**
 * The result of a code of a sheet. `heard`: nearly the one that is asked for, or right for another number;
 * it was read along, and is spent.
 */
type SheetResult = 'right' | 'wrong' | 'spent' | 'heard';

/** Compares a canonical code with the one that is asked for and spends that, in a transaction. */
export async function useSheetCode(
  sql: Sql,
  sealing: Sealing,
  attempt: Asked & { readonly code: string; readonly nowMs: number },
): Promise<SheetResult> {
  const { userId, code, nowMs } = attempt;
  const hashes = sealing.hashes(wholeOf(userId, code));
  if (await spendSheetCode(sql, attempt, { nowMs, hashes })) return 'right';
  // Looked up in every case, so that an account without a sheet costs the same work.
  const number = (await findSheetNumber(sql, { userId, hashes })) ?? 0;
  const isOther = await spendSheetCode(sql, { userId, number }, { nowMs });
  const isNear = await spendHeard(sql, sealing, { ...attempt, typed: code });
  if (isOther || (isNear && number === 0)) return 'heard';
  return number === 0 ? 'wrong' : 'spent';
}

/**
 * Spends the code that is asked for where a whole group of it was typed in its place, counted from the
 * front or from the end: what a listener has to guess is short then.
 */
export async function spendHeard(
  sql: Sql,
  sealing: Sealing,
  heard: Asked & { readonly typed: string; readonly nowMs: number },
): Promise<boolean> {
  const { nowMs } = heard;
  const plain = plainCode(heard.typed.slice(0, MAX_TYPED));
  const stored = await findSheetGroups(sql, heard);
  const fromEnd = plain.slice(-GROUPS * GROUP_LETTERS).padStart(GROUPS * GROUP_LETTERS, '?');
  const isNear = [plain, fromEnd].some((letters) =>
    groupsOf(letters).some((group, place) =>
      sealing.hashes(groupOf(heard, place, group)).some((hash) => hash === stored?.[place]),
    ),
  );
  return isNear && spendSheetCode(sql, heard, { nowMs });
}

/** Whole groups, at most as many as a code has. */
function groupsOf(plain: string): readonly string[] {
  const groups = plain.match(/.{5}/g) ?? [];
  return groups.slice(0, GROUPS);
}

/** Includes the account, so that a row that is moved to another account is not accepted there. */
function wholeOf(userId: number, plain: string): string {
  return `${userId}:sheet:${plain}`;
}

function groupOf({ userId, number }: Asked, place: number, group: string): string {
  return `${userId}:sheet:${number}.${place}:${group}`;
}
