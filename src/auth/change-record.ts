import { addAccountEvent, type AccountEventKind } from '../store/account-events';
import { addAudit } from '../store/audit';
import type { Sql } from '../store/database';

/**
 * The actor who changes an account, for the audit, and so that the actor's own session may
 * continue.
 */
export interface Actor {
  readonly sessionId?: string | undefined;
  readonly node?: number;
  /** telnet, ssh, wss, web, embedder; oputil and system for what nobody dialled in for. */
  readonly server?: string;
  readonly remoteIp?: string;
}

/** One change of an account. */
export interface AccountChangeRecord {
  /** undefined where no account has the name that was given. */
  readonly userId: number | undefined;
  readonly actor: Actor;
  readonly nowMs: number;
  /** What the audit calls it. */
  readonly audit: string;
  readonly factor?: 0 | 2;
  readonly reason?: string;
  /**
   * The notification for the account's sessions; left out where the change does not affect them.
   */
  readonly event?: AccountEventKind;
}

const REASON_CHARACTERS = 64;

/** Writes the audit row of a change and the event for the account's sessions, in its transaction. */
export async function recordChange(sql: Sql, change: AccountChangeRecord): Promise<void> {
  const { userId, actor, nowMs, event } = change;
  await addAudit(sql, {
    atMs: nowMs,
    node: actor.node ?? 0,
    server: actor.server ?? 'system',
    source: actor.remoteIp ?? '',
    userId,
    factor: change.factor ?? 0,
    kind: change.audit,
    result: 'done',
    reason: (change.reason ?? '').slice(0, REASON_CHARACTERS),
  });
  if (event === undefined || userId === undefined) return;
  await addAccountEvent(sql, { userId, kind: event, sessionId: actor.sessionId, nowMs });
}
