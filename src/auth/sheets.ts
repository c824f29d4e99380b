import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import type { Random } from '../base/random';
import type { Database } from '../store/database';
import type { Notifier } from '../store/notice';
import { findSheet, removeSheet, type SheetStatus } from '../store/sheets';
import { type Actor, recordChange } from './account-change';
import type { Sealing } from './sealing';
import { makeSheetCodes, storeSheet } from './sheet-codes';

interface SheetsOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly sealing: Sealing;
  readonly log: Log;
  readonly notifier: Notifier;
}

/**
 * Sheets of numbered codes, each of which signs in once over a line that others can read (rule N7). The
 * caller of a method decides who may make one.
 */
export class Sheets {
  constructor(private readonly parts: SheetsOptions) {}

  /** undefined where the account has none. */
  status(userId: number): Promise<SheetStatus | undefined> {
    return this.parts.db.run((sql) => findSheet(sql, userId));
  }

  /** A new sheet in place of the old one; the codes in the order of their numbers, which are nowhere else. */
  async make(userId: number, actor: Actor): Promise<readonly string[]> {
    const { db, clock, random, sealing, log, notifier } = this.parts;
    const codes = makeSheetCodes(random);
    const nowMs = clock.nowMs();
    await db.transaction({ account: userId }, async (sql) => {
      await storeSheet(sql, sealing, { userId, codes, nowMs });
      await recordChange(sql, { userId, actor, nowMs, audit: 'sheet-new' });
      await notifier.notify(sql, { kind: 'sheet-new', userId });
    });
    log.info('sheet.new', { userId });
    return codes;
  }

  /** Throws the sheet away; false where there is none. */
  async remove(userId: number, actor: Actor): Promise<boolean> {
    const { db, clock, log, notifier } = this.parts;
    const nowMs = clock.nowMs();
    const done = await db.transaction({ account: userId }, async (sql) => {
      if (!(await removeSheet(sql, userId))) return false;
      await recordChange(sql, { userId, actor, nowMs, audit: 'sheet-gone' });
      await notifier.notify(sql, { kind: 'sheet-gone', userId });
      return true;
    });
    if (done) log.info('sheet.gone', { userId });
    return done;
  }
}
