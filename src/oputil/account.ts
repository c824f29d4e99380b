import type { AccountResult, Refused } from '../auth/account-rules';
import { otpTypeOf } from '../auth/factor-kinds';
import { BbsError, type ErrorCode } from '../base/errors';
import { nearestName } from '../base/nearest';
import { OTP_TYPES, type OtpType } from '../base/otp-types';
import type { Config } from '../config/schema';
import { listStopped } from '../store/attempts';
import { findHolders } from '../store/properties';
import { foldName } from '../store/user-name';
import { listUserNames } from '../store/user-list';
import { findUserByName, type User, type UserStatus } from '../store/users';
import type { CommandContext } from './command-context';
import { sayStock, type Saying } from '../texts/texts';

/** Returns the account called `name`; throws USER_UNKNOWN with the nearest name. */
export async function getAccount(context: CommandContext, name: string): Promise<User> {
  const user = await context.read((sql) => findUserByName(sql, name));
  if (user !== undefined) return user;
  // The nearest of each page, and then of these.
  const near: string[] = [];
  for await (const names of listUserNames((work) => context.read(work)))
    near.push(...[nearestName(name, names) ?? []].flat());
  const nearest = nearestName(name, near);
  const hint =
    nearest === undefined ? `'oputil user list' shows all` : `did you mean "${nearest}"?`;
  throw new BbsError('USER_UNKNOWN', `there is no account "${name}"; ${hint}`);
}

/** Returns the account after a change; throws the refusal. */
export function changed(result: AccountResult, what: string): User {
  if (result.kind === 'done') return result.user;
  throw refusal(result, what);
}

/** Warns where other accounts have the same mail address, which screens do not allow. */
export async function noteSharedAddress(context: CommandContext, user: User): Promise<void> {
  const value = user.properties.get('email_address') ?? '';
  if (value === '') return;
  const wanted = { property: 'email_address', value, exceptUserId: user.id };
  const others = await context.read((sql) => findHolders(sql, wanted));
  if (others.length === 0) return;
  const names = others.map(({ name }) => `"${name}"`).join(', ');
  context.note(
    `warning: ${value} is also the mail address of ${names}; mails about both go there.`,
  );
}

/** Converts a refusal into an error: `cannot add "joe": this name is taken`. */
export function refusal(refused: Refused, what: string): BbsError {
  const codes: Readonly<Partial<Record<Refused['problem'], ErrorCode>>> = {
    'name-taken': 'USER_EXISTS',
    'unknown-user': 'USER_UNKNOWN',
  };
  const text = `cannot ${what}: ${asClause(refused.says)}`;
  return new BbsError(codes[refused.problem] ?? 'USER_INVALID', text);
}

/** A sentence for callers as the end of one of oputil's: `this name is taken`. */
export function asClause(says: Saying): string {
  const text = says(sayStock).replace(/\.$/, '');
  // RSA and DSA stay as they are.
  return /^[A-Z][A-Z]/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1);
}

/**
 * Creates the sysop on a board without accounts, as the first start does: account 1 must be the
 * sysop's, whichever account is added first. The password is shown once.
 */
export async function makeSysopFirst(context: CommandContext): Promise<void> {
  const sysop = await (await context.backend()).accounts.ensureSysop();
  if (sysop === undefined) return;
  context.note(`This board had no accounts yet: made ${sysop.name}, with the password`);
  context.note(`${sysop.password}`);
  context.note('It is shown this once.');
}

/** True for the configured name of the sysop, in any letter case. */
export function isSysopName(config: Config, name: string): boolean {
  return foldName(config.general.sysOp.username) === foldName(name);
}

/** Ids of accounts whose second factor is locked after too many wrong codes. */
export async function findLockedFactors(context: CommandContext): Promise<ReadonlySet<number>> {
  const { disableAfter } = (await context.config()).users.twoFactorAuth.otp;
  const stopped = { factor: 'second', stopAt: disableAfter } as const;
  return new Set(await context.read((sql) => listStopped(sql, stopped)));
}

/** Names of the numbers of `account_status` (contract A1.3). */
export const STATUS_WORDS = ['disabled', 'inactive', 'active', 'locked'] as const;

export function statusWord(status: UserStatus): string {
  return STATUS_WORDS[status];
}

/** Name of the second factor in `user info` (contract A5). */
export function factorName(type: OtpType | undefined): string {
  return type === undefined ? 'disabled' : OTP_TYPES[type].name;
}

/** The argument of `2fa-otp` for this type; `-` for none. */
export function factorWord(type: OtpType | undefined): string {
  return type === undefined ? '-' : OTP_TYPES[type].word;
}

/** Formats a stored time to the minute, in UTC; '' for none. */
export function minuteOf(moment: string | number | undefined): string {
  const date = new Date(moment ?? Number.NaN);
  if (Number.isNaN(date.getTime())) return '';
  return date.toISOString().slice(0, 16).replace('T', ' ');
}

/** The JSON of an account, without secrets (rule D17). */
export function accountData(user: User): Readonly<Record<string, unknown>> {
  const property = (name: string): string | undefined => user.properties.get(name);
  return {
    id: user.id,
    name: user.name,
    status: statusWord(user.status),
    groups: user.groups,
    realName: property('real_name'),
    email: property('email_address'),
    location: property('location'),
    affiliation: property('affiliation'),
    about: property('about'),
    themeId: property('theme_id'),
    created: property('account_created'),
    lastLogin: property('last_login_timestamp'),
    logins: Number(property('login_count') ?? 0),
    // The type of the one-time codes: scripts of sysops know it by this key.
    secondFactor: otpTypeOf(user) ?? null,
    factors: user.factors,
  };
}
