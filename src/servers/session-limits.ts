import type { Cancel, Clock } from '../base/clock';
import type { Config } from '../config/schema';
import type { Say } from '../texts/texts';

interface SessionLimitsOptions {
  readonly clock: Clock;
  readonly users: Config['users'];
  readonly say: Say;
  /** Shows a sentence; the call continues. */
  readonly warn: (sentence: string) => void;
  readonly end: (sentence: string) => void;
}

const WARNED_BEFORE_MS = 60_000;

/** Limits the idle time and the length of a call (rule J5). */
export class SessionLimits {
  private readonly startedMs: number;
  private lastInputMs: number;
  private isSignedIn = false;
  private warned = false;
  private isLastMinute = false;
  private holdsWarnings = false;
  private cancelIdle: Cancel = () => undefined;
  private cancelMost: Cancel = () => undefined;

  constructor(private readonly options: SessionLimitsOptions) {
    this.startedMs = options.clock.monotonicMs();
    this.lastInputMs = this.startedMs;
    this.watch();
    this.watchLength();
  }

  /** To be called after each input of the caller, and after each output of a taken connection. */
  touched(): void {
    this.lastInputMs = this.options.clock.monotonicMs();
    this.warned = false;
  }

  signedIn(): void {
    this.isSignedIn = true;
    this.touched();
    this.watch();
  }

  /**
   * Warnings wait while they cannot be shown; those that still hold follow afterwards, with the time
   * that is left then.
   */
  holdWarnings(on: boolean): void {
    this.holdsWarnings = on;
    if (on) return;
    if (this.isLastMinute) this.warnOfLength();
    this.watch();
  }

  stop(): void {
    this.cancelIdle();
    this.cancelMost();
  }

  /** One timer per call: a key only records the time, and the timer checks it when it fires. */
  private watch(): void {
    const { users, clock, say, end, warn } = this.options;
    this.cancelIdle();
    const limitMs =
      1000 * (this.isSignedIn ? users.idleLogoutSeconds : users.preAuthIdleLogoutSeconds);
    const leftMs = this.lastInputMs + limitMs - clock.monotonicMs();
    if (leftMs <= 0) {
      end(say('call.silent'));
      return;
    }
    const warnInMs = leftMs - Math.min(WARNED_BEFORE_MS, limitMs / 2);
    const warns = this.isSignedIn && !this.warned && !this.holdsWarnings;
    if (warns && warnInMs <= 0) {
      this.warned = true;
      warn(say('warning.silent', { seconds: seconds(leftMs) }));
    }
    const nextMs = warns && warnInMs > 0 ? warnInMs : leftMs;
    this.cancelIdle = clock.after(nextMs, () => this.watch());
  }

  private watchLength(): void {
    const { users, clock, say, end } = this.options;
    this.cancelMost = clock.after(users.sessionMaxSeconds * 1000 - WARNED_BEFORE_MS, () => {
      this.isLastMinute = true;
      if (!this.holdsWarnings) this.warnOfLength();
      this.cancelMost = clock.after(WARNED_BEFORE_MS, () => end(say('call.longest')));
    });
  }

  private warnOfLength(): void {
    const { users, clock, say, warn } = this.options;
    const leftMs = this.startedMs + users.sessionMaxSeconds * 1000 - clock.monotonicMs();
    warn(say('warning.longest', { seconds: seconds(leftMs) }));
  }
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1000);
}
