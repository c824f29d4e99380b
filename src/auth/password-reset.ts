import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import type { Random } from '../base/random';
import type { Config } from '../config/schema';
import type { Budgets } from '../store/budget';
import type { Database, Sql } from '../store/database';
import {
  consumeToken,
  findAnyToken,
  hashToken,
  isToken,
  makeToken,
  mayUseLink,
  replaceToken,
} from '../store/tokens';
import type { NoticeResult, Notifier } from '../store/notice';
import { findUser, findUserByName } from '../store/users';
import type { User } from '../store/users';
import type { AccountResult } from './account-rules';
import type { Accounts } from './accounts';
import { recordChange, type Actor } from './account-change';
import { isOfProgram } from './own-accounts';

interface PasswordResetOptions {
  readonly db: Database;
  readonly config: () => Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly accounts: Pick<Accounts, 'changePassword'>;
  readonly notifier: Notifier;
  readonly budgets: Budgets;
}

/** Maximum number of requests that wait for the database; more are dropped. */
const MAX_WAITING = 200;

/** Links that set a password: what anybody may ask for ends none of those that the sysop has mailed. */
const PURPOSES = ['password-reset', 'first-password'] as const;

interface PasswordLink {
  readonly user: User;
  readonly purpose: (typeof PURPOSES)[number];
}

/** Sets new passwords by a mailed link. The second factor stays required (rule C8). */
export class PasswordReset {
  private readonly waiting = new Set<Promise<void>>();

  constructor(private readonly parts: PasswordResetOptions) {}

  /**
   * Sends a link where the account exists. Returns at once for any name: the work runs after the
   * answer, so that its duration tells nothing (rule C7).
   */
  request(userName: string, actor: Actor): void {
    if (this.waiting.size >= MAX_WAITING) {
      this.parts.log.warn('password-reset.refused', { remoteIp: actor.remoteIp });
      return;
    }
    const work = this.sendLink(userName, actor)
      .catch((error: unknown) => {
        // The caller has got the same answer in any case.
        this.parts.log.error('password-reset.failed', { remoteIp: actor.remoteIp, error });
      })
      .finally(() => this.waiting.delete(work));
    this.waiting.add(work);
  }

  /** The account of a link; changes nothing (rule D4). */
  async find(token: string): Promise<User | undefined> {
    return (await this.findLink(token))?.user;
  }

  /**
   * Sets the password and ends the link, in one transaction; undefined where the link has ended.
   */
  async complete(
    token: string,
    password: string,
    actor: Actor,
  ): Promise<AccountResult | undefined> {
    const { accounts, clock, config } = this.parts;
    const link = await this.findLink(token);
    if (link === undefined) return undefined;
    const { user, purpose } = link;
    const change = {
      password,
      endLock: config().users.unlockAtEmailPwReset,
      provided: async (sql: Sql) => {
        const now = await findUser(sql, user.id);
        if (now === undefined || !mayUseLink(purpose, now)) return false;
        const timelineMs = clock.timelineMs();
        return consumeToken(sql, { tokenHash: hashToken(token), purpose, timelineMs });
      },
    };
    const result = await accounts.changePassword(user.id, change, actor);
    return result.kind === 'refused' && result.problem === 'not-now' ? undefined : result;
  }

  /** Waits for requests in progress. */
  async close(): Promise<void> {
    await Promise.all(this.waiting);
  }

  private async findLink(token: string): Promise<PasswordLink | undefined> {
    if (!isToken(token)) return undefined;
    const { db, clock } = this.parts;
    return db.run(async (sql) => {
      const row = await findAnyToken(sql, hashToken(token), clock.timelineMs());
      const purpose = PURPOSES.find((each) => each === row?.purpose);
      if (row === undefined || purpose === undefined) return undefined;
      const user = await findUser(sql, row.userId);
      if (user === undefined || isOfProgram(user)) return undefined;
      return mayUseLink(purpose, user) ? { user, purpose } : undefined;
    });
  }

  private async sendLink(userName: string, actor: Actor): Promise<void> {
    const { db, clock, random, config, budgets, log } = this.parts;
    const nowMs = clock.nowMs();
    const createdAtMs = clock.timelineMs();
    const token = makeToken(random);
    const { tokenTtlMinutes } = config().contentServers.web.resetPassword;
    const outcome = await db.transaction('board', async (sql) => {
      // Counted for any name; mails are counted separately, once there is one to send.
      const request = { expense: 'reset-request', spender: actor } as const;
      const spent = await budgets.take(sql, request);
      if (spent !== undefined) {
        await budgets.recordRefusal(sql, request, spent);
        return 'too-many';
      }
      const user = await findUserByName(sql, userName);
      const usable = user !== undefined && mayUseLink('password-reset', user) && !isOfProgram(user);
      const queued = usable ? await this.mailLink(sql, { user, token, actor }) : 'no-account';
      if (usable && queued === 'queued') {
        await replaceToken(sql, {
          tokenHash: hashToken(token),
          userId: user.id,
          purpose: 'password-reset',
          subject: undefined,
          createdAtMs,
          expiresAtMs: createdAtMs + tokenTtlMinutes * 60_000,
        });
      }
      const audit = 'password-reset-request';
      await recordChange(sql, { userId: user?.id, actor, nowMs, audit, reason: queued });
      return queued;
    });
    log.info('password-reset.requested', { remoteIp: actor.remoteIp, outcome });
  }

  /**
   * The notifier limits mails per account to three an hour (rule C7); this budget is the board's.
   */
  private async mailLink(
    sql: Sql,
    link: { readonly user: User; readonly token: string; readonly actor: Actor },
  ): Promise<NoticeResult> {
    const { notifier, budgets } = this.parts;
    const userId = link.user.id;
    const mail = { expense: 'reset-mail', spender: link.actor, userId } as const;
    const spent = await budgets.take(sql, mail);
    if (spent !== undefined) {
      await budgets.recordRefusal(sql, mail, spent);
      return 'too-many';
    }
    const notice = { kind: 'password-reset', userId, token: link.token } as const;
    const queued = await notifier.notify(sql, notice);
    if (queued !== 'queued') await budgets.giveBack(sql, mail);
    return queued;
  }
}
