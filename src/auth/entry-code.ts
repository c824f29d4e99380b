import { forgetSshKeys } from '../store/ssh-keys';
import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import type { Random } from '../base/random';
import type { Config } from '../config/schema';
import { accountSubject, sumFailures } from '../store/attempts';
import type { Database } from '../store/database';
import type { Notifier } from '../store/notice';
import { getUser } from '../store/users';
import { type Actor, recordChange } from './account-change';
import { makeBackupCode, storeEntryCode } from './backup-codes';
import { hasSecondFactor } from './factor-kinds';
import type { Sealing } from './sealing';

/** Limits of `--for`. */
export const ENTRY_CODE_MINUTES = { least: 1, most: 24 * 60 } as const;

type EntryCodeResult =
  | { readonly kind: 'made'; readonly code: string; readonly isMailed: boolean }
  /** There is nothing that the code would stand for. */
  | { readonly kind: 'no-factor' }
  /** Too many wrong codes: no code is looked at until the factor is bound again. */
  | { readonly kind: 'factor-locked' }
  | { readonly kind: 'not-active' };

interface EntryCodesOptions {
  readonly db: Database;
  readonly config: () => Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly sealing: Sealing;
  readonly log: Log;
  readonly notifier: Notifier;
}

/**
 * Codes that the sysop gives to the owner of an account who has lost phone and backup codes (rule N1):
 * accepted once in place of a code, over a secure line, and only to bind a new factor. The present
 * factor stays as it is until that is done.
 */
export class EntryCodes {
  constructor(private readonly parts: EntryCodesOptions) {}

  /** Makes a code in place of an earlier one. The owner is mailed that it was made, never the code. */
  async make(
    userId: number,
    asked: { readonly minutes: number; readonly actor: Actor },
  ): Promise<EntryCodeResult> {
    const { db, config, clock, random, sealing, log, notifier } = this.parts;
    const { minutes, actor } = asked;
    const code = makeBackupCode(random);
    const { disableAfter } = config().users.twoFactorAuth.otp;
    const result = await db.transaction(
      { account: userId },
      async (sql): Promise<EntryCodeResult> => {
        const user = await getUser(sql, userId);
        if (user.status !== 2) return { kind: 'not-active' };
        if (!hasSecondFactor(user)) return { kind: 'no-factor' };
        const failures = await sumFailures(sql, accountSubject(userId), 'second');
        if (failures >= disableAfter) return { kind: 'factor-locked' };
        const nowMs = clock.nowMs();
        const expiresAtMs = clock.timelineMs() + minutes * 60_000;
        await forgetSshKeys(sql, userId);
        await storeEntryCode(sql, sealing, { userId, code, nowMs, expiresAtMs });
        const reason = `${minutes} minutes`;
        await recordChange(sql, {
          userId,
          actor,
          nowMs,
          audit: 'entry-code-made',
          factor: 2,
          reason,
        });
        const mailed = await notifier.notify(sql, { kind: 'entry-code-made', userId, minutes });
        return { kind: 'made', code, isMailed: mailed === 'queued' };
      },
    );
    if (result.kind === 'made') log.warn('entry-code.made', { userId, minutes });
    return result;
  }
}
