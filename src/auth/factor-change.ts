import { accountSubject, clearAttempts } from '../store/attempts';
import { removeBackupCodes } from '../store/backup-codes';
import type { Sql } from '../store/database';
import { findFactor, removeFactor, replaceFactor } from '../store/factors';
import type { BackupCodePurpose } from '../store/backup-codes';
import type { Notifier } from '../store/notice';
import { writeProperties } from '../store/properties';
import { type Actor, endSetUp, recordChange } from './account-change';
import { storeBackupCodes } from './backup-codes';
import {
  displaySecret,
  isCounterBased,
  openFactorKey,
  type OtpKey,
  profileOf,
  sealFactorKey,
} from './otp';
import type { Sealing } from './sealing';

type FactorChange =
  | 'second-factor-on'
  | 'second-factor-off'
  /** Its secret is lost: it stays required, and no code is right. */
  | 'second-factor-shut'
  | 'backup-codes-new'
  | 'second-factor-pending'
  | 'second-factor-dropped';

/** Writes the audit row of a change and, where it touches sessions, the event that ends the others. */
export async function recordFactorChange(
  sql: Sql,
  change: {
    readonly userId: number;
    readonly kind: FactorChange;
    readonly actor: Actor;
    readonly nowMs: number;
    readonly reason?: string;
    /** A set-up that its owner disowns: whoever began it knows the password, so every session ends. */
    readonly disowned?: boolean;
  },
): Promise<void> {
  const { kind, disowned = false, ...who } = change;
  // What only waits for its confirmation changes nothing for anybody.
  const waits = !disowned && (kind === 'second-factor-pending' || kind === 'second-factor-dropped');
  const event = waits ? {} : { event: 'second-factor' as const };
  await recordChange(sql, { ...who, audit: kind, factor: 2, ...event });
}

/** Binds a factor with new backup codes, in place of what the account had. */
export async function switchOn(
  sql: Sql,
  parts: { readonly sealing: Sealing; readonly notifier?: Notifier | undefined },
  change: {
    readonly userId: number;
    readonly key: OtpKey;
    /** New for each binding. */
    readonly binding: string;
    /** Step or counter value that the confirmation spent; -1 when nothing was (rule A3). */
    readonly spentPosition: number;
    readonly backupCodes: readonly string[];
    readonly recovery: BackupCodePurpose;
    readonly actor: Actor;
    readonly nowMs: number;
  },
): Promise<void> {
  const { userId, key, nowMs, actor } = change;
  const floor = await spentBefore(sql, parts.sealing, userId, key);
  await replaceFactor(sql, {
    userId,
    ...profileOf(key),
    secret: sealFactorKey(parts.sealing, 'otp_factor', { ...key, userId }),
    binding: change.binding,
    lastPosition: Math.max(change.spentPosition, floor),
    boundAtMs: nowMs,
  });
  await storeBackupCodes(sql, parts.sealing, {
    userId,
    codes: change.backupCodes,
    purpose: change.recovery,
    nowMs,
  });
  await endSetUp(sql, userId);
  await forgetImported(sql, userId);
  await clearAttempts(sql, { subject: accountSubject(userId), factor: 'second' });
  await recordFactorChange(sql, { userId, kind: 'second-factor-on', actor, nowMs });
  await parts.notifier?.notify(sql, { kind: 'second-factor-on', userId, otpType: key.type });
}

/** What the factor in place has spent, if the new one computes the same codes: binding again reopens nothing. */
async function spentBefore(
  sql: Sql,
  sealing: Sealing,
  userId: number,
  key: OtpKey,
): Promise<number> {
  const old = await findFactor(sql, userId);
  if (old === undefined || isCounterBased(old.type) !== isCounterBased(key.type)) return -1;
  try {
    const oldKey = openFactorKey(sealing, 'otp_factor', old);
    const same = displaySecret(oldKey) === displaySecret(key) && oldKey.hash === key.hash;
    return same ? old.lastPosition : -1;
  } catch {
    // The old secret is lost, which may be why a new one is bound.
    return -1;
  }
}

/** Removes the factor with all that hangs on it; false when there was none. */
export async function switchOff(
  sql: Sql,
  change: {
    readonly userId: number;
    readonly nowMs: number;
    readonly actor: Actor;
    readonly notifier: Notifier | undefined;
  },
): Promise<boolean> {
  const { userId, nowMs, actor } = change;
  const removed = await removeFactor(sql, userId);
  await removeBackupCodes(sql, userId);
  await endSetUp(sql, userId);
  await forgetImported(sql, userId);
  await clearAttempts(sql, { subject: accountSubject(userId), factor: 'second' });
  if (!removed) return false;
  await recordFactorChange(sql, { userId, kind: 'second-factor-off', actor, nowMs });
  await change.notifier?.notify(sql, { kind: 'second-factor-off', userId });
  return true;
}

/** Removes what a database from ENiGMA½ said of the factor. */
export async function forgetImported(sql: Sql, userId: number): Promise<void> {
  await writeProperties(sql, userId, { auth_factor2_otp: undefined });
  await forgetSecret(sql, userId);
}

/** Removes only what stands there in clear text; that there is a factor stays. */
export async function forgetSecret(sql: Sql, userId: number): Promise<void> {
  await writeProperties(sql, userId, {
    auth_factor2_otp_secret: undefined,
    auth_factor2_otp_backup: undefined,
  });
}
