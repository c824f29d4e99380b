import type { Clock } from '../base/clock';
import { removeBackupCodes, listOwnersOfCodes } from '../store/backup-codes';
import type { Database } from '../store/database';
import { listShutFactors } from '../store/factors';
import { removeMail } from '../store/outbox';
import { SEALED_COLUMNS } from '../store/sealed';
import { replaceSealed } from '../store/sealed-rows';
import type { Actor } from './change-record';
import { endSetUp } from './account-links';
import { recordFactorChange } from './factor-change';
import { eachSealed, opens } from './key-rotation';
import type { Sealing } from './sealing';

export interface LostReport {
  /** Accounts whose second factor stays required, and for which no code is right until it is bound again. */
  readonly shut: readonly number[];
  /** Accounts whose factor works on, and whose backup codes are gone. */
  readonly withoutCodes: readonly number[];
  readonly droppedMails: number;
}

/**
 * Shuts what no key opens any more. The secret is emptied and the factor stays, so that the account
 * asks for a code as before and takes none: a lost key never lowers what is asked of anybody. Killed in
 * between, the next run finishes it.
 */
export async function shutLost(parts: {
  readonly db: Database;
  readonly sealing: Sealing;
  readonly clock: Clock;
  readonly actor: Actor;
}): Promise<LostReport> {
  const { db, sealing, clock, actor } = parts;
  let droppedMails = 0;
  for (const column of SEALED_COLUMNS) {
    await eachSealed(db, column, async (row) => {
      if (opens(sealing, column, row)) return;
      await db.transaction(async (sql) => {
        const { userId, rowKey } = row;
        if (column.table === 'otp_pending') await endSetUp(sql, userId);
        else if (column.table === 'outbox') {
          await removeMail(sql, rowKey);
          droppedMails += 1;
        } else if (await replaceSealed(sql, column, { row, sealed: '' })) {
          await removeBackupCodes(sql, userId);
          const nowMs = clock.nowMs();
          await recordFactorChange(sql, { userId, kind: 'second-factor-shut', actor, nowMs });
        }
      });
    });
  }
  const withoutCodes = await db.transaction(async (sql) => {
    const owners = await listOwnersOfCodes(sql, { exceptKeys: sealing.keyIds() });
    for (const userId of owners) await removeBackupCodes(sql, userId);
    return owners;
  });
  return { shut: await db.run(listShutFactors), withoutCodes, droppedMails };
}
