import type { Clock } from '../base/clock';
import type { Database, Sql } from '../store/database';
import type { Notifier } from '../store/notice';
import { findProperty, writeProperties } from '../store/properties';
import { addSshKey, listSshKeys, removeSshKeys } from '../store/ssh-keys';
import { recordChange, type Actor } from './change-record';
import { parseSshPublicKey, type SshPublicKey } from './ssh-key';

/** Keys kept for one account; a longer list is a mistake. */
export const MOST_SSH_KEYS = 16;

export type SshKeyAdded = 'added' | 'there-already' | 'too-many';

interface KeyChangeParts {
  readonly db: Database;
  readonly clock: Clock;
  /** Tells the account's owner by mail; nobody is told without it. */
  readonly notifier?: Notifier | undefined;
  /** Called after each committed change, so that sessions in this process learn of it at once. */
  readonly changed?: (() => void) | undefined;
}

/** Lets an account sign in by a key; other calls of it end (rule J4). */
export async function addAccountKey(
  parts: KeyChangeParts,
  userId: number,
  add: { readonly key: SshPublicKey; readonly actor: Actor },
): Promise<SshKeyAdded> {
  const { algorithm, blob, fingerprint, comment } = add.key;
  const nowMs = parts.clock.nowMs();
  const result = await parts.db.transaction(async (sql): Promise<SshKeyAdded> => {
    const keys = await listSshKeys(sql, userId);
    if (keys.some((key) => key.fingerprint === fingerprint)) return 'there-already';
    if (keys.length >= MOST_SSH_KEYS) return 'too-many';
    const row = { userId, algorithm, blob: blob.toString('base64'), fingerprint, comment };
    await addSshKey(sql, { ...row, addedAtMs: nowMs });
    await record(sql, { userId, kind: 'ssh-key-added', actor: add.actor, nowMs, fingerprint });
    await parts.notifier?.notify(sql, { kind: 'ssh-key-added', userId, fingerprint });
    return 'added';
  });
  if (result === 'added') parts.changed?.();
  return result;
}

/** Removes one key, or all of an account; says how many went. Other calls of it end. */
export async function removeAccountKeys(
  parts: KeyChangeParts,
  userId: number,
  remove: { readonly fingerprint?: string | undefined; readonly actor: Actor },
): Promise<number> {
  const { fingerprint, actor } = remove;
  const nowMs = parts.clock.nowMs();
  const removed = await parts.db.transaction(async (sql) => {
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

function isMeant(wanted: string | undefined): (fingerprint: string) => boolean {
  return (fingerprint) => wanted === undefined || fingerprint === wanted;
}

/** The key that ENiGMA½ kept for the account goes with the others; its fingerprint where it went. */
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
