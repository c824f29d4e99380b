import { WAYS_IN } from '../protocols/ways-in';
import type { Clock } from '../base/clock';
import { LIMITS } from '../base/limits';
import type { Connection } from './connection';
import { InputQueue } from './input-queue';
import type { InputTurns } from './input-turns';
import { OutputQueue } from './output-queue';

/** The operations of a way in on its socket. */
export interface Transport {
  /** Sends one piece and calls `done` when the socket has accepted it. */
  send(piece: Buffer, done: () => void): void;
  /** All output is sent: ends the call according to the protocol, and closes. */
  finish(): void;
  /** Closes at once. */
  destroy(): void;
  /** Pauses and resumes reading, so that input waits on the client's side. */
  flow(on: boolean): void;
}

export interface LiveConnectionOptions {
  readonly server: Connection['server'];
  readonly remoteIp: string;
  readonly clock: Clock;
  readonly transport: Transport;
  /** Shared by the callers of a port. */
  readonly turns: InputTurns;
  /** Called when the reader was too slow and has been disconnected. */
  readonly onOverrun?: (reason: 'full' | 'stalled') => void;
}

export interface TerminalHints {
  readonly terminalType?: string | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

// Time for the client to close the connection before the socket is destroyed.
const FINISH_MS = 2_000;
// With more queued output than this, input waits until the client has received more of it.
const BEHIND_BYTES = LIMITS.outputQueueBytes / 4;

/**
 * The only implementation of Connection: the ways in differ in their Transport and in the source of
 * their input.
 */
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
        options.transport.send(piece, () => {
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
      flow: (on) => options.transport.flow(on),
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
      this.options.transport.finish();
      this.resolveEnded();
    });
    const cancel = this.options.clock.after(FINISH_MS, () => this.destroy());
    this.gone.signal.addEventListener('abort', cancel, { once: true });
  }

  destroy(): void {
    this.options.transport.destroy();
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

  /**
   * Passes input to the session. Before the session listens, up to a screenful of type-ahead is
   * kept.
   */
  received(bytes: Buffer): void {
    if (this.gone.signal.aborted) return;
    if (this.dataListener !== undefined) this.input.push(bytes);
    else if (this.earlyBytes + bytes.length <= LIMITS.typeAheadBytes) {
      this.early.push(Buffer.from(bytes));
      this.earlyBytes += bytes.length;
    }
  }

  /** Records what the client reports about its terminal. */
  hinted(hints: TerminalHints): void {
    const { terminalType, columns, rows } = { ...this.hints, ...hints };
    // Field by field: a spread object would get a separate hidden class for each caller.
    this.hints = { terminalType, columns, rows };
    for (const listener of this.hintsListeners) listener();
  }

  /** To be called when the transport is closed, for whatever reason. */
  closed(): void {
    if (this.gone.signal.aborted) return;
    this.queue.stop();
    this.input.stop();
    this.gone.abort();
    this.resolveEnded();
  }
}
