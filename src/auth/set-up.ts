import type { OtpType } from '../base/otp-types';
import type { Actor } from './account-change';
import type { AppProblem } from './factor-apps';
import type { BegunBy } from './set-up-word';

/** An unconfirmed registration: only it may still show its secret. */
export interface PendingEnrollment {
  readonly userId: number;
  readonly userName: string;
  readonly type: OtpType;
  /** Base32, as typed into an authenticator app. */
  readonly secret: string;
  /** Key URI for a QR code. */
  readonly uri: string;
  readonly expiresAtMs: number;
  readonly triesLeft: number;
  /**
   * The session that began it, whose word the page asks for; undefined where the sysop sent the
   * link.
   */
  readonly begunBy: BegunBy | undefined;
  /** The name of the app that it adds; undefined where it replaces all of the account. */
  readonly label: string | undefined;
}

/** A registration as shown to the session that began it. */
export interface OwnEnrollment extends PendingEnrollment {
  /** The word that the page asks for beside the code; shown in this session only (rule M2). */
  readonly word: string;
}

/** The actor who confirms, the typed word where the page asks for one, and the name of the app. */
export interface Confirmer extends Actor {
  readonly word?: string | undefined;
  /** What the app shall be called; left out or empty, what it was begun with. */
  readonly label?: string | undefined;
}

export type ConfirmResult =
  /** The factor is bound; the backup codes are shown this once. */
  | {
      readonly kind: 'confirmed';
      readonly userId: number;
      readonly backupCodes: readonly string[];
      /** The name of the app where one was added; then the backup codes stay, and there are none here. */
      readonly label: string | undefined;
    }
  | { readonly kind: 'wrong'; readonly what: 'code' | 'word'; readonly triesLeft: number }
  /** No code or no word; not counted as a try. */
  | { readonly kind: 'malformed'; readonly what: 'code' | 'word' }
  /** The app cannot be called so; not counted as a try. */
  | { readonly kind: 'unnamed'; readonly why: AppProblem }
  /** Used, expired, replaced, or out of tries. */
  | { readonly kind: 'gone' };

export type BeginResult =
  | { readonly kind: 'begun'; readonly token: string; readonly expiresAtMs: number }
  /** The mail with the link cannot be sent, or the account may not use it; nothing was begun. */
  | { readonly kind: 'no-address' | 'too-many' | 'not-active' }
  /** Another session's set-up waits, or this session has ended (rule M2). */
  | { readonly kind: 'not-yours' }
  /** No app of this name can be added. */
  | { readonly kind: 'not-added' };
