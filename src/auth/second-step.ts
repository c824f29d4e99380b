import { accountSubject, sumFailures, undoCharge } from '../store/attempts';
import { addAudit } from '../store/audit';
import { listCalls } from '../store/calls';
import { isUnknownOutcome, type Sql } from '../store/database';
import { findFactor, SpentMeanwhile } from '../store/factors';
import type { Notice } from '../store/notice';
import { type ArrivalFacts, grantFactor, readSignInById } from '../store/sign-in';
import { getUser } from '../store/users';
import type { User } from '../store/users';
import { attemptCharged } from './charged-attempt';
import {
  type AttemptContext,
  auditKind,
  ChangedMeanwhile,
  type CheckResult,
  type LoginDeps,
  placeOfAttempt,
  recordFailure,
  type Rejection,
} from './login-attempt';
import { heardNotice, usedNotice } from './code-notices';
import type { Accepted } from './first-factor';
import type { LoginHistory, RejectReason } from './login';
import { auditOf, readEarlier, recordArrival } from './login-records';
import { onlyBinds } from './factor-kinds';
import { giveBack, type Charged } from './regulator';
import { WrongCodeLost } from './second-factor';
import type { SecondFactorResult } from './second-factor';

type RightCode = Extract<SecondFactorResult, { kind: 'right' }>;

const KIND = 'second-factor';

/** Wrong codes in a row, after a right password, at which the owner is notified (rule A15). */
const NOTIFY_AT_FAILURES = 3;

type Verified =
  | { readonly kind: 'accepted'; readonly value: Accepted; readonly by: RightCode['by'] }
  /** What leads to a set-up, in clear text: not accepted. An entry code is used up, because it was heard. */
  | { readonly kind: 'in-clear'; readonly by: RightCode['by'] }
  | { readonly kind: 'wrong' | 'spent' | 'none' | 'changed' };

/**
 * Charges, checks and records a one-time or backup code. `proven` is the account for which the
 * first factor was right: after a change that ends logins that factor is no longer valid (rule M1).
 */
export function checkSecondFactor(
  parts: LoginDeps,
  attemptContext: AttemptContext,
  attempt: {
    readonly code: string;
    readonly proven: User | undefined;
    /** True where another program has checked the first factor. */
    readonly isVouched?: boolean;
  },
): Promise<CheckResult<Accepted>> {
  return new SecondStep(parts, attemptContext, attempt.isVouched === true).check(attempt);
}

/** One attempt, which is charged. */
class SecondStep {
  constructor(
    private readonly parts: LoginDeps,
    private readonly attemptContext: AttemptContext,
    private readonly isVouched: boolean,
  ) {}

  async check(attempt: {
    readonly code: string;
    readonly proven: User | undefined;
  }): Promise<CheckResult<Accepted>> {
    const { proven } = attempt;
    const place = placeOfAttempt(this.parts, this.attemptContext);
    const { user, isKnownPlace } = await this.parts.db.run((sql) =>
      readSignInById(sql, proven?.id ?? 0, place),
    );
    if (user === undefined) return this.reject({ user, why: 'gone', reason: 'bad-credential' });
    if (user.status !== 2) {
      const reason = this.statusReason(user);
      return this.reject({ user, why: `status-${user.status}`, reason });
    }
    if (user.loginVersion !== proven?.loginVersion) return this.changed(user);
    return attemptCharged(
      this.parts,
      this.attemptContext,
      {
        ...{ userName: user.name, factor: 'second', isKnownPlace },
        failure: { kind: KIND, factor: 1, user },
      },
      (charged) => this.checkCharged({ user, charged, code: attempt.code }),
    );
  }

