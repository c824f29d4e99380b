import { passwordRule } from '../config/login-servers';
import { undoCharge } from '../store/attempts';
import { isUnknownOutcome, type Sql } from '../store/database';
import { storePassword } from '../store/passwords';
import type { StoredPassword } from '../store/passwords';
import { grantFactor } from '../store/sign-in';
import { findSshKey, recordSshKeyUse } from '../store/ssh-keys';
import type { SshKeyRow } from '../store/ssh-keys';
import { getUser } from '../store/users';
import type { User, UserStatus } from '../store/users';
import { findAccountKey } from './account-keys';
import { attemptCharged, type NamedFacts, readNamed } from './charged-attempt';
import { hasSecondFactor } from './factor-kinds';
import {
  type AttemptContext,
  auditKind,
  ChangedMeanwhile,
  type CheckResult,
  type LoginDeps,
  placeOfAttempt,
  recordFailure,
} from './login-attempt';
import type { Credential, LoginHistory, RejectReason } from './login';
import { auditOf, currentStatus, lockByFailures, recordArrival, unlock } from './login-records';
import { checkPassword, hashPassword, isOutdated } from './password';
import { rememberedUntil } from './remembered-key';
import { isOfProgram, type OwnAccount } from './own-accounts';
import { giveBack, type Charged } from './regulator';

/** An accepted factor, as it was committed. */
export interface Accepted {
  /**
   * With the login version at which the factor was right: the login notices later ones as changes.
   */
  readonly user: User;
  /** Set where this factor completed the sign-in. */
  readonly history: LoginHistory | undefined;
  /** Set where a first credential counts as both factors. */
  readonly factor?: 2;
  /** Of the SSH key that signed in, but for one that ENiGMA½ kept. */
  readonly keyId?: number;
  /** Set where that key is remembered: it completes the sign-in without a code. */
  readonly byRememberedKey?: true;
  /** Set where an entry code completed it. */
  readonly bindsFirst?: BindsFirst;
  /** Set where the name was given as `NAME!`. */
  readonly asksForHaste?: true;
}

/** What a session that began with an entry code has to do first: bind a factor in place of this binding. */
export interface BindsFirst {
  readonly replaces: string;
}

type FirstCredential = Exclude<Credential, { kind: 'second-factor' | 'line-code' }>;

/** What a right credential was compared with, so that a change since then is noticed. */
type Proof =
  | { readonly kind: 'password'; readonly stored: StoredPassword }
  /** A program said so. */
  | { readonly kind: 'program'; readonly account: OwnAccount }
  | {
      readonly kind: 'key';
      readonly key: SshKeyRow | 'property';
      readonly signatureCount: number | undefined;
    };

/** Checks a password, or a key with its signature, and records the result. */
export async function checkFirstFactor(
  parts: LoginDeps,
  attemptContext: AttemptContext,
  credential: FirstCredential,
): Promise<CheckResult<Accepted>> {
  const place = placeOfAttempt(parts, attemptContext);
  const found = await parts.db.run((sql) => readNamed(sql, credential.userName, place));
  const { user, userName, isKnownPlace } = found;
  // Keys cannot be guessed, and public keys are public: counting them per account would only let
  // strangers delay its owner. A wrong key is charged to its source (rule M12).
  if (credential.kind === 'public-key') {
    return new FirstFactor(parts, attemptContext, credential, found, undefined).check();
  }
  const failure = { kind: credential.kind, factor: 0, user } as const;
  return attemptCharged(
    parts,
    attemptContext,
    { userName, factor: 'password', isKnownPlace, failure },
    (charged) => new FirstFactor(parts, attemptContext, credential, found, charged).check(),
  );
}

/** One attempt; `charged` is undefined for a key. */
class FirstFactor {
  private user: User | undefined;

  constructor(
    private readonly parts: LoginDeps,
    private readonly attemptContext: AttemptContext,
    private readonly credential: FirstCredential,
    private readonly found: NamedFacts,
    private readonly charged: Charged | undefined,
  ) {
    this.user = found.user;
  }

