import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import type { Random } from '../base/random';
import type { OtpType } from '../base/otp-types';
import type { Config } from '../config/schema';
import { type Database, isUnknownOutcome, type Sql } from '../store/database';
import { findPending, replacePending } from '../store/factors';
import type { PendingRow } from '../store/factors';
import {
  consumeToken,
  hashToken,
  makeToken,
  mayUseLink,
  removeExpiredTokens,
  replaceToken,
  type TokenRow,
} from '../store/tokens';
import type { Notifier } from '../store/notice';
import { getUser } from '../store/users';
import { makeBackupCodes } from './backup-codes';
import { type Actor, endSetUp } from './account-change';
import { addApp, checkNewApp, checkSetUpLabel, isAppNamed } from './factor-apps';
import { recordFactorChange, switchOn } from './factor-change';
import {
  canonicalOtp,
  displaySecret,
  findCodes,
  firstRange,
  issuerName,
  keyUri,
  makeSecret,
  newProfile,
  openFactorKey,
  type OtpKey,
  profileOf,
  sealFactorKey,
} from './otp';
import type { Sealing } from './sealing';
import { CONFIRM_TRIES, SetUpLinks } from './set-up-link';
import { mayBegin } from './set-up-watch';
import { beginnerOf, begunByOf, canonicalSetUpWord, isWordOf, openSetUpWord } from './set-up-word';
import type {
  BeginResult,
  Confirmer,
  ConfirmResult,
  OwnEnrollment,
  PendingEnrollment,
} from './set-up';

/** The dependencies of enrolment. */
export interface EnrollmentOptions {
  readonly db: Database;
  readonly config: () => Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly sealing: Sealing;
  readonly log: Log;
  readonly notifier?: Notifier;
  /** Called after a commit that ends other sessions, so that they end before the next poll. */
  readonly onChange?: () => void;
}

class Cancelled extends Error {
  constructor(readonly result: Exclude<BeginResult['kind'], 'begun'>) {
    super(result);
  }
}

/** Registrations from their start to their confirmation. */
export class PendingEnrollments {
  private readonly links: SetUpLinks;

  constructor(protected readonly parts: EnrollmentOptions) {
    this.links = new SetUpLinks(parts);
  }

