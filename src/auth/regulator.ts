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

/** Whether an attempt was checked. */
type RegulatedResult<T> =
  | { readonly kind: 'checked'; readonly value: T }
  | { readonly kind: 'wait'; readonly retryAfterMs: number }
  /** Too many attempts of the same budget were before it; it was not counted either. */
  | { readonly kind: 'busy' }
  /** The factor is locked until it is bound again. */
  | { readonly kind: 'stopped' };

/** An attempt that was counted; `failures` includes it. */
export interface Charged {
  readonly key: AttemptKey;
  readonly failures: number;
}

/** Gives a charge back where the store can, for an attempt that it could not record (rule A13). */
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

/** The account, factor and source that an attempt is charged to. */
export interface AttemptBy {
  /** undefined for a name that no account has. */
  readonly userId: number | undefined;
  readonly userName: string;
  readonly factor: AttemptFactor;
  readonly source: string;
  /** True where the account was lately signed in to from this source, which then has a budget of its own (rule C5). */
  readonly isKnownPlace: boolean;
}

const UNKNOWN_NAME_MS = 86_400_000;
const PRUNE_EVERY_MS = 3_600_000;
/**
 * Maximum wait for a turn: with the store's own waits after it, an answer still comes within
 * LIMITS.storeMs.
 */
const TURN_MS = 3_500;

/** Counts every attempt before its credential is checked, and delays further ones after failures (rule A11). */
export class Regulator {
  private readonly turns: Turns;
  private prunedAtMs = -Infinity;

  constructor(
    private readonly parts: {
      readonly db: Database;
      readonly config: () => Config;
      readonly clock: Clock;
    },
  ) {
    this.turns = new Turns(parts.clock);
  }

  /**
   * Charges, then runs `check`, which gives the charge back when the credential was right. Attempts of
   * one budget run one after the other, so that parallel guesses gain nothing (rule A16) and two calls of
   * the owner at once are not counted as guesses.
   */
  async attempt<T>(
    by: AttemptBy,
    check: (charged: Charged) => Promise<T>,
  ): Promise<RegulatedResult<T>> {
    await this.prune();
    const { db, clock } = this.parts;
    const key = keyOf(by);
    const name = `${key.subject} ${key.factor} ${key.budget}`;
    const turn = await this.turns.run(name, async (): Promise<RegulatedResult<T>> => {
      const timelineMs = clock.timelineMs();
      const about = by.userId === undefined ? 'nothing-shared' : { account: by.userId };
      const rule = this.ruleOf(by.factor);
      const charge = await chargeAttempt(db, key, { rule, timelineMs, about });
      if (charge.kind === 'stopped') return { kind: 'stopped' };
      if (charge.kind === 'wait')
        return { kind: 'wait', retryAfterMs: charge.untilMs - timelineMs };
      return { kind: 'checked', value: await check({ key, failures: charge.failures }) };
    });
    return turn === 'too late' ? { kind: 'busy' } : turn;
  }

  /** The rule by which attempts at a factor are charged. */
  ruleOf(factor: AttemptFactor): ChargeRule {
    const { failedLogin, twoFactorAuth } = this.parts.config().users;
    const second = factor === 'second';
    const most =
      factor !== 'password' ? failedLogin.mostOtpWaitSeconds : failedLogin.mostWaitSeconds;
    return {
      free: failedLogin.free,
      firstWaitMs: failedLogin.firstWaitSeconds * 1000,
      mostWaitMs: most * 1000,
      ...(second ? { stopAt: twoFactorAuth.otp.disableAfter } : {}),
    };
  }

  private async prune(): Promise<void> {
    const { db, clock } = this.parts;
    if (clock.monotonicMs() - this.prunedAtMs < PRUNE_EVERY_MS) return;
    this.prunedAtMs = clock.monotonicMs();
    await db.run((sql) => pruneAttempts(sql, clock.timelineMs() - UNKNOWN_NAME_MS));
  }
}

function keyOf(by: AttemptBy): AttemptKey {
  return {
    subject: by.userId === undefined ? nameSubject(by.userName) : accountSubject(by.userId),
    factor: by.factor,
    budget: by.isKnownPlace ? by.source : '',
  };
}

/**
 * Runs jobs of one name one after the other, and forgets the name after the last one. A job that
 * cannot start within TURN_MS never runs: while the store hangs, no attempt waits for all those before it.
 */
class Turns {
  private readonly last = new Map<string, Promise<void>>();

  constructor(private readonly clock: Clock) {}

  run<T>(name: string, job: () => Promise<T>): Promise<T | 'too late'> {
    return new Promise((resolve, reject) => {
      let begins = true;
      const cancel = this.clock.after(TURN_MS, () => {
        begins = false;
        resolve('too late');
      });
      const before = this.last.get(name) ?? Promise.resolve();
      const mine = before
        .then(async () => {
          cancel();
          // The error of a failed job goes to its own caller; the next one runs all the same.
          if (begins) await job().then(resolve, reject);
        })
        .finally(() => {
          if (this.last.get(name) === mine) this.last.delete(name);
        });
      this.last.set(name, mine);
    });
  }
}
