import { WAYS_IN } from '../protocols/ways-in';
import type { Clock } from '../base/clock';
import { LIMITS } from '../base/limits';
import type { Connection } from './connection';
import { InputQueue } from './input-queue';
import type { InputTurns } from './input-turns';
import { OutputQueue } from './output-queue';

/** What a way in does with bytes and with the end of a call. */
export interface Wire {
  /** Sends one piece and calls `done` when the transport has taken it. */
  send(piece: Buffer, done: () => void): void;
  /** Everything is sent: says good-bye as the protocol does, and closes. */
  finish(): void;
  /** Closes at once. */
  destroy(): void;
  /** Stops and starts reading, so that the caller's side keeps what has to wait. */
  flow(on: boolean): void;
}

export interface LiveConnectionOptions {
  readonly server: Connection['server'];
  readonly remoteIp: string;
  readonly clock: Clock;
  readonly wire: Wire;
  /** Shared by the callers of a port. */
  readonly turns: InputTurns;
  /** The reader was too slow and has been disconnected. */
  readonly onOverrun?: (reason: 'full' | 'stalled') => void;
}

export interface TerminalHints {
  readonly terminalType?: string | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

// How long a caller has to take our good-bye before the socket is closed under him.
const FINISH_MS = 2_000;
// From here on what a caller types waits until he has seen more of what is under way to him.
const BEHIND_BYTES = LIMITS.outputQueueBytes / 4;

/** The one Connection there is: the ways in differ only in their Wire and in what feeds them. */
export class LiveConnection implements Connection {
  readonly server: Connection['server'];
  readonly secure: boolean;
  readonly remoteIp: string;
  readonly ended: Promise<void>;
  private resolveEnded: () => void = () => undefined;
  private hints: TerminalHints = {};
  private readonly queue: OutputQueue;
  private readonly input: InputQueue;
  private readonly gone = new AbortController();
  private dataListener: ((bytes: Buffer) => void) | undefined;
  private hintsListeners: readonly (() => void)[] = [];
  private early: Buffer[] = [];
  private earlyBytes = 0;

  constructor(private readonly options: LiveConnectionOptions) {
    this.server = options.server;
    this.secure = WAYS_IN[options.server].secure;
    this.remoteIp = options.remoteIp;
    this.ended = new Promise((resolve) => {
      this.resolveEnded = resolve;
    });
    this.queue = new OutputQueue({
      clock: options.clock,
      limitBytes: LIMITS.outputQueueBytes,
      stallMs: LIMITS.outputStallMs,
      send: (piece, done) =>
        options.wire.send(piece, () => {
          done();
          this.input.goOn();
        }),
      onOverrun: (reason) => {
        options.onOverrun?.(reason);
        this.destroy();
      },
    });
    this.input = new InputQueue({
      deliver: (bytes) => this.dataListener?.(bytes),
      isBehind: () => this.queue.bytes > BEHIND_BYTES,
      flow: (on) => options.wire.flow(on),
      turns: options.turns,
    });
  }

  get signal(): AbortSignal {
    return this.gone.signal;
  }

  get terminalType(): string | undefined {
    return this.hints.terminalType;
  }

  get columns(): number | undefined {
    return this.hints.columns;
  }

  get rows(): number | undefined {
    return this.hints.rows;
  }

  write(bytes: Buffer): void {
    this.queue.write(bytes);
  }

  end(): void {
    if (this.gone.signal.aborted) return;
    this.queue.finish(() => {
      this.options.wire.finish();
      this.resolveEnded();
    });
    const cancel = this.options.clock.after(FINISH_MS, () => this.destroy());
    this.gone.signal.addEventListener('abort', cancel, { once: true });
  }

  destroy(): void {
    this.options.wire.destroy();
    this.closed();
  }

  onData(listener: (bytes: Buffer) => void): void {
    this.dataListener = listener;
    const early = this.early;
    this.early = [];
    for (const bytes of early) this.input.push(bytes);
  }

  onHints(listener: () => void): void {
    this.hintsListeners = [...this.hintsListeners, listener];
  }

  /** Bytes of the caller's, for the session. Before it listens, a screenful of type-ahead is kept. */
  received(bytes: Buffer): void {
    if (this.gone.signal.aborted) return;
    if (this.dataListener !== undefined) this.input.push(bytes);
    else if (this.earlyBytes + bytes.length <= LIMITS.typeAheadBytes) {
      this.early.push(Buffer.from(bytes));
      this.earlyBytes += bytes.length;
    }
  }

  /** What the caller's side says about its terminal. */
  hinted(hints: TerminalHints): void {
    const { terminalType, columns, rows } = { ...this.hints, ...hints };
    // Field by field: an object spread into another has a hidden class of its own, for each caller.
    this.hints = { terminalType, columns, rows };
    for (const listener of this.hintsListeners) listener();
  }

  /** The transport is gone, whatever the cause. */
  closed(): void {
    if (this.gone.signal.aborted) return;
    this.queue.stop();
    this.input.stop();
    this.gone.abort();
    this.resolveEnded();
  }
}
