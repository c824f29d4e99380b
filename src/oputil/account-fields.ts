import {
  isImportableProperty,
  parseOldPassword,
  parsePasswordHash,
  type ImportedAccount,
} from '../auth/account-import';
import { canonicalBackupCode } from '../auth/backup-codes';
import { parseSecret, type OtpKey } from '../auth/otp';
import { parseSshPublicKey, type SshPublicKey } from '../auth/ssh-key';
import { BbsError } from '../base/errors';
import { readMailAddress } from '../base/mail-address';
import {
  DEFAULT_OTP_TYPE,
  isOtpType,
  OTP_TYPE_NAMES,
  OTP_TYPES,
  type OtpType,
} from '../base/otp-types';
import type { StoredPassword } from '../store/passwords';
import { isSecretProperty } from '../store/properties';
import { foldName } from '../store/user-name';
import type { UserStatus } from '../store/users';
import type { WholeAccount } from '../store/whole-accounts';
import { asClause, STATUS_WORDS } from './account';

/**
 * The columns of an account besides its properties, which go by their own names. Each is documented, in
 * the order in which `oputil export` writes them.
 */
export const ACCOUNT_FIELDS = {
  id: 'number on its board; an import heeds only 1, the sysop',
  name: 'user name; required',
  status: 'disabled, inactive, active or locked; active where it is empty',
  groups: 'names with commas between; \\ before a comma in a name',
  ssh_keys: 'public keys as in authorized_keys, one a line',
  password_hash: 'argon2 as a PHC string',
  pw_pbkdf2_salt: 'password as ENiGMA½ keeps it',
  pw_pbkdf2_dk: 'the same',
  pw_hash_params: 'the same, where it has them',
  otp_type: `${OTP_TYPE_NAMES.join(', ')}; without it ${DEFAULT_OTP_TYPE}`,
  otp_secret: 'secret of the second factor',
  otp_encoding: 'base32, or ascii where the characters are the key',
  otp_hash: 'SHA1, SHA256 or SHA512',
  otp_digits: '6 or 8',
  otp_position: 'newest time step or counter value that was used',
  otp_label: 'what its owner calls the first authenticator app',
  otp_apps: 'further apps, as JSON: label and the five values above of each',
  backup_codes: 'unused codes with commas between; they cannot be exported',
} as const satisfies Readonly<Record<string, string>>;

type AccountField = keyof typeof ACCOUNT_FIELDS;

const SECRET_FIELDS: ReadonlySet<string> = new Set<AccountField>([
  'password_hash',
  'pw_pbkdf2_salt',
  'pw_pbkdf2_dk',
  'pw_hash_params',
  'otp_secret',
  'otp_position',
  'otp_apps',
]);

/** The columns of an export, the properties of the board behind the others. */
export function exportColumns(
  properties: readonly string[],
  withSecrets: boolean,
): readonly string[] {
  const fields = Object.keys(ACCOUNT_FIELDS).filter(
    (field) => field !== 'backup_codes' && (withSecrets || !SECRET_FIELDS.has(field)),
  );
  const own = properties.filter(
    (name) => isImportableProperty(name) && (withSecrets || !isSecretProperty(name)),
  );
  return [...fields, ...own.filter((name) => !(name in ACCOUNT_FIELDS))];
}

