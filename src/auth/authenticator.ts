import { createHmac } from 'node:crypto';
import { sleep } from '../base/clock';
import { sourceOf } from '../base/source';
import type { Notifier } from '../store/notice';
import { foldName, withoutHaste } from '../store/user-name';
import { rehearseSignIn } from '../store/sign-in';
import { findUserByName } from '../store/users';
import { findAccountKey } from './account-keys';
import { HashQueue, ConcurrencyLimit } from './hash-queue';
import { CREDENTIAL_KINDS, type Login, type LoginOrigin } from './login';
import type { LoginDeps } from './login-attempt';
import { LoginSession } from './login-session';
import { checkPassword } from './password';
import type { OwnAccounts } from './own-accounts';
import { Regulator } from './regulator';
import { verifyCredentials, type Question, type Verdict } from './verify';

export interface AuthenticatorOptions extends Pick<
  LoginDeps,
  'db' | 'config' | 'clock' | 'random' | 'log' | 'secondFactor'
> {
  /** Shared with other parts that hash passwords. */
  readonly hashes?: HashQueue;
  /** Notified of wrong and replayed codes; optional. */
  readonly notifier?: Notifier;
  /** Accounts whose passwords a program checks. */
  readonly ownAccounts?: OwnAccounts | undefined;
  /** Charges the source of a failed attempt. */
  readonly penalize?: LoginDeps['penalize'];
  /** False while nothing may be granted here; true where nothing is said. */
  readonly mayGrant?: LoginDeps['mayGrant'];
  /** True for an account that the policy asks a second factor of; none where nothing is said. */
  readonly mustShowCode?: LoginDeps['mustShowCode'];
  /** Told of each credential that is not accepted. */
  readonly refused?: LoginDeps['refused'];
  /** Maximum number of concurrent sign-ins; further ones are rejected as busy. */
  readonly mostAtOnce?: number;
  /** Minimum time of a rejection (rule C4); 0 for tests that count work instead of time. */
  readonly minResponseMs?: number | undefined;
}

const MIN_RESPONSE_MS = 250;
const JITTER_MS = 85;

/** Where every credential of every way in is submitted (invariant 1). */
export class Authenticator {
  private readonly parts: LoginDeps;
  private readonly minResponseMs: number;
  private readonly jitterKey: Buffer;

  constructor(options: AuthenticatorOptions) {
    const { db, config, clock, random, log, secondFactor } = options;
    this.minResponseMs = options.minResponseMs ?? MIN_RESPONSE_MS;
    this.jitterKey = random.bytes(32);
    this.parts = {
      ...{ db, config, clock, random, log, secondFactor },
      notifier: options.notifier,
      refused: options.refused,
      hashes: options.hashes ?? new HashQueue(),
      ownAccounts: options.ownAccounts,
      room: new ConcurrencyLimit(options.mostAtOnce),
      regulator: new Regulator({ db, config, clock }),
      mayGrant: options.mayGrant ?? (() => true),
      mustShowCode: options.mustShowCode ?? (() => false),
      penalize: options.penalize ?? (() => undefined),
      delayRejection: (userName, startedMs) => this.delayRejection(userName, startedMs),
    };
  }

  /** The state machine of one caller. */
  begin(origin: LoginOrigin): Login {
    return new LoginSession(this.parts, origin, sourceOf(origin.remoteIp));
  }

  /**
   * Whether an account has this public key: the answer to a request without a signature (RFC 4252
   * section 7). It proves nothing, changes nothing and is not counted (rule E1).
   */
  hasKey(userName: string, { blob }: { readonly blob: Buffer }): Promise<boolean> {
    return this.parts.db.run(async (sql) => {
      const hasty = withoutHaste(userName);
      const user =
        (await findUserByName(sql, userName)) ??
        (hasty === undefined ? undefined : await findUserByName(sql, hasty));
      return (await findAccountKey(sql, user?.id ?? 0, blob)) !== undefined;
    });
  }

  /** Whether a password or code is right, for another program; nobody is signed in by it (rule P8). */
  verify(question: Question): Promise<Verdict> {
    return verifyCredentials(this.parts, question);
  }

  /**
   * One hash, and the statements of a sign-in for nobody, which are rolled back: before the ports open,
   * so that the first callers do not wait for what is only slow once.
   */
  async warmUp(): Promise<void> {
    const { db, clock, hashes, regulator, log } = this.parts;
    const rehearsed = new Error('rehearsed');
    try {
      await hashes.run('', () => checkPassword(undefined, ''));
      await db.transaction('nothing-shared', async (sql) => {
        await rehearseSignIn(sql, {
          rules: [regulator.ruleOf('password'), regulator.ruleOf('second')],
          kinds: CREDENTIAL_KINDS,
          timelineMs: clock.timelineMs(),
          done: () => rehearsed,
        });
        throw rehearsed;
      });
    } catch (error) {
      // A board that cannot sign anybody in opens all the same, and says so to callers.
      if (error !== rehearsed) log.warn('login.not-rehearsed', { error });
    }
  }

  private async delayRejection(userName: string, startedMs: number): Promise<void> {
    const { clock, ownAccounts } = this.parts;
    // Who is asked about an account must not be told by the time that it takes.
    const leastMs = Math.max(this.minResponseMs, ownAccounts?.slowestMs ?? 0);
    if (leastMs === 0) return;
    const endMs = startedMs + leastMs + this.jitterMs(userName);
    const leftMs = endMs - clock.monotonicMs();
    if (leftMs > 0) await sleep(clock, leftMs);
  }

  /** The same for one name each time, so that repeated attempts do not average it out (rule C4). */
  private jitterMs(userName: string): number {
    const digest = createHmac('sha256', this.jitterKey).update(foldName(userName)).digest();
    return (digest.readUInt32BE(0) / 2 ** 32) * JITTER_MS;
  }
}
