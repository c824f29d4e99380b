import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import type { Random } from '../base/random';
import type { Config } from '../config/schema';
import { addAudit } from '../store/audit';
import type { Database } from '../store/database';
import type { Notifier } from '../store/notice';
import type { AttemptPlace } from '../store/sign-in';
import type { User } from '../store/users';
import { KNOWN_SOURCE_MS } from './known-places';
import type { HashQueue, ConcurrencyLimit } from './hash-queue';
import type { LoginOrigin, RejectReason } from './login';
import { auditOf } from './login-records';
import type { OwnAccounts } from './own-accounts';
import type { Regulator } from './regulator';
import type { SecondFactor } from './second-factor';

/** The kinds of failures that are charged to a source (rule K1). */
type FailureKind = 'auth-failure' | 'unknown-user';

/** The dependencies of one caller's login. */
export interface LoginDeps {
  readonly db: Database;
  readonly config: () => Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly secondFactor: Pick<SecondFactor, 'verify' | 'isClockOff' | 'sealing' | 'spendHeard'>;
  readonly notifier: Notifier | undefined;
  readonly hashes: HashQueue;
  /** Accounts whose passwords a program checks. */
  readonly ownAccounts: OwnAccounts | undefined;
  readonly room: ConcurrencyLimit;
  readonly regulator: Regulator;
  /** False while nothing may be granted here: this process may not be one of the board's any more. */
  mayGrant(): boolean;
  /** True for an account that the policy of the board asks a second factor of: nothing skips its code. */
  mustShowCode(user: User): boolean;
  /** Told of each credential that is not accepted; never throws. */
  readonly refused?: ((refusal: Refusal) => void) | undefined;
  penalize(remoteIp: string, kind: FailureKind, isShared: boolean): void;
  /**
   * Waits until a rejection for this name may be reported; `startedMs` is the monotonic time at which
   * its check began (rule C4).
   */
  delayRejection(userName: string, startedMs: number): Promise<void>;
}

/**
 * The origin of an attempt, and the id that the session gets after success; the id is undefined for
 * a proof of identity during a session.
 */
export interface AttemptContext {
  readonly origin: LoginOrigin;
  readonly source: string;
  readonly sessionId: string | undefined;
}

/** A credential that was not accepted, for who is told of it. */
export interface Refusal extends Pick<LoginOrigin, 'server' | 'secure' | 'remoteIp' | 'node'> {
  /** Of the credential: password, public-key, second-factor, confirm-password ... */
  readonly kind: string;
  readonly reason: RejectReason;
  /** Known where an account has the name. */
  readonly userName: string | undefined;
}

/** Tells of a refusal; `user` is undefined where no account has the name. */
export function tellRefused(
  { refused }: Pick<LoginDeps, 'refused'>,
  { server, secure, remoteIp, node }: LoginOrigin,
  told: { readonly kind: string; readonly reason: RejectReason; readonly user: User | undefined },
): void {
  const { kind, reason, user } = told;
  refused?.({ server, secure, remoteIp, node, kind, reason, userName: user?.name });
}

export interface Failure {
  readonly kind: string;
  readonly factor: 0 | 1;
  readonly user: User | undefined;
  /** Reason in audit and log; the caller gets `reason`. */
  readonly why: string;
  readonly reason: RejectReason;
  readonly retryAfterMs?: number;
}

/** The place of an attempt, for its budget. */
export function placeOfAttempt(parts: LoginDeps, attemptContext: AttemptContext): AttemptPlace {
  const sinceMs = parts.clock.timelineMs() - KNOWN_SOURCE_MS;
  return { source: attemptContext.source, sinceMs };
}

/** The account has changed since its credential was checked; thrown to roll the grant back (rule M1). */
export class ChangedMeanwhile extends Error {
  constructor() {
    super('the account has changed meanwhile');
  }
}

/** The kind of the attempt in the audit. */
export function auditKind(attemptContext: AttemptContext, kind: string): string {
  return attemptContext.sessionId === undefined ? `confirm-${kind}` : kind;
}

/** Records a rejection in audit and log, charges its source, and returns it. */
export async function recordFailure(
  parts: LoginDeps,
  attemptContext: AttemptContext,
  failure: Failure,
): Promise<Rejection> {
  const { user, why, reason, retryAfterMs } = failure;
  const { remoteIp, isShared = false, server, node } = attemptContext.origin;
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
    // Unknown names are not logged: such a name may be a password typed into the wrong field.
    ...(user === undefined ? {} : { userId: user.id, userName: user.name }),
  });
  tellRefused(parts, attemptContext.origin, { kind, reason, user });
  if (reason === 'bad-credential') {
    parts.penalize(remoteIp, user === undefined ? 'unknown-user' : 'auth-failure', isShared);
  }
  return retryAfterMs === undefined
    ? { kind: 'rejected', reason }
    : { kind: 'rejected', reason, retryAfterMs };
}

/** A credential that is not accepted; `retryAfterMs` is the remaining wait. */
export interface Rejection {
  readonly kind: 'rejected';
  readonly reason: RejectReason;
  readonly retryAfterMs?: number;
  readonly clockIsOff?: true;
  /** Set for a code that was right and used before; a caller is not told so. */
  readonly isSpent?: true;
}

/** The result of one credential: only what the caller may know. */
export type CheckResult<T> = { readonly kind: 'accepted'; readonly value: T } | Rejection;