/** The values of an account by column; what it does not have is left out. */
export function toFields(
  account: WholeAccount,
  openKey: (app: WholeAccount['apps'][number]) => OtpKey | undefined,
): ReadonlyMap<string, string> {
  const { user, password, properties, sshKeys } = account;
  const [factor, ...further] = account.apps;
  const key = factor === undefined ? undefined : openKey(factor);
  const type = factor?.type ?? user.properties.get('auth_factor2_otp');
  const lines = sshKeys.map(({ algorithm, blob, comment }) =>
    [algorithm, blob, comment].filter((part) => part !== '').join(' '),
  );
  const oldKey = properties.get('ssh_public_key')?.trim() ?? '';
  const isNew = oldKey !== '' && !lines.some((line) => line.split(' ')[1] === oldKey.split(' ')[1]);
  const keys = isNew ? [oldKey, ...lines] : lines;
  const old = password?.kind === 'pbkdf2' ? password : undefined;
  const values: Readonly<Record<AccountField, string | undefined>> = {
    id: String(user.id),
    name: user.name,
    status: STATUS_WORDS[user.status],
    groups: user.groups.map((group) => group.replace(/[\\,]/g, '\\$&')).join(','),
    ssh_keys: keys.length === 0 ? undefined : keys.join('\n'),
    password_hash: password?.kind === 'argon2' ? password.hash : undefined,
    pw_pbkdf2_salt: old?.salt,
    pw_pbkdf2_dk: old?.key,
    pw_hash_params: old?.parameters,
    otp_type: type,
    otp_secret: key?.secret,
    otp_encoding: key?.encoding,
    otp_hash: key?.hash,
    otp_digits: key === undefined ? undefined : String(key.digits),
    otp_position: key === undefined ? undefined : String(factor?.lastPosition),
    otp_label: factor?.label,
    otp_apps: appsText(further, openKey),
    backup_codes: undefined,
  };
  const own = [...properties].filter(([name]) => isImportableProperty(name) && !(name in values));
  const fields = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return new Map([...fields, ...own]);
}

/** Longer than any name that this board lets callers choose. */
const MOST_NAME_CHARACTERS = 64;

/** Reads an account; throws USER_INVALID with what is wrong with it. */
export function fromFields(
  fields: ReadonlyMap<string, string>,
  defaults: {
    readonly groups: readonly string[];
    /** Given where the file says of no account when it was made. */
    readonly created: string | undefined;
  },
): ImportedAccount & { readonly oldId: string | undefined } {
  const value = (field: AccountField): string | undefined => fields.get(field);
  const name = value('name') ?? '';
  if (name === '') throw invalid('it has no name');
  if (foldName(name) === '' || /\p{Cc}|^\s|\s$/u.test(name) || name.length > MOST_NAME_CHARACTERS)
    throw invalid('this cannot be a name');
  const properties = new Map([...fields].filter(([field]) => !(field in ACCOUNT_FIELDS)));
  const email = readMailAddress(properties.get(EMAIL) ?? '');
  if (email !== '') properties.set(EMAIL, email);
  if (defaults.created !== undefined) properties.set('account_created', defaults.created);
  const factor = readFactor(value);
  const furtherApps = readApps(value('otp_apps'));
  if (furtherApps.length > 0 && factor?.key === undefined)
    throw invalid('further apps without an otp_secret open nothing');
  const backupCodes = readBackupCodes(value('backup_codes'));
  if (backupCodes.length > 0 && factor?.key === undefined)
    throw invalid('backup codes without an otp_secret open nothing');
  return {
    ...{ name, properties, factor, furtherApps, backupCodes },
    oldId: value('id'),
    status: readStatus(value('status')),
    groups: readGroups(value('groups')) ?? defaults.groups,
    password: readPassword(value),
    sshKeys: readKeys(value('ssh_keys')),
  };
}

const EMAIL = 'email_address';

function readStatus(text: string | undefined): UserStatus {
  if (text === undefined || text === '') return 2;
  const status = STATUS_WORDS.findIndex(
    (word, at) => word === text.toLowerCase() || String(at) === text,
  );
  if (status < 0)
    throw invalid(`the status ${JSON.stringify(text)} is none of ${STATUS_WORDS.join(', ')}`);
  return status as UserStatus;
}

function readGroups(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const groups = text.match(/(?:\\.|[^\\,])+/g) ?? [];
  return groups
    .map((group) => group.replace(/\\(.)/g, '$1').trim())
    .filter((group) => group !== '');
}

function readPassword(
  value: (field: AccountField) => string | undefined,
): StoredPassword | undefined {
  const hash = value('password_hash') ?? '';
  const salt = value('pw_pbkdf2_salt') ?? '';
  const key = value('pw_pbkdf2_dk') ?? '';
  if (hash !== '') return parsePasswordHash(hash);
  return salt === '' && key === ''
    ? undefined
    : parseOldPassword(salt, key, value('pw_hash_params'));
}

