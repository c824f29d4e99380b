import type { Cancel, Clock } from '../base/clock';
import { toError } from '../base/errors';
import type { TakenConnection } from '../menu/run/caller';
import { createDecoder, encodeText } from '../terminal/encoding';
import type { Encoding } from '../terminal/terminal';
import type { FarSide } from './connect';

/** Why a caller is back in the menus. */
export type BridgeEnd =
  /** The board ended the connection. */
  | 'board'
  /** The board's connection broke. */
  | 'broken'
  /** The caller left by the escape key. */
  | 'left'
  /** Neither side sent anything for too long. */
  | 'idle'
  /** The time for this board is over. */
  | 'time'
  /** The call itself is over. */
  | 'call-over';

export interface BridgeOptions {
  readonly clock: Clock;
  /** The choices behind the escape key: h hangs up, any other key goes back. */
  readonly menuText: string;
  /** The board's encoding; `as-is` passes bytes unchanged, which file transfers need. */
  readonly encoding: Encoding | 'as-is';
  /** Code of the key that opens the menu of this board; undefined for none. */
  readonly escapeKey: number | undefined;
  /** 0 for no limit. */
  readonly idleMs: number;
  /** 0 for no limit. */
  readonly maxMs: number;
}

interface BridgeResult {
  readonly end: BridgeEnd;
  readonly error?: Error;
  /** Bytes from the caller, and from the board. */
  readonly sent: number;
  readonly received: number;
}

/**
 * An escape key counts only after such a pause of the caller's bytes, and alone in its packet: the same
 * byte within a file is data.
 */
const KEY_PAUSE_MS = 250;

const CLEAR_MENU_LINE = '\r\x1b[K';

/** Passes bytes between a caller and a board until one of them ends; the board's side is then closed. */
export function bridge(
  taken: TakenConnection,
  far: FarSide,
  options: BridgeOptions,
): Promise<BridgeResult> {
  return new Promise((resolve) => new Bridge(taken, far, options, resolve));
}

class Bridge {
  private sent = 0;
  private received = 0;
  private lastInputMs = -Infinity;
  private lastBytesMs: number;
  private menuIsOpen = false;
  private isOver = false;
  private readonly cleanups: Cancel[] = [];
  private readonly toFar: (bytes: Buffer) => Buffer;
  private readonly toNear: (bytes: Buffer) => Buffer;

  constructor(
    private readonly taken: TakenConnection,
    private readonly far: FarSide,
    private readonly options: BridgeOptions,
    private readonly finished: (result: BridgeResult) => void,
  ) {
    const { encoding, clock, maxMs } = options;
    const { stream, facts, signal } = taken;
    this.lastBytesMs = clock.monotonicMs();
    this.toFar = converter(facts.encoding, encoding === 'as-is' ? facts.encoding : encoding);
    this.toNear = converter(encoding === 'as-is' ? facts.encoding : encoding, facts.encoding);
    this.on(far, 'data', (chunk: Buffer) => this.fromBoard(chunk));
    this.on(far, 'end', () => this.end('board'));
    this.on(far, 'close', () => this.end('board'));
    this.on(far, 'error', (error: unknown) => this.end('broken', toError(error)));
    this.on(far, 'drain', () => this.flow());
    this.on(stream, 'data', (chunk: Buffer) => this.fromCaller(chunk));
    this.on(stream, 'end', () => void far.end());
    this.on(stream, 'close', () => this.end('call-over'));
    this.on(stream, 'drain', () => this.flow());
    const onAbort = (): void => this.end('call-over');
    signal.addEventListener('abort', onAbort, { once: true });
    this.cleanups.push(() => signal.removeEventListener('abort', onAbort));
    this.cleanups.push(taken.onResize(() => far.resized?.()));
    if (maxMs > 0) this.cleanups.push(clock.after(maxMs, () => this.end('time')));
    this.watchIdle();
    // Both may have been paused by who read them before.
    this.flow();
    if (signal.aborted) onAbort();
  }

  private on(
    emitter: NodeJS.EventEmitter,
    event: string,
    listener: (...args: never[]) => void,
  ): void {
    emitter.on(event, listener as () => void);
    this.cleanups.push(() => void emitter.off(event, listener as () => void));
  }

  private fromBoard(chunk: Buffer): void {
    this.received += chunk.length;
    this.lastBytesMs = this.options.clock.monotonicMs();
    this.taken.stream.write(this.toNear(chunk));
    this.flow();
  }

  private fromCaller(chunk: Buffer): void {
    const nowMs = this.options.clock.monotonicMs();
    const paused = nowMs - this.lastInputMs >= KEY_PAUSE_MS;
    this.lastInputMs = nowMs;
    this.lastBytesMs = nowMs;
    if (this.menuIsOpen) {
      this.chooseFromMenu(chunk);
      return;
    }
    if (paused && chunk.length === 1 && chunk[0] === this.options.escapeKey) {
      this.menuIsOpen = true;
      const { facts, stream } = this.taken;
      stream.write(encodeText(`\r\n\x1b[0m[ ${this.options.menuText} ] `, facts.encoding));
      this.flow();
      return;
    }
    this.send(chunk);
  }

  /** The escape key again sends it to the board; any other key goes back there. */
  private chooseFromMenu(chunk: Buffer): void {
    const key = String.fromCharCode(chunk[0] ?? 0).toLowerCase();
    if (key === 'h') {
      this.end('left');
      return;
    }
    this.menuIsOpen = false;
    this.taken.stream.write(CLEAR_MENU_LINE);
    if (chunk[0] === this.options.escapeKey) this.send(chunk);
    this.flow();
  }

  private send(chunk: Buffer): void {
    this.sent += chunk.length;
    this.far.write(this.toFar(chunk));
    this.flow();
  }

  /** Reads from each side only while the other one takes it. */
  private flow(): void {
    if (this.isOver) return;
    const { stream } = this.taken;
    setFlow(this.far, !this.menuIsOpen && !stream.writableNeedDrain);
    setFlow(stream, !this.far.writableNeedDrain);
  }

  private watchIdle(): void {
    const { idleMs, clock } = this.options;
    if (idleMs === 0 || this.isOver) return;
    const leftMs = this.lastBytesMs + idleMs - clock.monotonicMs();
    if (leftMs <= 0) {
      this.end('idle');
      return;
    }
    const cancel = clock.after(leftMs, () => this.watchIdle());
    this.cleanups.push(cancel);
  }

  private end(end: BridgeEnd, error?: Error): void {
    if (this.isOver) return;
    this.isOver = true;
    for (const cleanUp of this.cleanups) cleanUp();
    this.taken.stream.pause();
    // A reset that arrives after this must not be unheard.
    this.far.on('error', () => undefined);
    this.far.destroy();
    const { sent, received } = this;
    this.finished({ end, sent, received, ...(error === undefined ? {} : { error }) });
  }
}

function setFlow(stream: NodeJS.ReadableStream, on: boolean): void {
  if (on && stream.isPaused()) stream.resume();
  if (!on && !stream.isPaused()) stream.pause();
}

/** Converts text that arrives in pieces; control bytes stay what they are. */
function converter(from: Encoding, to: Encoding): (bytes: Buffer) => Buffer {
  if (from === to) return (bytes) => bytes;
  const decoder = createDecoder(from);
  return (bytes) => encodeText(decoder.write(bytes), to);
}
