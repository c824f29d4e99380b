import { networkOf } from '../base/source';
import type { Config } from '../config/schema';
import { accountSubject, clearAttempts } from '../store/attempts';
import { addAccountEvent } from '../store/account-events';
import { addAudit } from '../store/audit';
import type { AuditEntry } from '../store/audit';
import { addCall } from '../store/calls';
import type { Sql } from '../store/database';
import { findProperty, formatTimestamp, writeProperties } from '../store/properties';
import { RECOVERY_USABLE_MS } from '../store/recoveries';
import { type ArrivalFacts, readArrival } from '../store/sign-in';
import { rememberSource } from '../store/sources';
import { findUser, toStatus } from '../store/users';
import type { User, UserStatus } from '../store/users';
import type { Notifier } from '../store/notice';
import { writeStatus } from './account-change';
import { CREDENTIAL_KINDS, type LoginHistory, type LoginOrigin } from './login';
import { endForeignSetUp, findForeignSetUp, REPORTED_MS } from './set-up-watch';

/** Facts about a complete sign-in, which `recordArrival` writes in the transaction of its caller. */
interface Arrival {
  readonly user: User;
  readonly origin: LoginOrigin;
  /** The caller's address or network, as budgets count it (`sourceOf`). */
  readonly source: string;
  readonly sessionId: string;
  readonly nowMs: number;
  readonly timelineMs: number;
  /** Notified of a set-up that this sign-in ends. */
  readonly notifier: Notifier | undefined;
  /** True where the owner is mailed of the first sign-in from a network. */
  readonly tellsNewNetwork: boolean;
  /** Number of past calls kept; negative keeps all. */
  readonly keep: number;
  /** What `readEarlier` has begun to read in this transaction. */
  readonly earlier?: (() => Promise<ArrivalFacts>) | undefined;
}

export function auditOf(
  origin: LoginOrigin,
  entry: Omit<AuditEntry, 'node' | 'server' | 'source'>,
): AuditEntry {
  return { ...entry, node: origin.node, server: origin.server, source: origin.remoteIp };
}

/** Begins to read what a complete sign-in finds of the ones before it, as `readLater` does. */
export function readEarlier(sql: Sql, userId: number, nowMs: number): () => Promise<ArrivalFacts> {
  return readArrival(sql, { userId, kinds: CREDENTIAL_KINDS, setUpSinceMs: nowMs - REPORTED_MS });
}

/** Records a complete sign-in; returns the account as it is then, and facts about the earlier ones for the owner. */
export async function recordArrival(
  sql: Sql,
  arrival: Arrival,
): Promise<{ readonly user: User; readonly history: LoginHistory }> {
  const { user, origin, nowMs, timelineMs } = arrival;
  const earlier = await (arrival.earlier ?? readEarlier(sql, user.id, nowMs))();
  const call = {
    userId: user.id,
    userName: user.name,
    sessionId: arrival.sessionId,
    node: origin.node,
    server: origin.server,
    source: origin.remoteIp,
    startedAtMs: nowMs,
  };
  const signIn = {
    userId: user.id,
    sessionId: arrival.sessionId,
    nowMs,
    timelineMs,
    ...placeOf(origin),
  };
  if (earlier.setUpSession !== undefined) await endForeignSetUp(sql, signIn, arrival.notifier);
  const setUp = earlier.hasBegunSetUp ? await findForeignSetUp(sql, signIn) : undefined;
  // Whoever signs in where nobody reads along ends the count of guesses at codes in place of the password.
  if (origin.secure && earlier.hasLineFailures)
    await clearAttempts(sql, { subject: accountSubject(user.id), factor: 'line' });
  await addCall(sql, call, arrival.keep);
  const { source } = arrival;
  await rememberSource(sql, user.id, { source, timelineMs, held: earlier.places.length });
  if (arrival.tellsNewNetwork && isNewNetwork(source, earlier.places)) {
    const { server, remoteIp } = origin;
    const notice = { kind: 'new-network', userId: user.id, server, remoteIp } as const;
    await arrival.notifier?.notify(sql, notice);
  }
  const count = Number(earlier.loginCount ?? 0);
  const written = {
    last_login_timestamp: formatTimestamp(nowMs),
    login_count: String(Number.isSafeInteger(count) ? count + 1 : 1),
  };
  await writeProperties(sql, user.id, written);
  const { last, failedSince, recoveryEndsAtMs } = earlier;
  const recovers =
    recoveryEndsAtMs !== undefined && recoveryEndsAtMs > timelineMs - RECOVERY_USABLE_MS;
  return {
    user: { ...user, properties: new Map([...user.properties, ...Object.entries(written)]) },
    history: {
      ...{ last, failedSince },
      ...(setUp === undefined ? {} : { setUp }),
      ...(recovers ? { recoveryLeftMs: recoveryEndsAtMs - timelineMs } : {}),
    },
  };
}

/** True for another network than those of all places that are known; the first place of all is no news. */
function isNewNetwork(source: string, places: readonly string[]): boolean {
  const network = networkOf(source);
  return places.length > 0 && !places.some((place) => networkOf(place) === network);
}

function placeOf({ server, remoteIp, node }: LoginOrigin): Omit<LoginOrigin, 'secure'> {
  return { server, remoteIp, node };
}

/** The effective status: a lock after failures ends by itself (contract A4.1). */
export async function currentStatus(
  sql: Sql,
  user: User,
  options: { readonly users: Config['users']; readonly timelineMs: number },
): Promise<UserStatus> {
  if (user.status !== 3) return user.status;
  const minutes = options.users.failedLogin.autoUnlockMinutes;
  const lockedAt = Date.parse((await findProperty(sql, user.id, 'account_locked_timestamp')) ?? '');
  if (minutes === 0 || Number.isNaN(lockedAt)) return 3;
  if (options.timelineMs - lockedAt < minutes * 60_000) return 3;
  const before = await findProperty(sql, user.id, 'account_locked_prev_status');
  return before === undefined ? 2 : toStatus(before);
}

/** Ends a lock; `status` is the account's status from then on. */
export async function unlock(
  sql: Sql,
  userId: number,
  change: { readonly status: UserStatus; readonly nowMs: number },
): Promise<void> {
  await writeStatus(sql, userId, { status: change.status });
  await addAccountEvent(sql, { userId, kind: 'unlocked', nowMs: change.nowMs });
}

/**
 * Locks an account after too many failures (`users.failedLogin.lockAccount`), if it is still active
 * and has not changed in a way that ends logins since it was read as `user`: the end of this lock
 * would make an account active that was disabled meanwhile.
 */
export async function lockByFailures(
  sql: Sql,
  user: User,
  origin: LoginOrigin,
  now: { readonly nowMs: number; readonly timelineMs: number },
): Promise<void> {
  const current = await findUser(sql, user.id);
  if (current?.status !== 2 || current.loginVersion !== user.loginVersion) return;
  const { nowMs } = now;
  const lock = { atMs: now.timelineMs, before: current.status };
  await writeStatus(sql, user.id, { status: 3, lock });
  await addAccountEvent(sql, { userId: user.id, kind: 'status', nowMs });
  await addAudit(
    sql,
    auditOf(origin, {
      atMs: nowMs,
      userId: user.id,
      factor: 0,
      kind: 'status',
      result: 'done',
      reason: 'locked-by-failures',
    }),
  );
}
