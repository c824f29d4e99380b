import { Duplex } from 'node:stream';

interface TakenStreamOptions {
  readonly send: (bytes: Buffer) => void;
  /** How many bytes may be sent; none while the caller is slow to receive output. */
  readonly room: () => number;
  /** Pauses and resumes reading, so that input waits on the client's side. */
  readonly flow: (on: boolean) => void;
}

/** Sent at least where there is room at all. */
const PIECE_BYTES = 16 * 1024;
/** Twice what Node.js reads from a socket at a time: one piece can wait without a pause of the other side. */
const HIGH_WATER_BYTES = 128 * 1024;

/** The raw bytes of a caller's connection while it is taken over, with backpressure both ways. */
export class TakenStream extends Duplex {
  private unsent: Buffer = Buffer.alloc(0);
  private whenSent: (() => void) | undefined;
  private isSending = false;
  private isOver = false;
  private isReleased = false;
  /** Input since the taker has destroyed the stream. */
  private readonly late: Buffer[] = [];

  constructor(private readonly options: TakenStreamOptions) {
    super({ highWaterMark: HIGH_WATER_BYTES });
    // A hang-up that the taker does not listen for must not end the process.
    this.on('error', () => undefined);
  }

  /** Passes the caller's bytes on, which belong to the stream from then on. */
  received(bytes: Buffer): void {
    if (bytes.length === 0 || this.isOver || this.isReleased) return;
    if (this.destroyed) this.late.push(bytes);
    else if (this.push(bytes)) return;
    this.options.flow(false);
  }

  /** The caller sends no more. */
  inputEnded(): void {
    if (this.isOver || this.destroyed) return;
    this.isOver = true;
    this.push(null);
  }

  /** To be called whenever the client has received output. */
  goOn(): void {
    // What is received at once calls this again, for each piece: the loop below goes on by itself.
    if (this.isSending) return;
    this.isSending = true;
    try {
      this.sendPieces();
    } finally {
      this.isSending = false;
    }
    if (this.unsent.length > 0) return;
    const done = this.whenSent;
    this.whenSent = undefined;
    done?.();
  }

  private sendPieces(): void {
    while (this.unsent.length > 0 && !this.destroyed) {
      const room = this.options.room();
      if (room <= 0) return;
      const piece = this.unsent.subarray(0, Math.max(room, PIECE_BYTES));
      this.unsent = this.unsent.subarray(piece.length);
      this.options.send(piece);
    }
  }

  /** Resolves when all that was written is queued for the caller, or the stream is destroyed. */
  flushed(): Promise<void> {
    return new Promise((resolve) => {
      if (this.destroyed || this.writableFinished) {
        resolve();
        return;
      }
      this.once('finish', resolve);
      this.once('close', resolve);
      if (!this.writableEnded) this.end();
    });
  }

  /** Ends the stream; returns the caller's bytes that nobody has read. */
  release(reason?: Error): readonly Buffer[] {
    // Reading would pass the rest to listeners that are still there, a second time.
    this.unpipe();
    this.removeAllListeners('data');
    this.removeAllListeners('readable');
    const left: Buffer[] = [];
    while (this.readableLength > 0) {
      const chunk = this.read() as Buffer | string | null;
      if (chunk === null) break;
      // Text where the taker has set an encoding.
      left.push(
        typeof chunk === 'string' ? Buffer.from(chunk, this.readableEncoding ?? 'utf8') : chunk,
      );
    }
    this.isReleased = true;
    this.destroy(reason);
    return [...left, ...this.late];
  }

  override _read(): void {
    if (!this.isOver) this.options.flow(true);
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.unsent = chunk;
    this.whenSent = done;
    this.goOn();
  }
}
