import type { Clock } from '../base/clock';
import { BbsError, toError } from '../base/errors';
import type { Log } from '../base/log';
import { DEFAULT_OTP_TYPE } from '../base/otp-types';
import type { Config } from '../config/schema';
import type { Sql } from '../store/database';
import { findFactor, rememberDrift, rememberResync, spendPosition } from '../store/factors';
import type { DriftSighting, FactorRow } from '../store/factors';
import type { Notifier } from '../store/notice';
import type { CodePurpose } from '../store/backup-codes';
import { sealedKeyId } from '../store/sealed';
import type { Actor } from './account-change';
import { canonicalBackupCode, useBackupCode } from './backup-codes';
import {
  canonicalOtp,
  findCodes,
  isCounterBased,
  newProfile,
  openFactorKey,
  type OtpKey,
  stepAt,
} from './otp';
import type { FactorKind } from './factor-kinds';
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

  /**
   * True where a wrong code is the third in a row that is right for another time, always by the same
   * difference: its owner's clock is wrong. For a sentence that does not say which way or how far;
   * nothing is accepted, spent or stored by it.
   */
  async isClockOff(sql: Sql, userId: number, code: string): Promise<boolean> {
    const otp = canonicalOtp(code);
    const factor = otp === undefined ? undefined : await findFactor(sql, userId);
    if (otp === undefined || factor === undefined || isCounterBased(factor.type)) return false;
    const key = this.open(factor);
    if (key === undefined) return false;
    const nowStep = stepAt(this.parts.clock.nowMs());
    const skews = CLOCK_MISTAKES.flatMap(({ from, to }) =>
      findCodes(key, otp, { from: nowStep + from, to: nowStep + to }),
    ).map((position) => position - nowStep);
    return this.skews.isThird(userId, { code: otp, skews });
  }

  /**
   * Compares, and spends in one conditional statement, in the transaction that grants: 'right' is
   * final once that is committed; a rollback leaves the code unspent (rules A13, B3).
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
    const factor = await findFactor(sql, userId);
    const backupCode = canonicalBackupCode(code);
    if (backupCode !== undefined) {
      const result = await this.verifyBackupCode(sql, userId, { code: backupCode, by });
      return factor === undefined ? { kind: 'none' } : result;
    }
    const otp = canonicalOtp(code);
    if (otp === undefined) return factor === undefined ? { kind: 'none' } : { kind: 'wrong' };
    if (factor === undefined) {
      const step = stepAt(this.parts.clock.nowMs());
      const { window } = this.settings();
      findCodes(NOBODY, otp, { from: step - window, to: step + window });
      return { kind: 'none' };
    }
    const key = this.open(factor);
    if (key === undefined) return { kind: 'wrong' };
    return isCounterBased(factor.type)
      ? this.verifyCounter(sql, { factor, key }, otp)
      : this.verifyStep(sql, { factor, key }, otp);
  }

  private async verifyStep(sql: Sql, bound: BoundKey, code: string): Promise<SecondFactorResult> {
    const { factor, key } = bound;
    const { window, driftMemory } = this.settings();
    const nowStep = stepAt(this.parts.clock.nowMs());
    const middle = nowStep + (driftMemory ? factor.drift : 0);
    if (factor.lastPosition > middle + window) {
      // The clock went back. Steps up to the spent one stay closed (rule A14); the log says for how
      // long.
      this.parts.log.warn('clock.went-back', {
        userId: factor.userId,
        codesRefusedForSeconds: (factor.lastPosition - middle) * 30,
      });
    }
    const positions = findCodes(key, code, { from: middle - window, to: middle + window });
    if (positions.length > 0) return this.spend(sql, factor, positions);
    if (driftMemory) {
      await this.watchDrift(sql, bound, { code, nowStep }).catch((error: unknown) => {
        throw new WrongCodeLost(error);
      });
    }
    return { kind: 'wrong' };
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

  private async verifyCounter(
    sql: Sql,
    bound: BoundKey,
    code: string,
  ): Promise<SecondFactorResult> {
    const { factor, key } = bound;
    const { lookAhead, resyncWindow } = this.settings();
    const next = factor.lastPosition + 1;
    const near = findCodes(key, code, { from: next, to: next + lookAhead });
    if (near.length > 0) return this.spend(sql, factor, near);
    const nowMs = this.parts.clock.nowMs();
    const far = findCodes(key, code, { from: next + lookAhead + 1, to: next + resyncWindow + 1 });
    const { resync } = factor;
    if (resync !== undefined && nowMs - resync.atMs <= RESYNC_MS && resync.atMs <= nowMs) {
      const second = far.filter((position) => position === resync.position + 1);
      if (second.length > 0) return this.spend(sql, factor, second);
    }
    const first = far.find((position) => position <= next + resyncWindow);
    if (first !== undefined || resync !== undefined) {
      const seen = first === undefined ? undefined : { position: first, atMs: nowMs };
      await rememberResync(sql, factor, seen).catch((error: unknown) => {
        throw new WrongCodeLost(error);
      });
    }
    const last = findCodes(key, code, { from: factor.lastPosition, to: factor.lastPosition });
    return last.length > 0 ? { kind: 'spent' } : { kind: 'wrong' };
  }

  /** The conditional statement decides between parallel submissions (rule A2). */
  private async spend(
    sql: Sql,
    factor: FactorRow,
    positions: readonly number[],
  ): Promise<SecondFactorResult> {
    const position = positions.find((candidate) => candidate > factor.lastPosition);
    if (position === undefined) return { kind: 'spent' };
    const { userId, binding } = factor;
    const nowMs = this.parts.clock.nowMs();
    const won = await spendPosition(sql, { userId, binding, position, nowMs });
    return won ? { kind: 'right', by: 'otp' } : { kind: 'spent' };
  }

  private async verifyBackupCode(
    sql: Sql,
    userId: number,
    { code, by }: { readonly code: string; readonly by: CodeGiven },
  ): Promise<SecondFactorResult> {
    const { sealing, clock, notifier } = this.parts;
    const { from } = by;
    const result = await useBackupCode(sql, sealing, {
      ...{ userId, code, nowMs: clock.nowMs(), timelineMs: clock.timelineMs() },
      purposes: purposesOf(by),
    });
    if (result.kind !== 'right') return result;
    if (result.purpose === 'entry') {
      const remoteIp = from?.remoteIp ?? '';
      await notifier?.notify(sql, { kind: 'entry-code-used', userId, remoteIp });
      return { kind: 'right', by: 'entry-code' };
    }
    if (result.purpose === 'disable') {
      await switchOff(sql, { userId, nowMs: clock.nowMs(), actor: from ?? {}, notifier });
      return { kind: 'right', by: 'backup-code', left: 0, factorRemoved: true };
    }
    await notifier?.notify(sql, { kind: 'backup-code-used', userId, left: result.left });
    return { kind: 'right', by: 'backup-code', left: result.left };
  }

  /**
   * undefined for a secret that does not open: it was changed or moved from another row, and no
   * code is accepted.
   */
  private open(factor: FactorRow): OtpKey | undefined {
    // Its sealing key was lost.
    if (factor.secret === '') return undefined;
    const keyId = sealedKeyId(factor.secret);
    // Another node may have it. Nothing was compared, so nothing is charged.
    if (!this.parts.sealing.keyIds().includes(keyId))
      throw new BbsError('STORE_FAILED', `a secret is sealed with the key ${keyId}, not here`);
    try {
      return openFactorKey(this.parts.sealing, 'otp_factor', factor);
    } catch (error) {
      if (!(error instanceof BbsError) || error.code !== 'SEAL_BROKEN') throw error;
      this.parts.log.error('seal.broken', { userId: factor.userId, error });
      return undefined;
    }
  }

  private settings(): Config['users']['twoFactorAuth']['otp'] {
    return this.parts.config().users.twoFactorAuth.otp;
  }
}

