import type { Login } from '../auth/login';
import type { Connection } from './connection';
import type { Grace } from './grace';
import type { NodeSlot } from './nodes';
import type { Seat } from './seat';

/** One call as a way in hands it to a session. */
export interface Call {
  readonly connection: Connection;
  /** Resolves once the caller's side has said what it will say about its terminal; never rejects. */
  readonly settled: Promise<void>;
  /** The time to sign in, running since TCP accept. */
  readonly grace: Grace;
  readonly seat: Seat;
  /** There is no node for the caller. */
  readonly onNodesBusy: () => void;
  readonly firstMenu: string;
  /** Where the way in has asked for credentials itself (SSH); else the session begins one. */
  readonly login: Login | undefined;
  /** Where the way in needed a node number before the session. */
  readonly node: NodeSlot | undefined;
}

/** Lives one caller's life; resolves when it is over and never rejects. */
export type Serve = (call: Call) => Promise<void>;
