import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import type { RefusalReason } from './admission';

export interface RefusalLogOptions {
  readonly server: string;
  readonly clock: Clock;
  readonly log: Log;
}

const EVERY_MS = 1_000;

/** Says of one port whom it refuses: a line a second at most, or the log would be a flood's second victim. */
export class RefusalLog {
  private refusals = 0;
  private saidMs = -Infinity;

  constructor(private readonly options: RefusalLogOptions) {}

  note(remoteIp: string, reason: RefusalReason): void {
    const { server, clock, log } = this.options;
    this.refusals += 1;
    const nowMs = clock.monotonicMs();
    if (nowMs - this.saidMs < EVERY_MS) return;
    log.warn('call.refused', { remoteIp, server, reason, refusals: this.refusals });
    this.saidMs = nowMs;
    this.refusals = 0;
  }
}
