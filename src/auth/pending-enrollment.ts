import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import type { Random } from '../base/random';
import type { OtpType } from '../base/otp-types';
import type { Config } from '../config/schema';
import type { Database, Sql } from '../store/database';
import { findPending, replacePending } from '../store/factors';
import type { PendingRow } from '../store/factors';
import { mayUseLink } from '../store/link-rules';
import type { Notifier } from '../store/notice';
import {
  chargeToken,
  consumeToken,
  findToken,
  findTokenOf,
  hashToken,
  refundToken,
  removeExpiredTokens,
  replaceToken,
  isToken,
  makeToken,
} from '../store/tokens';
import type { TokenRow } from '../store/tokens';
import { findUser, getUser } from '../store/users';
import { makeBackupCodes } from './backup-codes';
import { endSetUp } from './account-links';
import { recordFactorChange, switchOn } from './factor-change';
import type { Actor } from './change-record';
import { openFactorKey, profileOf, sealFactorKey } from './factor-key';
import { canonicalOtp, displaySecret, findCodes, isCounterBased, keyUri } from './otp';
import { makeSecret, newProfile, stepAt } from './otp';
import type { OtpKey } from './otp';
import type { Sealing } from './sealing';
import { mayBegin } from './set-up-watch';
import { beginnerOf, begunByOf, canonicalSetUpWord, isWordOf, openSetUpWord } from './set-up-word';
import type { BegunBy } from './set-up-word';

/** Wrong codes and words that end a registration link (rule D11). */
export const CONFIRM_TRIES = 5;

/** A registration that waits for its confirmation: the one thing that may still show its secret. */
export interface PendingEnrollment {
  readonly userId: number;
  readonly userName: string;
  readonly type: OtpType;
  /** Base32, as an app wants it typed. */
  readonly secret: string;
  /** Key URI for a QR. */
  readonly uri: string;
  readonly expiresAtMs: number;
  readonly triesLeft: number;
  /** The session that began it, whose word the page asks for; undefined for what the sysop sent. */
  readonly begunBy: BegunBy | undefined;
}

/** A registration as the session sees it that began it. */
export interface OwnEnrollment extends PendingEnrollment {
  /** What the page asks for beside the code; shown in this session only (rule M2). */
  readonly word: string;
}

/** Who confirms, and the word that was typed where the page asks for one. */
export interface Confirmer extends Actor {
  readonly word?: string | undefined;
}

export type ConfirmResult =
  /** The factor is on; the codes are shown this once. */
  | { readonly kind: 'confirmed'; readonly userId: number; readonly backupCodes: readonly string[] }
  | { readonly kind: 'wrong'; readonly what: 'code' | 'word'; readonly triesLeft: number }
  /** Not six digits, or no word; not counted as a try. */
  | { readonly kind: 'malformed'; readonly what: 'code' | 'word' }
  /** Used, expired, replaced, or out of tries. */
  | { readonly kind: 'gone' };

export type BeginResult =
  | { readonly kind: 'begun'; readonly token: string; readonly expiresAtMs: number }
  /** The mail with the link cannot go out, or the account may not use it, so nothing was begun. */
  | { readonly kind: 'no-address' | 'too-many' | 'not-active' }
  /** A set-up waits that this session has not begun, or the session has ended (rule M2). */
  | { readonly kind: 'not-yours' };

/** What enrolment works with. */
export interface EnrollmentOptions {
  readonly db: Database;
  readonly config: () => Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly sealing: Sealing;
  readonly log: Log;
  readonly notifier?: Notifier;
  /** Called after a commit that ends other sessions, so that they need not wait for the next look. */
  readonly onChange?: () => void;
}

class Cancelled extends Error {
  constructor(readonly result: Exclude<BeginResult['kind'], 'begun'>) {
    super(result);
  }
}

/** Registrations between their beginning and their confirmation. */
export class PendingEnrollments {
  constructor(private readonly parts: EnrollmentOptions) {}

