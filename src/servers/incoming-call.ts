import type { Login } from '../auth/login';
import type { Connection } from './connection';
import type { LoginDeadline } from '../throttle/login-deadline';
import type { NodeSlot } from './nodes';
import type { ConnectionSlot } from '../throttle/connection-slot';

/** One call as a way in passes it to a session. */
export interface IncomingCall {
  readonly connection: Connection;
  /**
   * Resolves once the client has sent its terminal's data, as far as it sends any; never rejects.
   */
  readonly settled: Promise<void>;
  /** The deadline of the sign-in, running since TCP accept. */
  readonly deadline: LoginDeadline;
  readonly slot: ConnectionSlot;
  /** Called when there is no free node for the caller. */
  readonly onNodesBusy: () => void;
  readonly firstMenu: string;
  /**
   * The login where the way in asks for credentials itself (SSH); otherwise the session starts one.
   */
  readonly login: Login | undefined;
  /** The node where the way in needed its number before the session. */
  readonly node: NodeSlot | undefined;
}

/** Runs one caller's session; resolves when it is over and never rejects. */
export type Serve = (call: IncomingCall) => Promise<void>;