  private async checkCharged(attempt: {
    readonly user: User;
    readonly charged: Charged;
    readonly code: string;
  }): Promise<CheckResult<Accepted>> {
    const { user, charged } = attempt;
    // The lease may have ended while this waited for its turn.
    if (!this.parts.mayGrant()) {
      await this.parts.db.run((sql) => undoCharge(sql, charged.key, charged.failures));
      return this.reject({ user, why: 'no-lease', reason: 'try-later' });
    }
    // One transaction checks, spends and grants: where one of these cannot be recorded, none is, and
    // the code stays unspent (rule A13). Nothing is granted before the commit (rule B3).
    let wrong = false;
    const verified = await this.parts.db
      .transaction({ account: user.id }, async (sql) => {
        const seen = await this.verifyAndAccept(sql, attempt);
        wrong = seen.kind === 'wrong' || seen.kind === 'spent' || seen.kind === 'none';
        return seen;
      })
      .catch(async (error: unknown): Promise<Verified> => {
        if (error instanceof ChangedMeanwhile) return { kind: 'changed' };
        if (error instanceof SpentMeanwhile) return { kind: 'spent' };
        // A right code that could not be recorded is not charged; a wrong one is, and so is one of which
        // nobody knows.
        if (isUnknownOutcome(error)) throw error;
        if (!wrong && !(error instanceof WrongCodeLost)) await giveBack(this.parts, charged);
        throw error;
      });
    if (verified.kind === 'changed') {
      await this.parts.db.run((sql) => undoCharge(sql, charged.key, charged.failures));
      return this.changed(user);
    }
    if (verified.kind === 'in-clear') {
      await this.parts.db.run((sql) => undoCharge(sql, charged.key, charged.failures));
      const why = `${verified.by}-in-clear`;
      return this.reject({ user, why, reason: 'secure-only' });
    }
    if (verified.kind !== 'accepted') {
      const reason = 'bad-credential';
      const failed = await this.reject({ user, why: verified.kind, reason });
      await this.notifyOwner({ user, charged, spent: verified.kind === 'spent' });
      await this.notifyLock(user);
      if (verified.kind === 'spent') return { ...failed, isSpent: true };
      return verified.kind === 'wrong' ? this.withClockHint(failed, attempt) : failed;
    }
    const { remoteIp, server, node } = this.attemptContext.origin;
    this.parts.log.info('login.accepted', {
      remoteIp,
      server,
      node,
      kind: auditKind(this.attemptContext, KIND),
      by: verified.by,
      factor: 2,
      userId: user.id,
      userName: user.name,
    });
    return { kind: 'accepted', value: verified.value };
  }

  /**
   * Tells whose clock seems to be wrong; the code stays as wrong as it was, and its rejection does not
   * depend on the hint.
   */
  private async withClockHint(
    failed: Rejection,
    attempt: { readonly user: User; readonly code: string },
  ): Promise<Rejection> {
    const { db, secondFactor, log } = this.parts;
    const { user, code } = attempt;
    try {
      return (await db.run((sql) => secondFactor.isClockOff(sql, user.id, code)))
        ? { ...failed, clockIsOff: true }
        : failed;
    } catch (error) {
      log.warn('login.no-clock-hint', { userId: user.id, error });
      return failed;
    }
  }

  private async verifyAndAccept(
    sql: Sql,
    attempt: { readonly user: User; readonly code: string },
  ): Promise<Verified> {
    const { user } = attempt;
    const { origin, sessionId } = this.attemptContext;
    // Without a session id it is a proof of identity during a session.
    const { node, server, remoteIp } = origin;
    const enters = sessionId !== undefined;
    const given = { from: { node, server, remoteIp }, enters, isVouched: this.isVouched };
    const nowMs = this.parts.clock.nowMs();
    // Goes with what the code is compared with.
    const earlier = enters ? readEarlier(sql, user.id, nowMs) : undefined;
    const code = await this.parts.secondFactor.verify(sql, user.id, attempt.code, given);
    if (code.kind !== 'right') return code;
    // It leads to a set-up, which shows a secret (rule D16).
    if (onlyBinds(code.by) && !origin.secure) {
      await this.tell(sql, heardNotice(code, { userId: user.id, remoteIp }));
      return { kind: 'in-clear', by: code.by };
    }
    return {
      kind: 'accepted',
      value: await this.accept(sql, { user, code, earlier, nowMs }),
      by: code.by,
    };
  }

