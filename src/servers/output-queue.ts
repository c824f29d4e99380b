import type { Socket } from 'node:net';
import type { Cancel, Clock } from '../base/clock';

interface OutputQueueOptions {
  readonly clock: Clock;
  readonly limitBytes: number;
  readonly stallMs: number;
  /** Sends one piece and calls `done` when the transport has accepted it. One piece at a time. */
  readonly send: (piece: Buffer, done: () => void) => void;
  /** Called once when the reader is too slow (rule F9); nothing is sent afterwards. */
  readonly onOverrun: (reason: 'full' | 'stalled') => void;
}

// Small enough that progress shows at modem speed: 16 KiB in 30 s is 5,600 baud.
const PIECE_BYTES = 16 * 1024;
const LARGE_PIECE_BYTES = 64 * 1024;
// A system that takes so much in a row has buffers for a caller beside which a large piece hides no progress.
const LARGE_AFTER_BYTES = 256 * 1024;

/** Writes a piece to a socket; done as soon as the system has all of it, which is mostly at once. */
export function sendPiece(socket: Socket, piece: Buffer, done: () => void): void {
  let waiting: (() => void) | undefined = done;
  socket.write(piece, () => waiting?.());
  if (socket.writableLength > 0) return;
  waiting = undefined;
  done();
}

/** A caller's output, limited in size and in time. */
export class OutputQueue {
  private readonly pieces: Buffer[] = [];
  private queuedBytes = 0;
  /** Taken in a row without a wait. */
  private atOnceBytes = 0;
  private sending = false;
  private stopped = false;
  private stall: Cancel | undefined;
  private whenEmpty: (() => void) | undefined;

  constructor(private readonly options: OutputQueueOptions) {}

  get bytes(): number {
    return this.queuedBytes;
  }

  write(bytes: Buffer): void {
    if (this.stopped || this.whenEmpty !== undefined || bytes.length === 0) return;
    if (this.queuedBytes + bytes.length > this.options.limitBytes) {
      this.overrun('full');
      return;
    }
    this.queuedBytes += bytes.length;
    this.pieces.push(bytes);
    this.pump();
  }

  /** Calls `then` once all output written so far is sent; further writes are dropped. */
  finish(then: () => void): void {
    this.whenEmpty = then;
    this.pump();
  }

  /** Discards the queued output. */
  stop(): void {
    this.stopped = true;
    this.pieces.length = 0;
    this.queuedBytes = 0;
    this.whenEmpty = undefined;
    this.stall?.();
  }

  private pump(): void {
    while (!this.sending && !this.stopped) {
      const piece = this.take();
      if (piece === undefined) {
        const then = this.whenEmpty;
        if (then === undefined) return;
        this.stop();
        then();
        return;
      }
      this.send(piece);
    }
  }

  /** The next piece: small writes that have waited are sent together. */
  private take(): Buffer | undefined {
    const limit = this.atOnceBytes < LARGE_AFTER_BYTES ? PIECE_BYTES : LARGE_PIECE_BYTES;
    const [first] = this.pieces;
    if (first !== undefined && first.length > limit) {
      this.pieces[0] = first.subarray(limit);
      return first.subarray(0, limit);
    }
    let bytes = 0;
    const end = this.pieces.findIndex((piece) => (bytes += piece.length) > limit);
    const count = Math.max(1, end < 0 ? this.pieces.length : end);
    return count === 1 ? this.pieces.shift() : Buffer.concat(this.pieces.splice(0, count));
  }

  private send(piece: Buffer): void {
    const call = { isDone: false, hadToWait: false };
    this.sending = true;
    this.options.send(piece, () => {
      if (call.isDone) return;
      call.isDone = true;
      this.sending = false;
      if (this.stopped) return;
      this.atOnceBytes = call.hadToWait ? 0 : this.atOnceBytes + piece.length;
      this.queuedBytes -= piece.length;
      this.stall?.();
      this.stall = undefined;
      // Called before `send` returned: the loop in pump() continues by itself.
      if (call.hadToWait) this.pump();
    });
    // A piece that was written meanwhile, and has to wait, has its own time limit.
    if (call.isDone || this.stopped) return;
    call.hadToWait = true;
    this.stall = this.options.clock.after(this.options.stallMs, () => this.overrun('stalled'));
  }

  private overrun(reason: 'full' | 'stalled'): void {
    if (this.stopped) return;
    this.stop();
    this.options.onOverrun(reason);
  }
}
