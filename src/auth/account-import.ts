import { parseOptions } from '@node-rs/argon2';
import type { Clock } from '../base/clock';
import { BbsError } from '../base/errors';
import { LIMITS } from '../base/limits';
import type { OtpType } from '../base/otp-types';
import type { Random } from '../base/random';
import type { Sql } from '../store/database';
import type { NoticeResult, Notifier } from '../store/notice';
import { storePassword, type StoredPassword } from '../store/passwords';
import { addSshKey } from '../store/ssh-keys';
import { hashToken, makeToken, replaceToken } from '../store/tokens';
import { insertUser, setGroups, type UserStatus } from '../store/users';
import { insertProperties } from '../store/whole-accounts';
import { recordChange, type Actor } from './account-change';
import { addApp, checkAppLabel } from './factor-apps';
import { switchOn } from './factor-change';
import type { OtpKey } from './otp';
import type { Sealing } from './sealing';
import type { SshPublicKey } from './ssh-key';

/** An account as another board has it. */
export interface ImportedAccount {
  readonly name: string;
  readonly status: UserStatus;
  readonly groups: readonly string[];
  /** As they are, those of the board among them that say what happened to the account. */
  readonly properties: ReadonlyMap<string, string>;
  /** Without one nothing signs in but a key, until its owner sets one by a mailed link. */
  readonly password: StoredPassword | undefined;
  /** A type without its key asks for a code that nobody has, until another factor is bound. */
  readonly factor:
    | {
        readonly type: OtpType;
        readonly key: OtpKey | undefined;
        readonly spentPosition: number;
        /** What its owner calls the app. */
        readonly label?: string | undefined;
      }
    | undefined;
  /** Further authenticator apps. */
  readonly furtherApps?: readonly {
    readonly key: OtpKey;
    readonly spentPosition: number;
    readonly label: string;
  }[];
  readonly backupCodes: readonly string[];
  readonly sshKeys: readonly SshPublicKey[];
}

interface ImportParts {
  readonly sealing: Sealing;
  readonly random: Random;
  readonly clock: Clock;
  readonly actor: Actor;
}

/** What belongs to the board's own keeping of credentials and is given by other columns. */
const NOT_PROPERTIES =
  /^(pw_|auth_|email_password_reset_|account_status$|ssh_public_key$|groups?$)/i;
const PROPERTY_NAME = /^[A-Za-z0-9_.-]{1,64}$/;

/** False for a name that no property may have, or whose value comes by another way. */
export function isImportableProperty(name: string): boolean {
  return PROPERTY_NAME.test(name) && !NOT_PROPERTIES.test(name);
}

/** Makes an account in the caller's transaction; undefined where the name is taken. */
export async function insertImported(
  sql: Sql,
  parts: ImportParts,
  account: ImportedAccount & { readonly root: boolean },
): Promise<number | undefined> {
  const { name, root, password, factor } = account;
  const nowMs = parts.clock.nowMs();
  const id = await insertUser(sql, { name, root });
  if (id === undefined) return undefined;
  const properties = new Map(account.properties);
  properties.set('account_status', String(account.status));
  if (password?.kind === 'pbkdf2') {
    properties.set('pw_pbkdf2_salt', password.salt);
    properties.set('pw_pbkdf2_dk', password.key);
    if (password.parameters !== undefined) properties.set('pw_hash_params', password.parameters);
  }
  if (factor !== undefined && factor.key === undefined)
    properties.set('auth_factor2_otp', factor.type);
  await insertProperties(sql, id, properties);
  await setGroups(sql, id, account.groups);
  if (password?.kind === 'argon2') await storePassword(sql, id, { hash: password.hash, nowMs });
  for (const { algorithm, blob, fingerprint, comment } of account.sshKeys) {
    const row = { userId: id, algorithm, blob: blob.toString('base64'), fingerprint, comment };
    await addSshKey(sql, { ...row, addedAtMs: nowMs });
  }
  const { actor } = parts;
  await recordChange(sql, { userId: id, audit: 'account-created', event: 'status', actor, nowMs });
  if (factor?.key === undefined) return id;
  await switchOn(
    sql,
    { sealing: parts.sealing },
    {
      ...{ userId: id, key: factor.key, spentPosition: factor.spentPosition, actor, nowMs },
      binding: parts.random.bytes(16).toString('hex'),
      backupCodes: account.backupCodes,
      recovery: 'login',
      label: firstLabel(factor.label),
    },
  );
  for (const app of account.furtherApps ?? []) {
    if (!(await addApp(sql, parts, { ...app, userId: id, actor, nowMs })))
      throw invalid(
        `its authenticator app ${JSON.stringify(app.label)} cannot be added: see its name`,
      );
  }
  return id;
}

/** A name that an app cannot have is left out. */
function firstLabel(label: string | undefined): string | undefined {
  const checked = checkAppLabel(label ?? '', []);
  return checked.kind === 'label' ? checked.label : undefined;
}

/**
 * Stores a mail with a link to set the first password of an account that was just imported. Of thousands the last go
 * out hours later: the life of a link begins when its mail has gone out.
 */
export async function mailFirstPassword(
  sql: Sql,
  parts: Pick<ImportParts, 'random' | 'clock'> & { readonly notifier: Notifier },
  userId: number,
): Promise<NoticeResult> {
  const token = makeToken(parts.random);
  const createdAtMs = parts.clock.timelineMs();
  const queued = await parts.notifier.notify(sql, { kind: 'first-password', userId, token });
  if (queued !== 'queued') return queued;
  await replaceToken(sql, {
    ...{ tokenHash: hashToken(token), userId, purpose: 'first-password', subject: undefined },
    ...{ createdAtMs, expiresAtMs: createdAtMs + LIMITS.firstPasswordWaitDays * DAY_MS },
  });
  return queued;
}

const DAY_MS = 24 * 3600_000;

/** Far more than anybody hashes passwords with: a row must not make a sign-in take the machine. */
const MOST_MEMORY_KIB = 256 * 1024;
const MOST_TIME = 16;
const MOST_PARALLELISM = 16;

/** A PHC string of argon2; throws USER_INVALID for what no sign-in could check. */
export function parsePasswordHash(text: string): StoredPassword {
  if (!/^\$argon2(id|i|d)\$v=19\$/.test(text))
    throw invalid('the password hash is not of argon2 ($argon2id$v=19$...); leave it out');
  let options: ReturnType<typeof parseOptions>;
  try {
    options = parseOptions(text);
  } catch (error) {
    throw invalid('the password hash cannot be read; leave it out', error);
  }
  const { memoryCost, timeCost, parallelism } = options;
  if (memoryCost > MOST_MEMORY_KIB || timeCost > MOST_TIME || parallelism > MOST_PARALLELISM)
    throw invalid('checking the password hash would take too much memory or time; leave it out');
  return { kind: 'argon2', hash: text };
}

/** The three properties in which ENiGMA½ keeps a password (contract A1.5). */
export function parseOldPassword(
  salt: string,
  key: string,
  parameters: string | undefined,
): StoredPassword {
  if (salt === '' || !/^([0-9a-f]{2}){16,1024}$/i.test(key))
    throw invalid('pw_pbkdf2_salt and pw_pbkdf2_dk go together, the second in hexadecimal digits');
  return { kind: 'pbkdf2', salt, key, parameters };
}

function invalid(text: string, cause?: unknown): BbsError {
  return new BbsError('USER_INVALID', text, { cause });
}
