import type { BoardClock } from '../base/clock';
import type { Log } from '../base/log';

/** Something that processes of one board tell each other. */
export interface BoardEvent {
  readonly id: number;
  readonly kind: string;
  /** The process that it is for; undefined for all. */
  readonly nodeId: number | undefined;
  /** JSON, or a number. */
  readonly payload: string;
}

/** What a process says of itself, and what it is told of the others on the same database. */
export interface JoinOptions {
  readonly version: string;
  readonly host: string;
  readonly pid: number;
  /** Its timeline is kept level with the others'. */
  readonly clock: BoardClock;
  readonly log: Log;
  /** True where the database answers by another way than that of the lease. */
  answers(): Promise<boolean>;
  /** The lease is lost: the node numbers may be somebody else's by now. It is registered anew afterwards. */
  onLost(): void;
  onJoined(): void;
  onEvents(events: readonly BoardEvent[]): void;
  /** Callers of another process may have come, gone or changed. */
  onCallers(): void;
  /** Sessions of a process that ended without a word, whose calls are recorded as ended. */
  onGone(sessionIds: readonly string[]): void;
}

/** Whether a process takes new callers, as `oputil` on any machine reads it. */
export interface NodeState {
  readonly state: 'open' | 'draining' | 'drained';
  /** When those who stay are ended, by this process's monotonic clock; undefined lets them stay. */
  readonly endsAtMs?: number | undefined;
}

/** Another process of the board, as of the last beat. */
export interface OtherNode {
  readonly id: number;
  /** Node numbers that it holds. */
  readonly slots: number;
  /** Until its lease is over, unless it renews it. */
  readonly leftMs: number;
}

/** This process among those that run on one database. */
export interface SharedNode {
  /** Of the row in `node`; 0 while it has none. */
  readonly id: number;
  /** False once the lease may be over: nobody is signed in then, and no node number given out. */
  isHeld(): boolean;
  others(): readonly OtherNode[];
  /** The lowest free node numbers, now this process's own: at most `count`, none above `most` unless that is 0. */
  reserve(count: number, most: number): Promise<readonly number[]>;
  giveBack(numbers: readonly number[]): Promise<void>;
  /** Has everybody know the state; said again until the database has it. */
  setState(state: NodeState): void;
  /** Frees what the process holds. */
  release(): Promise<void>;
}
