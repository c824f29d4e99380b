import { accountSubject, sumFailures, undoCharge } from '../store/attempts';
import { addAudit } from '../store/audit';
import { listCalls } from '../store/calls';
import { isUnknownOutcome, type Sql } from '../store/database';
import { findLineAsk, removeLineAsk } from '../store/line-asks';
import type { Notice } from '../store/notice';
import { findSheet } from '../store/sheets';
import { grantFactor } from '../store/sign-in';
import { SpentMeanwhile } from '../store/factors';
import { findUser, type User } from '../store/users';
import { attemptCharged, readNamed } from './charged-attempt';
import { heardNotice } from './code-notices';
import { findFactorKind } from './factor-kinds';
import type { Accepted } from './first-factor';
import type { RejectReason } from './login';
import {
  type AttemptContext,
  ChangedMeanwhile,
  type CheckResult,
  type LoginDeps,
  placeOfAttempt,
  recordFailure,
  type Rejection,
} from './login-attempt';
import { auditOf, currentStatus, recordArrival, unlock } from './login-records';
import { type Charged, giveBack } from './regulator';
import { WrongCodeLost } from './second-factor';
import { isTypedHereAlone } from './line-question';
import { canonicalSheetCode, useSheetCode } from './sheet-codes';

const KIND = 'line-code';

/** What was right: a code of the sheet, or of the app. */
type RightBy = 'sheet' | 'otp';

type Outcome =
  | { readonly kind: 'accepted'; readonly value: Accepted; readonly by: RightBy }
  /** Counts as a wrong code; `why` is for the audit. */
  | { readonly kind: 'wrong'; readonly why: 'wrong' | 'spent' | 'none' | 'heard' | 'stopped' }
  /** Right, and used up because it was heard; not accepted, and not counted. */
  | { readonly kind: 'refused'; readonly why: string; readonly reason: RejectReason };

/** One code in place of the password, over a line that others can read. */
interface LineAttempt {
  readonly userName: string;
  readonly code: string;
  /** The call as `LineAsking` names it. */
  readonly askedAs: string;
}

/**
 * Charges, checks and records a code in place of the password (rules N7, N8). It completes a sign-in with factor
 * 1, also where the account has a second factor: that it is one factor alone, the menus know.
 */
export async function checkLineCode(
  parts: LoginDeps,
  attemptContext: AttemptContext,
  attempt: LineAttempt,
): Promise<CheckResult<Accepted>> {
  const place = placeOfAttempt(parts, attemptContext);
  const found = await parts.db.run((sql) => readNamed(sql, attempt.userName, place));
  const { user, userName, isKnownPlace, asksForHaste } = found;
  const check = new LineCode(parts, attemptContext, { ...attempt, user });
  const failure = { kind: KIND, factor: 0, user } as const;
  const checked = await attemptCharged(
    parts,
    attemptContext,
    // A count of its own: strangers who know a name can guess here, and must not close the owner's second factor.
    { userName, factor: 'line', isKnownPlace, failure },
    (charged) => check.checkCharged(charged),
  );
  if (checked.kind === 'rejected' || asksForHaste !== true) return checked;
  return { kind: 'accepted', value: { ...checked.value, asksForHaste } };
}

class LineCode {
  constructor(
    private readonly parts: LoginDeps,
    private readonly attemptContext: AttemptContext,
    private readonly attempt: LineAttempt & { readonly user: User | undefined },
  ) {}

