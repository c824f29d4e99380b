import { openFactorKey } from '../auth/otp';
import { hasSecondFactor } from '../auth/factor-kinds';
import { eachSealed, opens } from '../auth/key-rotation';
import type { Sealing } from '../auth/sealing';
import { BbsError } from '../base/errors';
import { countBackupCodesByKey, listOwnersOfCodes } from '../store/backup-codes';
import type { Database, Sql } from '../store/database';
import { type FactorRow, listLostFactors, listShutFactors } from '../store/factors';
import { countSealedByKey, SEALED_COLUMNS, type Sealer } from '../store/sealed';
import { findUsers, type User } from '../store/users';

/** Whose second factor cannot be what its owner thinks it is. */
interface FactorState {
  /** No key at hand opens it: no code is right until the key is restored. */
  readonly closed: readonly User[];
  /** Backup codes under a key that is missing, beside a factor that opens. */
  readonly codesLost: readonly User[];
  /** Given up with a lost key: must be bound again. */
  readonly shut: readonly User[];
  /** Its row is gone: the password alone lets in. */
  readonly lost: readonly User[];
}

/** Looks at every second factor; changes nothing. */
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

/** Ids of keys that sealed or hashed something which is there, and that are not at hand. */
export async function findMissingKeys(
  sql: Sql,
  sealing: Pick<Sealing, 'keyIds'>,
): Promise<readonly string[]> {
  const known = new Set(sealing.keyIds());
  const used = [
    ...(await countSealedByKey(sql)).keys(),
    ...(await countBackupCodesByKey(sql)).keys(),
  ];
  return [...new Set(used)].filter((id) => !known.has(id));
}

/** True where a key at hand opens the secret. */
export function opensFactor(sealer: Sealer, factor: FactorRow): boolean {
  try {
    openFactorKey(sealer, 'otp_factor', factor);
    return true;
  } catch (error) {
    if (error instanceof BbsError && error.code === 'SEAL_BROKEN') return false;
    throw error;
  }
}
