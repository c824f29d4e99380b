import { addAudit } from '../store/audit';
import type { User } from '../store/users';
import type { LoginOrigin, RejectReason } from './login';
import type { LoginDeps } from './login-deps';
import { auditOf } from './login-records';

/**
 * The origin of an attempt, and the session in which the caller continues after success; undefined
 * when the caller is already signed in.
 */
export interface AttemptContext {
  readonly origin: LoginOrigin;
  readonly source: string;
  readonly sessionId: string | undefined;
}

export interface Failure {
  readonly kind: string;
  readonly factor: 0 | 1;
  readonly user: User | undefined;
  /** For the audit and the log; the caller sees `reason`. */
  readonly why: string;
  readonly reason: RejectReason;
  readonly retryAfterMs?: number;
}

/** What was tried, as the audit names it. */
export function auditKind(attemptContext: AttemptContext, kind: string): string {
  return attemptContext.sessionId === undefined ? `confirm-${kind}` : kind;
}

/** Records a rejection in audit, log and penalties, and returns it. */
export async function recordFailure(
  parts: LoginDeps,
  attemptContext: AttemptContext,
  failure: Failure,
): Promise<Extract<CheckResult<never>, { kind: 'rejected' }>> {
  const { user, why, reason, retryAfterMs } = failure;
  const { remoteIp, server, node } = attemptContext.origin;
  const kind = auditKind(attemptContext, failure.kind);
  const entry = auditOf(attemptContext.origin, {
    atMs: parts.clock.nowMs(),
    userId: user?.id,
    factor: failure.factor,
    kind,
    result: 'rejected',
    reason: why,
  });
  await parts.db.run((sql) => addAudit(sql, entry));
  parts.log.warn('login.rejected', {
    remoteIp,
    server,
    node,
    kind,
    reason: why,
    // A name that no account has may be a password typed into the wrong field.
    ...(user === undefined ? {} : { userId: user.id, userName: user.name }),
  });
  if (reason === 'bad-credential') {
    parts.penalize(remoteIp, user === undefined ? 'unknown-user' : 'auth-failure');
  }
  return retryAfterMs === undefined
    ? { kind: 'rejected', reason }
    : { kind: 'rejected', reason, retryAfterMs };
}

/** The outcome of one credential: only what the caller may learn of it. */
export type CheckResult<T> =
  | { readonly kind: 'accepted'; readonly value: T }
  | { readonly kind: 'rejected'; readonly reason: RejectReason; readonly retryAfterMs?: number };
