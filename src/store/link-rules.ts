import type { TokenPurpose } from './tokens';
import type { User } from './users';

/**
 * Whether an account may use a mailed link of this purpose as it is now. Asked when a link is made, before
 * its letter is sent, when it is opened and when it is used (rule M10).
 */
export function mayUseLink(purpose: TokenPurpose, user: User): boolean {
  switch (purpose) {
    case 'otp-register':
      return user.status === 2;
    case 'confirm-mail':
      // Who applied confirms the address before the sysop activates the account.
      return user.status === 1 || user.status === 2;
    case 'password-reset':
      // A lock by failures has a time, and a reset may end it; a lock by the sysop has none, and stays.
      if (user.status === 3) return user.properties.has('account_locked_timestamp');
      return user.status !== 0;
  }
}