function readFactor(value: (field: AccountField) => string | undefined): ImportedAccount['factor'] {
  const secret = value('otp_secret') ?? '';
  const named = value('otp_type') ?? '';
  if (secret === '' && named === '') return undefined;
  const type: OtpType | undefined =
    named === '' ? DEFAULT_OTP_TYPE : isOtpType(named) ? named : undefined;
  if (type === undefined) throw invalid(`the otp_type ${JSON.stringify(named)} is not known`);
  const label = value('otp_label');
  if (secret === '') return { type, key: undefined, spentPosition: -1, label };
  const { made } = OTP_TYPES[type];
  const encoding = oneOf('otp_encoding', value('otp_encoding'), ['base32', 'ascii'], made.encoding);
  const hash = oneOf('otp_hash', value('otp_hash'), ['SHA1', 'SHA256', 'SHA512'], made.hash);
  const digits = oneOf('otp_digits', value('otp_digits'), ['6', '8'], String(made.digits));
  const spentPosition = Number(value('otp_position') ?? -1);
  if (!Number.isSafeInteger(spentPosition) || spentPosition < -1)
    throw invalid('the otp_position is not a whole number');
  const key: OtpKey = {
    ...{ type, hash, encoding, secret: parseSecret(secret, encoding) },
    digits: digits === '8' ? 8 : 6,
  };
  return { type, key, spentPosition, label };
}

/** Further apps as one value; undefined where there is none that opens. */
function appsText(
  apps: WholeAccount['apps'],
  openKey: (app: WholeAccount['apps'][number]) => OtpKey | undefined,
): string | undefined {
  const values = apps.flatMap((app) => {
    const key = openKey(app);
    if (key === undefined) return [];
    const { type, secret, encoding, hash, digits } = key;
    return [{ label: app.label, type, secret, encoding, hash, digits, position: app.lastPosition }];
  });
  return values.length === 0 ? undefined : JSON.stringify(values);
}

/** What the columns of the first app are called in the values of a further one. */
const APP_VALUES: Readonly<Partial<Record<AccountField, string>>> = {
  otp_type: 'type',
  otp_secret: 'secret',
  otp_encoding: 'encoding',
  otp_hash: 'hash',
  otp_digits: 'digits',
  otp_position: 'position',
  otp_label: 'label',
};

function readApps(text: string | undefined): NonNullable<ImportedAccount['furtherApps']> {
  if (text === undefined || text === '') return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  if (!Array.isArray(parsed)) throw invalid('the otp_apps are no list in JSON');
  return parsed.map((app: unknown) => {
    const values = new Map(Object.entries(app ?? {}).map(([name, each]) => [name, String(each)]));
    const read = readFactor((field) => values.get(APP_VALUES[field] ?? ''));
    if (read?.key === undefined) throw invalid('one of the otp_apps has no secret');
    return { key: read.key, spentPosition: read.spentPosition, label: read.label ?? '' };
  });
}

function oneOf<const Text extends string>(
  field: string,
  given: string | undefined,
  allowed: readonly Text[],
  usual: string,
): Text {
  const text = given === undefined || given === '' ? usual : given;
  const found = allowed.find((each) => each === text);
  if (found === undefined) throw invalid(`the ${field} is none of ${allowed.join(', ')}`);
  return found;
}

function readBackupCodes(text: string | undefined): readonly string[] {
  const given = (text ?? '').split(/[,\n]/).filter((code) => code.trim() !== '');
  return [...new Set(given)].map((code) => {
    const plain = canonicalBackupCode(code.trim());
    if (plain === undefined) throw invalid('one of the backup codes cannot be one');
    return plain;
  });
}

function readKeys(text: string | undefined): readonly SshPublicKey[] {
  const lines = (text ?? '').split(/\r?\n/).filter((line) => line.trim() !== '');
  const keys = lines.map((line) => {
    const parsed = parseSshPublicKey(line);
    if (parsed.kind !== 'key') throw invalid(`an SSH key cannot be read: ${asClause(parsed.says)}`);
    return parsed.key;
  });
  return [...new Map(keys.map((key) => [key.fingerprint, key])).values()];
}

function invalid(text: string): BbsError {
  return new BbsError('USER_INVALID', text);
}