  async begin(
    userId: number,
    type: OtpType,
    options: { readonly actor?: Actor; readonly mail?: boolean } = {},
  ): Promise<BeginResult> {
    const { db, clock, random, sealing } = this.parts;
    const { secretBytes, tokenTtlMinutes } = this.settings();
    const { actor = {} } = options;
    const nowMs = clock.nowMs();
    const timelineMs = clock.timelineMs();
    const token = makeToken(random);
    const key: OtpKey = { ...newProfile(type), secret: makeSecret(random, secretBytes) };
    const expiresAtMs = timelineMs + tokenTtlMinutes * 60_000;
    try {
      await db.transaction(async (sql) => {
        // Swept here, so that no job is needed for secrets that nobody confirmed.
        await removeExpiredTokens(sql, timelineMs);
        if (!mayUseLink('otp-register', await getUser(sql, userId))) {
          throw new Cancelled('not-active');
        }
        if (!(await mayBegin(sql, userId, { actor, timelineMs }))) throw new Cancelled('not-yours');
        await replacePending(sql, {
          userId,
          ...profileOf(key),
          secret: sealFactorKey(sealing, 'otp_pending', { ...key, userId }),
          ...beginnerOf({ random, sealing }, userId, actor),
          createdAtMs: nowMs,
        });
        await replaceToken(sql, {
          tokenHash: hashToken(token),
          userId,
          purpose: 'otp-register',
          subject: undefined,
          createdAtMs: timelineMs,
          expiresAtMs,
        });
        await recordFactorChange(sql, { userId, kind: 'second-factor-pending', actor, nowMs });
        if (options.mail === true)
          await this.mailLink(sql, { userId, token, otpType: type, actor });
      });
    } catch (error) {
      if (error instanceof Cancelled) return { kind: error.result };
      throw error;
    }
    return { kind: 'begun', token, expiresAtMs };
  }

  async find(token: string): Promise<PendingEnrollment | undefined> {
    const row = await this.findToken(token);
    return row === undefined ? undefined : this.describe(row);
  }

  async pendingFor(userId: number, sessionId: string): Promise<OwnEnrollment | undefined> {
    const pending = await this.parts.db.run((sql) => findPending(sql, userId));
    if (pending?.sessionId !== sessionId) return undefined;
    if (pending.word === undefined) return undefined;
    const row = await this.findTokenOf(userId);
    const described = row === undefined ? undefined : await this.describe(row);
    if (described === undefined) return undefined;
    return { ...described, word: openSetUpWord(this.parts.sealing, userId, pending.word) };
  }

  async drop(userId: number, actor: Actor): Promise<boolean> {
    const { db, clock } = this.parts;
    return db.transaction(async (sql) => {
      const pending = await findPending(sql, userId);
      if (pending?.sessionId === undefined || pending.sessionId !== actor.sessionId) return false;
      const nowMs = clock.nowMs();
      await recordFactorChange(sql, { userId, kind: 'second-factor-dropped', actor, nowMs });
      return endSetUp(sql, userId);
    });
  }

  async disown(token: string, actor: Actor): Promise<boolean> {
    const { db, clock, log, notifier } = this.parts;
    const row = await this.findToken(token);
    if (row === undefined) return false;
    const { tokenHash, userId } = row;
    const nowMs = clock.nowMs();
    const timelineMs = clock.timelineMs();
    const done = await db.transaction(async (sql) => {
      const pending = await findPending(sql, userId);
      const begunBy = pending === undefined ? undefined : begunByOf(pending);
      if (begunBy === undefined) return false;
      if (!(await consumeToken(sql, { tokenHash, purpose: 'otp-register', timelineMs })))
        return false;
      await endSetUp(sql, userId);
      const kind = 'second-factor-dropped';
      const change = { userId, kind, actor, nowMs, reason: 'disowned', disowned: true } as const;
      await recordFactorChange(sql, change);
      const { server, remoteIp } = begunBy;
      await notifier?.notify(sql, { kind: 'set-up-disowned', userId, server, remoteIp });
      return true;
    });
    if (done) log.warn('set-up.disowned', { userId });
    return done;
  }

