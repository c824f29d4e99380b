import { passwordRule } from '../config/login-servers';
import { BbsError } from '../base/errors';
import { listAccountEvents, type AccountEvent } from '../store/account-events';
import { addAudit } from '../store/audit';
import type { AuditEntry } from '../store/audit';
import { isUnknownOutcome, type Sql } from '../store/database';
import { findFactor } from '../store/factors';
import { findUser } from '../store/users';
import type { User } from '../store/users';
import { acceptedKinds, hasSecondFactor } from './factor-kinds';
import { checkFirstFactor } from './first-factor';
import type { Accepted, BindsFirst } from './first-factor';
import type {
  Credential,
  Factor,
  Farewell,
  Login,
  LoginHistory,
  LoginOrigin,
  LoginResult,
  RejectReason,
} from './login';
import { isFullySignedIn, requiredFactorOf } from './login';
import {
  tellRefused,
  type AttemptContext,
  type CheckResult,
  type LoginDeps,
  type Rejection,
} from './login-attempt';
import { auditOf } from './login-records';
import { checkLineCode } from './line-code';
import { LineAsking } from './line-question';
import { checkSecondFactor } from './second-step';
import { changeDecision, changeFarewell, hasSwitchedOn, mayAffect } from './session-change';

/**
 * Attempts of all kinds on one connection before it is signed in (rule E3; RFC 4252 section 4
 * recommends a limit).
 */
const MAX_ATTEMPTS = 6;

/**
 * Rejections that take a minimum time: those whose duration could tell something about an account
 * (rule C4).
 */
const DELAYED: readonly RejectReason[] = [
  'bad-credential',
  'wait',
  'disabled',
  'inactive',
  'locked',
  'factor-disabled',
  'too-many',
];

