import type { WayInName } from '../protocols/ways-in';
import type { AccountEvent } from '../store/account-events';
import type { User } from '../store/users';
import { hasSecondFactor, type FactorKind } from './factor-kinds';
import type { SshVerdict } from './ssh-key';

/** Factors passed: 0 none, 1 password or key, 2 a second factor. ACS calls it AF. */
export type Factor = 0 | 1 | 2;

/** What a way in can submit. Every way in submits it here and nowhere else (invariant 1). */
export type Credential =
  | { readonly kind: 'password'; readonly userName: string; readonly password: string }
  | {
      readonly kind: 'public-key';
      readonly userName: string;
      /**
       * Public key algorithm name of the request (RFC 4253 section 6.6, RFC 8332), and the raw key
       * blob.
       */
      readonly algorithm: string;
      readonly blob: Buffer;
      /**
       * Verifies the signature of the request. Called only for a key that the account has, so that
       * a stranger's key costs no computation; a request without a signature is not a credential
       * (rule E1).
       */
      readonly verify: () => SshVerdict;
    }
  /**
   * One code in place of the password: of the app, or of a sheet by the number that is asked for. Taken only over
   * a line that others can read, where the board takes no passwords (`passwordLogin: never`, rule N7).
   */
  | { readonly kind: 'line-code'; readonly userName: string; readonly code: string }
  /** A code of any kind of second factor, as typed. */
  | { readonly kind: 'second-factor'; readonly code: string };

/**
 * The name of each kind of credential for callers. These kinds sign a caller in; a proof of
 * identity during a session is recorded as another kind (`auditKind`).
 */
export const CREDENTIAL_LABELS: Readonly<Record<Credential['kind'], string>> = {
  password: 'password',
  'public-key': 'SSH key',
  'line-code': 'code, no password',
  'second-factor': 'code',
};

export const CREDENTIAL_KINDS: readonly string[] = Object.keys(CREDENTIAL_LABELS);

export type RejectReason =
  /**
   * Unknown name, wrong password or key, wrong or spent code, locked account: one answer for all.
   */
  | 'bad-credential'
  /** Too many failures on this account; not checked. `retryAfterMs` is the remaining wait. */
  | 'wait'
  /** The password was right, but the account is not usable. */
  | 'disabled'
  | 'inactive'
  | 'locked'
  /** The second factor was locked after too many wrong codes; the sysop must bind it again. */
  | 'factor-disabled'
  /** A name from users.badUserNames. */
  | 'not-allowed'
  /** The connection has used all of its attempts. */
  | 'too-many'
  /**
   * This credential is not accepted here (telnet.passwordLogin, a second factor before the first).
   */
  | 'not-here'
  /** The hash queue is full; a retry in a moment may succeed. */
  | 'busy'
  /** The store could not record it, so nothing is granted. */
  | 'try-later'
  /**
   * What leads to a set-up, or a backup code in place of the password, over a line that others can read. A code is
   * void from now on; a waiting time that is over stays good for a secure line.
   */
  | 'secure-only'
  /** A right code of the app while another call is asked for one with the same name: it is used up (rule N8). */
  | 'one-call'
  /** The store did not say whether it recorded it: nothing is granted, and a code counts as used. */
  | 'unsure'
  /** The account has changed since the first factor, which is no longer valid. */
  | 'changed';

export type LoginResult =
  | { readonly kind: 'accepted'; readonly user: User; readonly factor: 1 | 2 }
  /** The first factor is right; one of these kinds must follow. */
  | { readonly kind: 'need'; readonly factors: readonly FactorKind[]; readonly user: User }
  | {
      readonly kind: 'rejected';
      readonly reason: RejectReason;
      /** Milliseconds until an attempt is checked again. */
      readonly retryAfterMs?: number;
      /** What is left of this connection's tries after a wrong credential; of the account it tells nothing. */
      readonly triesLeft?: number;
      /** Set for the third code in a row that is right for another time, always by the same difference. */
      readonly clockIsOff?: true;
    };

/** The origin of a caller, for throttling and audit. */
export interface LoginOrigin {
  /** `verify` and `oputil`: another program asks for the person. */
  readonly server: WayInName | 'web' | 'embedder' | 'verify' | 'oputil';
  readonly secure: boolean;
  readonly remoteIp: string;
  /** True for a proxy's address that may stand for many callers: it is charged also where exempt. */
  readonly isShared?: boolean;
  /** Node number, 0 where there is none. */
  readonly node: number;
}

