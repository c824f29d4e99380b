import type { Log } from '../../base/log';
import type { Login, LoginOrigin } from '../../auth/login';
import type { WayInName } from '../../protocols/ways-in';
import type { Terminal, Encoding, TerminalSize } from '../../terminal/terminal';
import type { Inbox } from './inbox';
import type { Actor } from '../../auth/account-change';
import type { User } from '../../store/users';
import type { Duplex } from 'node:stream';

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

/** How a call ended. */
export interface CallEnd {
  readonly reason: EndReason;
  readonly seconds: number;
}

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

/** What a protocol's greeting says of who calls, before the first menu. It signs nobody in. */
export interface Greeting {
  readonly userName: string;
  /** A credential as typed; never in a log. */
  readonly password: string | undefined;
}

/** One caller at one terminal, before or after sign-in, as a session passes it to the menus. */
export interface Caller {
  readonly node: number;
  readonly server: WayInName;
  readonly secure: boolean;
  readonly remoteIp: string;
  readonly terminal: Terminal;
  readonly login: Login;
  /** What the protocol says of who calls, where it does. */
  readonly greeting?: Greeting | undefined;
  /** With node and remoteIp in every line. */
  readonly log: Log;
  /** Aborted when the connection is closed or the session has to end; with a SessionEnd when the reason is known. */
  readonly signal: AbortSignal;
  /** By the monotonic clock. */
  readonly connectedMonotonicMs: number;
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

/**
 * The actor of a change, for the record, and so that the actor's own session is not ended by it.
 */
export function actorOf({ login, node, server, remoteIp }: Caller): Actor {
  const { sessionId, user } = login;
  const proven = user && { id: user.id, loginVersion: user.loginVersion };
  return { sessionId, node, server, remoteIp, proven };
}

/** Where a caller comes from, for what counts by source. */
export function originOf({ node, server, secure, remoteIp }: Caller): LoginOrigin {
  return { node, server, secure, remoteIp };
}

/** The account of a caller in a screen that only people who are signed in come to. */
export function userOf(caller: Caller): User {
  const { user } = caller.login;
  if (user === undefined) throw new Error('this screen needs somebody who is signed in');
  return user;
}

/** The current facts about a caller and their terminal. */
export interface CallerFacts {
  readonly server: WayInName;
  readonly secure: boolean;
  readonly remoteIp: string;
  readonly terminalType: string;
  readonly size: TerminalSize;
  readonly encoding: Encoding;
  /** Undefined before a factor was accepted. */
  readonly userName: string | undefined;
  readonly groups: readonly string[];
  /** Highest factor that was accepted in this call. */
  readonly factor: number;
}

/** The facts about a caller as they are now. */
export function factsOf(caller: Caller): CallerFacts {
  const { server, secure, remoteIp, terminal, login } = caller;
  const { type: terminalType, window: size, encoding } = terminal;
  return {
    ...{ server, secure, remoteIp, terminalType, encoding, size },
    userName: login.user?.name,
    groups: login.user?.groups ?? [],
    factor: login.factor,
  };
}

/** A caller's connection below the screen, for the code that took it over. */
export interface TakenConnection {
  /**
   * Input from the caller and output to the caller. It ends when the caller sends no more, and is
   * destroyed with the session's reason when the call is over. Unread bytes go to the menu afterwards.
   */
  readonly stream: Duplex;
  /** As they are at the time of reading. */
  readonly facts: CallerFacts;
  /**
   * Calls `listener` after each change of size until the connection is given back; returns the
   * function that removes it earlier.
   */
  onResize(listener: () => void): () => void;
  /** Aborted when the call is over. */
  readonly signal: AbortSignal;
}

/** Runs with a caller's connection; the connection is given back when the promise settles. */
export type TakesOver<Result> = (taken: TakenConnection) => Promise<Result>;
