import { accountSubject, clearAttempts } from '../store/attempts';
import { removeBackupCodes } from '../store/backup-codes';
import type { Sql } from '../store/database';
import { DEFAULT_APP_LABEL, listApps } from '../store/factor-apps';
import { removeFactor, replaceFactor } from '../store/factors';
import type { BackupCodePurpose } from '../store/backup-codes';
import type { Notifier } from '../store/notice';
import { writeProperties } from '../store/properties';
import { type Actor, endRecovery, endSetUp, recordChange } from './account-change';
import { storeBackupCodes } from './backup-codes';
import {
  displaySecret,
  isCounterBased,
  openAppKey,
  type OtpKey,
  profileOf,
  sealFactorKey,
} from './otp';
import type { Sealing } from './sealing';

type FactorChange =
  | 'second-factor-on'
  | 'second-factor-off'
  /** The secret is lost: the factor stays required, and no code is accepted. */
  | 'second-factor-shut'
  /** A further authenticator app; the reason of the audit row is its name. */
  | 'app-added'
  | 'app-removed'
  | 'app-renamed'
  | 'backup-codes-new'
  | 'second-factor-pending'
  | 'second-factor-dropped';

/**
 * Writes the audit row of a change and, where it affects sessions, the event that ends the others.
 */
export async function recordFactorChange(
  sql: Sql,
  change: {
    readonly userId: number;
    readonly kind: FactorChange;
    readonly actor: Actor;
    readonly nowMs: number;
    readonly reason?: string;
    /**
     * True where the owner disowns a set-up: the person who began it knows the password, so every
     * session ends.
     */
    readonly disowned?: boolean;
  },
): Promise<void> {
  const { kind, disowned = false, ...who } = change;
  const event = !disowned && ENDS_NOTHING.has(kind) ? {} : { event: 'second-factor' as const };
  await recordChange(sql, { ...who, audit: kind, factor: 2, ...event });
}

/** An unconfirmed set-up does not affect sessions, and neither does a name. */
const ENDS_NOTHING: ReadonlySet<FactorChange> = new Set([
  'second-factor-pending',
  'second-factor-dropped',
  'app-renamed',
]);

/** Binds one app with new backup codes, in place of those of the account. */
export async function switchOn(
  sql: Sql,
  parts: { readonly sealing: Sealing; readonly notifier?: Notifier | undefined },
  change: {
    readonly userId: number;
    readonly key: OtpKey;
    /** What its owner calls the app. */
    readonly label?: string | undefined;
    /** New for each binding. */
    readonly binding: string;
    /** Step or counter value that the confirmation spent; -1 when nothing was (rule A3). */
    readonly spentPosition: number;
    /** When the confirmation used its first code; undefined where none was typed. Unix time in milliseconds. */
    readonly usedAtMs?: number;
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
    label: change.label ?? DEFAULT_APP_LABEL,
    ...profileOf(key),
    secret: sealFactorKey(parts.sealing, 'otp_factor', { ...key, userId }),
    binding: change.binding,
    lastPosition: Math.max(change.spentPosition, floor),
    boundAtMs: nowMs,
    usedAtMs: change.usedAtMs,
  });
  await storeBackupCodes(sql, parts.sealing, {
    userId,
    codes: change.backupCodes,
    purpose: change.recovery,
    nowMs,
  });
  await endSetUp(sql, userId);
  await endRecovery(sql, userId);
  await forgetImported(sql, userId);
  await clearAttempts(sql, { subject: accountSubject(userId), factor: 'second' });
  await recordFactorChange(sql, { userId, kind: 'second-factor-on', actor, nowMs });
  await parts.notifier?.notify(sql, { kind: 'second-factor-on', userId, otpType: key.type });
}

/**
 * The newest position that an app of the account has spent which computes the same codes: binding its secret again
 * makes no code valid again. -1 for another secret.
 */
export async function spentBefore(
  sql: Sql,
  sealing: Sealing,
  userId: number,
  key: OtpKey,
): Promise<number> {
  const spent = (await listApps(sql, userId)).map((app) => {
    if (isCounterBased(app.type) !== isCounterBased(key.type)) return -1;
    try {
      const oldKey = openAppKey(sealing, app);
      const same = displaySecret(oldKey) === displaySecret(key) && oldKey.hash === key.hash;
      return same ? app.lastPosition : -1;
    } catch {
      // The old secret is lost, which may be the reason for the new one.
      return -1;
    }
  });
  return Math.max(-1, ...spent);
}

/**
 * Removes all apps, the backup codes and an unconfirmed set-up; false where there was no factor.
 */
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
  await endRecovery(sql, userId);
  await forgetImported(sql, userId);
  await clearAttempts(sql, { subject: accountSubject(userId), factor: 'second' });
  if (!removed) return false;
  await recordFactorChange(sql, { userId, kind: 'second-factor-off', actor, nowMs });
  await change.notifier?.notify(sql, { kind: 'second-factor-off', userId });
  return true;
}

/** Removes all properties of the factor that ENiGMA½ stored. */
export async function forgetImported(sql: Sql, userId: number): Promise<void> {
  await writeProperties(sql, userId, { auth_factor2_otp: undefined });
  await forgetSecret(sql, userId);
}

/** Removes only the clear text that ENiGMA½ stored; the account still requires a second factor. */
export async function forgetSecret(sql: Sql, userId: number): Promise<void> {
  await writeProperties(sql, userId, {
    auth_factor2_otp_secret: undefined,
    auth_factor2_otp_backup: undefined,
  });
}
