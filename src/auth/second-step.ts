import { newestEventId } from '../store/account-events';
import { accountSubject, clearAttempts, sumFailures } from '../store/attempts';
import { addAudit } from '../store/audit';
import { listCalls } from '../store/calls';
import type { Sql } from '../store/database';
import type { Notice } from '../store/notice';
import { findUser, getUser } from '../store/users';
import type { User } from '../store/users';
import type { Checked } from './checked';
import { auditKind, recordFailure } from './failure';
import type { Asked } from './failure';
import type { Accepted } from './first-factor';
import type { LoginHistory, RejectReason } from './login';
import type { LoginParts } from './login-parts';
import { auditOf, recordArrival } from './login-store';
import type { Charged } from './regulator';
import type { SecondFactorResult } from './second-factor';

type RightCode = Extract<SecondFactorResult, { kind: 'right' }>;

const KIND = 'second-factor';
/** Wrong codes in a row, after a right password, that the owner is told of (rule A15). */
const TOLD_AT = 3;

/** Charges, looks at and records a one-time or backup code of an account whose first factor is right. */
export async function checkSecondFactor(
  parts: LoginParts,
  asked: Asked,
  attempt: { readonly code: string; readonly user: User | undefined },
): Promise<Checked<Accepted>> {
  const id = attempt.user?.id ?? 0;
  const user = await parts.db.run((sql) => findUser(sql, id));
  if (user === undefined)
    return reject(parts, asked, { user, why: 'gone', reason: 'bad-credential' });
  if (user.status !== 2) {
    const reason = statusReason(parts, user);
    return reject(parts, asked, { user, why: `status-${user.status}`, reason });
  }
  const attempted = await parts.regulator.attempt(
    { userId: user.id, userName: user.name, factor: 'second', source: asked.source },
    (charged) => look(parts, asked, { user, charged, code: attempt.code }),
  );
  if (attempted.kind === 'looked') return attempted.value;
  if (attempted.kind === 'stopped') {
    return reject(parts, asked, { user, why: 'factor-disabled', reason: 'factor-disabled' });
  }
  if (attempted.kind === 'busy') return reject(parts, asked, { user, why: 'busy', reason: 'busy' });
  const { retryAfterMs } = attempted;
  return reject(parts, asked, { user, why: 'wait', reason: 'wait', retryAfterMs });
}

async function look(
  parts: LoginParts,
  asked: Asked,
  attempt: { readonly user: User; readonly charged: Charged; readonly code: string },
): Promise<Checked<Accepted>> {
  const { user, charged } = attempt;
  // Spends the code, committed, before anything is granted (rule B3).
  const result = await parts.secondFactor.verify(user.id, attempt.code);
  if (result.kind !== 'right') {
    const reason = 'bad-credential';
    const failed = await reject(parts, asked, { user, why: result.kind, reason });
    await tellOwner(parts, asked, { user, charged, spent: result.kind === 'spent' });
    await tellLock(parts, asked, user);
    return failed;
  }
  const accepted = await parts.db.transaction((sql) =>
    accept(sql, parts, asked, { user, code: result }),
  );
  if (accepted === undefined) {
    return reject(parts, asked, { user, why: 'changed-meanwhile', reason: 'bad-credential' });
  }
  const { remoteIp, server, node } = asked.origin;
  parts.log.info('login-accepted', {
    remoteIp,
    server,
    node,
    kind: auditKind(asked, KIND),
    by: result.by,
    factor: 2,
    userId: user.id,
    userName: user.name,
  });
  return { kind: 'accepted', value: accepted };
}

