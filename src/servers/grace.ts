import type { Cancel, Clock } from '../base/clock';

export interface GraceOptions {
  readonly clock: Clock;
  /** From TCP accept to fully signed in. */
  readonly limitMs: number;
  /** The same where the new-user form is open. */
  readonly formLimitMs: number;
  /** The time is over. */
  readonly onExpired: () => void;
  /** Closes the connection, after its last words if it has any. */
  readonly close: () => void;
}

// Time for the sentence that a session says when the time to sign in is over.
const LAST_WORDS_MS = 1_000;

/**
 * How long a caller may take to sign in, counted from TCP accept (rules E2, F6). Nothing that he sends
 * extends it; only the new-user form does, once and up to a fixed end.
 */
export class Grace {
  private readonly startedMs: number;
  private cancel: Cancel | undefined;
  private lastWords: (() => void) | undefined;
  private formWasOpen = false;
  private over = false;

  constructor(private readonly options: GraceOptions) {
    this.startedMs = options.clock.monotonicMs();
    this.arm(this.startedMs + options.limitMs);
  }

  /** Who says why, when the time is over; without one the connection is closed without a word. */
  onLastWords(say: () => void): void {
    this.lastWords = say;
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
    this.cancel = this.options.clock.after(leftMs, () => this.expire());
  }

  private expire(): void {
    this.over = true;
    this.options.onExpired();
    if (this.lastWords === undefined) {
      this.options.close();
      return;
    }
    this.cancel = this.options.clock.after(LAST_WORDS_MS, this.options.close);
    this.lastWords();
  }
}
