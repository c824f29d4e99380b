import { forgetSshKeys } from '../store/ssh-keys';
import { type Clock, wallTimeOf } from '../base/clock';
import type { Log } from '../base/log';
import type { Random } from '../base/random';
import type { Config } from '../config/schema';
import type { Budgets } from '../store/budget';
import type { Database, Sql } from '../store/database';
import type { Notifier } from '../store/notice';
import {
  addRecovery,
  findRecovery,
  findRecoveryOfLink,
  listRecoveries,
  type Recovery,
  RECOVERY_USABLE_MS,
  removeRecovery,
} from '../store/recoveries';
import {
  consumeToken,
  findToken,
  hashToken,
  isToken,
  makeToken,
  mayUseLink,
  replaceToken,
  type TokenPurpose,
} from '../store/tokens';
import { findUser, type User } from '../store/users';
import { type AccountChangeRecord, type Actor, endSetUp, recordChange } from './account-change';
import { hasSecondFactor } from './factor-kinds';

/** What a caller types at the code screen who has neither app nor backup codes. */
const LOST_WORD = 'lost';

/** True for the word, in whatever letters. */
export function isLostWord(typed: string): boolean {
  return typed.trim().toLowerCase() === LOST_WORD;
}

interface FactorRecoveryOptions {
  readonly db: Database;
  readonly config: () => Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly notifier: Notifier;
  readonly budgets: Budgets;
}

/** What became of the request for a link. */
type AskResult = 'mailed' | 'no-address' | 'too-many' | 'not-now';

/** A waiting time; both are Unix time in milliseconds. */
interface WaitingTime {
  readonly startedAtMs: number;
  readonly endsAtMs: number;
}

/** What the page of a link finds. */
type LinkState =
  /** Its button begins the waiting time. */
  | { readonly kind: 'asks'; readonly user: User; readonly waitHours: number }
  /** It has begun it. */
  | { readonly kind: 'waits'; readonly user: User; readonly wait: WaitingTime };

/** What the page of a link that stops a recovery finds. */
interface StopState {
  readonly user: User;
  /** False where there is nothing to stop any more. */
  readonly waits: boolean;
}

/**
 * The second factor of an owner who has lost app and backup codes, by a mailed link and a waiting time
 * (rule N6). The present factor stays until a new one is bound: once the time is over, the password leads to the
 * set-up of one and nowhere else. Off where `users.twoFactorAuth.recoveryMail.enabled` is.
 */
export class FactorRecovery {
  constructor(private readonly parts: FactorRecoveryOptions) {}

  get isOn(): boolean {
    return this.settings.enabled;
  }

  /** Hours of the waiting time. */
  get waitHours(): number {
    return this.settings.waitHours;
  }

  /** Mails a link to the owner of an account whose first factor was right as `proven`. */
  async ask(proven: User, actor: Actor): Promise<AskResult> {
    const { db, clock, random, config, log } = this.parts;
    const token = makeToken(random);
    const userId = proven.id;
    const asked = await db.transaction('board', async (sql): Promise<AskResult> => {
      const user = await findUser(sql, userId);
      // After a change that ends logins the first factor is no longer valid (rule M1).
      const isProven = user !== undefined && user.loginVersion === proven.loginVersion;
      if (!this.isOn || !isProven || !this.mayRecover(user)) return 'not-now';
      const timelineMs = clock.timelineMs();
      if ((await findRecovery(sql, userId, timelineMs)) !== undefined) return 'not-now';
      const queued = await this.mailLink(sql, { userId, token, actor });
      if (queued !== 'mailed') return queued;
      await replaceToken(sql, {
        tokenHash: hashToken(token),
        userId,
        purpose: 'recovery-link',
        subject: undefined,
        createdAtMs: timelineMs,
        expiresAtMs: timelineMs + config().users.twoFactorAuth.otp.tokenTtlMinutes * 60_000,
      });
      await forgetSshKeys(sql, userId);
      await this.record(sql, { userId, actor, audit: 'recovery-asked' });
      return 'mailed';
    });
    log.warn('recovery.asked', { userId, remoteIp: actor.remoteIp, outcome: asked });
    return asked;
  }

