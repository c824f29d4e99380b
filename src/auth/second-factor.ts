import type { Clock } from '../base/clock';
import { BbsError, toError } from '../base/errors';
import type { Log } from '../base/log';
import { DEFAULT_OTP_TYPE } from '../base/otp-types';
import type { Config } from '../config/schema';
import type { Sql } from '../store/database';
import { listApps } from '../store/factor-apps';
import { rememberDrift, rememberResync, sendSpending, spendPosition } from '../store/factors';
import type { FactorRow } from '../store/factors';
import type { Notifier } from '../store/notice';
import type { CodePurpose } from '../store/backup-codes';
import { findRecovery } from '../store/recoveries';
import type { Actor } from './account-change';
import { canonicalBackupCode, useBackupCode } from './backup-codes';
import { openApp } from './factor-apps';
import { DRIFT_REACH, learnDrift } from './drift';
import {
  canonicalOtp,
  findBegunCodes,
  findCodes,
  isCounterBased,
  newProfile,
  type OtpKey,
  stepAt,
} from './otp';
import type { FactorKind } from './factor-kinds';
import { isLostWord } from './factor-recovery';
import type { Sealing } from './sealing';
import { CLOCK_MISTAKES, SkewWatch } from './skew-watch';
import { switchOff } from './factor-change';

/** The result of one submitted code. It does not tell how close a wrong code was. */
export type SecondFactorResult =
  | {
      readonly kind: 'right';
      readonly by: FactorKind;
      /** Number of unused backup codes, where one was used. */
      readonly left?: number;
      /**
       * True where the code was one that removes the factor (The Forgotten Server's recovery
       * token).
       */
      readonly factorRemoved?: boolean;
    }
  | { readonly kind: 'wrong' }
  /** Right, but used before, by any process and before or after a restart. */
  | { readonly kind: 'spent' }
  /** The account has no second factor. The work is the same. */
  | { readonly kind: 'none' };

/** Where a code is given. */
interface CodeGiven {
  readonly from?: Required<Pick<Actor, 'node' | 'server' | 'remoteIp'>>;
  /**
   * True at a sign-in: only there an entry code of the sysop is accepted, and not where somebody who is
   * signed in proves the identity again.
   */
  readonly enters?: boolean;
  /** True where no password was seen here: no code removes the factor then (rule N5). */
  readonly isVouched?: boolean;
  /**
   * True where a code on paper lets nobody in and is void, because it was heard (rule N7), whatever it is for.
   */
  readonly isHeard?: boolean;
}

/** The state that follows from a wrong code could not be stored; the attempt stays charged. */
export class WrongCodeLost extends BbsError {
  constructor(cause: unknown) {
    super('STORE_FAILED', `a wrong code is not recorded: ${toError(cause).message}`, { cause });
  }
}

interface SecondFactorOptions {
  readonly config: () => Config;
  readonly clock: Clock;
  readonly sealing: Sealing;
  readonly log: Log;
  /** Notified of used backup codes; optional. */
  readonly notifier?: Notifier;
}

/** Maximum time between the two codes of a resync (rule A6). */
const RESYNC_MS = 5 * 60_000;

/** Longer text is nobody's code. */
const MAX_HEARD = 64;
/** First digits of a code after which so few are left that they can be guessed. */
const BEGUN_DIGITS = 4;
const BEGUN_CODE = new RegExp(`^[0-9]{${BEGUN_DIGITS},8}$`);

/** Used for accounts without a factor, for equal work (rule B7). */
const NOBODY: OtpKey = {
  ...newProfile(DEFAULT_OTP_TYPE),
  secret: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
};

/** A factor with its secret opened. */
interface BoundKey {
  readonly factor: FactorRow;
  readonly key: OtpKey;
}

/** True for what may be a code of some account: any other text is no attempt (rule A7). */
export function isCodeShaped(typed: string): boolean {
  return canonicalOtp(typed) !== undefined || canonicalBackupCode(typed) !== undefined;
}

/** Verifies and spends codes. The login charges and throttles attempts. */
export class SecondFactor {
  private readonly skews: SkewWatch;

