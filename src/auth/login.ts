import type { WayInName } from '../protocols/ways-in';
import type { User } from '../store/users';
import { hasSecondFactor, type FactorKind } from './factor-kinds';
import type { SshVerdict } from './ssh-key';

/** 0 nobody yet, 1 password or key, 2 one-time or backup code. What ACS calls AF. */
export type Factor = 0 | 1 | 2;

/** What a way in can offer. Every way in offers it here and nowhere else (invariant 1). */
export type Credential =
  | { readonly kind: 'password'; readonly userName: string; readonly password: string }
  | {
      readonly kind: 'public-key';
      readonly userName: string;
      /** Key algorithm as on the wire (`ssh-ed25519`, `rsa-sha2-512` key data, ...) and raw key blob. */
      readonly algorithm: string;
      readonly blob: Buffer;
      /**
       * Verifies the signature that came with it. Called only for a key that the account has, so that a
       * stranger's key costs no computation; a request without a signature is no credential (rule E1).
       */
      readonly verify: () => SshVerdict;
    }
  /** A one-time or a backup code, as typed. */
  | { readonly kind: 'second-factor'; readonly code: string };

/**
 * What a caller calls each kind of credential. The kinds are those that sign a caller in: a proof of
 * the identity during a session is recorded as another kind (`auditKind`).
 */
export const CREDENTIAL_LABELS: Readonly<Record<Credential['kind'], string>> = {
  password: 'password',
  'public-key': 'SSH key',
  'second-factor': 'code',
};

export const CREDENTIAL_KINDS: readonly string[] = Object.keys(CREDENTIAL_LABELS);

export type RejectReason =
  /** Unknown name, wrong password, wrong key, wrong or spent code, locked: one answer for all. */
  | 'bad-credential'
  /** Too many failures on this account; `retryAfterMs` says how long. Nothing was looked at. */
  | 'wait'
  /** The password was right, but the account is not usable. */
  | 'disabled'
  | 'inactive'
  | 'locked'
  /** The second factor was disabled after too many wrong codes; the sysop must bind it again. */
  | 'factor-disabled'
  /** A name from users.badUserNames. */
  | 'not-allowed'
  /** This connection has used up its attempts. */
  | 'too-many'
  /** The way in does not take this credential (telnet passwordLogin, second factor before the first). */
  | 'not-here'
  /** Hash queue full: ask again shortly. */
  | 'busy'
  /** The store could not record it, so nothing is granted. */
  | 'try-later'
  /** The account was changed since the first factor was right, which therefore counts no more. */
  | 'changed';

export type LoginResult =
  | { readonly kind: 'accepted'; readonly user: User; readonly factor: 1 | 2 }
  /** The first factor is right; one of these kinds must follow. */
  | { readonly kind: 'need'; readonly factors: readonly FactorKind[]; readonly user: User }
  | {
      readonly kind: 'rejected';
      readonly reason: RejectReason;
      /** Milliseconds until an attempt is looked at again. */
      readonly retryAfterMs?: number;
    };

/** Where a caller comes from, for throttling and audit. */
export interface LoginOrigin {
  readonly server: WayInName | 'web' | 'embedder';
  readonly secure: boolean;
  readonly remoteIp: string;
  /** Node number, 0 where there is none. */
  readonly node: number;
}

/** What a caller is told about the account after signing in. */
export interface LoginHistory {
  /** The full sign-in before this one. */
  readonly last:
    { readonly atMs: number; readonly server: string; readonly remoteIp: string } | undefined;
  /** Attempts that failed since then, from anywhere. */
  readonly failedSince: number;
  /** A set-up of a second factor that another session began and nobody confirmed (rule M2). */
  readonly setUp?: { readonly atMs: number; readonly server: string; readonly remoteIp: string };
  /** Number of backup codes left, where one of them was used to sign in (rule B8). */
  readonly backupCodesLeft?: number;
  /** Set when the code was one that switches the second factor off (The Forgotten Server's recovery token). */
  readonly factorRemoved?: true;
}

/** The factor that an account needs (AR); 1 while nobody is known. */
export function requiredFactorOf(user: Pick<User, 'factors'> | undefined): 1 | 2 {
  return user !== undefined && hasSecondFactor(user) ? 2 : 1;
}

/** True where a caller has passed all the factors that the account needs (AF >= AR): invariant 2. */
export function isFullySignedIn(at: {
  readonly factor: Factor;
  readonly requiredFactor: 1 | 2;
}): boolean {
  return at.factor > 0 && at.factor >= at.requiredFactor;
}

/** The state machine of one caller. It knows no socket, no menu and no screen. */
export interface Login {
  readonly factor: Factor;
  /** What ACS calls AR: the factor that this account requires; 1 while the caller is unknown. */
  readonly requiredFactor: 1 | 2;
  /** `isFullySignedIn` of these two. */
  readonly complete: boolean;
  /** Known from the first accepted factor on. */
  readonly user: User | undefined;
  /** 128 random bits, new at each factor (rule J3). */
  readonly sessionId: string;
  /** Set once the login is complete. */
  readonly history: LoginHistory | undefined;
  /** True once a credential was submitted, whatever came of it. */
  readonly tried: boolean;
  /**
   * The sentence for a caller whose session ends because `refresh` answered 'end', where it is not
   * the usual one.
   */
  readonly farewell?: string | undefined;
  submit(credential: Credential): Promise<LoginResult>;
  /**
   * Proves again who sits there, before something sensitive (switching 2FA, new backup codes, new
   * password): the password, and a current code where the account has a second factor. Charged and
   * throttled like a sign-in; changes no factor. 'accepted' lasts for one action.
   */
  confirm(proof: {
    readonly password: string;
    readonly code: string | undefined;
  }): Promise<LoginResult>;
  /**
   * Reads the account again after somebody changed it (properties, groups, status, second factor).
   * Returns 'end' when this login may not go on, whether a session has begun or not (disabled, password
   * changed elsewhere, ...). With the id of an account that is not this login's, nothing is read.
   */
  refresh(changedUserId?: number): Promise<'keep' | 'end'>;
}