  private async mailLink(
    sql: Sql,
    link: { readonly userId: number; readonly token: string; readonly actor: Actor },
  ): Promise<Exclude<AskResult, 'not-now'>> {
    const { budgets, notifier } = this.parts;
    const { userId, token, actor } = link;
    const mail = { expense: 'recovery-link', spender: actor, userId } as const;
    const spent = await budgets.take(sql, mail);
    if (spent !== undefined) {
      await budgets.recordRefusal(sql, mail, spent);
      return 'too-many';
    }
    const { server = '', remoteIp = '' } = actor;
    const askedBy = { server, remoteIp };
    const queued = await notifier.notify(sql, { kind: 'recovery-link', userId, token, askedBy });
    if (queued === 'queued') return 'mailed';
    await budgets.giveBack(sql, mail);
    return queued;
  }

  /** What a link is good for, or has done; changes nothing (rule D4). */
  async look(token: string): Promise<LinkState | undefined> {
    if (!isToken(token)) return undefined;
    return this.parts.db.run((sql) => this.stateOf(sql, hashToken(token)));
  }

  /** Begins the waiting time and tells the owner, once; a link that has done it finds the same again. */
  async start(token: string, actor: Actor): Promise<LinkState | undefined> {
    const { db, log } = this.parts;
    const before = await this.look(token);
    if (before?.kind !== 'asks') return before;
    const userId = before.user.id;
    const state = await db.transaction({ account: userId }, async (sql) => {
      const linkHash = hashToken(token);
      const now = await this.stateOf(sql, linkHash);
      if (now?.kind !== 'asks') return now;
      return (await this.begin(sql, { linkHash, userId, actor }))
        ? this.stateOf(sql, linkHash)
        : undefined;
    });
    if (state?.kind === 'waits')
      log.warn('recovery.started', { userId, remoteIp: actor.remoteIp, hours: this.waitHours });
    return state;
  }

  private async begin(
    sql: Sql,
    by: { readonly linkHash: string; readonly userId: number; readonly actor: Actor },
  ): Promise<boolean> {
    const { clock, random, notifier } = this.parts;
    const { linkHash, userId, actor } = by;
    const { waitHours } = this;
    const timelineMs = clock.timelineMs();
    const link = { tokenHash: linkHash, purpose: 'recovery-link', timelineMs } as const;
    if (!(await consumeToken(sql, link))) return false;
    const endsAtMs = timelineMs + waitHours * 3600_000;
    const source = actor.remoteIp ?? '';
    const recovery = { userId, linkHash, source, startedAtMs: timelineMs, endsAtMs };
    if (!(await addRecovery(sql, recovery))) return false;
    const stop = makeToken(random);
    await replaceToken(sql, {
      tokenHash: hashToken(stop),
      userId,
      purpose: 'recovery-started',
      subject: undefined,
      createdAtMs: timelineMs,
      expiresAtMs: endsAtMs + RECOVERY_USABLE_MS,
    });
    await this.record(sql, {
      userId,
      actor,
      audit: 'recovery-started',
      reason: `${waitHours} hours`,
    });
    const notice = { kind: 'recovery-started', userId, token: stop, waitHours } as const;
    await notifier.notify(sql, { ...notice, remoteIp: source });
    return true;
  }

  /** The waiting time of an account, over or not; undefined where there is none. */
  async waiting(userId: number): Promise<(WaitingTime & { readonly isOver: boolean }) | undefined> {
    const { db, clock } = this.parts;
    const timelineMs = clock.timelineMs();
    const found = await db.run((sql) => findRecovery(sql, userId, timelineMs));
    return found && { ...this.timesOf(found), isOver: found.endsAtMs <= timelineMs };
  }

