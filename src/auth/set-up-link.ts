import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import type { Database } from '../store/database';
import {
  chargeToken,
  consumeToken,
  findToken,
  findTokenOf,
  hashToken,
  isToken,
  mayUseLink,
  refundToken,
  type TokenRow,
} from '../store/tokens';
import { findUser } from '../store/users';
import { endSetUp } from './account-change';
import { recordFactorChange } from './factor-change';

/** Wrong codes and words that end a registration link (rule D11). */
export const CONFIRM_TRIES = 5;

/** The links to the page that confirms a set-up, and the tries that each of them has. */
export class SetUpLinks {
  constructor(
    private readonly parts: {
      readonly db: Database;
      readonly clock: Clock;
      readonly log: Log;
    },
  ) {}

  /** The link with this token, while it can be used. */
  async find(token: string): Promise<TokenRow | undefined> {
    if (!isToken(token)) return undefined;
    const { db, clock } = this.parts;
    const wanted = { tokenHash: hashToken(token), purpose: 'otp-register' } as const;
    return this.usable(
      await db.run((sql) => findToken(sql, { ...wanted, timelineMs: clock.timelineMs() })),
    );
  }

  /** The link of this account, while it can be used. */
  async findOf(userId: number): Promise<TokenRow | undefined> {
    const { db, clock } = this.parts;
    const wanted = { userId, purpose: 'otp-register' } as const;
    return this.usable(
      await db.run((sql) => findTokenOf(sql, { ...wanted, timelineMs: clock.timelineMs() })),
    );
  }

  /** Counts a try before it is checked, so that five of any number of parallel tries are; false after those. */
  charge({ tokenHash }: TokenRow): Promise<boolean> {
    return this.parts.db.run((sql) => chargeToken(sql, { tokenHash, most: CONFIRM_TRIES }));
  }

  /** Returns the tries left after a wrong one; ends the set-up when there are none. */
  async countWrong(token: TokenRow): Promise<number> {
    const { db, clock } = this.parts;
    const timelineMs = clock.timelineMs();
    const now = await db.run((sql) =>
      findToken(sql, { ...token, purpose: 'otp-register', timelineMs }),
    );
    const triesLeft = now === undefined ? 0 : Math.max(0, CONFIRM_TRIES - now.failures);
    if (triesLeft === 0) await this.endUsedUp(token);
    return triesLeft;
  }

  /** Gives a try back where the store can, for a right code that the store could not record. */
  async refund({ tokenHash }: TokenRow): Promise<void> {
    try {
      await this.parts.db.run((sql) => refundToken(sql, tokenHash));
    } catch (error) {
      // The first error is the one to report; a lost try does little harm.
      this.parts.log.warn('set-up.try-not-refunded', { error });
    }
  }

  /** Ends the set-up of a link that has no tries left; a set-up that was begun since then stays. */
  private async endUsedUp({ tokenHash, userId }: TokenRow): Promise<void> {
    const { db, clock, log } = this.parts;
    const timelineMs = clock.timelineMs();
    await db.transaction({ account: userId }, async (sql) => {
      if (!(await consumeToken(sql, { tokenHash, purpose: 'otp-register', timelineMs }))) return;
      await endSetUp(sql, userId);
      const nowMs = clock.nowMs();
      const change = { userId, kind: 'second-factor-dropped', actor: {}, nowMs } as const;
      await recordFactorChange(sql, { ...change, reason: 'no tries left' });
    });
    log.warn('set-up.link-used-up', { userId });
  }

  private async usable(token: TokenRow | undefined): Promise<TokenRow | undefined> {
    if (token === undefined || token.failures >= CONFIRM_TRIES) return undefined;
    const user = await this.parts.db.run((sql) => findUser(sql, token.userId));
    return user !== undefined && mayUseLink('otp-register', user) ? token : undefined;
  }
}
