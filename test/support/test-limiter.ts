import type { Random } from '../../src/base/random';
import { systemRandom } from '../../src/base/random';
import { configSchema, type ConfigInput } from '../../src/config/schema';
import { ConnectionLimiter } from '../../src/throttle/connection-limiter';
import type { ConnectionSlot } from '../../src/throttle/connection-slot';
import { FakeClock } from './fake-clock';
import { SourceLedger } from './source-ledger';

export interface TestLimiterOptions {
  readonly security?: ConfigInput['security'];
  readonly random?: Random;
  readonly mostConnections?: number;
  readonly isExempt?: (ip: string) => boolean;
  /** Sources that accounts are known from. */
  readonly known?: readonly string[];
}

/** The connection limiter without a board: its callers are addresses, and each end is recorded. */
export class TestLimiter {
  readonly clock = new FakeClock();
  readonly guard: SourceLedger;
  readonly limiter: ConnectionLimiter;
  /** Addresses whose connection was ended for another, in order. */
  readonly ended: string[] = [];

  constructor(options: TestLimiterOptions = {}) {
    const isExempt = options.isExempt ?? ((): boolean => false);
    const config = configSchema.parse({ security: options.security });
    this.guard = new SourceLedger(isExempt);
    this.limiter = new ConnectionLimiter({
      config: () => config,
      clock: this.clock,
      random: options.random ?? systemRandom,
      guard: this.guard,
      isExempt,
      isKnown: (source) => options.known?.includes(source) === true,
      mostConnections: options.mostConnections,
    });
  }

  /** The slot, or the reason of the refusal. */
  call(remoteIp: string, isLocal = false): ConnectionSlot | string {
    const end = (): void => void this.ended.push(remoteIp);
    const result = this.limiter.accept({ remoteIp, isLocal, end });
    return result.ok ? result.slot : result.reason;
  }

  /** The slot of a connection that must be accepted. */
  slot(remoteIp: string, isLocal = false): ConnectionSlot {
    const slot = this.call(remoteIp, isLocal);
    if (typeof slot === 'string') throw new Error(`${remoteIp} is refused: ${slot}`);
    return slot;
  }

  /** `ok`, or the reason of the refusal. */
  answer(remoteIp: string, isLocal = false): string {
    const slot = this.call(remoteIp, isLocal);
    return typeof slot === 'string' ? slot : 'ok';
  }
}
