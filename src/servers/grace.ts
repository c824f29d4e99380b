import type { Cancel, Clock } from '../base/clock';
import { LIMITS } from '../base/limits';

/** What a caller has used up before he signed in. */
export type GraceLimit = 'time' | 'bytes';

export interface GraceOptions {
  readonly clock: Clock;
  /** From TCP accept to fully signed in. */
  readonly limitMs: number;
  /** The same where the new-user form is open. */
  readonly formLimitMs: number;
  /** What has come from the caller so far: everything on the socket, whatever the protocol makes of it. */
  readonly bytesRead: () => number;
  /** The time is over, or too much was sent. */
  readonly onExpired: (limit: GraceLimit) => void;
  /** Closes the connection, after its last words if it has any. */
  readonly close: () => void;
}

// Time for the sentence that a session says when the time to sign in is over.
const LAST_WORDS_MS = 1_000;
// Who goes on sending while he is told is cut off without waiting for that.
const SPARE_BYTES = 64 * 1024;
const SENTENCES: Readonly<Record<GraceLimit, string>> = {
  time: 'You took too long to sign in. Please call again.',
  bytes: 'You have sent more than a sign-in takes. Please call again.',
};

/**
 * How long a caller may take to sign in, counted from TCP accept, and how much he may send until then
 * (rules E2, E6, F6). Nothing that he sends extends the time; only the new-user form does, once and up to a
 * fixed end.
 */
export class Grace {
  private readonly startedMs: number;
  private cancel: Cancel | undefined;
  private lastWords: ((sentence: string) => void) | undefined;
  private formWasOpen = false;
  private over = false;
  private isFlooded = false;

  constructor(private readonly options: GraceOptions) {
    this.startedMs = options.clock.monotonicMs();
    this.arm(this.startedMs + options.limitMs);
  }

  /** Who says why, when a limit is reached; without one the connection is closed without a word. */
  onLastWords(say: (sentence: string) => void): void {
    this.lastWords = say;
  }

  /** Something has come from the caller. */
  heard(): void {
    if (this.over && !this.isFlooded) return;
    const bytes = this.options.bytesRead();
    if (bytes <= LIMITS.preAuthBytes) return;
    if (this.isFlooded) {
      if (bytes > LIMITS.preAuthBytes + SPARE_BYTES) this.options.close();
      return;
    }
    this.isFlooded = true;
    this.cancel?.();
    this.expire('bytes');
  }

  /** The caller has come to the new-user form. */
  formOpened(): void {
    this.formWasOpen = true;
    this.arm(this.startedMs + this.options.formLimitMs);
  }

  /** He left it again: from here he has the ordinary time, but never more than both together. */
  formClosed(): void {
    if (!this.formWasOpen) return;
    const { clock, limitMs, formLimitMs } = this.options;
    this.arm(Math.min(clock.monotonicMs() + limitMs, this.startedMs + formLimitMs + limitMs));
  }

  /** Fully signed in, or gone. */
  end(): void {
    this.over = true;
    this.cancel?.();
  }

  private arm(deadlineMs: number): void {
    if (this.over) return;
    this.cancel?.();
    const leftMs = Math.max(0, deadlineMs - this.options.clock.monotonicMs());
    this.cancel = this.options.clock.after(leftMs, () => this.expire('time'));
  }

  private expire(limit: GraceLimit): void {
    this.over = true;
    this.options.onExpired(limit);
    if (this.lastWords === undefined) {
      this.options.close();
      return;
    }
    this.cancel = this.options.clock.after(LAST_WORDS_MS, this.options.close);
    this.lastWords(SENTENCES[limit]);
  }
}