  constructor(private readonly parts: SecondFactorOptions) {
    this.skews = new SkewWatch(parts.clock);
  }

  get sealing(): Sealing {
    return this.parts.sealing;
  }

  /**
   * True where a wrong code is the third in a row that is right for another time, always by the same
   * difference: its owner's clock is wrong. For a sentence that does not say which way or how far;
   * nothing is accepted, spent or stored by it.
   */
  async isClockOff(sql: Sql, userId: number, code: string): Promise<boolean> {
    const otp = canonicalOtp(code);
    if (otp === undefined) return false;
    const nowStep = stepAt(this.parts.clock.nowMs());
    const skews = this.openAll(await listApps(sql, userId))
      .filter(({ factor }) => !isCounterBased(factor.type))
      .flatMap(({ key }) =>
        CLOCK_MISTAKES.flatMap(({ from, to }) =>
          findCodes(key, otp, { from: nowStep + from, to: nowStep + to }),
        ),
      )
      .map((position) => position - nowStep);
    return this.skews.isThird(userId, { code: otp, skews });
  }

  /**
   * Compares, and spends in one conditional statement, in the transaction that grants, which fails with
   * SpentMeanwhile where another process was first: 'right' is final once that is committed; a rollback leaves the code unspent (rules A13, B3).
   */
  async verify(
    sql: Sql,
    userId: number,
    code: string,
    by: CodeGiven = {},
  ): Promise<SecondFactorResult> {
    const result = await this.compare(sql, userId, { code, by });
    // Only wrong codes in a row tell of a clock.
    if (result.kind === 'right') this.skews.forget(userId);
    return result;
  }

  private async compare(
    sql: Sql,
    userId: number,
    { code, by }: { readonly code: string; readonly by: CodeGiven },
  ): Promise<SecondFactorResult> {
    const apps = await listApps(sql, userId);
    const backupCode = canonicalBackupCode(code);
    if (backupCode !== undefined) {
      const result = await this.verifyBackupCode(sql, userId, { code: backupCode, by });
      return apps.length === 0 ? { kind: 'none' } : result;
    }
    if (isLostWord(code))
      return apps.length === 0 ? { kind: 'none' } : this.verifyRecovery(sql, userId, by);
    const otp = canonicalOtp(code);
    if (apps.length > 0)
      return otp === undefined ? { kind: 'wrong' } : this.verifyApps(sql, apps, otp);
    if (otp !== undefined) {
      const step = stepAt(this.parts.clock.nowMs());
      const { window } = this.settings();
      findCodes(NOBODY, otp, { from: step - window, to: step + window });
    }
    return { kind: 'none' };
  }

  /**
   * Looks at every app, whichever of them the code is right for, and spends the code for each of those. One that is
   * spent for any of them is accepted for none, so that no code is accepted twice (rule A16).
   */
  private async verifyApps(
    sql: Sql,
    apps: readonly FactorRow[],
    code: string,
  ): Promise<SecondFactorResult> {
    const bound = this.openAll(apps);
    const found = bound.map(({ factor, key }) => ({
      factor,
      positions: this.findPositions({ factor, key }, code),
    }));
    const right = found.filter(({ positions }) => positions.length > 0);
    if (right.length > 0) {
      const unspent = right.flatMap(
        ({ factor, positions }) => firstUnspent(factor, positions) ?? [],
      );
      const nowMs = this.parts.clock.nowMs();
      for (const each of unspent) await sendSpending(sql, { ...each, nowMs });
      return unspent.length < right.length ? { kind: 'spent' } : { kind: 'right', by: 'otp' };
    }
    let isSpent = false;
    for (const each of bound) {
      if (await this.learnFrom(sql, each, code)) isSpent = true;
    }
    return { kind: isSpent ? 'spent' : 'wrong' };
  }

