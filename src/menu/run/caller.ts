import type { Log } from '../../base/log';
import type { Login } from '../../auth/login';
import type { WayInName } from '../../protocols/ways-in';
import type { Terminal } from '../../terminal/terminal';
import type { Inbox } from './inbox';
import type { TakesOver } from './taken-connection';

/** Why a call ended, for the log. */
export type EndReason =
  /** The caller left by a log-off menu, key or command. */
  | 'log-off'
  /** The connection was closed. */
  | 'hung-up'
  /** No input for too long, or a sign-in that took too long. */
  | 'idle'
  /** The connection used up its attempts. */
  | 'too-many'
  /** The next menu is outside the login area, and the caller's factor is too low. */
  | 'not-let-past'
  /** The session may not continue: account disabled, password changed elsewhere, taken over, ... */
  | 'ended'
  | 'shutdown'
  /** Menus followed each other in a loop without any input. */
  | 'loop'
  /** There is no menu to show. */
  | 'no-menu'
  /** An unexpected failure of the program. */
  | 'failure';

/** Abort reason of a caller's signal when the session ends for a known reason. */
export class SessionEnd extends Error {
  readonly reason: EndReason;

  constructor(reason: EndReason) {
    super(`the session ended: ${reason}`);
    this.name = 'SessionEnd';
    this.reason = reason;
  }
}

/** The menu that a caller is in, for who's online and for the limits that depend on it. */
export interface CallerPlace {
  readonly menu: string;
  /** The menu's `desc`, or its name. */
  readonly description: string;
  readonly loginArea: boolean;
  /** The menu's module is the application form, whose caller has `users.newUserSeconds`. */
  readonly isApplication: boolean;
}

/** One caller at one terminal, before or after sign-in, as a session passes it to the menus. */
export interface Caller {
  readonly node: number;
  readonly server: WayInName;
  readonly secure: boolean;
  readonly remoteIp: string;
  readonly terminal: Terminal;
  readonly login: Login;
  /** With node and remoteIp in every line. */
  readonly log: Log;
  /** Aborted when the connection is closed or the session has to end; with a SessionEnd when the reason is known. */
  readonly signal: AbortSignal;
  readonly connectedAtMs: number;
  /** Messages to this node that are not shown yet. */
  readonly inbox: Inbox;
  /** Called on each menu that is entered. */
  entered(place: CallerPlace): void;
  /**
   * Called after each accepted factor. Once the login is complete the session puts the caller online,
   * ends an earlier session of the account and counts the call; a second call changes nothing.
   */
  signedIn(): Promise<void>;
  /**
   * Runs `work` with the connection as raw bytes, below the screen; afterwards the screen has to be
   * drawn again. Rejects with the session's reason when the call ends meanwhile.
   */
  takeOver<Result>(work: TakesOver<Result>): Promise<Result>;
  /** Ends the session at once, whatever is on the screen. */
  end(reason: EndReason): void;
}