  async check(): Promise<CheckResult<Accepted>> {
    const proof =
      this.credential.kind === 'password'
        ? await this.provePassword(this.credential.password)
        : await this.proveKey(this.credential);
    if (proof === 'busy') return this.rejectUncounted('busy', 'busy');
    // Who has answers hang may mean to: a few of them cost the source a wait, as wrong passwords do.
    if (proof === 'late') this.penalize();
    if (proof === 'late' || proof === 'unknown')
      return this.rejectUncounted('program-failed', 'try-later');
    if (proof !== undefined && proof !== 'wrong-signature' && proof.kind === 'program') {
      this.user ??= await this.parts.ownAccounts?.make(this.credential.userName, proof.account);
      if (this.user === undefined) return this.rejectUncounted('name-refused', 'not-allowed');
      // The store got an account of this name meanwhile, which a program says nothing about, or one of a name like it.
      const isMeant = this.user.name === (this.found.user?.name ?? this.credential.userName);
      if (!isMeant || !isOfProgram(this.user)) return this.fail('changed-meanwhile');
    }
    const { user } = this;
    if (proof === 'wrong-signature') return this.fail(proof);
    if (proof === undefined || user === undefined) return this.wrong();
    const { users } = this.parts.config();
    const timelineMs = this.parts.clock.timelineMs();
    const status = await this.parts.db.run((sql) =>
      currentStatus(sql, user, { users, timelineMs }),
    );
    if (status === 0) return this.rejectUncounted('disabled', 'disabled');
    if (status === 1) return this.rejectUncounted('inactive', 'inactive');
    if (status === 3)
      return users.tellLocked ? this.rejectUncounted('locked', 'locked') : this.fail('locked');
    if (this.needsSecondFactor(user)) return this.rejectUncounted('no-second-factor', 'not-here');
    const newHash = await this.rehash(proof);
    // The lease may have ended while the password was hashed.
    if (!this.parts.mayGrant()) return this.rejectUncounted('no-lease', 'try-later');
    const accepted = await this.parts.db
      .transaction({ account: user.id }, (sql) =>
        this.accept(sql, { user, proof, status, newHash }),
      )
      .catch(async (error: unknown) => {
        if (error instanceof ChangedMeanwhile) return undefined;
        if (this.charged !== undefined && !isUnknownOutcome(error))
          await giveBack(this.parts, this.charged);
        throw error;
      });
    if (accepted === undefined) return this.fail('changed-meanwhile');
    this.logAcceptance(accepted);
    const { asksForHaste } = this.found;
    return { kind: 'accepted', value: { ...accepted, ...(asksForHaste && { asksForHaste }) } };
  }

  private async provePassword(
    password: string,
  ): Promise<Proof | 'busy' | 'late' | 'unknown' | undefined> {
    const { hashes } = this.parts;
    const isTheirs = this.user !== undefined && isOfProgram(this.user);
    // A password of the store never counts for an account whose password a program has.
    const stored = isTheirs ? undefined : this.found.password;
    const [checked, told] = await Promise.all([
      hashes.run(this.attemptContext.source, () => checkPassword(stored, password)),
      this.user === undefined || isTheirs ? this.askProgram(password) : undefined,
    ]);
    if (checked.kind === 'busy') return 'busy';
    if (told?.kind === 'right') return { kind: 'program', account: told.account };
    if (told?.kind === 'failed') return told.isLate === true ? 'late' : 'unknown';
    return checked.value && stored !== undefined ? { kind: 'password', stored } : undefined;
  }

  /** Asked for its own accounts and for names that nobody here has, and for no account of the store (rule P6). */
  private askProgram(password: string) {
    const { server, secure, remoteIp } = this.attemptContext.origin;
    // Of an account that is there by its own name: what was typed may fold to it and be somebody else's there.
    const userName = this.user?.name ?? this.credential.userName;
    return this.parts.ownAccounts?.ask({ userName, password, server, secure, remoteIp });
  }