  /**
   * Spends the codes of which this was typed where others listen, submitted or not: a code of a clock by its first
   * digits, because the rest is short to guess, and one of a counter when it is whole. True where there was one.
   */
  async spendHeard(sql: Sql, userId: number, typed: string): Promise<boolean> {
    const digits = typed.slice(0, MAX_HEARD).replace(/[ -]/g, '');
    if (!BEGUN_CODE.test(digits)) return false;
    let isSpent = false;
    for (const bound of this.openAll(await listApps(sql, userId))) {
      const positions = this.findHeard(bound, digits);
      // The last one, which closes those before it.
      if (await this.spend(sql, bound.factor, [...positions].reverse())) isSpent = true;
    }
    return isSpent;
  }

  private findHeard(bound: BoundKey, digits: string): readonly number[] {
    const { factor, key } = bound;
    if (!isCounterBased(factor.type))
      return findBegunCodes(key, digits.slice(0, BEGUN_DIGITS), this.stepsOf(factor));
    return canonicalOtp(digits) === undefined ? [] : this.findCounters(bound, digits);
  }

  private findPositions(bound: BoundKey, code: string): readonly number[] {
    return isCounterBased(bound.factor.type)
      ? this.findCounters(bound, code)
      : this.findSteps(bound, code);
  }

  private findSteps({ factor, key }: BoundKey, code: string): readonly number[] {
    const range = this.stepsOf(factor);
    if (factor.lastPosition > range.to) {
      // The clock went back. Steps up to the spent one stay closed (rule A14); the log says for how
      // long.
      const middle = range.to - this.settings().window;
      this.parts.log.warn('clock.went-back', {
        userId: factor.userId,
        codesRefusedForSeconds: (factor.lastPosition - middle) * 30,
      });
    }
    return findCodes(key, code, range);
  }

  /** The steps whose codes are accepted now. */
  private stepsOf({ drift }: FactorRow): { readonly from: number; readonly to: number } {
    const { window, driftMemory } = this.settings();
    const middle = stepAt(this.parts.clock.nowMs()) + (driftMemory ? drift : 0);
    return { from: middle - window, to: middle + window };
  }

  private findCounters(bound: BoundKey, code: string): readonly number[] {
    const { factor, key } = bound;
    const { lookAhead } = this.settings();
    const next = factor.lastPosition + 1;
    const near = findCodes(key, code, { from: next, to: next + lookAhead });
    if (near.length > 0) return near;
    const { resync } = factor;
    const nowMs = this.parts.clock.nowMs();
    const follows =
      resync !== undefined && nowMs - resync.atMs <= RESYNC_MS && resync.atMs <= nowMs;
    if (!follows) return [];
    return this.findFar(bound, code).filter((position) => position === resync.position + 1);
  }

  /** Beyond the look-ahead, where two codes in a row are accepted (rule A6). */
  private findFar({ factor, key }: BoundKey, code: string): readonly number[] {
    const { lookAhead, resyncWindow } = this.settings();
    const next = factor.lastPosition + 1;
    return findCodes(key, code, { from: next + lookAhead + 1, to: next + resyncWindow + 1 });
  }

  /** Remembers what a code that is not right tells of a clock or counter; true for the counter's last one. */
  private async learnFrom(sql: Sql, bound: BoundKey, code: string): Promise<boolean> {
    try {
      if (isCounterBased(bound.factor.type)) return await this.watchCounter(sql, bound, code);
      const nowStep = stepAt(this.parts.clock.nowMs());
      if (this.settings().driftMemory) await this.watchDrift(sql, bound, { code, nowStep });
      return false;
    } catch (error) {
      throw new WrongCodeLost(error);
    }
  }

  private async watchDrift(
    sql: Sql,
    bound: BoundKey,
    seen: { readonly code: string; readonly nowStep: number },
  ): Promise<void> {
    const { factor, key } = bound;
    const { nowStep } = seen;
    const positions = findCodes(key, seen.code, {
      from: nowStep - DRIFT_REACH,
      to: nowStep + DRIFT_REACH,
    }).filter((position) => position > factor.lastPosition);
    const lesson = learnDrift(factor.driftTrail, { nowStep, positions });
    await (lesson.kind === 'watch'
      ? rememberDrift(sql, factor, { trail: lesson.trail })
      : rememberDrift(sql, factor, { trail: [], learned: lesson }));
    if (lesson.kind === 'learned') {
      this.parts.log.info('otp.drift-learned', { userId: factor.userId, steps: lesson.drift });
    }
  }

