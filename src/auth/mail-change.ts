import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import type { Random } from '../base/random';
import type { Config } from '../config/schema';
import { isMailAddress } from '../base/mail-address';
import { addAccountEvent } from '../store/account-events';
import type { Database, Sql } from '../store/database';
import type { Notifier } from '../store/notice';
import { mayUseLink } from '../store/link-rules';
import { findUserIdsByProperty, setProperties } from '../store/properties';
import {
  consumeToken,
  countTokensAbout,
  findToken,
  findTokenOf,
  hashToken,
  replaceToken,
} from '../store/tokens';
import type { TokenRow } from '../store/tokens';
import { findUser } from '../store/users';
import type { User } from '../store/users';
import { endLinks } from './account-links';
import { recordChange, type Actor } from './change-record';
import { isToken, makeToken } from './token';

export interface MailChangeOptions {
  readonly db: Database;
  readonly config: () => Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly notifier: Notifier;
  /** Called after a commit, so that sessions of the account learn of it at once. */
  readonly changed?: () => void;
}

/** What became of asking for another address. */
export type MailChangeBegun = 'sent' | 'bad-address' | 'taken' | 'too-many';

/** An address that waits for its link to be opened. */
export interface PendingMail {
  readonly userName: string;
  readonly address: string;
  readonly expiresAtMs: number;
}

export type MailChangeResult =
  | { readonly kind: 'done'; readonly user: User; readonly address: string }
  /** Another account has got the address in the meantime. */
  | { readonly kind: 'taken' }
  /** Used, expired or replaced. */
  | { readonly kind: 'gone' };

/** Mail addresses between being typed and being used: only a link sent there makes one count (rule D14). */
export interface MailChange {
  /** Mails a link to `address`; the old address stays until it is opened. Who may ask is decided before. */
  begin(userId: number, address: string, actor: Actor): Promise<MailChangeBegun>;
  /** What a link stands for; changes nothing (rule D4). */
  find(token: string): Promise<PendingMail | undefined>;
  /** The address that waits for an account. */
  pendingFor(userId: number): Promise<PendingMail | undefined>;
  /** Ends the link and takes the address over, both or neither; the old address is told. */
  confirm(token: string, actor: Actor): Promise<MailChangeResult>;
}

const LIFE_MS = 24 * 3600_000;
/** Accounts that may wait for one address at once, so that applying does not flood a stranger's box. */
const MOST_PER_ADDRESS = 3;

export function createMailChange(options: MailChangeOptions): MailChange {
  return new ConfirmedMailChange(options);
}

class ConfirmedMailChange implements MailChange {
  constructor(private readonly parts: MailChangeOptions) {}

  async begin(userId: number, address: string, actor: Actor): Promise<MailChangeBegun> {
    const { db, config, clock, random, notifier, log } = this.parts;
    if (!isMailAddress(address) || address.length > config().users.emailMax) return 'bad-address';
    const nowMs = clock.nowMs();
    const token = makeToken(random);
    const begun = await db.transaction(async (sql): Promise<MailChangeBegun> => {
      if (await isTaken(sql, address, userId)) return 'taken';
      const waiting = await countTokensAbout(sql, {
        purpose: 'confirm-mail',
        subject: address,
        exceptUserId: userId,
        nowMs,
      });
      if (waiting >= MOST_PER_ADDRESS) return 'too-many';
      const queued = await notifier.notify(sql, { kind: 'confirm-mail', userId, token, address });
      if (queued !== 'queued') return queued === 'too-many' ? 'too-many' : 'bad-address';
      await replaceToken(sql, {
        tokenHash: hashToken(token),
        userId,
        purpose: 'confirm-mail',
        subject: address,
        createdAtMs: nowMs,
        expiresAtMs: nowMs + LIFE_MS,
      });
      await this.record(sql, { userId, kind: 'mail-change-request', actor });
      return 'sent';
    });
    log.info('mail-change-request', { userId, remoteIp: actor.remoteIp, outcome: begun });
    return begun;
  }

  async find(token: string): Promise<PendingMail | undefined> {
    if (!isToken(token)) return undefined;
    const wanted = { tokenHash: hashToken(token), purpose: 'confirm-mail' as const };
    const { db, clock } = this.parts;
    return db.run(async (sql) =>
      describe(sql, await findToken(sql, { ...wanted, nowMs: clock.nowMs() })),
    );
  }

  async pendingFor(userId: number): Promise<PendingMail | undefined> {
    const { db, clock } = this.parts;
    const wanted = { userId, purpose: 'confirm-mail' as const };
    return db.run(async (sql) =>
      describe(sql, await findTokenOf(sql, { ...wanted, nowMs: clock.nowMs() })),
    );
  }

  async confirm(token: string, actor: Actor): Promise<MailChangeResult> {
    if (!isToken(token)) return { kind: 'gone' };
    const { db, log } = this.parts;
    const result = await db.transaction((sql) => this.take(sql, hashToken(token), actor));
    if (result.kind === 'done') {
      log.info('mail-changed', { userId: result.user.id, remoteIp: actor.remoteIp });
      this.parts.changed?.();
    }
    return result;
  }

  private async take(sql: Sql, tokenHash: string, actor: Actor): Promise<MailChangeResult> {
    const nowMs = this.parts.clock.nowMs();
    const wanted = { tokenHash, purpose: 'confirm-mail' as const, nowMs };
    const row = await findToken(sql, wanted);
    const address = row?.subject;
    if (row === undefined || address === undefined || !(await consumeToken(sql, wanted))) {
      return { kind: 'gone' };
    }
    const { userId } = row;
    const before = await findUser(sql, userId);
    if (before === undefined || !mayUseLink('confirm-mail', before)) return { kind: 'gone' };
    if (await isTaken(sql, address, userId)) return { kind: 'taken' };
    await setProperties(sql, userId, { email_address: address });
    await endLinks(sql, userId, { nowMs });
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

async function isTaken(sql: Sql, address: string, userId: number): Promise<boolean> {
  const holders = await findUserIdsByProperty(sql, 'email_address', address);
  return holders.some((id) => id !== userId);
}

async function describe(sql: Sql, row: TokenRow | undefined): Promise<PendingMail | undefined> {
  if (row?.subject === undefined) return undefined;
  const user = await findUser(sql, row.userId);
  if (user === undefined || !mayUseLink('confirm-mail', user)) return undefined;
  return { userName: user.name, address: row.subject, expiresAtMs: row.expiresAtMs };
}
