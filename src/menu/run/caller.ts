import type { Log } from '../../base/log';
import type { Login } from '../../auth/login';
import type { WayInName } from '../../protocols/ways-in';
import type { Terminal } from '../../terminal/terminal';
import type { Inbox } from './inbox';
import type { TakesOver } from './taken-connection';

/** Why a call is over; the last thing the log says about it. */
export type EndReason =
  /** The caller left by a log-off menu, key or command. */
  | 'log-off'
  /** The connection went away. */
  | 'hung-up'
  /** Silence, or a sign-in that took too long. */
  | 'idle'
  /** The connection used up its attempts. */
  | 'too-many'
  /** A menu outside the login area was next, and the caller's factors do not reach. */
  | 'not-let-past'
  /** The account may not go on: disabled, password changed elsewhere, taken over, ... */
  | 'ended'
  | 'shutdown'
  /** Menus went round without the caller ever being asked anything. */
  | 'loop'
  /** There is no menu to show. */
  | 'no-menu'
  /** An unexpected failure of ours. */
  | 'failure';

/** What a caller's signal is aborted with when the session ends for a known reason. */
export class SessionEnd extends Error {
  readonly reason: EndReason;

  constructor(reason: EndReason) {
    super(`the session ended: ${reason}`);
    this.name = 'SessionEnd';
    this.reason = reason;
  }
}

/** Where in the menus a caller is, for who's online and for the limits that depend on it. */
export interface CallerPlace {
  readonly menu: string;
  /** The menu's `desc`, or its name. */
  readonly description: string;
  readonly loginArea: boolean;
  /** The menu's module is the application form: its caller has `users.newUserSeconds`. */
  readonly isApplication: boolean;
}

/** One person (or not yet a person) at one terminal: what a session lends to the menus. */
export interface Caller {
  readonly node: number;
  readonly server: WayInName;
  readonly secure: boolean;
  readonly remoteIp: string;
  readonly terminal: Terminal;
  readonly login: Login;
  /** Already carries node and remoteIp. */
  readonly log: Log;
  /** Aborted when the connection is gone or the session has to end, with a SessionEnd where we know why. */
  readonly signal: AbortSignal;
  readonly connectedAtMs: number;
  /** Messages to this node that wait for a good moment. */
  readonly inbox: Inbox;
  /** Called on each menu that is entered. */
  entered(place: CallerPlace): void;
  /**
   * Called after each accepted factor. Once the login is complete the session puts the caller online,
   * takes over the ghost of an earlier session and counts the call; doing so twice changes nothing.
   */
  signedIn(): Promise<void>;
  /**
   * Runs `work` with the connection as raw bytes, below the screen; afterwards the screen has to be
   * drawn anew. Rejects with the session's reason when the call ends meanwhile.
   */
  takeOver<Result>(work: TakesOver<Result>): Promise<Result>;
  /** Ends the session at once, whatever is on the screen. */
  end(reason: EndReason): void;
}
