import { accountSubject, clearAttempts, sumFailures, undoCharge } from '../store/attempts';
import { addAudit } from '../store/audit';
import { listCalls } from '../store/calls';
import type { Sql } from '../store/database';
import type { Notice } from '../store/notice';
import { findUser, getUser } from '../store/users';
import type { User } from '../store/users';
import {
  type AttemptContext,
  auditKind,
  type CheckResult,
  type LoginDeps,
  recordFailure,
  type Rejection,
} from './login-attempt';
import type { Accepted } from './first-factor';
import type { LoginHistory, RejectReason } from './login';
import { auditOf, recordArrival } from './login-records';
import { giveBack, type Charged } from './regulator';
import { WrongCodeLost } from './second-factor';
import type { SecondFactorResult } from './second-factor';

type RightCode = Extract<SecondFactorResult, { kind: 'right' }>;

const KIND = 'second-factor';
/** Wrong codes in a row, after a right password, at which the owner is notified (rule A15). */
const NOTIFY_AT_FAILURES = 3;

/**
 * Charges, checks and records a one-time or backup code. `proven` is the account for which the
 * first factor was right: after a change that ends logins that factor is no longer valid (rule M1).
 */
export async function checkSecondFactor(
  parts: LoginDeps,
  attemptContext: AttemptContext,
  attempt: { readonly code: string; readonly proven: User | undefined },
): Promise<CheckResult<Accepted>> {
  const { proven } = attempt;
  const user = await parts.db.run((sql) => findUser(sql, proven?.id ?? 0));
  if (user === undefined)
    return reject(parts, attemptContext, { user, why: 'gone', reason: 'bad-credential' });
  if (user.status !== 2) {
    const reason = statusReason(parts, user);
    return reject(parts, attemptContext, { user, why: `status-${user.status}`, reason });
  }
  if (user.loginVersion !== proven?.loginVersion) return changed(parts, attemptContext, user);
  const attempted = await parts.regulator.attempt(
    { userId: user.id, userName: user.name, factor: 'second', source: attemptContext.source },
    (charged) => checkCharged(parts, attemptContext, { user, charged, code: attempt.code }),
  );
  if (attempted.kind === 'checked') return attempted.value;
  if (attempted.kind === 'stopped') {
    return reject(parts, attemptContext, {
      user,
      why: 'factor-disabled',
      reason: 'factor-disabled',
    });
  }
  if (attempted.kind === 'busy')
    return reject(parts, attemptContext, { user, why: 'busy', reason: 'busy' });
  const { retryAfterMs } = attempted;
  return reject(parts, attemptContext, { user, why: 'wait', reason: 'wait', retryAfterMs });
}

async function checkCharged(
  parts: LoginDeps,
  attemptContext: AttemptContext,
  attempt: { readonly user: User; readonly charged: Charged; readonly code: string },
): Promise<CheckResult<Accepted>> {
  const { user, charged } = attempt;
  // One transaction checks, spends and grants: where one of these cannot be recorded, none is, and
  // the code stays unspent (rule A13). Nothing is granted before the commit (rule B3).
  let wrong = false;
  const verified = await parts.db
    .transaction(async (sql) => {
      const seen = await verifyAndAccept(sql, parts, attemptContext, attempt);
      wrong = seen.kind === 'wrong' || seen.kind === 'spent' || seen.kind === 'none';
      return seen;
    })
    .catch(async (error: unknown) => {
      // A right code that could not be recorded is not charged; a wrong one is.
      if (!wrong && !(error instanceof WrongCodeLost)) await giveBack(parts, charged);
      throw error;
    });
  if (verified.kind === 'changed') {
    await parts.db.run((sql) => undoCharge(sql, charged.key, charged.failures));
    return changed(parts, attemptContext, user);
  }
  if (verified.kind !== 'accepted') {
    const reason = 'bad-credential';
    const failed = await reject(parts, attemptContext, { user, why: verified.kind, reason });
    await notifyOwner(parts, attemptContext, { user, charged, spent: verified.kind === 'spent' });
    await notifyLock(parts, attemptContext, user);
    return failed;
  }
  const { remoteIp, server, node } = attemptContext.origin;
  parts.log.info('login.accepted', {
    remoteIp,
    server,
    node,
    kind: auditKind(attemptContext, KIND),
    by: verified.by,
    factor: 2,
    userId: user.id,
    userName: user.name,
  });
  return { kind: 'accepted', value: verified.value };
}

type Verified =
  | { readonly kind: 'accepted'; readonly value: Accepted; readonly by: RightCode['by'] }
  | { readonly kind: 'wrong' | 'spent' | 'none' | 'changed' };

async function verifyAndAccept(
  sql: Sql,
  parts: LoginDeps,
  attemptContext: AttemptContext,
  attempt: { readonly user: User; readonly code: string },
): Promise<Verified> {
  const user = await findUser(sql, attempt.user.id);
  if (user?.status !== 2 || user.loginVersion !== attempt.user.loginVersion) {
    return { kind: 'changed' };
  }
  const code = await parts.secondFactor.verify(sql, user.id, attempt.code);
  if (code.kind !== 'right') return code;
  return {
    kind: 'accepted',
    value: await accept(sql, parts, attemptContext, { user, code }),
    by: code.by,
  };
}

