import { openAppKey } from '../auth/otp';
import { hasSecondFactor } from '../auth/factor-kinds';
import { eachSealed, opens } from '../auth/key-rotation';
import type { Sealing } from '../auth/sealing';
import { BbsError } from '../base/errors';
import { countBackupCodesByKey, listOwnersOfCodes } from '../store/backup-codes';
import { countSheetCodesByKey } from '../store/sheets';
import type { Database, Sql } from '../store/database';
import { type FactorRow, listLostFactors, listShutFactors } from '../store/factors';
import { countSealedByKey, SEALED_COLUMNS, type Sealer } from '../store/sealed';
import { findUsers, type User } from '../store/users';

/** Accounts whose second factor is not usable. */
interface FactorState {
  /** No available key opens the secret: no code is right until the key is restored. */
  readonly closed: readonly User[];
  /** The factor opens, but backup codes need a missing key. */
  readonly codesLost: readonly User[];
  /** The secret was lost with its key: the factor must be bound again. */
  readonly shut: readonly User[];
  /** The row of the factor is lost: the password alone signs in. */
  readonly lost: readonly User[];
}

/** Checks every second factor; changes nothing. */
export async function findFactorState(db: Database, sealing: Sealing): Promise<FactorState> {
  const closedIds: number[] = [];
  const column = SEALED_COLUMNS.find(({ table }) => table === 'otp_factor');
  if (column !== undefined) {
    await eachSealed(db, column, (row) => {
      if (!opens(sealing, column, row)) closedIds.push(row.userId);
      return Promise.resolve();
    });
  }
  const codes = await db.run((sql) => listOwnersOfCodes(sql, { exceptKeys: sealing.keyIds() }));
  const named = (ids: readonly number[]): Promise<readonly User[]> =>
    db.run((sql) => findUsers(sql, ids));
  return {
    closed: await named(closedIds),
    codesLost: await named(codes.filter((id) => !closedIds.includes(id))),
    shut: await named(await db.run(listShutFactors)),
    lost: await findLostFactors(db),
  };
}

/** Accounts that may have lost their second factor, without those that are asked for one all the same. */
export async function findLostFactors(db: Database): Promise<readonly User[]> {
  const ids = await db.run(listLostFactors);
  const users = await db.run((sql) => findUsers(sql, ids));
  return users.filter((user) => !hasSecondFactor(user));
}

/** Ids of keys that stored values need and that are not available. */
export async function findMissingKeys(
  sql: Sql,
  sealing: Pick<Sealing, 'keyIds'>,
): Promise<readonly string[]> {
  const known = new Set(sealing.keyIds());
  const used = [
    ...(await countSealedByKey(sql)).keys(),
    ...(await countBackupCodesByKey(sql)).keys(),
    ...(await countSheetCodesByKey(sql)).keys(),
  ];
  return [...new Set(used)].filter((id) => !known.has(id));
}

/** True where an available key opens the secret. */
export function opensFactor(sealer: Sealer, factor: FactorRow): boolean {
  try {
    openAppKey(sealer, factor);
    return true;
  } catch (error) {
    if (error instanceof BbsError && error.code === 'SEAL_BROKEN') return false;
    throw error;
  }
}