  async checkCharged(charged: Charged): Promise<CheckResult<Accepted>> {
    const { parts } = this;
    const { user } = this.attempt;
    if (!parts.mayGrant()) {
      await parts.db.run((sql) => undoCharge(sql, charged.key, charged.failures));
      return this.reject('no-lease', 'try-later');
    }
    // One transaction compares, spends and grants, as of every code (rules A13, B3).
    let wrong = false;
    const about = user === undefined ? 'nothing-shared' : { account: user.id };
    const outcome = await parts.db
      .transaction(about, async (sql) => {
        const seen = await this.verifyAndAccept(sql);
        wrong = seen.kind === 'wrong';
        return seen;
      })
      .catch(async (error: unknown): Promise<Outcome> => {
        if (error instanceof ChangedMeanwhile)
          return { kind: 'refused', why: 'changed-meanwhile', reason: 'changed' };
        if (error instanceof SpentMeanwhile) return { kind: 'wrong', why: 'spent' };
        if (isUnknownOutcome(error)) throw error;
        if (!wrong && !(error instanceof WrongCodeLost)) await giveBack(parts, charged);
        throw error;
      });
    if (outcome.kind === 'wrong') return this.rejectWrong(outcome.why, charged);
    if (outcome.kind === 'refused') {
      await parts.db.run((sql) => undoCharge(sql, charged.key, charged.failures));
      return this.reject(outcome.why, outcome.reason);
    }
    const { remoteIp, server, node } = this.attemptContext.origin;
    const { id: userId, name: userName } = outcome.value.user;
    const how = { kind: KIND, by: outcome.by, factor: 1 };
    parts.log.info('login.accepted', { remoteIp, server, node, ...how, userId, userName });
    return { kind: 'accepted', value: outcome.value };
  }

  private async verifyAndAccept(sql: Sql): Promise<Outcome> {
    const seen = await this.compare(sql);
    if (typeof seen !== 'string') return seen;
    const { user: before, askedAs } = this.attempt;
    const user = before && (await findUser(sql, before.id));
    if (user === undefined) throw new ChangedMeanwhile();
    await removeLineAsk(sql, askedAs);
    const { users } = this.parts.config();
    const timelineMs = this.parts.clock.timelineMs();
    const status = await currentStatus(sql, user, { users, timelineMs });
    // It was heard: what may not sign in now is spent all the same.
    if (status === 0) return { kind: 'refused', why: 'disabled', reason: 'disabled' };
    if (status === 1) return { kind: 'refused', why: 'inactive', reason: 'inactive' };
    if (status === 3) {
      const reason = users.tellLocked ? 'locked' : 'bad-credential';
      return { kind: 'refused', why: 'locked', reason };
    }
    const nowMs = this.parts.clock.nowMs();
    const isUnlocked = user.status !== status;
    if (isUnlocked) await unlock(sql, user.id, { status, nowMs });
    const current = isUnlocked ? await findUser(sql, user.id) : user;
    if (current === undefined) throw new ChangedMeanwhile();
    return { kind: 'accepted', value: await this.accept(sql, current, seen), by: seen };
  }

  /** Compares and spends. */
  private async compare(sql: Sql): Promise<RightBy | Exclude<Outcome, { kind: 'accepted' }>> {
    const { clock, secondFactor } = this.parts;
    const { user, code, askedAs } = this.attempt;
    const userId = user?.id ?? 0;
    const asked = await findLineAsk(sql, askedAs, clock.timelineMs());
    const isAsked = asked?.subject === accountSubject(userId);
    const sheetCode = canonicalSheetCode(code);
    if (sheetCode !== undefined) {
      const number = isAsked ? asked.number : 0;
      const given = { userId, number, code: sheetCode, nowMs: clock.nowMs() };
      const result = await useSheetCode(sql, secondFactor.sealing, given);
      return result === 'right' ? 'sheet' : { kind: 'wrong', why: result };
    }
    if (await this.isStopped(sql, userId)) return { kind: 'wrong', why: 'stopped' };
    const { node, server, remoteIp } = this.attemptContext.origin;
    const given = { from: { node, server, remoteIp }, isHeard: true };
    const result = await secondFactor.verify(sql, userId, code, given);
    if (result.kind !== 'right') return { kind: 'wrong', why: result.kind };
    if (findFactorKind(result.by)?.isBound !== true) {
      const heard = heardNotice(result, { userId, remoteIp });
      if (heard !== undefined) await this.parts.notifier?.notify(sql, heard);
      return { kind: 'refused', why: `${result.by}-in-clear`, reason: 'secure-only' };
    }
    // Another call may have read it along while it was typed, and submitted it first.
    const at = { subject: accountSubject(userId), askedAs, code, timelineMs: clock.timelineMs() };
    if (!isAsked || !(await isTypedHereAlone(sql, secondFactor.sealing, at)))
      return { kind: 'refused', why: 'asked-elsewhere', reason: 'one-call' };
    return 'otp';
  }