async function accept(
  sql: Sql,
  parts: LoginDeps,
  attemptContext: AttemptContext,
  found: { readonly user: User; readonly code: RightCode },
): Promise<Accepted> {
  const { origin, source, sessionId } = attemptContext;
  const { user } = found;
  const nowMs = parts.clock.nowMs();
  // A right code ends the count of consecutive wrong ones, from whatever source those came.
  await clearAttempts(sql, { subject: accountSubject(user.id), factor: 'second' });
  const entry = {
    atMs: nowMs,
    userId: user.id,
    factor: 2,
    kind: auditKind(attemptContext, KIND),
    result: 'accepted',
    reason: found.code.by,
  } as const;
  await addAudit(sql, auditOf(origin, entry));
  const { notifier } = parts;
  const keep = parts.config().statLog.systemEvents.loginHistoryMax;
  const history =
    sessionId === undefined
      ? undefined
      : await recordArrival(sql, {
          ...{ user, origin, source, sessionId, nowMs, keep, notifier },
          timelineMs: parts.clock.timelineMs(),
        });
  // Removing the factor is a change of the account by this login.
  const loginVersion = user.loginVersion + (found.code.factorRemoved === true ? 1 : 0);
  return {
    user: { ...(await getUser(sql, user.id)), loginVersion },
    history: history && { ...history, ...lossOf(found.code) },
  };
}

/** What the code used up, for the owner's history. */
function lossOf(code: RightCode): Pick<LoginHistory, 'backupCodesLeft' | 'factorRemoved'> {
  if (code.factorRemoved === true) return { factorRemoved: true };
  return code.left === undefined ? {} : { backupCodesLeft: code.left };
}

/** Notifies the owner by mail: a person who submits codes already has the password (rule A15). */
async function notifyOwner(
  parts: LoginDeps,
  attemptContext: AttemptContext,
  failed: { readonly user: User; readonly charged: Charged; readonly spent: boolean },
): Promise<void> {
  const { notifier, db } = parts;
  if (notifier === undefined) return;
  const { user, charged } = failed;
  const { remoteIp } = attemptContext.origin;
  const notices: Notice[] = [];
  if (charged.failures === NOTIFY_AT_FAILURES)
    notices.push({ kind: 'wrong-codes', userId: user.id, remoteIp });
  if (failed.spent && (await isElsewhere(parts, user.id, remoteIp))) {
    notices.push({ kind: 'code-replayed', userId: user.id, remoteIp });
  }
  if (notices.length === 0) return;
  await db.transaction(async (sql) => {
    for (const notice of notices) await notifier.notify(sql, notice);
  });
}

/** Records the failure that locks the factor, and notifies its owner of the lock (rule A15). */
async function notifyLock(
  parts: LoginDeps,
  attemptContext: AttemptContext,
  user: User,
): Promise<void> {
  const { db, notifier, log, clock } = parts;
  const { disableAfter } = parts.config().users.twoFactorAuth.otp;
  const subject = accountSubject(user.id);
  if ((await db.run((sql) => sumFailures(sql, subject, 'second'))) < disableAfter) return;
  await db.transaction(async (sql) => {
    const entry = { atMs: clock.nowMs(), userId: user.id, factor: 1 } as const;
    const event = { ...entry, kind: 'second-factor-locked', result: 'done', reason: '' } as const;
    await addAudit(sql, auditOf(attemptContext.origin, event));
    const { remoteIp } = attemptContext.origin;
    await notifier?.notify(sql, { kind: 'second-factor-locked', userId: user.id, remoteIp });
  });
  const { remoteIp } = attemptContext.origin;
  log.warn('second-factor.locked', { remoteIp, userId: user.id, userName: user.name });
}

async function isElsewhere(parts: LoginDeps, userId: number, remoteIp: string): Promise<boolean> {
  const [last] = await parts.db.run((sql) => listCalls(sql, { userId, limit: 1 }));
  return last !== undefined && last.source !== remoteIp;
}

function statusReason(parts: LoginDeps, user: User): RejectReason {
  if (user.status === 0) return 'disabled';
  if (user.status === 1) return 'inactive';
  return parts.config().users.tellLocked ? 'locked' : 'bad-credential';
}

function changed(parts: LoginDeps, attemptContext: AttemptContext, user: User): Promise<Rejection> {
  return reject(parts, attemptContext, { user, why: 'changed-meanwhile', reason: 'changed' });
}

function reject(
  parts: LoginDeps,
  attemptContext: AttemptContext,
  failure: {
    readonly user: User | undefined;
    readonly why: string;
    readonly reason: RejectReason;
    readonly retryAfterMs?: number;
  },
): Promise<Rejection> {
  return recordFailure(parts, attemptContext, { ...failure, kind: KIND, factor: 1 });
}
