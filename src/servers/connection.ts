import type { WayInName } from '../protocols/ways-in';
import type { TakenStream } from './taken-stream';
import type { Login } from '../auth/login';
import type { LoginDeadline } from '../throttle/login-deadline';
import type { NodeSlot } from './nodes';
import type { ConnectionSlot } from '../throttle/connection-slot';

/** What a session passes when it takes a connection over. */
export interface Taking {
  readonly decoded: Buffer;
  /** Called on each input of the caller. */
  readonly onInput: () => void;
  /** Called when the transport has accepted output. */
  readonly onOutput: () => void;
}

/**
 * A connection as each way in passes it to a session; telnet, SSH and WebSocket have the same
 * interface.
 */
export interface Connection {
  readonly server: WayInName;
  /** True where the transport is encrypted end to end (ACS SC). */
  readonly secure: boolean;
  readonly remoteIp: string;
  /** Hints from TTYPE/NAWS/pty-req, undefined while unknown; for display only (rule F4). */
  readonly terminalType: string | undefined;
  readonly columns: number | undefined;
  readonly rows: number | undefined;
  /** Never blocks, never throws; a reader that is too slow is disconnected (rule F9). */
  write(bytes: Buffer): void;
  /** Sends the queued output, then closes. */
  end(): void;
  /** Resolves when end() has sent the queued output, or when the connection is closed. */
  readonly ended: Promise<void>;
  /** Closes at once. */
  destroy(): void;
  /** Aborted when the connection is closed, for whatever reason. */
  readonly signal: AbortSignal;
  onData(listener: (bytes: Buffer) => void): void;
  /**
   * Passes input to the returned stream, first the input that was decoded already, and holds what is
   * written elsewhere, until the stream is given back.
   */
  takeOver(taking: Taking): TakenStream;
  /** Input that the stream's reader has left, and held output, take their usual way again. */
  giveBack(stream: TakenStream, reason?: Error): void;
  /** Registers a listener for changes of size or type. */
  onHints(listener: () => void): void;
}

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
