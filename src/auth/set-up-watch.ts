import { findAuditAfter } from '../store/audit';
import { findCallFrom, hasEnded } from '../store/calls';
import type { Sql } from '../store/database';
import { findPending, listPendingOf } from '../store/factors';
import type { Notifier } from '../store/notice';
import { findTokenOf } from '../store/tokens';
import { type Actor, endSetUp } from './account-change';
import { recordFactorChange } from './factor-change';

/** A set-up of a second factor that another session began and nobody confirmed. */
interface ForeignSetUp {
  readonly atMs: number;
  readonly server: string;
  readonly remoteIp: string;
}

interface FullSignIn {
  readonly userId: number;
  readonly sessionId: string;
  readonly server: string;
  readonly remoteIp: string;
  readonly node: number;
  readonly nowMs: number;
  readonly timelineMs: number;
}

/** How long a set-up is reported to a caller from a new source. */
export const REPORTED_MS = 30 * 86_400_000;

/**
 * Ends a set-up that another session began, at a complete sign-in: only one of the two sessions can
 * be the owner's, who is notified by mail (rule M2). A set-up that the sysop sent has no session,
 * and stays.
 */
export async function endForeignSetUp(
  sql: Sql,
  signIn: FullSignIn,
  notifier: Notifier | undefined,
): Promise<void> {
  const { userId, sessionId, nowMs, timelineMs, ...place } = signIn;
  const pending = await findPending(sql, userId);
  if (pending?.sessionId === undefined || pending.sessionId === sessionId) return;
  const wanted = { userId, purpose: 'otp-register', timelineMs } as const;
  const waited = (await findTokenOf(sql, wanted)) !== undefined;
  await endSetUp(sql, userId);
  if (!waited) return;
  const actor = { ...place, sessionId };
  await recordFactorChange(sql, { userId, kind: 'second-factor-dropped', actor, nowMs });
  const { server, remoteIp } = place;
  await notifier?.notify(sql, { kind: 'set-up-dropped', userId, server, remoteIp });
}

/**
 * The newest set-up that a session began and nobody confirmed since the last call from this source.
 * It is reported once per source, so that a stranger who signs in again does not use up the owner's
 * notice.
 */
export async function findForeignSetUp(
  sql: Sql,
  signIn: Pick<FullSignIn, 'userId' | 'remoteIp' | 'nowMs'>,
): Promise<ForeignSetUp | undefined> {
  const { userId, remoteIp, nowMs } = signIn;
  const last = await findCallFrom(sql, userId, remoteIp);
  const sinceMs = Math.max(last?.startedAtMs ?? 0, nowMs - REPORTED_MS);
  const begun = await findAuditAfter(sql, { userId, kind: 'second-factor-pending', sinceMs });
  if (begun === undefined || begun.source === '') return undefined;
  const { id: afterId, atMs, server, source } = begun;
  for (const kind of ['second-factor-on', 'app-added']) {
    if ((await findAuditAfter(sql, { userId, kind, sinceMs, afterId })) !== undefined)
      return undefined;
  }
  return { atMs, server, remoteIp: source };
}

/** Ends the set-ups of a session; those of all sessions at the start of the board. */
export async function endSetUpsOf(
  sql: Sql,
  sessionId: string | 'all',
  nowMs: number,
): Promise<void> {
  for (const pending of await listPendingOf(sql, sessionId)) {
    const { userId } = pending;
    await endSetUp(sql, userId);
    const actor = { sessionId: pending.sessionId };
    await recordFactorChange(sql, { userId, kind: 'second-factor-dropped', actor, nowMs });
  }
}

/**
 * True where the actor may begin a set-up. A session may where none waits, or in place of its own:
 * knowing the password replaces neither the owner's set-up of another session nor the sysop's. The
 * sysop may always (rule M2).
 */
export async function mayBegin(
  sql: Sql,
  userId: number,
  by: { readonly actor: Actor; readonly timelineMs: number },
): Promise<boolean> {
  const { sessionId } = by.actor;
  if (sessionId === undefined) return true;
  if (await hasEnded(sql, sessionId)) return false;
  const pending = await findPending(sql, userId);
  if (pending === undefined || pending.sessionId === sessionId) return true;
  const wanted = { userId, purpose: 'otp-register', timelineMs: by.timelineMs } as const;
  return (await findTokenOf(sql, wanted)) === undefined;
}
