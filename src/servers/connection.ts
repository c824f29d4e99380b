import type { Login } from '../auth/login';
import type { Cancel, Clock } from '../base/clock';
import { BbsError } from '../base/errors';
import { LIMITS } from '../base/limits';
import type { Greeting } from '../menu/run/caller';
import { WAYS_IN, type WayInName } from '../protocols/ways-in';
import type { TerminalHints } from '../terminal/probe';
import type { ConnectionSlot } from '../throttle/connection-slot';
import type { LoginDeadline } from '../throttle/login-deadline';
import { InputQueue, type InputTurns } from './input-queue';
import type { NodeSlot } from './nodes';
import { OutputQueue } from './output-queue';
import { TakenStream } from './taken-stream';

/** The operations of a way in on its socket. */
interface Transport {
  /** Sends one piece and calls `done` when the socket has accepted it. */
  send(piece: Buffer, done: () => void): void;
  /** All output is sent: ends the call according to the protocol, with the reason where it has room for one, and closes. */
  finish(reason: string): void;
  /** Closes at once. */
  destroy(): void;
  /** Pauses and resumes reading, so that input waits on the client's side. */
  flow(on: boolean): void;
  /** Called when raw bytes begin and cease to pass, where the protocol has to know. */
  raw?(on: boolean): void;
}

interface ConnectionOptions {
  readonly server: WayInName;
  readonly remoteIp: string;
  /** True where this call is in clear text on a part of its way, whatever its way in is. */
  readonly isInClear?: boolean | undefined;
  readonly clock: Clock;
  readonly transport: Transport;
  /** Shared by the callers of a port. */
  readonly turns: InputTurns;
  /** Called when the reader was too slow and has been disconnected. */
  readonly onOverrun?: (reason: 'full' | 'stalled') => void;
}

/** What a session passes when it takes a connection over. */
interface Taking {
  readonly decoded: Buffer;
  /** Called on each input of the caller. */
  readonly onInput: () => void;
  /** Called when the transport has accepted output. */
  readonly onOutput: () => void;
}

/** What a client reports about its terminal, as far as it does. */
export type ClientHints = Partial<Omit<TerminalHints, 'onHints'>>;

// Time for the client to close the connection before the socket is destroyed.
const FINISH_MS = 2_000;
// After the end of the caller's input, a taken connection may go without output for this long: many
// clients that hang up look as if they had closed only their half.
const ANSWER_MS = 30_000;
// With more queued output than this, input waits until the client has received more of it.
const BEHIND_BYTES = LIMITS.outputQueueBytes / 4;

/**
 * A connection as a way in passes it to a session. The ways in differ in their Transport and in the
 * source of their input.
 */
export class Connection {
  readonly server: WayInName;
  /** True where the transport is encrypted end to end (ACS SC). */
  readonly secure: boolean;
  readonly remoteIp: string;
  /** Resolves when end() has sent the queued output, or when the connection is closed. */
  readonly ended: Promise<void>;
  private resolveEnded: () => void = () => undefined;
  private hints: ClientHints = {};
  private readonly queue: OutputQueue;
  private readonly input: InputQueue;
  private readonly gone = new AbortController();
  private dataListener: ((bytes: Buffer) => void) | undefined;
  private hintsListeners: readonly (() => void)[] = [];
  private early: Buffer[] = [];
  private earlyBytes = 0;
  private taken: { readonly stream: TakenStream; readonly taking: Taking } | undefined;
  private held: Buffer[] = [];
  private heldBytes = 0;
  private inputIsOver = false;
  private cancelAnswer: Cancel = () => undefined;

