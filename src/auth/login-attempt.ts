import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import type { Random } from '../base/random';
import type { Config } from '../config/schema';
import { addAudit } from '../store/audit';
import type { Database } from '../store/database';
import type { Notifier } from '../store/notice';
import type { User } from '../store/users';
import type { HashQueue, ConcurrencyLimit } from './hash-queue';
import type { LoginOrigin, RejectReason } from './login';
import { auditOf } from './login-records';
import type { Regulator } from './regulator';
import type { SecondFactor } from './second-factor';

/** What a failed attempt costs its source (rule K1). */
export type FailureKind = 'auth-failure' | 'unknown-user';

/** The dependencies of one caller's login. */
export interface LoginDeps {
  readonly db: Database;
  readonly config: () => Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly secondFactor: Pick<SecondFactor, 'verify'>;
  readonly notifier: Notifier | undefined;
  readonly hashes: HashQueue;
  readonly room: ConcurrencyLimit;
  readonly regulator: Regulator;
  penalize(remoteIp: string, kind: FailureKind): void;
  /**
   * Waits until a rejection for this name may be reported; `startedMs` is the monotonic time at which
   * its check began (rule C4).
   */
  delayRejection(userName: string, startedMs: number): Promise<void>;
}

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