  private async accept(
    sql: Sql,
    found: {
      readonly user: User;
      readonly code: RightCode;
      readonly earlier: (() => Promise<ArrivalFacts>) | undefined;
      readonly nowMs: number;
    },
  ): Promise<Accepted> {
    const { origin, source, sessionId } = this.attemptContext;
    const { user, earlier, nowMs } = found;
    const { remoteIp } = origin;
    await this.tell(sql, usedNotice(found.code, { userId: user.id, remoteIp }));
    const entry = {
      atMs: nowMs,
      userId: user.id,
      factor: 2,
      kind: auditKind(this.attemptContext, KIND),
      result: 'accepted',
      reason: found.code.by,
    } as const;
    const isRemoved = found.code.factorRemoved === true;
    // Removing the factor is a change of the account by this login.
    const loginVersion = user.loginVersion + (isRemoved ? 1 : 0);
    await grantFactor(sql, {
      account: { ...user, loginVersion },
      entry: auditOf(origin, entry),
      // A right code ends the count of consecutive wrong ones, from whatever source those came.
      clears: { subject: accountSubject(user.id), factor: 'second' },
      changed: () => new ChangedMeanwhile(),
    });
    const current = isRemoved ? { ...(await getUser(sql, user.id)), loginVersion } : user;
    if (sessionId === undefined) return { user: current, history: undefined };
    const { notifier } = this.parts;
    const keep = this.parts.config().statLog.systemEvents.loginHistoryMax;
    const arrived = await recordArrival(sql, {
      ...{ user: current, origin, source, sessionId, nowMs, keep, notifier, earlier },
      timelineMs: this.parts.clock.timelineMs(),
      tellsNewNetwork: this.parts.config().users.newNetworkMail,
    });
    const { recoveryLeftMs, ...past } = arrived.history;
    const history = { ...past, ...lossOf(found.code) };
    if (!onlyBinds(found.code.by)) {
      const waits = recoveryLeftMs === undefined ? {} : { recoveryLeftMs };
      return { user: arrived.user, history: { ...history, ...waits } };
    }
    const replaces = (await findFactor(sql, user.id))?.binding ?? '';
    return { user: arrived.user, history, bindsFirst: { replaces } };
  }

  private async tell(sql: Sql, notice: Notice | undefined): Promise<void> {
    if (notice !== undefined) await this.parts.notifier?.notify(sql, notice);
  }

  /** Notifies the owner by mail: a person who submits codes already has the password (rule A15). */
  private async notifyOwner(failed: {
    readonly user: User;
    readonly charged: Charged;
    readonly spent: boolean;
  }): Promise<void> {
    const { notifier, db } = this.parts;
    if (notifier === undefined) return;
    const { user, charged } = failed;
    const { remoteIp } = this.attemptContext.origin;
    const notices: Notice[] = [];
    if (charged.failures === NOTIFY_AT_FAILURES)
      notices.push({ kind: 'wrong-codes', userId: user.id, remoteIp });
    if (failed.spent && (await this.isElsewhere(user.id, remoteIp))) {
      notices.push({ kind: 'code-replayed', userId: user.id, remoteIp });
    }
    if (notices.length === 0) return;
    await db.transaction({ account: user.id }, async (sql) => {
      for (const notice of notices) await notifier.notify(sql, notice);
    });
  }

  /** Records the failure that locks the factor, and notifies its owner of the lock (rule A15). */
  private async notifyLock(user: User): Promise<void> {
    const { db, notifier, log, clock } = this.parts;
    const { disableAfter } = this.parts.config().users.twoFactorAuth.otp;
    const subject = accountSubject(user.id);
    if ((await db.run((sql) => sumFailures(sql, subject, 'second'))) < disableAfter) return;
    await db.transaction({ account: user.id }, async (sql) => {
      const entry = { atMs: clock.nowMs(), userId: user.id, factor: 1 } as const;
      const event = { ...entry, kind: 'second-factor-locked', result: 'done', reason: '' } as const;
      await addAudit(sql, auditOf(this.attemptContext.origin, event));
      const { remoteIp } = this.attemptContext.origin;
      await notifier?.notify(sql, { kind: 'second-factor-locked', userId: user.id, remoteIp });
    });
    const { remoteIp } = this.attemptContext.origin;
    log.warn('second-factor.locked', { remoteIp, userId: user.id, userName: user.name });
  }

  private async isElsewhere(userId: number, remoteIp: string): Promise<boolean> {
    const [last] = await this.parts.db.run((sql) => listCalls(sql, { userId, limit: 1 }));
    return last !== undefined && last.source !== remoteIp;
  }

  private statusReason(user: User): RejectReason {
    if (user.status === 0) return 'disabled';
    if (user.status === 1) return 'inactive';
    return this.parts.config().users.tellLocked ? 'locked' : 'bad-credential';
  }

  private changed(user: User): Promise<Rejection> {
    return this.reject({ user, why: 'changed-meanwhile', reason: 'changed' });
  }

  private reject(failure: {
    readonly user: User | undefined;
    readonly why: string;
    readonly reason: RejectReason;
  }): Promise<Rejection> {
    return recordFailure(this.parts, this.attemptContext, { ...failure, kind: KIND, factor: 1 });
  }
}

/** What the code used up, for the owner's history. */
function lossOf(code: RightCode): Pick<LoginHistory, 'backupCodesLeft' | 'factorRemoved'> {
  if (code.factorRemoved === true) return { factorRemoved: true };
  return code.left === undefined ? {} : { backupCodesLeft: code.left };
}