  constructor(private readonly options: ConnectionOptions) {
    this.server = options.server;
    this.secure = WAYS_IN[options.server].secure && options.isInClear !== true;
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
          this.taken?.taking.onOutput();
          this.limitAnswer();
          this.taken?.stream.goOn();
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

  /** Aborted when the connection is closed, for whatever reason. */
  get signal(): AbortSignal {
    return this.gone.signal;
  }

  /** Hints from TTYPE/NAWS/pty-req, undefined while unknown; for display only (rule F4). */
  get terminalType(): string | undefined {
    return this.hints.terminalType;
  }

  get columns(): number | undefined {
    return this.hints.columns;
  }

  get rows(): number | undefined {
    return this.hints.rows;
  }

  get charset(): ClientHints['charset'] {
    return this.hints.charset;
  }

  get hasNoColor(): boolean | undefined {
    return this.hints.hasNoColor;
  }

  get asksForLines(): boolean | undefined {
    return this.hints.asksForLines;
  }

  get reportsTaps(): boolean | undefined {
    return this.hints.reportsTaps;
  }

  /** Never blocks, never throws; a reader that is too slow is disconnected (rule F9). */
  write(bytes: Buffer): void {
    if (this.taken === undefined) this.queue.write(bytes);
    else if (this.heldBytes + bytes.length <= BEHIND_BYTES) {
      // The screen is drawn anew afterwards: what does not fit is not missed.
      this.held.push(bytes);
      this.heldBytes += bytes.length;
    }
  }

  /**
   * Passes input to the returned stream, first the input that was decoded already, and holds what is
   * written elsewhere, until the stream is given back.
   */
  takeOver(taking: Taking): TakenStream {
    if (this.taken !== undefined)
      throw new BbsError('INTERNAL', 'the connection is taken over already; await its return');
    const { transport } = this.options;
    const stream = new TakenStream({
      send: (bytes) => this.queue.write(bytes),
      room: () => BEHIND_BYTES - this.queue.bytes,
      flow: (on) => {
        if (this.taken?.stream === stream) transport.flow(on);
      },
    });
    this.taken = { stream, taking };
    transport.raw?.(true);
    // The input queue may have paused the transport.
    transport.flow(true);
    for (const bytes of [taking.decoded, ...this.input.takeAll()]) stream.received(bytes);
    if (this.inputIsOver) this.inputEnded();
    return stream;
  }

  /** Input that the stream's reader has left, and held output, take their usual way again. */
  giveBack(stream: TakenStream, reason?: Error): void {
    if (this.taken?.stream !== stream) return;
    this.taken = undefined;
    const left = stream.release(reason);
    const { held } = this;
    this.held = [];
    this.heldBytes = 0;
    if (this.gone.signal.aborted) return;
    const { transport } = this.options;
    transport.raw?.(false);
    transport.flow(true);
    for (const bytes of held) this.queue.write(bytes);
    for (const bytes of left) this.input.push(bytes);
    // A caller who can type no more has nothing to do in a menu.
    if (this.inputIsOver) this.end();
  }

  /** Sends the queued output, then closes; a client that shows no text may be told the reason. */
  end(reason = ''): void {
    if (this.gone.signal.aborted) return;
    this.cancelAnswer();
    this.queue.finish(() => {
      this.options.transport.finish(reason);
      this.resolveEnded();
    });
    const cancel = this.options.clock.after(FINISH_MS, () => this.destroy());
    this.gone.signal.addEventListener('abort', cancel, { once: true });
  }

  /** Closes at once. */
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

  /** Registers a listener for changes of size or type. */
  onHints(listener: () => void): void {
    this.hintsListeners = [...this.hintsListeners, listener];
  }

  /**
   * Passes input to the session; the bytes belong to whoever takes them. Before the session listens,
   * up to a screenful of type-ahead is kept.
   */
  received(bytes: Buffer): void {
    if (this.gone.signal.aborted) return;
    if (this.taken !== undefined) {
      this.taken.taking.onInput();
      this.taken.stream.received(bytes);
    } else if (this.dataListener !== undefined) this.input.push(bytes);
    else if (this.earlyBytes + bytes.length <= LIMITS.typeAheadBytes) {
      this.early.push(Buffer.from(bytes));
      this.earlyBytes += bytes.length;
    }
  }

  /** To be called when the client has sent its last byte; true where somebody else is told of it. */
  inputEnded(): boolean {
    this.inputIsOver = true;
    this.taken?.stream.inputEnded();
    this.limitAnswer();
    return this.taken !== undefined;
  }

  /** Ends the call when the taker goes on without output after the end of the input. */
  private limitAnswer(): void {
    if (!this.inputIsOver || this.taken === undefined) return;
    this.cancelAnswer();
    this.cancelAnswer = this.options.clock.after(ANSWER_MS, () => this.end());
  }

  /** Records what the client reports about its terminal. */
  hinted(hints: ClientHints): void {
    const merged = { ...this.hints, ...hints };
    const { terminalType, columns, rows, charset, asksForLines, hasNoColor, reportsTaps } = merged;
    // Field by field: a spread object would get a separate hidden class for each caller.
    this.hints = {
      ...{ terminalType, columns, rows, charset },
      ...{ asksForLines, hasNoColor, reportsTaps },
    };
    for (const listener of this.hintsListeners) listener();
  }

  /** To be called when the transport is closed, for whatever reason. */
  closed(): void {
    if (this.gone.signal.aborted) return;
    this.queue.stop();
    this.input.stop();
    this.cancelAnswer();
    this.gone.abort();
    this.resolveEnded();
  }
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
  /** What the protocol says of who calls, where it does. */
  readonly greeting?: Greeting;
}

/** Runs one caller's session; resolves when it is over and never rejects. */
export type Serve = (call: IncomingCall) => Promise<void>;

/**
 * A terminal's name as reported by the client, sanitized (rule E8); undefined when nothing is left.
 */
export function terminalTypeOf(raw: string): string | undefined {
  const name = raw
    .slice(0, 4 * LIMITS.terminalTypeCharacters)
    .replace(/[^A-Za-z0-9._+-]/g, '')
    .slice(0, LIMITS.terminalTypeCharacters)
    .toLowerCase();
  return name === '' ? undefined : name;
}

/**
 * Columns or rows within the limits of a screen; 0 and invalid values count as unknown (rule E8).
 */
export function sizeOf(raw: number): number | undefined {
  if (!Number.isInteger(raw) || raw <= 0) return undefined;
  return Math.min(raw, LIMITS.ptyMax);
}