  /**
   * Makes a secret that waits for confirmation, in place of an earlier one; the bound factor stays
   * (rule D6). With `mail` the link is queued in the same transaction; with `label` it is one more app of the account.
   */
  async begin(
    userId: number,
    type: OtpType,
    options: {
      readonly actor?: Actor;
      readonly mail?: boolean;
      readonly label?: string | undefined;
    } = {},
  ): Promise<BeginResult> {
    const { db, clock, random, sealing } = this.parts;
    const { secretBytes, tokenTtlMinutes } = this.settings();
    const { actor = {}, label } = options;
    const nowMs = clock.nowMs();
    const timelineMs = clock.timelineMs();
    const token = makeToken(random);
    const key: OtpKey = { ...newProfile(type), secret: makeSecret(random, secretBytes) };
    const expiresAtMs = timelineMs + tokenTtlMinutes * 60_000;
    try {
      await db.transaction({ account: userId }, async (sql) => {
        // Removed here, so that no timer is needed for unconfirmed secrets.
        await removeExpiredTokens(sql, timelineMs);
        if (!mayUseLink('otp-register', await getUser(sql, userId))) {
          throw new Cancelled('not-active');
        }
        if (!(await mayBegin(sql, userId, { actor, timelineMs }))) throw new Cancelled('not-yours');
        if (label !== undefined && (await checkNewApp(sql, userId, label)).kind === 'refused')
          throw new Cancelled('not-added');
        await replacePending(sql, {
          userId,
          label,
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

  /** The registration of a link; changes nothing (rule D4). */
  async find(token: string): Promise<PendingEnrollment | undefined> {
    const row = await this.links.find(token);
    return row === undefined ? undefined : this.describe(row);
  }

  /** The registration that this session began, for a QR code on its terminal; no other session sees it. */
  async pendingFor(userId: number, sessionId: string): Promise<OwnEnrollment | undefined> {
    const pending = await this.parts.db.run((sql) => findPending(sql, userId));
    if (pending?.sessionId !== sessionId) return undefined;
    if (pending.word === undefined) return undefined;
    const row = await this.links.findOf(userId);
    const described = row === undefined ? undefined : await this.describe(row);
    if (described === undefined) return undefined;
    return { ...described, word: openSetUpWord(this.parts.sealing, userId, pending.word) };
  }

  /** Ends the registration that this session began; false where none of its own waits. */
  async removePending(userId: number, actor: Actor): Promise<boolean> {
    const { db, clock } = this.parts;
    return db.transaction({ account: userId }, async (sql) => {
      const pending = await findPending(sql, userId);
      if (pending?.sessionId === undefined || pending.sessionId !== actor.sessionId) return false;
      const nowMs = clock.nowMs();
      await recordFactorChange(sql, { userId, kind: 'second-factor-dropped', actor, nowMs });
      return endSetUp(sql, userId);
    });
  }

  /** Ends a set-up that a session began and the reader of its mail did not; false where none is left. */
  async disown(token: string, actor: Actor): Promise<boolean> {
    const { db, clock, log, notifier } = this.parts;
    const row = await this.links.find(token);
    if (row === undefined) return false;
    const { tokenHash, userId } = row;
    const nowMs = clock.nowMs();
    const timelineMs = clock.timelineMs();
    const done = await db.transaction({ account: userId }, async (sql) => {
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

  /** Binds the factor by its first code; what a session began also needs the word that it shows (rule M2). */
  async confirm(token: string, code: string, from: Confirmer = {}): Promise<ConfirmResult> {
    const { word, label, ...actor } = from;
    return this.confirmRow(await this.links.find(token), { code, word, label }, actor);
  }

  /**
   * Binds the factor by a code that is typed in the session that began it: that session shows the
   * factor by it, and goes on (rules M2, M3).
   */
  async confirmHere(userId: number, code: string, actor: Actor): Promise<ConfirmResult> {
    const pending = await this.parts.db.run((sql) => findPending(sql, userId));
    if (pending?.word === undefined || pending.sessionId !== actor.sessionId) {
      return { kind: 'gone' };
    }
    const word = openSetUpWord(this.parts.sealing, userId, pending.word);
    return this.confirmRow(await this.links.findOf(userId), { code, word }, actor);
  }

  private async confirmRow(
    token: TokenRow | undefined,
    typed: { readonly code: string } & Pick<Confirmer, 'word' | 'label'>,
    actor: Actor,
  ): Promise<ConfirmResult> {
    const { db, sealing } = this.parts;
    if (token === undefined) return { kind: 'gone' };
    const { userId } = token;
    const otp = canonicalOtp(typed.code);
    if (otp === undefined) return { kind: 'malformed', what: 'code' };
    const word = canonicalSetUpWord(typed.word ?? '');
    const found = await db.run((sql) => findPending(sql, userId));
    if (word === undefined && found?.sessionId !== undefined) {
      return { kind: 'malformed', what: 'word' };
    }
    const named = checkSetUpLabel(found, typed.label);
    if (named.kind === 'refused') return { kind: 'unnamed', why: named.why };
    const charged = await this.links.charge(token);
    const pending = charged ? await db.run((sql) => findPending(sql, userId)) : undefined;
    if (pending === undefined) return { kind: 'gone' };
    const key = openFactorKey(sealing, 'otp_pending', pending);
    const [position] = findCodes(
      key,
      otp,
      firstRange(key, this.settings(), this.parts.clock.nowMs()),
    );
    const isOwn = isWordOf(sealing, pending, word);
    // With a wrong word the code is not spent: the same one is accepted with the right word.
    if (position === undefined || !isOwn) {
      const triesLeft = await this.links.countWrong(token);
      return { kind: 'wrong', what: position === undefined ? 'code' : 'word', triesLeft };
    }
    // Said to nobody before, for it tells what other apps of the account are called (rule D11).
    const { label = pending.label } = named;
    if (pending.label !== undefined && label !== undefined) {
      if (await db.run((sql) => isAppNamed(sql, userId, label))) {
        await this.links.refund(token);
        return { kind: 'unnamed', why: 'taken' };
      }
    }
    return this.activate(token, { pending, key, position, actor, label: named.label });
  }

  private async activate(
    token: TokenRow,
    found: {
      readonly pending: PendingRow;
      readonly key: OtpKey;
      readonly position: number;
      readonly actor: Actor;
      readonly label: string | undefined;
    },
  ): Promise<ConfirmResult> {
    const { db, clock, random, sealing, notifier } = this.parts;
    const { tokenHash, userId } = token;
    const nowMs = clock.nowMs();
    const timelineMs = clock.timelineMs();
    const backupCodes = makeBackupCodes(random);
    const done = await db
      .transaction({ account: userId }, async (sql) => {
        if (!(await consumeToken(sql, { tokenHash, purpose: 'otp-register', timelineMs })))
          return false;
        // A new link may have replaced the secret since it was compared.
        const pending = await findPending(sql, userId);
        if (pending?.secret !== found.pending.secret) return false;
        if (!mayUseLink('otp-register', await getUser(sql, userId))) return false;
        if (pending.label !== undefined) {
          const { key, position, actor, label = pending.label } = found;
          const app = {
            userId,
            label,
            key,
            spentPosition: position,
            actor,
            nowMs,
            usedAtMs: nowMs,
          };
          return addApp(sql, { sealing, random, notifier }, app);
        }
        await switchOn(
          sql,
          { sealing, notifier },
          {
            userId,
            key: found.key,
            label: found.label,
            binding: random.bytes(16).toString('hex'),
            spentPosition: found.position,
            usedAtMs: nowMs,
            backupCodes,
            recovery: 'login',
            // By a page there is no session in it: none has shown the factor (rule M3).
            actor: found.actor,
            nowMs,
          },
        );
        return true;
      })
      .catch(async (error: unknown) => {
        if (!isUnknownOutcome(error)) await this.links.refund(token);
        throw error;
      });
    if (!done) return { kind: 'gone' };
    const isFurther = found.pending.label !== undefined;
    this.changed(isFurther ? 'second-factor.app-added' : 'second-factor.on', userId);
    const confirmed = { kind: 'confirmed', userId } as const;
    if (isFurther) return { ...confirmed, label: found.label, backupCodes: [] };
    return { ...confirmed, label: undefined, backupCodes };
  }

  /** Logs a committed change and notifies the account's sessions in this process. */
  protected changed(event: string, userId: number): void {
    this.parts.log.info(event, { userId });
    this.parts.onChange?.();
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
    // Thrown, so that the token is rolled back too.
    if (result !== 'queued') throw new Cancelled(result ?? 'no-address');
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
      label: pending.label,
    };
  }

  private settings(): Config['users']['twoFactorAuth']['otp'] {
    return this.parts.config().users.twoFactorAuth.otp;
  }
}
