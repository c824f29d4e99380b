import type { Login } from '../auth/login';
import { toError } from '../base/errors';
import type { Log } from '../base/log';

/** What a caller whose login has ended is told. */
export const ACCOUNT_CHANGED = 'Your account was changed. Please sign in again.';

/** Follows one login until `stop`. */
export interface LoginWatch {
  /** Reads the account now, for changes of before the watch; false when the login has ended. */
  look(): Promise<boolean>;
  stop(): void;
}

interface Watched {
  readonly login: Login;
  readonly log: Log;
  readonly end: () => void;
}

/**
 * Every login that somebody holds, with a session or before one: whom a change of his account reaches
 * (rules J4, M1).
 */
export class LiveLogins {
  private readonly watched = new Set<Watched>();

  /** Calls `end` once the login may not go on. */
  watch(login: Login, holder: { readonly log: Log; readonly end: () => void }): LoginWatch {
    const watched = { login, ...holder };
    this.watched.add(watched);
    return {
      look: () => this.lookAt(watched, undefined),
      stop: () => void this.watched.delete(watched),
    };
  }

  /** An account was changed, here or by another process. */
  accountChanged(userId: number): void {
    for (const watched of this.watched) {
      const { user } = watched.login;
      // Whose login it is may be known only when the credential under way has been looked at.
      if (user === undefined || user.id === userId) void this.lookAt(watched, userId);
    }
  }

  private async lookAt(watched: Watched, userId: number | undefined): Promise<boolean> {
    const { login, log } = watched;
    const verdict = await login.refresh(userId).catch((error: unknown) => {
      // Who cannot be looked at again must not go on.
      log.error('call.refresh-failed', { error: toError(error) });
      return 'end' as const;
    });
    if (verdict === 'keep') return true;
    if (this.watched.delete(watched)) watched.end();
    return false;
  }
}