async function accept(
  sql: Sql,
  parts: LoginParts,
  asked: Asked,
  found: { readonly user: User; readonly code: RightCode },
): Promise<Accepted | undefined> {
  const { origin, source, sessionId } = asked;
  const nowMs = parts.clock.nowMs();
  const user = await findUser(sql, found.user.id);
  if (user === undefined || user.status !== 2) return undefined;
  // Right codes end the count of consecutive wrong ones, wherever those came from.
  await clearAttempts(sql, { subject: accountSubject(user.id), factor: 'second' });
  const entry = {
    atMs: nowMs,
    userId: user.id,
    factor: 2,
    kind: auditKind(asked, KIND),
    result: 'accepted',
    reason: found.code.by,
  } as const;
  await addAudit(sql, auditOf(origin, entry));
  const keep = parts.config().statLog.systemEvents.loginHistoryMax;
  const history =
    sessionId === undefined
      ? undefined
      : await recordArrival(sql, { user, origin, source, sessionId, nowMs, keep });
  return {
    user: await getUser(sql, user.id),
    history: history && { ...history, ...lossOf(found.code) },
    eventId: await newestEventId(sql),
  };
}

/** What the code cost its owner, which he is told. */
function lossOf(code: RightCode): Pick<LoginHistory, 'backupCodesLeft' | 'factorRemoved'> {
  if (code.factorRemoved === true) return { factorRemoved: true };
  return code.left === undefined ? {} : { backupCodesLeft: code.left };
}

/** Whoever has the password already deserves a mail about it (rule A15). */
async function tellOwner(
  parts: LoginParts,
  asked: Asked,
  failed: { readonly user: User; readonly charged: Charged; readonly spent: boolean },
): Promise<void> {
  const { notifier, db } = parts;
  if (notifier === undefined) return;
  const { user, charged } = failed;
  const { remoteIp } = asked.origin;
  const notices: Notice[] = [];
  if (charged.failures === TOLD_AT)
    notices.push({ kind: 'wrong-codes', userId: user.id, remoteIp });
  if (failed.spent && (await isElsewhere(parts, user.id, remoteIp))) {
    notices.push({ kind: 'code-replayed', userId: user.id, remoteIp });
  }
  if (notices.length === 0) return;
  await db.transaction(async (sql) => {
    for (const notice of notices) await notifier.notify(sql, notice);
  });
}

/** The failure that locks the factor is on record, and its owner is told of the lock (rule A15). */
async function tellLock(parts: LoginParts, asked: Asked, user: User): Promise<void> {
  const { db, notifier, log, clock } = parts;
  const { disableAfter } = parts.config().users.twoFactorAuth.otp;
  const subject = accountSubject(user.id);
  if ((await db.run((sql) => sumFailures(sql, subject, 'second'))) < disableAfter) return;
  await db.transaction(async (sql) => {
    const entry = { atMs: clock.nowMs(), userId: user.id, factor: 1 } as const;
    const event = { ...entry, kind: 'second-factor-locked', result: 'done', reason: '' } as const;
    await addAudit(sql, auditOf(asked.origin, event));
    const { remoteIp } = asked.origin;
    await notifier?.notify(sql, { kind: 'second-factor-locked', userId: user.id, remoteIp });
  });
  const { remoteIp } = asked.origin;
  log.warn('second-factor-locked', { remoteIp, userId: user.id, userName: user.name });
}

async function isElsewhere(parts: LoginParts, userId: number, remoteIp: string): Promise<boolean> {
  const [last] = await parts.db.run((sql) => listCalls(sql, { userId, limit: 1 }));
  return last !== undefined && last.source !== remoteIp;
}

function statusReason(parts: LoginParts, user: User): RejectReason {
  if (user.status === 0) return 'disabled';
  if (user.status === 1) return 'inactive';
  return parts.config().users.tellLocked ? 'locked' : 'bad-credential';
}

function reject(
  parts: LoginParts,
  asked: Asked,
  failure: {
    readonly user: User | undefined;
    readonly why: string;
    readonly reason: RejectReason;
    readonly retryAfterMs?: number;
  },
): Promise<Extract<Checked<never>, { kind: 'rejected' }>> {
  return recordFailure(parts, asked, { ...failure, kind: KIND, factor: 1 });
}
