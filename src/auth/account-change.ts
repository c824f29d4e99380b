import { forgetSshKeys } from '../store/ssh-keys';
import { BbsError } from '../base/errors';
import { addAccountEvent, type AccountEventKind, listAccountEvents } from '../store/account-events';
import { addAudit } from '../store/audit';
import type { Sql } from '../store/database';
import { removeEntryCode } from '../store/backup-codes';
import { removePending } from '../store/factors';
import { removeRecovery } from '../store/recoveries';
import { voidLinkMail } from '../store/outbox';
import { findProperty, formatTimestamp, writeProperties } from '../store/properties';
import { removeTokens, TOKEN_PURPOSES, type TokenPurpose } from '../store/tokens';
import type { Notifier } from '../store/notice';
import { findUser, toStatus, type User, type UserStatus } from '../store/users';
import { changeDecision } from './session-change';

/**
 * Who changes an account: for the audit, and so that the actor's own session is not ended by the
 * change.
 */
export interface Actor {
  readonly sessionId?: string | undefined;
  readonly node?: number;
  /** A way in, `web` or `embedder`; `oputil` and `system` where no caller made the change. */
  readonly server?: string;
  readonly remoteIp?: string;
  /** The account of a session, as its login had it last: what it changes of a newer one is refused (rule M1). */
  readonly proven?: Pick<User, 'id' | 'loginVersion'> | undefined;
}

/** One change of an account. */
export interface AccountChangeRecord {
  /** undefined where no account has the name that was requested. */
  readonly userId: number | undefined;
  readonly actor: Actor;
  readonly nowMs: number;
  /** The kind of the audit row. */
  readonly audit: string;
  readonly factor?: 0 | 2;
  readonly reason?: string;
  /** The event for the account's sessions; left out where the change does not affect them. */
  readonly event?: AccountEventKind;
}

const REASON_CHARACTERS = 64;

/**
 * Writes the audit row of a change, and the event for the account's sessions. Runs in the
 * transaction of the change, which fails with STORE_FAILED where an earlier one has ended the session of the actor.
 */
export async function recordChange(sql: Sql, change: AccountChangeRecord): Promise<void> {
  const { userId, actor, nowMs, event } = change;
  const { proven } = actor;
  if (proven !== undefined && proven.id === userId) await refuseEnded(sql, actor, proven);
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

/** The session may not have noticed yet: whoever is in it must not undo what was changed to send it away (rule N2). */
async function refuseEnded(
  sql: Sql,
  { sessionId }: Actor,
  before: NonNullable<Actor['proven']>,
): Promise<void> {
  const after = await findUser(sql, before.id);
  const versions = { after: before.loginVersion, upTo: after?.loginVersion ?? 0 };
  const isChanged = versions.upTo !== before.loginVersion;
  const events = isChanged ? await listAccountEvents(sql, before.id, versions) : [];
  const isOwn = (id: string): boolean => id === sessionId;
  if (changeDecision({ before, after, events, isOwn }) === 'end')
    throw new BbsError('STORE_FAILED', 'the account was changed before; nothing was done');
}

/**
 * Ends the links of an account, the set-up that one of them confirms, queued mails with a link, an entry
 * code, and the waiting time of a lost factor.
 * Every change of address, password, status and lock calls this in its transaction, for every kind
 * of actor: a person who could read the old mailbox or knew the old password has nothing usable
 * afterwards (rule M10).
 */
export async function endLinks(
  sql: Sql,
  userId: number,
  options: { readonly keep?: TokenPurpose } = {},
): Promise<void> {
  for (const purpose of TOKEN_PURPOSES) {
    if (purpose === options.keep) continue;
    await removeTokens(sql, userId, purpose);
    await voidLinkMail(sql, { userId, kind: purpose });
  }
  await removePending(sql, userId);
  await removeEntryCode(sql, userId);
  await removeRecovery(sql, userId);
  await forgetSshKeys(sql, userId);
}

/** What an application tells of a person, with the label that the sysop reads. */
const DETAILS: readonly (readonly [property: string, label: string])[] = [
  ['real_name', 'Real name'],
  ['location', 'Location'],
  ['affiliation', 'Affiliation'],
  ['about', 'About'],
  ['web_address', 'Web'],
  ['birthdate', 'Birth date'],
  ['sex', 'Sex'],
];

/** Mails the sysop an account that a caller has made and that waits for activation, in full. */
export async function tellOfApplication(
  sql: Sql,
  {
    user,
    givenMail = '',
    actor,
  }: { readonly user: User; readonly givenMail: string | undefined; readonly actor: Actor },
  notifier: Notifier | undefined,
): Promise<void> {
  const { remoteIp, server = 'system' } = actor;
  // What the sysop makes with oputil is no news.
  if (user.status !== 1 || remoteIp === undefined) return;
  const filled = DETAILS.map(([property, label]) => [label, user.properties.get(property) ?? '']);
  const all = [...filled, ['Mail, not confirmed yet', givenMail]];
  const details = Object.fromEntries(all.filter(([, value]) => value !== '')) as Readonly<
    Record<string, string>
  >;
  const { id: userId, name } = user;
  await notifier?.notify(sql, { kind: 'application', userId, name, server, remoteIp, details });
}

/** Ends the waiting time of a lost factor, and the links that begin or stop one. */
export async function endRecovery(sql: Sql, userId: number): Promise<void> {
  await removeTokens(sql, userId, 'recovery-link');
  await removeTokens(sql, userId, 'recovery-started');
  await removeRecovery(sql, userId);
}

/** Ends an unconfirmed set-up of a second factor and its link; false where there is none. */
export async function endSetUp(sql: Sql, userId: number): Promise<boolean> {
  await removeTokens(sql, userId, 'otp-register');
  return removePending(sql, userId);
}

/**
 * A lock after too many failures: its start, and the status that follows it. A sysop's lock has
 * neither.
 */
interface FailureLock {
  /** Milliseconds of the timeline. */
  readonly atMs: number;
  readonly before: UserStatus;
}

/**
 * The only writer of an account's status: a change of status ends the account's links (rule M10).
 */
export async function writeStatus(
  sql: Sql,
  userId: number,
  change: { readonly status: UserStatus; readonly lock?: FailureLock },
): Promise<void> {
  const { status, lock } = change;
  const before = toStatus(await findProperty(sql, userId, 'account_status'));
  await writeProperties(sql, userId, {
    account_status: String(status),
    account_locked_timestamp: lock && formatTimestamp(lock.atMs),
    account_locked_prev_status: lock && String(lock.before),
    failed_login_attempts: undefined,
  });
  // The same status again, as by a second activation, is no change.
  if (before === status) return;
  // The link that confirms an applicant's address was sent before the sysop activated the account.
  const activated = before === 1 && status === 2;
  await endLinks(sql, userId, activated ? { keep: 'confirm-mail' } : {});
}

/** Ends a lock after failures; false where there is none. A sysop's lock has no time and stays. */
export async function endFailureLock(sql: Sql, userId: number): Promise<boolean> {
  if ((await findProperty(sql, userId, 'account_locked_timestamp')) === undefined) return false;
  const before = await findProperty(sql, userId, 'account_locked_prev_status');
  await writeStatus(sql, userId, { status: before === undefined ? 2 : toStatus(before) });
  return true;
}