  private async watchCounter(sql: Sql, bound: BoundKey, code: string): Promise<boolean> {
    const { factor, key } = bound;
    const { lastPosition, resync } = factor;
    const most = lastPosition + 1 + this.settings().resyncWindow;
    const first = this.findFar(bound, code).find((position) => position <= most);
    if (first !== undefined || resync !== undefined) {
      const atMs = this.parts.clock.nowMs();
      const seen = first === undefined ? undefined : { position: first, atMs };
      await rememberResync(sql, factor, seen);
    }
    return findCodes(key, code, { from: lastPosition, to: lastPosition }).length > 0;
  }

  /** The conditional statement decides between parallel submissions (rule A2). */
  private async spend(sql: Sql, factor: FactorRow, positions: readonly number[]): Promise<boolean> {
    const unspent = firstUnspent(factor, positions);
    if (unspent === undefined) return false;
    return spendPosition(sql, { ...unspent, nowMs: this.parts.clock.nowMs() });
  }

  private async verifyBackupCode(
    sql: Sql,
    userId: number,
    { code, by }: { readonly code: string; readonly by: CodeGiven },
  ): Promise<SecondFactorResult> {
    const { sealing, clock, notifier } = this.parts;
    const result = await useBackupCode(sql, sealing, {
      ...{ userId, code, nowMs: clock.nowMs(), timelineMs: clock.timelineMs() },
      purposes: purposesOf(by),
    });
    if (result.kind !== 'right') return result;
    if (result.purpose === 'entry') return { kind: 'right', by: 'entry-code' };
    const { left } = result;
    if (by.isHeard === true) return { kind: 'right', by: 'backup-code', left };
    if (result.purpose === 'disable') {
      await switchOff(sql, { userId, nowMs: clock.nowMs(), actor: by.from ?? {}, notifier });
      return { kind: 'right', by: 'backup-code', left: 0, factorRemoved: true };
    }
    await notifier?.notify(sql, { kind: 'backup-code-used', userId, left });
    return { kind: 'right', by: 'backup-code', left };
  }

  /** Right once the waiting time of a mailed link is over, where an entry code would be (rule N6). */
  private async verifyRecovery(
    sql: Sql,
    userId: number,
    by: CodeGiven,
  ): Promise<SecondFactorResult> {
    const { clock, config } = this.parts;
    const { enabled } = config().users.twoFactorAuth.recoveryMail;
    if (!enabled || by.enters !== true || by.isVouched === true) return { kind: 'wrong' };
    const timelineMs = clock.timelineMs();
    const found = await findRecovery(sql, userId, timelineMs);
    if (found === undefined || found.endsAtMs > timelineMs) return { kind: 'wrong' };
    return { kind: 'right', by: 'recovery-mail' };
  }

  /** Nothing was compared where one needs a key of another node, so that nothing is charged. */
  private openAll(apps: readonly FactorRow[]): readonly BoundKey[] {
    const { sealing, log } = this.parts;
    return apps.flatMap((factor) => {
      const key = openApp(sealing, factor, (error) =>
        log.error('seal.broken', { userId: factor.userId, error }),
      );
      return key === undefined ? [] : [{ factor, key }];
    });
  }

  private settings(): Config['users']['twoFactorAuth']['otp'] {
    return this.parts.config().users.twoFactorAuth.otp;
  }
}

/** The first of these positions that was not spent when the app was read. */
function firstUnspent(factor: FactorRow, positions: readonly number[]) {
  const position = positions.find((candidate) => candidate > factor.lastPosition);
  return position === undefined ? undefined : { ...factor, position };
}

/** What the codes may be for that count where one is given. */
function purposesOf({ enters, isVouched, isHeard }: CodeGiven): readonly CodePurpose[] {
  if (isHeard === true) return ['login', 'disable', 'entry'];
  if (isVouched === true) return ['login'];
  return enters ? ['login', 'disable', 'entry'] : ['login', 'disable'];
}
