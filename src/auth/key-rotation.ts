import type { Clock } from '../base/clock';
import { BbsError } from '../base/errors';
import type { Log } from '../base/log';
import { countBackupCodesByKey, listOwnersOfCodes, removeBackupCodes } from '../store/backup-codes';
import { countSheetCodesByKey, removeLostSheets } from '../store/sheets';
import type { Database } from '../store/database';
import { removeFarAccount } from '../store/far-accounts';
import { removeFurtherApp } from '../store/factor-apps';
import { listShutFactors } from '../store/factors';
import { listNodes, type NodeRow } from '../store/node-slots';
import { removeMail } from '../store/outbox';
import {
  countSealedByKey,
  hasSealed,
  listSealedRows,
  replaceAllSealed,
  replaceSealed,
  SEALED_COLUMNS,
  setCurrentKey,
  type SealedColumn,
  sealedKeyId,
  type SealedRow,
} from '../store/sealed';
import { endSetUp, type Actor } from './account-change';
import { recordFactorChange } from './factor-change';
import type { Sealing } from './sealing';

/** Values that are sealed anew between two commits; logins wait for one such statement at most. */
const BATCH = 200;

/**
 * Minimum time that a retired key is kept, for values that a running server sealed with it in the
 * meantime.
 */
const KEEP_RETIRED_MS = 24 * 3600_000;

interface KeyParts {
  readonly db: Database;
  readonly sealing: Sealing;
  readonly clock: Clock;
  readonly log: Log;
}

interface RotationReport {
  readonly keyId: string;
  readonly resealed: number;
  /** Values that no key opens, as `table.column of user N`. */
  readonly unreadable: readonly string[];
  /** Ids of retired keys that were removed because no value needs them. */
  readonly dropped: readonly string[];
}

export interface KeyReport {
  /** undefined where the key is lost. */
  readonly currentKeyId: string | undefined;
  readonly keys: readonly {
    readonly id: string;
    readonly sealed: number;
    /**
     * Number of unused backup codes hashed with this key; they need it until they are used or
     * replaced.
     */
    readonly backupCodes: number;
    /** The same of codes of sheets. */
    readonly sheetCodes: number;
  }[];
  readonly unreadable: readonly string[];
}

/**
 * Seals every value with a new key, some at a time, beside logins. A run that is killed leaves every value
 * readable, and the next run completes it: no further key is made while values are sealed with an older one.
 */
export async function rotateKeys(
  parts: KeyParts & {
    /** True for the process that reads the same key file. */
    readonly isOwnNode?: (node: NodeRow) => boolean;
  },
): Promise<RotationReport> {
  const { db, sealing, clock, log } = parts;
  const nowMs = clock.nowMs();
  const sealed = await db.run(countSealedByKey);
  const unfinished = [...sealed.keys()].some(
    (id) => id !== sealing.currentKeyId() && sealing.keyIds().includes(id),
  );
  const prepared = sealing.newestKeyId();
  const isPrepared = prepared !== undefined && prepared !== sealing.currentKeyId();
  if (!isPrepared && !unfinished && sealing.makesKeys) await refuseWithOthers(parts);
  const next = isPrepared ? prepared : unfinished ? undefined : sealing.addKey(nowMs);
  if (next !== undefined) {
    await db.run((sql) => setCurrentKey(sql, next, nowMs));
    sealing.useKey(next);
  }
  const unreadable: string[] = [];
  let resealed = 0;
  for (const column of SEALED_COLUMNS) {
    for await (const rows of sealedPages(db, column)) {
      const old = rows.filter(({ sealed }) => sealedKeyId(sealed) !== sealing.currentKeyId());
      const changes = old.flatMap((row) => {
        const place = placeOf(column, row);
        const plain = tryOpen(sealing, row.sealed, place);
        if (plain === undefined) unreadable.push(describe(place));
        return plain === undefined ? [] : [{ row, sealed: sealing.seal(plain, place) }];
      });
      resealed += await db.run((sql) => replaceAllSealed(sql, column, changes));
    }
  }
  const used = await db.run(countSealedByKey);
  const codes = await db.run(countBackupCodesByKey);
  const sheets = await db.run(countSheetCodesByKey);
  // One that was current until now may have sealed a value on another node a moment ago.
  const dropped = isPrepared
    ? []
    : sealing.dropKeys(
        (id) => used.has(id) || codes.has(id) || sheets.has(id),
        nowMs - KEEP_RETIRED_MS,
      );
  log.info('key.rotated', { keyId: sealing.currentKeyId(), resealed, dropped });
  return { keyId: sealing.currentKeyId(), resealed, unreadable, dropped };
}

/** A key that only one file has must not become current: no other process could check a code or seal then. */
async function refuseWithOthers({
  db,
  isOwnNode = () => false,
}: Parameters<typeof rotateKeys>[0]): Promise<void> {
  const others = (await db.run(listNodes)).filter((node) => !isOwnNode(node));
  if (others.length === 0) return;
  const places = others.map(({ host, pid }) => `${host} (process ${pid})`);
  throw new BbsError(
    'PREREQUISITE_MISSING',
    `the board also runs on ${places.join(', ')}, which must have the next key before it is used: ` +
      'run oputil key rotate --prepare, copy the key file to every node, and run this again',
  );
}