  async confirm(token: string, code: string, from: Confirmer = {}): Promise<ConfirmResult> {
    const { word, ...actor } = from;
    return this.confirmRow(await this.findToken(token), { code, word }, actor);
  }

  private async confirmRow(
    token: TokenRow | undefined,
    typed: { readonly code: string; readonly word: string | undefined },
    actor: Actor,
  ): Promise<ConfirmResult> {
    const { db, sealing } = this.parts;
    if (token === undefined) return { kind: 'gone' };
    const { tokenHash, userId } = token;
    const otp = canonicalOtp(typed.code);
    if (otp === undefined) return { kind: 'malformed', what: 'code' };
    const word = canonicalSetUpWord(typed.word ?? '');
    const found = await db.run((sql) => findPending(sql, userId));
    if (word === undefined && found?.sessionId !== undefined) {
      return { kind: 'malformed', what: 'word' };
    }
    // Charged first, so that of any number at once only five are looked at.
    const charged = await db.run((sql) => chargeToken(sql, { tokenHash, most: CONFIRM_TRIES }));
    const pending = charged ? await db.run((sql) => findPending(sql, userId)) : undefined;
    if (pending === undefined) return { kind: 'gone' };
    const key = openFactorKey(sealing, 'otp_pending', pending);
    const [position] = findCodes(key, otp, this.range(key));
    const isOwn = isWordOf(sealing, pending, word);
    if (position === undefined) return this.countWrong(token, 'code');
    // The code is not spent: the same one is good beside the right word.
    if (!isOwn) return this.countWrong(token, 'word');
    return this.activate(token, { pending, key, position, actor });
  }

  private async activate(
    token: TokenRow,
    found: {
      readonly pending: PendingRow;
      readonly key: OtpKey;
      readonly position: number;
      readonly actor: Actor;
    },
  ): Promise<ConfirmResult> {
    const { db, clock, random, sealing, notifier } = this.parts;
    const { tokenHash, userId } = token;
    const nowMs = clock.nowMs();
    const timelineMs = clock.timelineMs();
    const backupCodes = makeBackupCodes(random);
    const done = await db
      .transaction(async (sql) => {
        if (!(await consumeToken(sql, { tokenHash, purpose: 'otp-register', timelineMs })))
          return false;
        // A new link may have replaced the secret since it was compared.
        const pending = await findPending(sql, userId);
        if (pending?.secret !== found.pending.secret) return false;
        if (!mayUseLink('otp-register', await getUser(sql, userId))) return false;
        await switchOn(
          sql,
          { sealing, notifier },
          {
            userId,
            key: found.key,
            binding: random.bytes(16).toString('hex'),
            spentPosition: found.position,
            backupCodes,
            recovery: 'login',
            // Not the session that asked for the link: it has not shown the factor (rule M3).
            actor: found.actor,
            nowMs,
          },
        );
        return true;
      })
      .catch(async (error: unknown) => {
        await this.refund(tokenHash);
        throw error;
      });
    if (!done) return { kind: 'gone' };
    this.parts.log.info('second-factor.on', { userId });
    this.parts.onChange?.();
    return { kind: 'confirmed', userId, backupCodes };
  }

  private async countWrong(token: TokenRow, what: 'code' | 'word'): Promise<ConfirmResult> {
    const { db } = this.parts;
    const now = await db.run((sql) =>
      findToken(sql, {
        ...token,
        purpose: 'otp-register',
        timelineMs: this.parts.clock.timelineMs(),
      }),
    );
    const triesLeft = now === undefined ? 0 : Math.max(0, CONFIRM_TRIES - now.failures);
    if (triesLeft === 0) await this.endUsedUp(token);
    return { kind: 'wrong', what, triesLeft };
  }

