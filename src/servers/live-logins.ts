import type { Login } from '../auth/login';
import { toError } from '../base/errors';
import type { Log } from '../base/log';
import type { AccountEvent } from '../store/account-events';

/** Why a login ends; `unchecked`: the account may have been changed, and the store does not answer. */
type LoginEnding = 'changed' | 'unchecked';

/** Watches one login until `stop`. */
export interface LoginWatch {
  /** Reads the account now, for changes before the watch began; false when the login has ended. */
  look(): Promise<boolean>;
  stop(): void;
}

interface Watched {
  readonly login: Login;
  readonly log: Log;
  readonly end: (why: LoginEnding) => void;
}

/**
 * Every login that is in use, with a session or before one: a change of an account reaches all of
 * its logins (rules J4, M1).
 */
export class LiveLogins {
  private readonly watched = new Set<Watched>();

  /** Calls `end` once the login may not continue. */
  watch(login: Login, holder: Omit<Watched, 'login'>): LoginWatch {
    const watched = { login, ...holder };
    this.watched.add(watched);
    return {
      look: () => this.lookAt(watched),
      stop: () => void this.watched.delete(watched),
    };
  }

  /** To be called after a change of an account, by this or by another process. */
  accountChanged(change: AccountEvent): void {
    for (const watched of this.watched) {
      const { user } = watched.login;
      // The account of a login may be known only after the credential under way was checked.
      if (user === undefined || user.id === change.userId) void this.lookAt(watched, change);
    }
  }

  private async lookAt(watched: Watched, change?: AccountEvent): Promise<boolean> {
    const { login, log } = watched;
    const verdict = await login.refresh(change).catch((error: unknown) => {
      // A login that cannot be checked again must end.
      log.error('call.refresh-failed', { error: toError(error) });
      return 'unchecked' as const;
    });
    if (verdict === 'keep') return true;
    if (this.watched.delete(watched)) watched.end(verdict === 'end' ? 'changed' : verdict);
    return false;
  }
}