/** Opens every sealed value and counts them by key. Changes nothing. */
export async function checkKeys(parts: Pick<KeyParts, 'db' | 'sealing'>): Promise<KeyReport> {
  const { db, sealing } = parts;
  const unreadable: string[] = [];
  for (const column of SEALED_COLUMNS) {
    await eachSealed(db, column, (row) => {
      const place = placeOf(column, row);
      if (tryOpen(sealing, row.sealed, place) === undefined) unreadable.push(describe(place));
      return Promise.resolve();
    });
  }
  const sealed = await db.run(countSealedByKey);
  const codes = await db.run(countBackupCodesByKey);
  const sheets = await db.run(countSheetCodesByKey);
  const ids = new Set([...sealing.keyIds(), ...sealed.keys(), ...codes.keys(), ...sheets.keys()]);
  return {
    currentKeyId: sealing.keyIds()[0],
    keys: [...ids].map((id) => ({
      id,
      sealed: sealed.get(id) ?? 0,
      backupCodes: codes.get(id) ?? 0,
      sheetCodes: sheets.get(id) ?? 0,
    })),
    unreadable,
  };
}

interface LostReport {
  /**
   * Ids of accounts whose second factor stays required, and for which no code is accepted until it
   * is bound again.
   */
  readonly shut: readonly number[];
  /** Ids of accounts whose factor still works and whose backup codes were removed. */
  readonly withoutCodes: readonly number[];
  readonly droppedMails: number;
  /** Names and passwords of callers on other boards, which are asked for or made anew there. */
  readonly droppedFarAccounts: number;
}

/**
 * Gives up the values that no key opens. A secret is emptied and its factor stays, so that the
 * account still requires a code and accepts none: a lost key never lowers what an account requires.
 * A run that is killed is completed by the next one.
 */
export async function shutLost(parts: {
  readonly db: Database;
  readonly sealing: Sealing;
  readonly clock: Clock;
  readonly actor: Actor;
}): Promise<LostReport> {
  const { db, sealing, clock, actor } = parts;
  let droppedMails = 0;
  let droppedFarAccounts = 0;
  for (const column of SEALED_COLUMNS) {
    await eachSealed(db, column, async (row) => {
      if (opens(sealing, column, row)) return;
      const { userId, rowKey } = row;
      await db.transaction({ account: userId }, async (sql) => {
        if (column.table === 'otp_pending') await endSetUp(sql, userId);
        else if (column.table === 'outbox') {
          await removeMail(sql, rowKey);
          droppedMails += 1;
        } else if (column.table === 'far_account') {
          await removeFarAccount(sql, { userId, id: rowKey });
          droppedFarAccounts += 1;
        } else if (column.table === 'otp_app') {
          // The first app is still asked for, whether it opens or not.
          const nowMs = clock.nowMs();
          if (await removeFurtherApp(sql, { userId, app: rowKey }))
            await recordFactorChange(sql, { userId, kind: 'app-removed', actor, nowMs });
        } else if (await replaceSealed(sql, column, { row, sealed: '' })) {
          await removeBackupCodes(sql, userId);
          const nowMs = clock.nowMs();
          await recordFactorChange(sql, { userId, kind: 'second-factor-shut', actor, nowMs });
        }
      });
    });
  }
  const withoutCodes = await db.transaction('board', async (sql) => {
    const owners = await listOwnersOfCodes(sql, { exceptKeys: sealing.keyIds() });
    for (const userId of owners) await removeBackupCodes(sql, userId);
    await removeLostSheets(sql, sealing.keyIds());
    return owners;
  });
  return { shut: await db.run(listShutFactors), withoutCodes, droppedMails, droppedFarAccounts };
}

/** True where the database holds values that need the sealing key. */
export async function needsSealingKey(db: Pick<Database, 'run'>): Promise<boolean> {
  if (await db.run(hasSealed)) return true;
  const [codes, sheets] = [await db.run(countBackupCodesByKey), await db.run(countSheetCodesByKey)];
  return codes.size > 0 || sheets.size > 0;
}

/** Visits each value of a column, in batches. */
export async function eachSealed(
  db: Database,
  column: SealedColumn,
  visit: (row: SealedRow) => Promise<void>,
): Promise<void> {
  for await (const rows of sealedPages(db, column)) for (const row of rows) await visit(row);
}

async function* sealedPages(
  db: Database,
  column: SealedColumn,
): AsyncGenerator<readonly SealedRow[]> {
  for (let afterKey = -1; ;) {
    const page = { afterKey, most: BATCH };
    const rows = await db.run((sql) => listSealedRows(sql, column, page));
    yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < BATCH) return;
    afterKey = last.rowKey;
  }
}

/** True where one of the keys opens the value. */
export function opens(sealing: Sealing, column: SealedColumn, row: SealedRow): boolean {
  return tryOpen(sealing, row.sealed, placeOf(column, row)) !== undefined;
}

function placeOf(column: SealedColumn, row: SealedRow) {
  return { table: column.table, column: column.column, userId: row.userId };
}

function describe(place: ReturnType<typeof placeOf>): string {
  return `${place.table}.${place.column} of user ${place.userId}`;
}

function tryOpen(
  sealing: Sealing,
  sealed: string,
  place: ReturnType<typeof placeOf>,
): string | undefined {
  try {
    return sealing.open(sealed, place);
  } catch (error) {
    if (error instanceof BbsError && error.code === 'SEAL_BROKEN') return undefined;
    throw error;
  }
}
