import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import type { Config } from '../config/schema';
import {
  accountSubject,
  chargeAttempt,
  nameSubject,
  pruneAttempts,
  undoCharge,
} from '../store/attempts';
import type { AttemptFactor, AttemptKey, ChargeRule } from '../store/attempts';
import type { Database } from '../store/database';
import { isKnownSource } from '../store/sources';
import { KNOWN_SOURCE_MS } from './known-places';

/** What happened to an attempt: looked at, or not at all. */
export type RegulatedResult<T> =
  | { readonly kind: 'looked'; readonly value: T }
  | { readonly kind: 'wait'; readonly retryAfterMs: number }
  /** So many attempts of the same budget came before it that it was not counted either. */
  | { readonly kind: 'busy' }
  /** The factor is off until it is bound again. */
  | { readonly kind: 'stopped' };

/** An attempt that was counted; `failures` includes it. */
export interface Charged {
  readonly key: AttemptKey;
  readonly failures: number;
}

/** Takes back a charge where the store can, for an attempt that it could not record (rule A13). */
export async function giveBack(
  parts: { readonly db: Database; readonly log: Log },
  charged: Charged,
): Promise<void> {
  try {
    await parts.db.run((sql) => undoCharge(sql, charged.key, charged.failures));
  } catch (error) {
    // The first error is the one to report; the wait that may follow ends by itself.
    parts.log.warn('attempt.not-given-back', { subject: charged.key.subject, error });
  }
}

export interface AttemptBy {
  /** undefined for a name that no account has. */
  readonly userId: number | undefined;
  readonly userName: string;
  readonly factor: AttemptFactor;
  readonly source: string;
}

/** Counts every attempt before it is looked at, and makes those wait who failed too often (rule A11). */
export interface Regulator {
  /**
   * Charges, then runs `look`, which gives the charge back when the credential was right. Attempts of
   * one budget are looked at one after the other, so that guesses in parallel gain nothing (rule A16)
   * and an owner who calls twice at once is not taken for a guesser.
   */
  attempt<T>(by: AttemptBy, look: (charged: Charged) => Promise<T>): Promise<RegulatedResult<T>>;
}

const UNKNOWN_NAME_MS = 86_400_000;
const PRUNE_EVERY_MS = 3_600_000;
/** With the store's own waits after it, an answer still comes within LIMITS.storeMs. */
const TURN_MS = 3_500;

export function createRegulator(options: {
  readonly db: Database;
  readonly config: () => Config;
  readonly clock: Clock;
}): Regulator {
  const { db, config, clock } = options;
  const runExclusive = createTurns(clock);
  let prunedAtMs = -Infinity;

  const rule = (factor: AttemptFactor): ChargeRule => {
    const { failedLogin, twoFactorAuth } = config().users;
    const second = factor === 'second';
    const most = second ? failedLogin.mostOtpWaitSeconds : failedLogin.mostWaitSeconds;
    return {
      free: failedLogin.free,
      firstWaitMs: failedLogin.firstWaitSeconds * 1000,
      mostWaitMs: most * 1000,
      ...(second ? { stopAt: twoFactorAuth.otp.disableAfter } : {}),
    };
  };
  const keyOf = async (by: AttemptBy): Promise<AttemptKey> => {
    // Also asked for nobody, so that unknown names take the same path.
    const known = await db.run((sql) =>
      isKnownSource(sql, by.userId ?? 0, {
        source: by.source,
        sinceMs: clock.timelineMs() - KNOWN_SOURCE_MS,
      }),
    );
    return {
      subject: by.userId === undefined ? nameSubject(by.userName) : accountSubject(by.userId),
      factor: by.factor,
      budget: known ? by.source : '',
    };
  };
  const prune = async (): Promise<void> => {
    if (clock.monotonicMs() - prunedAtMs < PRUNE_EVERY_MS) return;
    prunedAtMs = clock.monotonicMs();
    await db.run((sql) => pruneAttempts(sql, clock.timelineMs() - UNKNOWN_NAME_MS));
  };

  return {
    attempt: async <Looked>(by: AttemptBy, look: (charged: Charged) => Promise<Looked>) => {
      await prune();
      const key = await keyOf(by);
      const name = `${key.subject} ${key.factor} ${key.budget}`;
      const turn = await runExclusive(name, async (): Promise<RegulatedResult<Looked>> => {
        const timelineMs = clock.timelineMs();
        const charge = await db.run((sql) =>
          chargeAttempt(sql, key, { rule: rule(by.factor), timelineMs }),
        );
        if (charge.kind === 'stopped') return { kind: 'stopped' };
        if (charge.kind === 'wait')
          return { kind: 'wait', retryAfterMs: charge.untilMs - timelineMs };
        return { kind: 'looked', value: await look({ key, failures: charge.failures }) };
      });
      return turn === 'too late' ? { kind: 'busy' } : turn;
    },
  };
}

/**
 * Runs jobs of one name one after the other, and forgets the name when none is left. A job that
 * cannot start in time never runs: while the store hangs, nobody waits for all the jobs before.
 */
function createTurns(
  clock: Clock,
): <T>(name: string, job: () => Promise<T>) => Promise<T | 'too late'> {
  const last = new Map<string, Promise<void>>();
  return (name, job) =>
    new Promise((resolve, reject) => {
      let begins = true;
      const cancel = clock.after(TURN_MS, () => {
        begins = false;
        resolve('too late');
      });
      const before = last.get(name) ?? Promise.resolve();
      const mine = before
        .then(async () => {
          cancel();
          // A failed job is its own caller's affair; the next one has its turn all the same.
          if (begins) await job().then(resolve, reject);
        })
        .finally(() => {
          if (last.get(name) === mine) last.delete(name);
        });
      last.set(name, mine);
    });
}
