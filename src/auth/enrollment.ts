import type { OtpType } from '../base/otp-types';
import { countBackupCodes } from '../store/backup-codes';
import type { BackupCodePurpose } from '../store/backup-codes';
import { findFactor, findPending } from '../store/factors';
import type { OtpProfile } from '../store/factors';
import { findTokenOf } from '../store/tokens';
import { getUser } from '../store/users';
import { makeBackupCodes, storeBackupCodes } from './backup-codes';
import { recordFactorChange, switchOff, switchOn } from './factor-change';
import type { Actor } from './change-record';
import { displaySecret, keyUri, makeSecret, newProfile, parseSecret } from './otp';
import type { OtpKey } from './otp';
import { endSetUpsOf } from './set-up-watch';
import { PendingEnrollments, issuerName } from './pending-enrollment';
import type {
  BeginResult,
  Confirmer,
  ConfirmResult,
  EnrollmentOptions,
  OwnEnrollment,
  PendingEnrollment,
} from './pending-enrollment';

/** A secret that comes from elsewhere (oputil, The Forgotten Server, ENiGMA½). */
export interface ImportedSecret {
  readonly text: string;
  /** `ascii`: the characters themselves are the HMAC key. */
  readonly encoding?: OtpProfile['encoding'];
  readonly hash?: OtpProfile['hash'];
}

export interface BoundFactor {
  /** Base32, as an app wants it typed. */
  readonly secret: string;
  readonly uri: string;
  readonly backupCodes: readonly string[];
}

/** Switches second factors on and off. Who may ask is decided before: by the menus, the link, or oputil. */
export interface Enrollment {
  /**
   * Makes a secret that waits for confirmation, in place of one that waited before; the factor that is
   * bound stays (rule D6). With `mail` the link goes out in the same transaction.
   */
  begin(
    userId: number,
    type: OtpType,
    options?: { readonly actor?: Actor; readonly mail?: boolean },
  ): Promise<BeginResult>;
  /** The registration a link stands for; changes nothing (rule D4). */
  find(token: string): Promise<PendingEnrollment | undefined>;
  /** The registration that this session began, for a QR in its terminal; no other session learns of it. */
  pendingFor(userId: number, sessionId: string): Promise<OwnEnrollment | undefined>;
  /** Binds the factor by its first code; what a session began needs the word that it shows too (rule M2). */
  confirm(token: string, code: string, from?: Confirmer): Promise<ConfirmResult>;
  /** Ends a set-up that a session began and the reader of its mail did not; false where none is left. */
  disown(token: string, actor: Actor): Promise<boolean>;
  /** Ends the registration that this session began; false where none of its own waits. */
  removePending(userId: number, actor: Actor): Promise<boolean>;
  /** Ends what sessions of an earlier run of the board began. */
  endAbandoned(): Promise<void>;
  /** Binds at once, for oputil and imports. */
  bind(
    userId: number,
    type: OtpType,
    options?: {
      readonly secret?: ImportedSecret;
      readonly recovery?: BackupCodePurpose;
      /** Codes handed out elsewhere, instead of new ones. */
      readonly backupCodes?: readonly string[];
      readonly actor?: Actor;
    },
  ): Promise<BoundFactor>;
  /** False when there was nothing to switch off. */
  disable(userId: number, actor?: Actor): Promise<boolean>;
  /** New codes in place of the old; undefined without a second factor (rule B6). */
  regenerateBackupCodes(userId: number, actor?: Actor): Promise<readonly string[] | undefined>;
  status(userId: number): Promise<FactorStatus>;
}

export interface FactorStatus {
  readonly type: OtpType | undefined;
  /** True where the secret was lost with its key: no code is right until the factor is bound again. */
  readonly isShut: boolean;
  readonly boundAtMs: number | undefined;
  readonly usedAtMs: number | undefined;
  readonly backupCodesLeft: number;
  readonly pending: OtpType | undefined;
}

export function createEnrollment(parts: EnrollmentOptions): Enrollment {
  const { db, clock, random, sealing, notifier } = parts;
  const pending = new PendingEnrollments(parts);
  const changed = (event: string, userId: number): void => {
    parts.log.info(event, { userId });
    parts.onChange?.();
  };

  return {
    begin: (userId, type, options) => pending.begin(userId, type, options),
    find: (token) => pending.find(token),
    pendingFor: (userId, sessionId) => pending.pendingFor(userId, sessionId),
    confirm: (token, code, from) => pending.confirm(token, code, from),
    disown: (token, actor) => pending.disown(token, actor),
    removePending: (userId, actor) => pending.drop(userId, actor),
    endAbandoned: () => db.transaction((sql) => endSetUpsOf(sql, 'all', clock.nowMs())),

    async bind(userId, type, options = {}) {
      const key = bindingKey(parts, type, options.secret);
      const backupCodes = options.backupCodes ?? makeBackupCodes(random);
      const user = await db.transaction(async (sql) => {
        const found = await getUser(sql, userId);
        await switchOn(
          sql,
          { sealing, notifier },
          {
            userId,
            key,
            binding: random.bytes(16).toString('hex'),
            spentPosition: -1,
            backupCodes,
            recovery: options.recovery ?? 'login',
            actor: options.actor ?? {},
            nowMs: clock.nowMs(),
          },
        );
        return found;
      });
      changed('second-factor-on', userId);
      const names = { issuer: issuerName(parts.config()), account: user.name };
      return { secret: displaySecret(key), uri: keyUri(key, names), backupCodes };
    },

    async disable(userId, actor = {}) {
      const done = await db.transaction((sql) =>
        switchOff(sql, { userId, nowMs: clock.nowMs(), actor, notifier }),
      );
      if (done) changed('second-factor-off', userId);
      return done;
    },

    async regenerateBackupCodes(userId, actor = {}) {
      const codes = makeBackupCodes(random);
      const nowMs = clock.nowMs();
      const done = await db.transaction(async (sql) => {
        if ((await findFactor(sql, userId)) === undefined) return false;
        await storeBackupCodes(sql, sealing, { userId, codes, purpose: 'login', nowMs });
        await recordFactorChange(sql, { userId, kind: 'backup-codes-new', actor, nowMs });
        await notifier?.notify(sql, { kind: 'backup-codes-new', userId });
        return true;
      });
      if (!done) return undefined;
      changed('backup-codes-new', userId);
      return codes;
    },

    status: (userId) =>
      db.run(async (sql) => {
        const factor = await findFactor(sql, userId);
        const link = await findTokenOf(sql, {
          userId,
          purpose: 'otp-register',
          timelineMs: clock.timelineMs(),
        });
        return {
          type: factor?.type,
          isShut: factor?.secret === '',
          boundAtMs: factor?.boundAtMs,
          usedAtMs: factor?.usedAtMs,
          backupCodesLeft: await countBackupCodes(sql, userId),
          pending: link === undefined ? undefined : (await findPending(sql, userId))?.type,
        };
      }),
  };
}

function bindingKey(
  parts: EnrollmentOptions,
  type: OtpType,
  imported: ImportedSecret | undefined,
): OtpKey {
  const profile = newProfile(type);
  if (imported === undefined) {
    const { secretBytes } = parts.config().users.twoFactorAuth.otp;
    return { ...profile, secret: makeSecret(parts.random, secretBytes) };
  }
  const encoding = imported.encoding ?? profile.encoding;
  return {
    ...profile,
    hash: imported.hash ?? profile.hash,
    encoding,
    secret: parseSecret(imported.text, encoding),
  };
}