  /** All waiting times, for the sysop. */
  async list(): Promise<readonly (WaitingTime & { readonly userId: number })[]> {
    const { db, clock } = this.parts;
    const found = await db.run((sql) => listRecoveries(sql, clock.timelineMs()));
    return found.map((each) => ({ userId: each.userId, ...this.timesOf(each) }));
  }

  /**
   * Ends a waiting time; false where there is none. The owner is told. Once it is over somebody may have come in by it:
   * then every other call of the account ends, and its set-up with it.
   */
  async stop(userId: number, actor: Actor): Promise<boolean> {
    const { db, clock, log, notifier } = this.parts;
    const done = await db.transaction({ account: userId }, async (sql) => {
      const timelineMs = clock.timelineMs();
      const found = await findRecovery(sql, userId, timelineMs);
      if (!(await removeRecovery(sql, userId))) return false;
      const isOver = found !== undefined && found.endsAtMs <= timelineMs;
      if (isOver) await endSetUp(sql, userId);
      const event = isOver ? ({ event: 'second-factor' } as const) : {};
      await this.record(sql, { userId, actor, audit: 'recovery-stopped', ...event });
      await notifier.notify(sql, { kind: 'recovery-stopped', userId });
      return true;
    });
    if (done) log.info('recovery.stopped', { userId, remoteIp: actor.remoteIp });
    return done;
  }

  /** What the link of the mail about a waiting time stops; changes nothing (rule D4). */
  async lookStop(token: string): Promise<StopState | undefined> {
    if (!isToken(token)) return undefined;
    const { db, clock } = this.parts;
    return db.run(async (sql) => {
      const user = await this.ownerOf(sql, hashToken(token), 'recovery-started');
      const found = user && (await findRecovery(sql, user.id, clock.timelineMs()));
      return user && { user, waits: found !== undefined };
    });
  }

  /** Stops it; the link finds afterwards that nothing waits. */
  async stopByLink(token: string, actor: Actor): Promise<StopState | undefined> {
    const state = await this.lookStop(token);
    if (state?.waits !== true) return state;
    await this.stop(state.user.id, actor);
    return { ...state, waits: false };
  }

  private async stateOf(sql: Sql, linkHash: string): Promise<LinkState | undefined> {
    if (!this.isOn) return undefined;
    const begun = await findRecoveryOfLink(sql, linkHash, this.parts.clock.timelineMs());
    if (begun !== undefined) {
      const user = await findUser(sql, begun.userId);
      return user && { kind: 'waits', user, wait: this.timesOf(begun) };
    }
    const user = await this.ownerOf(sql, linkHash, 'recovery-link');
    if (user === undefined || !this.mayRecover(user)) return undefined;
    return { kind: 'asks', user, waitHours: this.waitHours };
  }

  private async ownerOf(
    sql: Sql,
    tokenHash: string,
    purpose: TokenPurpose,
  ): Promise<User | undefined> {
    const timelineMs = this.parts.clock.timelineMs();
    const row = await findToken(sql, { tokenHash, purpose, timelineMs });
    const user = row && (await findUser(sql, row.userId));
    return user !== undefined && mayUseLink(purpose, user) ? user : undefined;
  }

  private mayRecover(user: User): boolean {
    return user.status === 2 && hasSecondFactor(user);
  }

  private timesOf({ startedAtMs, endsAtMs }: Recovery): WaitingTime {
    const { clock } = this.parts;
    return {
      startedAtMs: wallTimeOf(clock, startedAtMs),
      endsAtMs: wallTimeOf(clock, endsAtMs),
    };
  }

  private record(
    sql: Sql,
    change: Pick<AccountChangeRecord, 'userId' | 'actor' | 'audit' | 'reason' | 'event'>,
  ): Promise<void> {
    return recordChange(sql, { ...change, factor: 2, nowMs: this.parts.clock.nowMs() });
  }

  private get settings(): Config['users']['twoFactorAuth']['recoveryMail'] {
    return this.parts.config().users.twoFactorAuth.recoveryMail;
  }
}
