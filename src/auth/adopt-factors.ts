import type { Clock } from '../base/clock';
import { BbsError } from '../base/errors';
import type { Log } from '../base/log';
import { isOtpType, OTP_TYPES } from '../base/otp-types';
import type { Random } from '../base/random';
import { addUnfinished, type Database, isUnfinished, markFinished } from '../store/database';
import { findFactorType, listImportedFactors } from '../store/factors';
import { findProperty } from '../store/properties';
import { canonicalBackupCode } from './backup-codes';
import { forgetImported, forgetSecret, switchOn } from './factor-change';
import { type OtpKey, parseSecret } from './otp';
import type { Sealing } from './sealing';

interface AdoptionReport {
  readonly adopted: number;
  /**
   * Ids of accounts whose secret is invalid: they require a code, and none is accepted until the
   * sysop binds a new factor.
   */
  readonly refused: readonly number[];
}

/**
 * Imports the second factors that a database from ENiGMA½ holds in clear text: seals the secrets,
 * hashes the backup codes, and removes the clear text, also from free pages and the journal. Runs
 * at each start; a run that was killed is completed by the next one.
 */
export async function adoptFactors(parts: {
  readonly db: Database;
  readonly sealing: Sealing;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}): Promise<AdoptionReport> {
  const { db, log } = parts;
  const owners = await db.run(listImportedFactors);
  const refused: number[] = [];
  for (const userId of owners) {
    try {
      await adopt(parts, userId);
    } catch (error) {
      if (!(error instanceof BbsError) || error.code !== 'USER_INVALID') throw error;
      await db.transaction('board', async (sql) => {
        // No code of it is accepted; the account requires one even without the clear text.
        await forgetSecret(sql, userId);
        await addUnfinished(sql, 'purge');
      });
      refused.push(userId);
      log.warn('factors.not-adopted', { userId, reason: error.message });
    }
  }
  const adopted = owners.length - refused.length;
  if (adopted > 0) log.info('factors.adopted', { adopted });
  await purge(parts);
  return { adopted, refused };
}

async function purge({ db, log }: { readonly db: Database; readonly log: Log }): Promise<void> {
  if (!(await db.run((sql) => isUnfinished(sql, 'purge')))) return;
  if (await db.purge()) await db.run((sql) => markFinished(sql, 'purge'));
  else log.warn('factors.clear-text-not-purged', { reason: 'another process uses the database' });
}

async function adopt(
  parts: {
    readonly db: Database;
    readonly sealing: Sealing;
    readonly clock: Clock;
    readonly random: Random;
  },
  userId: number,
): Promise<void> {
  const { db, sealing, clock, random } = parts;
  await db.transaction('board', async (sql) => {
    await addUnfinished(sql, 'purge');
    const property = (name: string) => findProperty(sql, userId, name);
    const type = await property('auth_factor2_otp');
    const secret = await property('auth_factor2_otp_secret');
    // A factor that was bound on this board is newer.
    const bound = (await findFactorType(sql, userId)) !== undefined;
    // ENiGMA½ treats a factor without a type as switched off.
    if (bound || type === undefined) return forgetImported(sql, userId);
    if (!isOtpType(type)) {
      throw new BbsError('USER_INVALID', `its type ${JSON.stringify(type)} is not known`);
    }
    const profile = OTP_TYPES[type].adopted;
    const key: OtpKey = { type, ...profile, secret: parseSecret(secret ?? '', profile.encoding) };
    await switchOn(
      sql,
      { sealing },
      {
        userId,
        key,
        binding: random.bytes(16).toString('hex'),
        spentPosition: -1,
        backupCodes: readCodes(await property('auth_factor2_otp_backup')),
        recovery: 'login',
        actor: { server: 'system' },
        nowMs: clock.nowMs(),
      },
    );
  });
}

/** A JSON list of unused codes; invalid and duplicate codes are dropped. */
function readCodes(json: string | undefined): readonly string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json ?? '[]');
  } catch {
    // The factor works without backup codes, and the owner can make new ones.
    return [];
  }
  const codes = Array.isArray(parsed) ? (parsed as readonly unknown[]) : [];
  const plain = codes.flatMap((code) =>
    typeof code === 'string' ? (canonicalBackupCode(code) ?? []) : [],
  );
  return [...new Set(plain)];
}
