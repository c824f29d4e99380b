import type { Duplex } from 'node:stream';
import type { WayInName } from '../../protocols/ways-in';
import type { Encoding, TerminalSize } from '../../terminal/terminal';

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