  /**
   * Hashes again only after acceptance: otherwise the time of the second hash would tell that the
   * password was right.
   */
  private async rehash(proof: Proof): Promise<string | undefined> {
    const { credential, parts } = this;
    if (proof.kind !== 'password' || credential.kind !== 'password') return undefined;
    const { hashes } = parts;
    if (!isOutdated(proof.stored, hashes.cost)) return undefined;
    const made = await hashes.run(this.attemptContext.source, () =>
      hashPassword(credential.password, hashes.cost),
    );
    // The hash queue is full; the next sign-in does it.
    return made.kind === 'done' ? made.value : undefined;
  }

  /** The account's key is looked up before any computation with the offered one (rule M7). */
  private async proveKey(
    credential: Extract<FirstCredential, { kind: 'public-key' }>,
  ): Promise<Proof | 'wrong-signature' | undefined> {
    const { blob, verify } = credential;
    const key = await this.parts.db.run((sql) => findAccountKey(sql, this.user?.id ?? 0, blob));
    if (key === undefined) return undefined;
    const verdict = verify();
    if (verdict.valid !== true) return 'wrong-signature';
    return { kind: 'key', key, signatureCount: verdict.signatureCount };
  }

  /**
   * Writes everything that an accepted factor changes, in one transaction. Throws ChangedMeanwhile
   * where the account has changed since it was read: while the attempt waited and was hashed.
   */
  private async accept(
    sql: Sql,
    right: {
      readonly user: User;
      readonly proof: Proof;
      readonly status: UserStatus;
      readonly newHash: string | undefined;
    },
  ): Promise<Accepted> {
    const { proof, status, newHash } = right;
    const { origin, source, sessionId } = this.attemptContext;
    const nowMs = this.parts.clock.nowMs();
    const isBoth = this.countsAsBoth(proof);
    const row = proof.kind === 'key' && proof.key !== 'property' ? proof.key : undefined;
    const isWithoutCode =
      !isBoth && origin.secure && (await this.needsNoCode(sql, row, right.user));
    const entry = {
      atMs: nowMs,
      userId: right.user.id,
      factor: isBoth ? 2 : 1,
      kind: auditKind(this.attemptContext, this.credential.kind),
      result: 'accepted',
      reason: isBoth ? 'security-key' : isWithoutCode ? 'remembered-key' : '',
    } as const;
    await grantFactor(sql, {
      account: right.user,
      entry: auditOf(origin, entry),
      clears: this.charged?.key,
      changed: () => new ChangedMeanwhile(),
    });
    if (!(await this.recordKeyUse(sql, proof))) throw new ChangedMeanwhile();
    const user = await this.unlocked(sql, right.user, { status, nowMs });
    if (newHash !== undefined)
      await storePassword(sql, user.id, { hash: newHash, nowMs, isRehash: true });
    const isHalf = hasSecondFactor(user) && !isBoth && !isWithoutCode;
    const key = row === undefined ? {} : { keyId: row.id };
    if (isHalf || sessionId === undefined) return { user, history: undefined, ...key };
    const { notifier } = this.parts;
    const keep = this.parts.config().statLog.systemEvents.loginHistoryMax;
    const arrived = await recordArrival(sql, {
      ...{ user, origin, source, sessionId, nowMs, keep, notifier },
      timelineMs: this.parts.clock.timelineMs(),
      tellsNewNetwork: this.parts.config().users.newNetworkMail,
    });
    if (isWithoutCode) return { ...arrived, ...key, byRememberedKey: true };
    return isBoth ? { ...arrived, factor: 2 } : { ...arrived, ...key };
  }