/** The state machine of one caller; `Login` documents its members. */
export class LoginSession implements Login {
  factor: Factor = 0;
  user: User | undefined;
  history: LoginHistory | undefined;
  farewell: Farewell | undefined;
  sessionId: string;
  tried = false;
  asksForHaste = false;
  byLineCode = false;
  byRememberedKey = false;
  private keyId: number | undefined;
  readonly line: LineAsking;
  private binding: BindsFirst | undefined;
  private readonly ownSessions = new Set<string>();
  /** When a code was accepted here last, by the monotonic clock. */
  private codeAtMs: number | undefined;
  private attempts = 0;
  private failures = 0;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly parts: LoginDeps,
    private readonly origin: LoginOrigin,
    private readonly source: string,
  ) {
    this.sessionId = this.randomId();
    const isShared = origin.isShared === true;
    this.line = new LineAsking(parts, this.sessionId, { ...origin, source, isShared });
  }

  get requiredFactor(): 1 | 2 {
    return this.byLineCode || this.byRememberedKey ? 1 : requiredFactorOf(this.user);
  }

  get complete(): boolean {
    return this.user !== undefined && isFullySignedIn(this);
  }

  get bindsFirst(): boolean {
    return this.binding !== undefined;
  }

  get provenKeyId(): number | undefined {
    return this.factor === 2 && this.codeAtMs !== undefined ? this.keyId : undefined;
  }

  get hasFreshCode(): boolean {
    const freshMs = this.parts.config().users.twoFactorAuth.stepUpMinutes * 60_000;
    const { codeAtMs } = this;
    return codeAtMs !== undefined && this.parts.clock.monotonicMs() - codeAtMs < freshMs;
  }

  submit(credential: Credential): Promise<LoginResult> {
    this.tried = true;
    const name = credential.kind === 'second-factor' ? this.user?.name : credential.userName;
    const settle = async (): Promise<void> => {
      if (credential.kind === 'line-code') await this.line.settle(credential.code);
    };
    const check = async (): Promise<LoginResult> => {
      const result = await this.authenticate(credential);
      const isHeard = credential.kind === 'line-code' && this.passwords === 'never';
      // Also one that was not looked at: it must not be good for whoever calls next (rule N8).
      if (isHeard && result.kind === 'rejected') await this.line.heard(credential.code);
      return result;
    };
    return this.answer(name ?? '', check, settle);
  }

  confirm(proof: {
    readonly password: string;
    readonly code: string | undefined;
  }): Promise<LoginResult> {
    return this.answer(this.user?.name ?? '', () => this.reauthenticate(proof));
  }

  refresh(change?: AccountEvent): Promise<'keep' | 'end'> {
    // After a sign-in in progress, which determines the account.
    return this.runExclusive(() => {
      const { user } = this;
      if (user === undefined) return Promise.resolve('keep');
      if (change !== undefined && !mayAffect(user, change)) return Promise.resolve('keep');
      if (change?.kind === 'call-ended') return Promise.resolve(this.isEndedBy(change));
      return this.reload(user);
    });
  }

  private isEndedBy({ sessionId }: AccountEvent): 'keep' | 'end' {
    if (sessionId !== this.sessionId) return 'keep';
    this.farewell = 'call.ended-by-owner';
    return 'end';
  }

  private async authenticate(credential: Credential): Promise<LoginResult> {
    const misplaced = this.factor !== (credential.kind === 'second-factor' ? 1 : 0);
    // Who came in by a remembered key shows the code later, where a menu asks for it.
    if (misplaced || (this.complete && !this.byRememberedKey) || this.isRefusedHere(credential)) {
      return this.reject(credential.kind, 'not-here');
    }
    const { disconnect } = this.parts.config().users.failedLogin;
    if (this.attempts >= MAX_ATTEMPTS || this.failures >= disconnect) {
      return this.reject(credential.kind, 'too-many');
    }
    this.attempts++;
    // A call that was complete before has arrived already, and goes on as the same.
    const sessionId = this.complete ? this.sessionId : this.randomId();
    const given = this.complete ? undefined : sessionId;
    const attemptContext = { origin: this.origin, source: this.source, sessionId: given };
    const checked = await this.parts.room.run(() => this.check(credential, attemptContext));
    if (checked === undefined) return this.rejectBusy(credential.kind);
    if (checked.kind === 'rejected') return this.countFailure(checked);
    this.byLineCode = credential.kind === 'line-code';
    return this.enter(checked.value, {
      sessionId,
      factor: credential.kind === 'second-factor' ? 2 : 1,
    });
  }

  private check(credential: Credential, context: AttemptContext): Promise<CheckResult<Accepted>> {
    switch (credential.kind) {
      case 'second-factor':
        return checkSecondFactor(this.parts, context, { ...credential, proven: this.user });
      case 'line-code':
        return checkLineCode(this.parts, context, { ...credential, askedAs: this.line.askedAs });
      default:
        return checkFirstFactor(this.parts, context, credential);
    }
  }

  private enter(
    accepted: Accepted,
    step: { readonly sessionId: string; readonly factor: 1 | 2 },
  ): LoginResult {
    if (step.factor === 2 && accepted.bindsFirst === undefined)
      this.codeAtMs = this.parts.clock.monotonicMs();
    this.user = accepted.user;
    this.history = accepted.history ?? this.history;
    this.keyId = accepted.keyId ?? this.keyId;
    this.byRememberedKey = accepted.byRememberedKey === true;
    this.binding = accepted.bindsFirst;
    this.asksForHaste ||= accepted.asksForHaste === true;
    const factor = accepted.factor ?? step.factor;
    this.factor = factor;
    this.renameSession(step.sessionId);
    if (!this.complete) return needOf(accepted.user);
    this.failures = 0;
    return { kind: 'accepted', user: accepted.user, factor };
  }

  private async reauthenticate(proof: {
    readonly password: string;
    readonly code: string | undefined;
  }): Promise<LoginResult> {
    // A password that others can read is not asked for (rule N7).
    if (this.user === undefined || !this.complete || this.passwords === 'never')
      return this.reject('confirm', 'not-here');
    if (this.failures >= this.parts.config().users.failedLogin.disconnect) {
      return this.reject('confirm', 'too-many');
    }
    if ((await this.reload(this.user)) === 'end') return this.reject('confirm', 'changed');
    const { id, name, loginVersion } = this.user;
    const attemptContext = { origin: this.origin, source: this.source, sessionId: undefined };
    const credential = { kind: 'password', userName: name, password: proof.password } as const;
    const first = await checkFirstFactor(this.parts, attemptContext, credential);
    if (first.kind === 'rejected') return this.countFailure(first);
    const fresh = first.value.user;
    // Since then the name may have been given to another account, or the password changed.
    if (fresh.id !== id || fresh.loginVersion !== loginVersion) {
      return this.reject('confirm', 'changed');
    }
    // Who came in by an entry code has no other, and can do nothing but bind one.
    if (!hasSecondFactor(fresh) || this.bindsFirst) {
      return { kind: 'accepted', user: fresh, factor: 1 };
    }
    if (proof.code === undefined) {
      return this.hasFreshCode ? { kind: 'accepted', user: fresh, factor: 2 } : needOf(fresh);
    }
    const second = await checkSecondFactor(this.parts, attemptContext, {
      code: proof.code,
      proven: fresh,
    });
    if (second.kind === 'rejected') return this.countFailure(second);
    this.codeAtMs = this.parts.clock.monotonicMs();
    return { kind: 'accepted', user: second.value.user, factor: 2 };
  }

  private async reload(before: User): Promise<'keep' | 'end'> {
    const { user, events, isBound } = await this.parts.db.transaction(
      'nothing-shared',
      async (sql) => {
        const user = await findUser(sql, before.id);
        const versions = { after: before.loginVersion, upTo: user?.loginVersion ?? 0 };
        const isBound =
          this.binding !== undefined && (await isReplaced(sql, before.id, this.binding));
        return { user, isBound, events: await listAccountEvents(sql, before.id, versions) };
      },
    );
    if (isBound) this.binding = undefined;
    const decision = changeDecision({
      before,
      after: user,
      events,
      isOwn: (sessionId) => this.ownSessions.has(sessionId),
    });
    if (decision === 'end' || user === undefined) {
      this.farewell = isBound ? NEW_FACTOR : changeFarewell(before, user);
      return 'end';
    }
    // Every change was this session's own, so the code that switched it on was typed in it (rule M3).
    if (hasSwitchedOn(before, user)) this.factor = 2;
    this.user = user;
    return 'keep';
  }

  /** True where the sysop refuses passwords in clear text (rules F8, M9), and codes in their place elsewhere. */
  private isRefusedHere({ kind }: Credential): boolean {
    if (kind === 'second-factor') return false;
    const { passwords } = this;
    if (kind === 'line-code') return passwords !== 'never';
    return passwords === 'refuse' || passwords === 'never';
  }

  private get passwords() {
    return passwordRule(this.parts.config(), this.origin);
  }

  /** Counts a failure of this connection, and ends its attempts at the limit. */
  private countFailure({ isSpent, ...rejected }: Rejection): LoginResult {
    void isSpent;
    const { reason } = rejected;
    if (
      reason === 'busy' ||
      reason === 'try-later' ||
      reason === 'unsure' ||
      reason === 'changed'
    ) {
      return { kind: 'rejected', reason };
    }
    this.failures++;
    const { disconnect } = this.parts.config().users.failedLogin;
    const triesLeft = Math.min(disconnect - this.failures, MAX_ATTEMPTS - this.attempts);
    if (triesLeft <= 0 && (reason === 'bad-credential' || reason === 'wait')) {
      return { ...rejected, reason: 'too-many' };
    }
    return reason === 'bad-credential' ? { ...rejected, triesLeft } : rejected;
  }

  /**
   * Rejects without a check. Logged only: an audit row for each would be load at the time of the
   * highest load.
   */
  private rejectBusy(kind: AuditEntry['kind']): LoginResult {
    const { remoteIp, server, node } = this.origin;
    this.parts.log.warn('login.rejected', { remoteIp, server, node, kind, reason: 'busy' });
    tellRefused(this.parts, this.origin, { kind, reason: 'busy', user: this.user });
    return { kind: 'rejected', reason: 'busy' };
  }

  /** Rejects without a check, and records it. */
  private async reject(kind: AuditEntry['kind'], reason: RejectReason): Promise<LoginResult> {
    const { db, clock, log } = this.parts;
    const entry = auditOf(this.origin, {
      atMs: clock.nowMs(),
      userId: this.user?.id,
      factor: this.factor,
      kind,
      result: 'rejected',
      reason,
    });
    await db.run((sql) => addAudit(sql, entry));
    log.warn('login.rejected', {
      remoteIp: this.origin.remoteIp,
      server: this.origin.server,
      node: this.origin.node,
      kind,
      reason,
    });
    tellRefused(this.parts, this.origin, { kind, reason, user: this.user });
    return { kind: 'rejected', reason };
  }

  private async answer(
    userName: string,
    check: () => Promise<LoginResult>,
    settle: () => Promise<void> = () => Promise.resolve(),
  ): Promise<LoginResult> {
    return this.runExclusive(async () => {
      if (!this.parts.mayGrant()) return { kind: 'rejected', reason: 'try-later' };
      try {
        await settle();
        // Only then: what was waited for already would leave the check without its floor (rule C4).
        const startedMs = this.parts.clock.monotonicMs();
        const result = await check();
        if (result.kind === 'rejected' && DELAYED.includes(result.reason)) {
          await this.parts.delayRejection(userName, startedMs);
        }
        return result;
      } catch (error) {
        const isUnsure = isUnknownOutcome(error);
        if (!isUnsure && (!(error instanceof BbsError) || error.code !== 'STORE_FAILED'))
          throw error;
        // The store could not record it, or did not say so: nothing is granted (rule A13).
        const { remoteIp, server, node } = this.origin;
        this.parts.log.error('login.not-recorded', { remoteIp, server, node, error });
        return { kind: 'rejected', reason: isUnsure ? 'unsure' : 'try-later' };
      }
    });
  }

  /** Checks the credentials of one caller one after the other. */
  private runExclusive<T>(job: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(job, job);
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  /**
   * Sets a new id at each factor (rule J3); changes made under earlier ids are still this session's
   * own.
   */
  private renameSession(id: string): void {
    this.ownSessions.add(this.sessionId).add(id);
    this.sessionId = id;
  }

  private randomId(): string {
    return this.parts.random.bytes(16).toString('hex');
  }
}

/** Where a new factor, bound elsewhere, ends the call of an entry code. */
const NEW_FACTOR = 'call.new-factor';

async function isReplaced(sql: Sql, userId: number, old: BindsFirst): Promise<boolean> {
  const factor = await findFactor(sql, userId);
  return factor !== undefined && factor.binding !== old.replaces;
}

function needOf(user: User): LoginResult {
  return { kind: 'need', factors: acceptedKinds(user), user };
}