/** What the owner is shown about the account after signing in. */
export interface LoginHistory {
  /** The previous complete sign-in. */
  readonly last:
    { readonly atMs: number; readonly server: string; readonly remoteIp: string } | undefined;
  /** Attempts that failed since then, from anywhere. */
  readonly failedSince: number;
  /** A set-up of a second factor that another session began and nobody confirmed (rule M2). */
  readonly setUp?: { readonly atMs: number; readonly server: string; readonly remoteIp: string };
  /**
   * Milliseconds until the second factor may be replaced by a mailed link (rule N6); negative once it may, and
   * not set where no link was used.
   */
  readonly recoveryLeftMs?: number;
  /** Number of backup codes left, where one of them was used to sign in (rule B8). */
  readonly backupCodesLeft?: number;
  /** The same of the sheet. */
  readonly sheetCodesLeft?: number;
  /**
   * Set where the code was one that removes the second factor (The Forgotten Server's recovery
   * token).
   */
  readonly factorRemoved?: true;
}

/** Number of factors that an account requires (AR); 1 while the caller is unknown. */
export function requiredFactorOf(user: Pick<User, 'factors'> | undefined): 1 | 2 {
  return user !== undefined && hasSecondFactor(user) ? 2 : 1;
}

/** True where a caller has passed all factors that the account requires (AF >= AR): invariant 2. */
export function isFullySignedIn(at: {
  readonly factor: Factor;
  readonly requiredFactor: 1 | 2;
}): boolean {
  return at.factor > 0 && at.factor >= at.requiredFactor;
}

/** Why a session ends whose account was changed by its owner, as the id of the sentence for the caller. */
export type Farewell = 'call.ended-by-owner' | 'call.factor-on' | 'call.new-factor';

/** Asks for a code in place of the password, by its number on the sheet. */
export interface LineQuestion {
  /**
   * The number of the code that this call is asked for with this name, which no other call is asked for
   * meanwhile; undefined where none is free, and once a call has asked too often. A name without a sheet has a number as well (rule C4).
   */
  ask(userName: string): Promise<number | undefined>;
  /** Takes note of what stands in the field: of a code of the app, which call began it (rule N8). */
  typed(text: string): Promise<void>;
  /** Takes note of what was typed and not accepted: a code that is nearly right is spent. */
  heard(typed: string): Promise<void>;
  /** Ends the question: the number is free for other calls. */
  end(): Promise<void>;
}

/** The state machine of one caller, independent of sockets, menus and screens. */
export interface Login {
  readonly factor: Factor;
  /** The factors that this account requires; 1 while the caller is unknown. ACS calls it AR. */
  readonly requiredFactor: 1 | 2;
  /** `isFullySignedIn` of these two. */
  readonly complete: boolean;
  /**
   * True where one code in place of the password signed in, over a line that others can read: this call has factor
   * 1, and nothing in it raises that.
   */
  readonly byLineCode?: boolean;
  /**
   * True where a remembered SSH key signed in without a code: this call has factor 1 until it shows one (rule N9).
   */
  readonly byRememberedKey?: boolean;
  /** The number of the SSH key of this call, where a code was shown behind it: it may be remembered. */
  readonly provenKeyId?: number | undefined;
  readonly line: LineQuestion;
  /** True where the caller signed in as `NAME!`: straight to the main menu. */
  readonly asksForHaste?: boolean;
  /** Known from the first accepted factor on. */
  readonly user: User | undefined;
  /** 128 random bits, new at each factor (rule J3). */
  readonly sessionId: string;
  /**
   * True where an entry code of the sysop completed the sign-in, until a new factor is bound: nothing else
   * may be done before (rule N1).
   */
  readonly bindsFirst?: boolean;
  /** Set once the login is complete. */
  readonly history: LoginHistory | undefined;
  /** True once a credential was submitted, with any result. */
  readonly tried: boolean;
  /**
   * The sentence for a caller whose session ends because `refresh` returned 'end'; undefined for
   * the usual one.
   */
  readonly farewell?: Farewell | undefined;
  /**
   * True where a code of this call is so young that a sensitive action asks for the password alone
   * (`users.twoFactorAuth.stepUpMinutes`).
   */
  readonly hasFreshCode?: boolean;
  submit(credential: Credential): Promise<LoginResult>;
  /**
   * Proves the caller's identity again before a sensitive action (switching 2FA, new backup codes,
   * new password): the password, and a current code where the account has a second factor and shows none that is fresh. Charged
   * and throttled like a sign-in; changes no factor. 'accepted' is valid for one action.
   */
  confirm(proof: {
    readonly password: string;
    readonly code: string | undefined;
  }): Promise<LoginResult>;
  /**
   * Reads the account again after a change of it (properties, groups, status, second factor).
   * Returns 'end' where this login must not continue, before or during its session (account
   * disabled, password changed elsewhere, ...). With a change of another account, or one that this
   * login was made after, nothing is read.
   */
  refresh(change?: AccountEvent): Promise<'keep' | 'end'>;
}