/** What the codes may be for that count where one is given. */
function purposesOf({ enters = false, isVouched = false }: CodeGiven): readonly CodePurpose[] {
  if (isVouched) return ['login'];
  return enters ? ['login', 'disable', 'entry'] : ['login', 'disable'];
}

/** Maximum clock error that can be learned, in steps of 30 s: half a day (rule A5). */
const DRIFT_REACH = 1500;

const SIGHTINGS = 3;

type DriftLesson =
  | { readonly kind: 'watch'; readonly trail: readonly DriftSighting[] }
  | { readonly kind: 'learned'; readonly drift: number; readonly lastPosition: number };

/**
 * Evaluates one more code of an authenticator whose clock is off. Three different codes on
 * consecutive steps with the same skew, plus or minus one, set the drift; anything else starts over
 * (rule A5).
 */
function learnDrift(
  trail: readonly DriftSighting[],
  seen: { readonly nowStep: number; readonly positions: readonly number[] },
): DriftLesson {
  const [position] = seen.positions;
  if (position === undefined) return { kind: 'watch', trail: [] };
  const last = trail.at(-1);
  const follows =
    last === undefined ? undefined : seen.positions.find((at) => continues(last, at, seen));
  // A repeated code is ignored.
  if (last !== undefined && seen.positions.includes(last.step)) return { kind: 'watch', trail };
  const sighting = { step: follows ?? position, skew: (follows ?? position) - seen.nowStep };
  const now = follows === undefined ? [sighting] : [...trail, sighting];
  if (now.length < SIGHTINGS) return { kind: 'watch', trail: now };
  const sum = now.reduce((total, { skew }) => total + skew, 0);
  return { kind: 'learned', drift: Math.round(sum / now.length), lastPosition: sighting.step };
}

function continues(last: DriftSighting, at: number, seen: { readonly nowStep: number }): boolean {
  return at === last.step + 1 && Math.abs(at - seen.nowStep - last.skew) <= 1;
}
