import type { Cancel, Clock } from '../base/clock';
import { LIMITS } from '../base/limits';

/** The limit that a caller reached before the sign-in. */
type LoginLimit = 'time' | 'bytes';

interface LoginDeadlineOptions {
  readonly clock: Clock;
  /** From TCP accept to fully signed in. */
  readonly limitMs: number;
  /** The same where the new-user form is open. */
  readonly formLimitMs: number;
  /**
   * Bytes received from the caller: everything on the socket, whatever the protocol uses it for.
   */
  readonly bytesRead: () => number;
  /** Called when the time is over, or when too much was sent. */
  readonly onExpired: (limit: LoginLimit) => void;
  /** Closes the connection, after the session's last message if there is one. */
  readonly close: () => void;
}

// Time for the sentence that a session shows when the time to sign in is over.
const LAST_WORDS_MS = 1_000;
// A caller who keeps sending while the sentence is shown is disconnected after this many bytes.
const SPARE_BYTES = 64 * 1024;

/**
 * Limits the time and the input of a caller before the sign-in, counted from TCP accept (rules E2,
 * E6, F6). No input extends the time; only the new-user form does, once and up to a fixed end.
 */
export class LoginDeadline {
  private readonly startedMs: number;
  private cancel: Cancel | undefined;
  private lastWords: ((limit: LoginLimit) => void) | undefined;
  private formWasOpen = false;
  private over = false;
  private isFlooded = false;

  constructor(private readonly options: LoginDeadlineOptions) {
    this.startedMs = options.clock.monotonicMs();
    this.arm(this.startedMs + options.limitMs);
  }

  /**
   * Sets the function that tells the caller the reason; without one the connection is closed
   * without a message.
   */
  onLastWords(say: (limit: LoginLimit) => void): void {
    this.lastWords = say;
  }

  /** To be called after each input of the caller. */
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

  /** The caller has opened the new-user form. */
  formOpened(): void {
    this.formWasOpen = true;
    this.arm(this.startedMs + this.options.formLimitMs);
  }

  /**
   * The caller has left the form: the ordinary time starts again, but never exceeds both times
   * together.
   */
  formClosed(): void {
    if (!this.formWasOpen) return;
    const { clock, limitMs, formLimitMs } = this.options;
    this.arm(Math.min(clock.monotonicMs() + limitMs, this.startedMs + formLimitMs + limitMs));
  }

  /** The caller is fully signed in, or disconnected. */
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

  private expire(limit: LoginLimit): void {
    this.over = true;
    this.options.onExpired(limit);
    if (this.lastWords === undefined) {
      this.options.close();
      return;
    }
    this.cancel = this.options.clock.after(LAST_WORDS_MS, this.options.close);
    this.lastWords(limit);
  }
}
