import type { Clock } from '../base/clock';
import type { Database, Sql } from '../store/database';
import type { Notifier } from '../store/notice';
import { findProperty, writeProperties } from '../store/properties';
import {
  addSshKey,
  findSshKey,
  forgetSshKeys,
  listSshKeys,
  rememberSshKey,
  removeSshKeys,
} from '../store/ssh-keys';
import { getUser, type User } from '../store/users';
import type { SshKeyRow } from '../store/ssh-keys';
import { recordChange, type Actor } from './account-change';
import { isInForce } from './remembered-key';
import { isUsableKey, parseSshPublicKey, sshFingerprint, type SshPublicKey } from './ssh-key';

/** Maximum number of keys of one account. */
export const MAX_SSH_KEYS = 16;

type SshKeyAdded = 'added' | 'there-already' | 'too-many';

/** A key that an account may sign in with by SSH. */
export interface OwnSshKey {
  readonly fingerprint: string;
  readonly algorithm: string;
  readonly comment: string;
  /** undefined for a key that ENiGMA½ stored, which has no date. */
  readonly addedAtMs: number | undefined;
  readonly usedAtMs: number | undefined;
  /** While it signs in without a code; `rememberedUntil` says whether it still does. */
  readonly remembered: SshKeyRow['remembered'];
}

interface AccountKeysOptions {
  readonly db: Pick<Database, 'run' | 'transaction'>;
  readonly clock: Clock;
  /** Notifies the account's owner by mail; optional. */
  readonly notifier?: Notifier | undefined;
  /** Called after each committed change, so that sessions in this process see it at once. */
  readonly changed?: (() => void) | undefined;
}

/** The SSH keys of accounts. The caller of a method decides who may change them. */
export class AccountKeys {
  constructor(private readonly parts: AccountKeysOptions) {}

  /** The keys of an account; one that ENiGMA½ stored is the first. */
  list(userId: number): Promise<readonly OwnSshKey[]> {
    return this.parts.db.run(async (sql) => {
      const stored = await listSshKeys(sql, userId);
      const imported = await importedAccountKey(sql, userId);
      if (imported === undefined) return stored;
      const { fingerprint, algorithm, comment } = imported;
      if (stored.some((key) => key.fingerprint === fingerprint)) return stored;
      const undated = { addedAtMs: undefined, usedAtMs: undefined, remembered: undefined };
      return [{ fingerprint, algorithm, comment, ...undated }, ...stored];
    });
  }

  /** Adds a key to sign in with; ends other calls of the account (rule J4). */
  async add(
    userId: number,
    add: { readonly key: SshPublicKey; readonly actor: Actor },
  ): Promise<SshKeyAdded> {
    const { parts } = this;
    const { algorithm, blob, fingerprint, comment } = add.key;
    const nowMs = parts.clock.nowMs();
    const result = await parts.db.transaction(
      { account: userId },
      async (sql): Promise<SshKeyAdded> => {
        const keys = await listSshKeys(sql, userId);
        if (keys.some((key) => key.fingerprint === fingerprint)) return 'there-already';
        if (keys.length >= MAX_SSH_KEYS) return 'too-many';
        const row = { userId, algorithm, blob: blob.toString('base64'), fingerprint, comment };
        await addSshKey(sql, { ...row, addedAtMs: nowMs });
        await record(sql, { userId, kind: 'ssh-key-added', actor: add.actor, nowMs, fingerprint });
        await parts.notifier?.notify(sql, { kind: 'ssh-key-added', userId, fingerprint });
        return 'added';
      },
    );
    if (result === 'added') parts.changed?.();
    return result;
  }

  /**
   * From now on the key with this number signs in without a code for `forMs` (rule N9); the caller of this has shown a
   * code as `proven`. False where the account was changed since, or the key is gone. Other calls go on.
   */
  async remember(
    proven: User,
    {
      keyId,
      forMs,
      actor,
    }: { readonly keyId: number; readonly forMs: number; readonly actor: Actor },
  ): Promise<boolean> {
    const { db, clock, notifier } = this.parts;
    const userId = proven.id;
    const nowMs = clock.nowMs();
    return db.transaction({ account: userId }, async (sql) => {
      const { loginVersion, status } = await getUser(sql, userId);
      if (loginVersion !== proven.loginVersion || status !== 2) return false;
      const sinceMs = clock.timelineMs();
      const key = { userId, id: keyId, sinceMs, untilMs: sinceMs + forMs, loginVersion };
      const rows = await listSshKeys(sql, userId);
      const fingerprint = rows.find(({ id }) => id === keyId)?.fingerprint;
      if (fingerprint === undefined || !(await rememberSshKey(sql, key))) return false;
      const change = {
        userId,
        actor,
        nowMs,
        audit: 'key-remembered',
        reason: fingerprint,
      } as const;
      await recordChange(sql, change);
      await notifier?.notify(sql, {
        kind: 'key-remembered',
        userId,
        fingerprint,
        untilMs: nowMs + forMs,
      });
      return true;
    });
  }

