import type { OtpType } from '../base/otp-types';
import { countBackupCodes } from '../store/backup-codes';
import type { BackupCodePurpose } from '../store/backup-codes';
import { listApps } from '../store/factor-apps';
import { findFactor, findPending } from '../store/factors';
import type { OtpProfile } from '../store/factors';
import { findTokenOf } from '../store/tokens';
import { getUser } from '../store/users';
import { makeBackupCodes, storeBackupCodes } from './backup-codes';
import { type AppProblem, changeLabel, checkNewApp, removeApp } from './factor-apps';
import { recordFactorChange, switchOff, switchOn } from './factor-change';
import type { Actor } from './account-change';
import {
  displaySecret,
  issuerName,
  keyUri,
  makeSecret,
  newProfile,
  type OtpKey,
  parseSecret,
} from './otp';
import { endSetUpsOf } from './set-up-watch';
import { PendingEnrollments } from './pending-enrollment';
import type { EnrollmentOptions } from './pending-enrollment';

/** A secret from another system (The Forgotten Server, ENiGMA½) or from the sysop. */
export interface ImportedSecret {
  readonly text: string;
  /** `ascii`: the characters themselves are the HMAC key. */
  readonly encoding?: OtpProfile['encoding'];
  readonly hash?: OtpProfile['hash'];
}

export interface BoundFactor {
  /** Base32, as typed into an authenticator app. */
  readonly secret: string;
  readonly uri: string;
  readonly backupCodes: readonly string[];
}

interface BindOptions {
  readonly secret?: ImportedSecret;
  readonly recovery?: BackupCodePurpose;
  /** Codes that another system issued, instead of new ones. */
  readonly backupCodes?: readonly string[];
  readonly actor?: Actor;
}

/** An authenticator app as its owner sees it. */
export interface AppFacts {
  readonly label: string;
  readonly type: OtpType;
  /** Names this binding of it: after another one it is gone. */
  readonly binding: string;
  readonly boundAtMs: number;
  /** When a code of it was accepted last. */
  readonly usedAtMs: number | undefined;
}

/** The state of an account's one-time codes and of its set-up. */
export interface FactorStatus {
  readonly type: OtpType | undefined;
  /**
   * True where the secret was lost with its sealing key: no code is accepted until the factor is
   * bound again.
   */
  readonly isShut: boolean;
  readonly boundAtMs: number | undefined;
  readonly usedAtMs: number | undefined;
  readonly backupCodesLeft: number;
  /** The authenticator apps, the first one in front; none of their secrets. */
  readonly apps: readonly AppFacts[];
  readonly pending: OtpType | undefined;
}

/** Switches second factors on and off. The caller of a method decides who may do so. */
export class Enrollment extends PendingEnrollments {
  /** Ends the set-ups that sessions of an earlier run of the board began. */
  endAbandoned(): Promise<void> {
    const { db, clock } = this.parts;
    return db.transaction('board', (sql) => endSetUpsOf(sql, 'all', clock.nowMs()));
  }

  /** Binds at once, for oputil and imports. Throws USER_INVALID for a secret that cannot be one. */
  async bind(userId: number, type: OtpType, options: BindOptions = {}): Promise<BoundFactor> {
    const { db, clock, random, sealing, notifier } = this.parts;
    const key = bindingKey(this.parts, type, options.secret);
    const backupCodes = options.backupCodes ?? makeBackupCodes(random);
    const user = await db.transaction({ account: userId }, async (sql) => {
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
          // No session has shown what is bound here (rule M3).
          actor: { ...options.actor, sessionId: undefined },
          nowMs: clock.nowMs(),
        },
      );
      return found;
    });
    this.changed('second-factor.on', userId);
    const names = { issuer: issuerName(this.parts.config()), account: user.name };
    return { secret: displaySecret(key), uri: keyUri(key, names), backupCodes };
  }

  /** Removes the factor and its backup codes; false where there was none. */
  async disable(userId: number, actor: Actor = {}): Promise<boolean> {
    const { db, clock, notifier } = this.parts;
    const done = await db.transaction({ account: userId }, (sql) =>
      switchOff(sql, { userId, nowMs: clock.nowMs(), actor, notifier }),
    );
    if (done) this.changed('second-factor.off', userId);
    return done;
  }

  /** New codes in place of the old; undefined without a second factor (rule B6). */
  async regenerateBackupCodes(
    userId: number,
    actor: Actor = {},
  ): Promise<readonly string[] | undefined> {
    const { db, clock, random, sealing, notifier } = this.parts;
    const codes = makeBackupCodes(random);
    const nowMs = clock.nowMs();
    const done = await db.transaction({ account: userId }, async (sql) => {
      if ((await findFactor(sql, userId)) === undefined) return false;
      await storeBackupCodes(sql, sealing, { userId, codes, purpose: 'login', nowMs });
      await recordFactorChange(sql, { userId, kind: 'backup-codes-new', actor, nowMs });
      await notifier?.notify(sql, { kind: 'backup-codes-new', userId });
      return true;
    });
    if (!done) return undefined;
    this.changed('backup-codes.new', userId);
    return codes;
  }

  /** Why an app of this name cannot be added; undefined where it can. */
  async whyNotAdded(userId: number, label: string): Promise<AppProblem | undefined> {
    const checked = await this.parts.db.run((sql) => checkNewApp(sql, userId, label));
    return checked.kind === 'refused' ? checked.why : undefined;
  }

  /** Removes an app; false where it is gone or the only one, which `disable` is for. */
  async removeApp(userId: number, binding: string, actor: Actor = {}): Promise<boolean> {
    const { db, clock, sealing, notifier } = this.parts;
    const change = { userId, binding, actor, nowMs: clock.nowMs() };
    const done = await db.transaction({ account: userId }, (sql) =>
      removeApp(sql, { sealing, notifier }, change),
    );
    if (done) this.changed('second-factor.app-removed', userId);
    return done;
  }

  /** Gives an app another name; returns why it cannot have it. */
  async renameApp(
    userId: number,
    app: { readonly binding: string; readonly label: string },
    actor: Actor = {},
  ): Promise<AppProblem | undefined> {
    const { db, clock } = this.parts;
    const change = { userId, ...app, actor, nowMs: clock.nowMs() };
    const named = await db.transaction({ account: userId }, (sql) => changeLabel(sql, change));
    return named.kind === 'refused' ? named.why : undefined;
  }

  status(userId: number): Promise<FactorStatus> {
    const { db, clock } = this.parts;
    return db.run(async (sql) => {
      const apps = await listApps(sql, userId);
      const [first] = apps;
      const used = apps.flatMap(({ usedAtMs }) => usedAtMs ?? []);
      const link = await findTokenOf(sql, {
        userId,
        purpose: 'otp-register',
        timelineMs: clock.timelineMs(),
      });
      return {
        type: first?.type,
        isShut: first !== undefined && apps.every(({ secret }) => secret === ''),
        boundAtMs: first?.boundAtMs,
        usedAtMs: used.length === 0 ? undefined : Math.max(...used),
        apps: apps.map(({ label, type, binding, boundAtMs, usedAtMs }) => ({
          ...{ label, type, binding, boundAtMs, usedAtMs },
        })),
        backupCodesLeft: await countBackupCodes(sql, userId),
        pending: link === undefined ? undefined : (await findPending(sql, userId))?.type,
      };
    });
  }
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
