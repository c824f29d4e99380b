import { otpTypeOf } from '../auth/factor-kinds';
import { OTP_TYPES, type OtpType } from '../base/otp-types';
import type { User, UserStatus } from '../store/users';

/** Words for the numbers of `account_status` (contract A1.3). */
export const STATUS_WORDS = ['disabled', 'inactive', 'active', 'locked'] as const;

export function statusWord(status: UserStatus): string {
  return STATUS_WORDS[status];
}

/** The second factor as `user info` has always called it (contract A5). */
export function factorName(type: OtpType | undefined): string {
  return type === undefined ? 'disabled' : OTP_TYPES[type].name;
}

/** The word by which `2fa-otp` takes the type. */
export function factorWord(type: OtpType | undefined): string {
  return type === undefined ? '-' : OTP_TYPES[type].word;
}

/** A stored moment to the minute, in UTC; '' for none. */
export function minuteOf(moment: string | number | undefined): string {
  const date = new Date(moment ?? Number.NaN);
  if (Number.isNaN(date.getTime())) return '';
  return date.toISOString().slice(0, 16).replace('T', ' ');
}

/** What scripts are told of an account; never a secret (rule D17). */
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
    themeId: property('theme_id'),
    created: property('account_created'),
    lastLogin: property('last_login_timestamp'),
    logins: Number(property('login_count') ?? 0),
    // The type of the one-time codes: scripts of sysops know it by this key.
    secondFactor: otpTypeOf(user) ?? null,
    factors: user.factors,
  };
}