  /** One remembered key of an account, or all, need a code again; returns how many did not need one until now. */
  async forget(
    userId: number,
    { fingerprint, actor }: { readonly fingerprint?: string | undefined; readonly actor: Actor },
  ): Promise<number> {
    const { db, clock } = this.parts;
    const nowMs = clock.nowMs();
    return db.transaction({ account: userId }, async (sql) => {
      const user = await getUser(sql, userId);
      const timelineMs = clock.timelineMs();
      const gone = (await listSshKeys(sql, userId)).filter(
        ({ fingerprint: each, remembered }) =>
          isMeant(fingerprint)(each) &&
          remembered !== undefined &&
          isInForce(remembered, user, timelineMs),
      );
      await forgetSshKeys(sql, userId, fingerprint);
      for (const { fingerprint: reason } of gone)
        await recordChange(sql, { userId, actor, nowMs, audit: 'key-forgotten', reason });
      return gone.length;
    });
  }

  /**
   * Removes one key, or all of an account, and returns how many. Ends other calls of the account.
   */
  async remove(
    userId: number,
    remove: { readonly fingerprint?: string | undefined; readonly actor: Actor },
  ): Promise<number> {
    const { parts } = this;
    const { fingerprint, actor } = remove;
    const nowMs = parts.clock.nowMs();
    const removed = await parts.db.transaction({ account: userId }, async (sql) => {
      const rows = await listSshKeys(sql, userId);
      const gone = new Set(rows.map((row) => row.fingerprint).filter(isMeant(fingerprint)));
      const imported = await forgetImported(sql, userId, fingerprint);
      if (imported !== undefined) gone.add(imported);
      if (gone.size === 0) return 0;
      await removeSshKeys(sql, userId, fingerprint);
      await record(sql, {
        ...{ userId, actor, nowMs },
        kind: 'ssh-key-removed',
        fingerprint: fingerprint ?? 'all',
      });
      for (const each of gone) {
        await parts.notifier?.notify(sql, { kind: 'ssh-key-removed', userId, fingerprint: each });
      }
      return gone.size;
    });
    if (removed > 0) parts.changed?.();
    return removed;
  }
}

/**
 * The stored key with this blob: one of the account's keys, or the one that ENiGMA½ stored for it.
 * A key that was stored under older rules and is no longer accepted is not found, so that a client
 * that queries it (RFC 4252 section 7) is told so before it signs.
 */
export async function findAccountKey(
  sql: Sql,
  userId: number,
  blob: Buffer,
): Promise<SshKeyRow | 'property' | undefined> {
  const row = await findSshKey(sql, userId, sshFingerprint(blob));
  if (row !== undefined) {
    const isSame = Buffer.from(row.blob, 'base64').equals(blob);
    return isSame && isUsableKey(blob) ? row : undefined;
  }
  const imported = await importedAccountKey(sql, userId);
  return imported?.blob.equals(blob) === true ? 'property' : undefined;
}

/** The one key that ENiGMA½ stored for an account (contract A1.4). */
async function importedAccountKey(sql: Sql, userId: number): Promise<SshPublicKey | undefined> {
  const line = await findProperty(sql, userId, 'ssh_public_key');
  const parsed = line === undefined ? undefined : parseSshPublicKey(line);
  return parsed?.kind === 'key' ? parsed.key : undefined;
}

function isMeant(wanted: string | undefined): (fingerprint: string) => boolean {
  return (fingerprint) => wanted === undefined || fingerprint === wanted;
}

/**
 * Removes the key that ENiGMA½ stored where it is the one wanted; returns its fingerprint,
 * undefined where nothing was removed.
 */
async function forgetImported(
  sql: Sql,
  userId: number,
  wanted: string | undefined,
): Promise<string | undefined> {
  const line = await findProperty(sql, userId, 'ssh_public_key');
  if (line === undefined) return undefined;
  const parsed = parseSshPublicKey(line);
  const fingerprint = parsed.kind === 'key' ? parsed.key.fingerprint : 'unreadable';
  if (!isMeant(wanted)(fingerprint)) return undefined;
  await writeProperties(sql, userId, { ssh_public_key: undefined });
  return fingerprint;
}

async function record(
  sql: Sql,
  change: {
    readonly userId: number;
    readonly kind: 'ssh-key-added' | 'ssh-key-removed';
    readonly actor: Actor;
    readonly nowMs: number;
    readonly fingerprint: string;
  },
): Promise<void> {
  const { kind, fingerprint, ...who } = change;
  await recordChange(sql, { ...who, audit: kind, reason: fingerprint, event: 'keys' });
}
