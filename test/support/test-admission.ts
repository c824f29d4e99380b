import type { Random } from '../../src/base/random';
import { systemRandom } from '../../src/base/random';
import { configSchema, type ConfigInput } from '../../src/config/schema';
import { Admission } from '../../src/servers/connection-limiter';
import type { Seat } from '../../src/servers/connection-slot';
import { FakeClock } from './fake-clock';
import { SourceLedger } from './source-ledger';

export interface TestAdmissionOptions {
  readonly security?: ConfigInput['security'];
  readonly random?: Random;
  readonly mostConnections?: number;
  readonly isExempt?: (ip: string) => boolean;
  /** Sources that accounts are known from. */
  readonly known?: readonly string[];
}

/** The admission of a board without a board: its callers are addresses, and an end is noted. */
export class TestAdmission {
  readonly clock = new FakeClock();
  readonly guard: SourceLedger;
  readonly admission: Admission;
  /** Addresses whose connection was closed for another, in that order. */
  readonly ended: string[] = [];

  constructor(options: TestAdmissionOptions = {}) {
    const isExempt = options.isExempt ?? ((): boolean => false);
    const config = configSchema.parse({ security: options.security });
    this.guard = new SourceLedger(isExempt);
    this.admission = new Admission({
      config: () => config,
      clock: this.clock,
      random: options.random ?? systemRandom,
      guard: this.guard,
      isExempt,
      isKnown: (source) => options.known?.includes(source) === true,
      mostConnections: options.mostConnections,
    });
  }

  /** The seat, or why there is none. */
  call(remoteIp: string, isLocal = false): Seat | string {
    const end = (): void => void this.ended.push(remoteIp);
    const admittance = this.admission.admit({ remoteIp, isLocal, end });
    return admittance.ok ? admittance.seat : admittance.reason;
  }

  /** For who has to get in. */
  seat(remoteIp: string, isLocal = false): Seat {
    const seat = this.call(remoteIp, isLocal);
    if (typeof seat === 'string') throw new Error(`${remoteIp} is refused: ${seat}`);
    return seat;
  }

  /** `ok`, or why not. */
  answer(remoteIp: string, isLocal = false): string {
    const seat = this.call(remoteIp, isLocal);
    return typeof seat === 'string' ? seat : 'ok';
  }
}