  /**
   * True for a security key that was touched, where the sysop counts that as both factors (rule N4). The
   * key that ENiGMA½ kept does not count: of it no signatures are counted, so that a copy is not noticed.
   */
  private countsAsBoth(proof: Proof): boolean {
    const { securityKeyIsFactor2 } = this.parts.config().users.twoFactorAuth;
    const isCounted = proof.kind === 'key' && proof.key !== 'property';
    return securityKeyIsFactor2 && isCounted && proof.signatureCount !== undefined;
  }

  /** Looked up again in the transaction: it may have been forgotten since the key was read (rule N9). */
  private async needsNoCode(sql: Sql, row: SshKeyRow | undefined, user: User): Promise<boolean> {
    if (row === undefined || rememberedUntil(this.parts, row, user) === undefined) return false;
    const current = await findSshKey(sql, user.id, row.fingerprint);
    return rememberedUntil(this.parts, current, user) !== undefined;
  }

  /** The account once a lock that is over is ended in the store too. */
  private async unlocked(
    sql: Sql,
    user: User,
    change: { readonly status: UserStatus; readonly nowMs: number },
  ): Promise<User> {
    if (user.status === change.status) return user;
    await unlock(sql, user.id, change);
    return { ...(await getUser(sql, user.id)), loginVersion: user.loginVersion };
  }

  /** False for the key of an authenticator that is a copy. */
  private async recordKeyUse(sql: Sql, proof: Proof): Promise<boolean> {
    if (proof.kind !== 'key' || proof.key === 'property') return true;
    const { signatureCount } = proof;
    return recordSshKeyUse(sql, {
      id: proof.key.id,
      nowMs: this.parts.clock.nowMs(),
      ...(signatureCount === undefined ? {} : { signatureCount }),
    });
  }

  /** `with-otp`: a password alone must not be accepted in clear text (rules F8, M9). */
  private needsSecondFactor(user: User): boolean {
    const rule = passwordRule(this.parts.config(), this.attemptContext.origin);
    return rule === 'with-otp' && !hasSecondFactor(user);
  }

  private async wrong(): Promise<CheckResult<never>> {
    const { user, parts } = this;
    const { lockAccount } = parts.config().users.failedLogin;
    const failed = await this.fail(user === undefined ? 'unknown' : 'wrong');
    if (
      user?.status === 2 &&
      lockAccount > 0 &&
      this.charged !== undefined &&
      this.charged.failures >= lockAccount
    ) {
      await parts.db.transaction({ account: user.id }, (sql) =>
        lockByFailures(sql, user, this.attemptContext.origin, {
          nowMs: parts.clock.nowMs(),
          timelineMs: parts.clock.timelineMs(),
        }),
      );
    }
    return failed;
  }

  private fail(why: string): Promise<CheckResult<never>> {
    const { kind } = this.credential;
    const failure = { kind, factor: 0, user: this.user, why, reason: 'bad-credential' } as const;
    return recordFailure(this.parts, this.attemptContext, failure);
  }

  /** Rejects for another reason than the credential, so the attempt is not counted. */
  private async rejectUncounted(why: string, reason: RejectReason): Promise<CheckResult<never>> {
    const { charged } = this;
    if (charged !== undefined) {
      await this.parts.db.run((sql) => undoCharge(sql, charged.key, charged.failures));
    }
    const { kind } = this.credential;
    return recordFailure(this.parts, this.attemptContext, {
      kind,
      factor: 0,
      user: this.user,
      why,
      reason,
    });
  }

  private penalize(): void {
    const { remoteIp, isShared = false } = this.attemptContext.origin;
    this.parts.penalize(remoteIp, 'auth-failure', isShared);
  }

  private logAcceptance(accepted: Accepted): void {
    const { remoteIp, server, node } = this.attemptContext.origin;
    this.parts.log.info('login.accepted', {
      remoteIp,
      server,
      node,
      kind: auditKind(this.attemptContext, this.credential.kind),
      factor: accepted.factor ?? 1,
      userId: accepted.user.id,
      userName: accepted.user.name,
    });
  }
}
