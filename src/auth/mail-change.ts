import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import type { Random } from '../base/random';
import type { Config } from '../config/schema';
import { foldMailAddress, isMailAddress } from '../base/mail-address';
import { addAccountEvent } from '../store/account-events';
import type { Budgets, Spend } from '../store/budget';
import type { Database, Sql } from '../store/database';
import {
  consumeToken,
  findToken,
  findTokenOf,
  hashToken,
  isToken,
  makeToken,
  mayUseLink,
  replaceToken,
  type TokenRow,
} from '../store/tokens';
import type { Notice, Notifier } from '../store/notice';
import { findHolders, setProperties } from '../store/properties';
import { findUser } from '../store/users';
import type { User } from '../store/users';
import { type Actor, endLinks, recordChange } from './account-change';

interface MailChangeOptions {
  readonly db: Database;
  readonly config: () => Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly notifier: Notifier;
  readonly budgets: Budgets;
  /** Called after a commit, so that sessions in this process see the change at once. */
  readonly changed?: () => void;
}

/**
 * The result of a request for another address. `accepted` does not tell whether another account has
 * the address: the mail does, and at most one a day is sent there (rules M5, M6).
 */
export type MailChangeBegun = 'accepted' | 'bad-address' | 'too-many';

/** An address that is not confirmed yet. */
interface PendingMail {
  readonly userName: string;
  readonly address: string;
  readonly expiresAtMs: number;
}

type MailChangeResult =
  | { readonly kind: 'done'; readonly user: User; readonly address: string }
  /** Another account has confirmed the address in the meantime. */
  | { readonly kind: 'taken' }
  /** Used, expired or replaced. */
  | { readonly kind: 'gone' };

/** The outcome for the log; the user is told less. */
type BeginOutcome = 'mailed' | 'mailed-before' | 'too-many' | 'bad-address';

const LIFE_MS = 24 * 3600_000;

/**
 * Changes of mail addresses: an address counts once its owner has opened a link sent there (rule
 * D14).
 */
export class MailChange {
  constructor(private readonly parts: MailChangeOptions) {}

  /**
   * Mails a link to `address`; the old address stays until it is opened. Where another account has
   * the address, the mail says so to its owner instead. The caller of this method decides who may
   * ask.
   */
  async begin(userId: number, address: string, actor: Actor): Promise<MailChangeBegun> {
    const { db, config, clock, random, log } = this.parts;
    if (!isMailAddress(address) || address.length > config().users.emailMax) return 'bad-address';
    const timelineMs = clock.timelineMs();
    const token = makeToken(random);
    const outcome = await db.transaction('board', async (sql): Promise<BeginOutcome> => {
      const asked = await this.mail(sql, { userId, address, token, actor });
      if (asked === 'too-many' || asked === 'bad-address') return asked;
      const waiting = await findTokenOf(sql, { userId, purpose: 'confirm-mail', timelineMs });
      const isTheSame = foldMailAddress(waiting?.subject ?? '') === foldMailAddress(address);
      // The link that was mailed there before stays valid.
      if (asked === 'mailed-before' && isTheSame) return asked;
      // Also stored where no mail was sent, so that the cases cannot be told apart.
      await replaceToken(sql, {
        tokenHash: hashToken(token),
        userId,
        purpose: 'confirm-mail',
        subject: address,
        createdAtMs: timelineMs,
        expiresAtMs: timelineMs + LIFE_MS,
      });
      await this.record(sql, { userId, kind: 'mail-change-request', actor });
      return asked;
    });
    log.info('mail-change.requested', { userId, remoteIp: actor.remoteIp, outcome });
    return outcome === 'too-many' || outcome === 'bad-address' ? outcome : 'accepted';
  }