  /** Ends a set-up whose link has no tries left; only that one, whatever began meanwhile. */
  private async endUsedUp({ tokenHash, userId }: TokenRow): Promise<void> {
    const { db, clock, log } = this.parts;
    const timelineMs = clock.timelineMs();
    await db.transaction(async (sql) => {
      if (!(await consumeToken(sql, { tokenHash, purpose: 'otp-register', timelineMs }))) return;
      await endSetUp(sql, userId);
      const nowMs = clock.nowMs();
      const change = { userId, kind: 'second-factor-dropped', actor: {}, nowMs } as const;
      await recordFactorChange(sql, { ...change, reason: 'no tries left' });
    });
    log.warn('set-up.link-used-up', { userId });
  }

  /** The code was right and only the store failed: the try is given back where that is possible. */
  private async refund(tokenHash: string): Promise<void> {
    try {
      await this.parts.db.run((sql) => refundToken(sql, tokenHash));
    } catch (error) {
      // The first error is the one to report; a lost try is a small harm.
      this.parts.log.warn('set-up.try-not-refunded', { error });
    }
  }

  private range(key: OtpKey): { readonly from: number; readonly to: number } {
    const { window, lookAhead } = this.settings();
    if (isCounterBased(key.type)) return { from: 0, to: lookAhead };
    const step = stepAt(this.parts.clock.nowMs());
    return { from: step - window, to: step + window };
  }

  private async mailLink(
    sql: Sql,
    link: {
      readonly userId: number;
      readonly token: string;
      readonly otpType: OtpType;
      readonly actor: Actor;
    },
  ): Promise<void> {
    const { actor, ...rest } = link;
    const { server = 'system', remoteIp = '' } = actor;
    const askedBy = { server, remoteIp };
    const notice = { kind: 'otp-register', ...rest, askedBy } as const;
    const result = await this.parts.notifier?.notify(sql, notice);
    // Thrown, so that the token goes with the transaction.
    if (result !== 'queued') throw new Cancelled(result ?? 'no-address');
  }

  private async findToken(token: string): Promise<TokenRow | undefined> {
    if (!isToken(token)) return undefined;
    const timelineMs = this.parts.clock.timelineMs();
    const row = await this.parts.db.run((sql) =>
      findToken(sql, { tokenHash: hashToken(token), purpose: 'otp-register', timelineMs }),
    );
    return this.usable(row);
  }

  private async findTokenOf(userId: number): Promise<TokenRow | undefined> {
    const timelineMs = this.parts.clock.timelineMs();
    const row = await this.parts.db.run((sql) =>
      findTokenOf(sql, { userId, purpose: 'otp-register', timelineMs }),
    );
    return this.usable(row);
  }

  private async usable(token: TokenRow | undefined): Promise<TokenRow | undefined> {
    if (token === undefined || token.failures >= CONFIRM_TRIES) return undefined;
    const user = await this.parts.db.run((sql) => findUser(sql, token.userId));
    return user !== undefined && mayUseLink('otp-register', user) ? token : undefined;
  }

  private async describe(token: TokenRow): Promise<PendingEnrollment | undefined> {
    const { db, sealing } = this.parts;
    const { userId } = token;
    const pending = await db.run((sql) => findPending(sql, userId));
    if (pending === undefined) return undefined;
    const { name: userName } = await db.run((sql) => getUser(sql, userId));
    const key = openFactorKey(sealing, 'otp_pending', pending);
    return {
      userId,
      userName,
      type: key.type,
      secret: displaySecret(key),
      uri: keyUri(key, { issuer: issuerName(this.parts.config()), account: userName }),
      expiresAtMs: token.expiresAtMs,
      triesLeft: CONFIRM_TRIES - token.failures,
      begunBy: begunByOf(pending),
    };
  }

  private settings(): Config['users']['twoFactorAuth']['otp'] {
    return this.parts.config().users.twoFactorAuth.otp;
  }
}

/** What authenticator apps show above the code. */
export function issuerName(config: Config): string {
  const { issuer } = config.users.twoFactorAuth.otp;
  return issuer === '' ? config.general.boardName : issuer;
}