  /**
   * True where so many codes in a row were wrong that those of the app can be guessed; codes of the sheet cannot.
   * A sign-in over a secure line ends it.
   */
  private async isStopped(sql: Sql, userId: number): Promise<boolean> {
    const { disableAfter } = this.parts.config().users.twoFactorAuth.otp;
    const subject = accountSubject(userId);
    // This attempt is counted already.
    if ((await sumFailures(sql, subject, 'line')) > disableAfter) return true;
    return (await sumFailures(sql, subject, 'second')) >= disableAfter;
  }

  private async accept(sql: Sql, user: User, by: RightBy): Promise<Accepted> {
    const { origin, source, sessionId } = this.attemptContext;
    const { clock, notifier, config } = this.parts;
    const nowMs = clock.nowMs();
    const entry = {
      atMs: nowMs,
      userId: user.id,
      factor: 1,
      kind: KIND,
      result: 'accepted',
    } as const;
    await grantFactor(sql, {
      account: user,
      entry: auditOf(origin, { ...entry, reason: by }),
      clears: { subject: accountSubject(user.id), factor: 'line' },
      changed: () => new ChangedMeanwhile(),
    });
    if (sessionId === undefined) throw new ChangedMeanwhile();
    const { statLog, users } = config();
    const arrived = await recordArrival(sql, {
      ...{ user, origin, source, sessionId, nowMs, notifier },
      keep: statLog.systemEvents.loginHistoryMax,
      timelineMs: clock.timelineMs(),
      tellsNewNetwork: users.newNetworkMail,
    });
    if (by !== 'sheet') return arrived;
    const sheetCodesLeft = (await findSheet(sql, user.id))?.left ?? 0;
    return { user: arrived.user, history: { ...arrived.history, sheetCodesLeft } };
  }

  private async rejectWrong(
    why: Extract<Outcome, { kind: 'wrong' }>['why'],
    charged: Charged,
  ): Promise<Rejection> {
    const { user } = this.attempt;
    const failed = await this.reject(user === undefined ? 'unknown' : why, 'bad-credential');
    if (user !== undefined) await this.notifyOwner(user, { why, charged });
    return failed;
  }

  /** Mails the owner of a code that came again from elsewhere, and of the stop (rule A15). */
  private async notifyOwner(
    user: User,
    { why, charged }: { readonly why: string; readonly charged: Charged },
  ): Promise<void> {
    const { db, notifier, config, clock, log } = this.parts;
    const { origin } = this.attemptContext;
    const { remoteIp } = origin;
    const userId = user.id;
    const notices: Notice[] = [];
    if (why === 'spent' && (await this.isElsewhere(userId, remoteIp)))
      notices.push({ kind: 'code-replayed', userId, remoteIp });
    const { disableAfter } = config().users.twoFactorAuth.otp;
    const failures = await db.run((sql) => sumFailures(sql, charged.key.subject, 'line'));
    const isStop = failures === disableAfter;
    if (isStop) {
      notices.push({ kind: 'line-codes-stopped', userId, remoteIp });
      log.warn('line-code.stopped', { remoteIp, userId, userName: user.name });
    }
    if (notices.length === 0) return;
    await db.transaction({ account: userId }, async (sql) => {
      if (isStop) {
        const entry = { atMs: clock.nowMs(), userId, factor: 0, reason: '' } as const;
        const event = { ...entry, kind: 'line-codes-stopped', result: 'done' } as const;
        await addAudit(sql, auditOf(origin, event));
      }
      for (const notice of notices) await notifier?.notify(sql, notice);
    });
  }

  private async isElsewhere(userId: number, remoteIp: string): Promise<boolean> {
    const [last] = await this.parts.db.run((sql) => listCalls(sql, { userId, limit: 1 }));
    return last !== undefined && last.source !== remoteIp;
  }

  private reject(why: string, reason: RejectReason): Promise<Rejection> {
    const failure = { kind: KIND, factor: 0, user: this.attempt.user, why, reason } as const;
    return recordFailure(this.parts, this.attemptContext, failure);
  }
}