  /** Queues the mail with the link or with the notice, within the budgets. */
  private async mail(
    sql: Sql,
    wish: {
      readonly userId: number;
      readonly address: string;
      readonly token: string;
      readonly actor: Actor;
    },
  ): Promise<BeginOutcome> {
    const { budgets, notifier } = this.parts;
    const { userId, address, token, actor } = wish;
    const holders = await findOtherHolders(sql, address, userId);
    const spend: Spend = { expense: 'confirm-mail', spender: actor, userId, recipient: address };
    const spent = await budgets.take(sql, spend);
    if (spent !== undefined) {
      await budgets.recordRefusal(sql, spend, spent);
      return spent === 'recipient' ? 'mailed-before' : 'too-many';
    }
    const notice: Notice =
      holders.length === 0
        ? { kind: 'confirm-mail', userId, token, address }
        : { kind: 'address-in-use', userId, address, names: holders };
    const queued = await notifier.notify(sql, notice);
    if (queued === 'queued') return 'mailed';
    await budgets.giveBack(sql, spend);
    return queued === 'too-many' ? 'too-many' : 'bad-address';
  }

  /** The change that a link confirms; changes nothing (rule D4). */
  async find(token: string): Promise<PendingMail | undefined> {
    if (!isToken(token)) return undefined;
    const wanted = { tokenHash: hashToken(token), purpose: 'confirm-mail' as const };
    const { db, clock } = this.parts;
    return db.run(async (sql) =>
      describe(sql, await findToken(sql, { ...wanted, timelineMs: clock.timelineMs() })),
    );
  }

  /** The unconfirmed address of an account. */
  async pendingFor(userId: number): Promise<PendingMail | undefined> {
    const { db, clock } = this.parts;
    const wanted = { userId, purpose: 'confirm-mail' as const };
    return db.run(async (sql) =>
      describe(sql, await findTokenOf(sql, { ...wanted, timelineMs: clock.timelineMs() })),
    );
  }

  /** Ends the link and sets the address, in one transaction; the old address is notified. */
  async confirm(token: string, actor: Actor): Promise<MailChangeResult> {
    if (!isToken(token)) return { kind: 'gone' };
    const { db, log } = this.parts;
    const result = await db.transaction('board', (sql) => this.take(sql, hashToken(token), actor));
    if (result.kind === 'done') {
      log.info('mail-change.confirmed', { userId: result.user.id, remoteIp: actor.remoteIp });
      this.parts.changed?.();
    }
    return result;
  }

  private async take(sql: Sql, tokenHash: string, actor: Actor): Promise<MailChangeResult> {
    const { clock } = this.parts;
    const nowMs = clock.nowMs();
    const timelineMs = clock.timelineMs();
    const wanted = { tokenHash, purpose: 'confirm-mail' as const, timelineMs };
    const row = await findToken(sql, wanted);
    const address = row?.subject;
    if (row === undefined || address === undefined || !(await consumeToken(sql, wanted))) {
      return { kind: 'gone' };
    }
    const { userId } = row;
    const before = await findUser(sql, userId);
    if (before === undefined || !mayUseLink('confirm-mail', before)) return { kind: 'gone' };
    if ((await findOtherHolders(sql, address, userId)).length > 0) return { kind: 'taken' };
    await setProperties(sql, userId, { email_address: address });
    await endLinks(sql, userId);
    await this.record(sql, { userId, kind: 'mail-changed', actor });
    await addAccountEvent(sql, { userId, kind: 'properties', sessionId: actor.sessionId, nowMs });
    const old = before.properties.get('email_address');
    if (old !== undefined && old !== '' && old !== address) {
      await this.parts.notifier.notify(sql, { kind: 'mail-changed', userId, address: old });
    }
    const user = await findUser(sql, userId);
    return user === undefined ? { kind: 'gone' } : { kind: 'done', user, address };
  }

  private async record(
    sql: Sql,
    change: { readonly userId: number; readonly kind: string; readonly actor: Actor },
  ): Promise<void> {
    const { kind, ...who } = change;
    await recordChange(sql, { ...who, audit: kind, nowMs: this.parts.clock.nowMs() });
  }
}

/** Names of other accounts that have the address. */
async function findOtherHolders(
  sql: Sql,
  address: string,
  userId: number,
): Promise<readonly string[]> {
  const wanted = { property: 'email_address', value: address, exceptUserId: userId };
  return (await findHolders(sql, wanted)).map(({ name }) => name);
}

async function describe(sql: Sql, row: TokenRow | undefined): Promise<PendingMail | undefined> {
  if (row?.subject === undefined) return undefined;
  const user = await findUser(sql, row.userId);
  if (user === undefined || !mayUseLink('confirm-mail', user)) return undefined;
  return { userName: user.name, address: row.subject, expiresAtMs: row.expiresAtMs };
}
