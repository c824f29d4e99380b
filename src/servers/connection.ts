import type { WayInName } from '../protocols/ways-in';

/** What each way in hands to a session; telnet, SSH and WebSocket look the same from here. */
export interface Connection {
  readonly server: WayInName;
  /** True where the transport is encrypted end to end (ACS SC). */
  readonly secure: boolean;
  readonly remoteIp: string;
  /** Hints from TTYPE/NAWS/pty-req, undefined while unknown; display only (rule F4). */
  readonly terminalType: string | undefined;
  readonly columns: number | undefined;
  readonly rows: number | undefined;
  /** Never blocks, never throws; a reader that is too slow is disconnected (rule F9). */
  write(bytes: Buffer): void;
  /** Sends what is queued, then closes. */
  end(): void;
  /** Resolves when end() has sent what was queued, or the connection is gone. */
  readonly ended: Promise<void>;
  /** Closes at once. */
  destroy(): void;
  /** Aborted when the connection is gone, whatever the cause. */
  readonly signal: AbortSignal;
  onData(listener: (bytes: Buffer) => void): void;
  /** Size or type changed. */
  onHints(listener: () => void): void;
}
