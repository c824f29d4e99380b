import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import type { Random } from '../base/random';
import type { Config } from '../config/schema';
import type { Database } from '../store/database';
import type { Notifier } from '../store/notice';
import type { HashQueue, ConcurrencyLimit } from './hash-queue';
import type { Regulator } from './regulator';
import type { SecondFactor } from './second-factor';

/** What a failed attempt costs its source (rule K1). */
export type FailureKind = 'auth-failure' | 'unknown-user';

/** What one caller's login works with. */
export interface LoginDeps {
  readonly db: Database;
  readonly config: () => Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly secondFactor: Pick<SecondFactor, 'verify'>;
  readonly notifier: Notifier | undefined;
  readonly hashes: HashQueue;
  readonly room: ConcurrencyLimit;
  readonly regulator: Regulator;
  penalize(remoteIp: string, kind: FailureKind): void;
  /** Waits until a rejection for this name may be reported. */
  floor(userName: string, startedMs: number): Promise<void>;
}
