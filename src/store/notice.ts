import type { OtpType } from '../base/otp-types';
import type { Sql } from './database';

/** The subject of a mail to an account's owner; the word is also the outbox row's kind. */
export type Notice =
  | {
      readonly kind: 'otp-register';
      readonly userId: number;
      readonly token: string;
      readonly otpType: OtpType;
      /** Who asked for the link: a way in and an address, or oputil. */
      readonly askedBy?: { readonly server: string; readonly remoteIp: string };
    }
  /** A full sign-in ended the set-up that another session had begun. */
  | {
      readonly kind: 'set-up-dropped';
      readonly userId: number;
      readonly server: string;
      readonly remoteIp: string;
    }
  /** The reader of a set-up's mail stated on its page not to have begun it; names who did. */
  | {
      readonly kind: 'set-up-disowned';
      readonly userId: number;
      readonly server: string;
      readonly remoteIp: string;
    }
  | { readonly kind: 'second-factor-on'; readonly userId: number; readonly otpType: OtpType }
  | { readonly kind: 'second-factor-off'; readonly userId: number }
  /** One more authenticator app of the account, or one less; not its first, and not its last. */
  | { readonly kind: 'app-added'; readonly userId: number; readonly label: string }
  | { readonly kind: 'app-removed'; readonly userId: number; readonly label: string }
  | { readonly kind: 'backup-code-used'; readonly userId: number; readonly left: number }
  /** A right backup code was typed in place of a password where others listen: void now, and nobody was let in. */
  | {
      readonly kind: 'backup-code-heard';
      readonly userId: number;
      readonly left: number;
      readonly remoteIp: string;
    }
  | { readonly kind: 'backup-codes-new'; readonly userId: number }
  /** The sysop has made an entry code; the code itself is never mailed. */
  | { readonly kind: 'entry-code-made'; readonly userId: number; readonly minutes: number }
  | { readonly kind: 'entry-code-used'; readonly userId: number; readonly remoteIp: string }
  /** It was typed where others listen: void now, and nobody was let in. */
  | { readonly kind: 'entry-code-heard'; readonly userId: number; readonly remoteIp: string }
  /** To begin the waiting time of a lost second factor; who asked, from where. */
  | {
      readonly kind: 'recovery-link';
      readonly userId: number;
      readonly token: string;
      readonly askedBy: { readonly server: string; readonly remoteIp: string };
    }
  /** The waiting time has begun; the token stops it. */
  | {
      readonly kind: 'recovery-started';
      readonly userId: number;
      readonly token: string;
      readonly waitHours: number;
      readonly remoteIp: string;
    }
  | { readonly kind: 'recovery-stopped'; readonly userId: number }
  /** Its time was over, and a password led to the set-up of a new factor. */
  | { readonly kind: 'recovery-used'; readonly userId: number; readonly remoteIp: string }
  /** A sheet of codes in place of the password was made, or thrown away. */
  | { readonly kind: 'sheet-new'; readonly userId: number }
  | { readonly kind: 'sheet-gone'; readonly userId: number }
  /** So many codes in place of the password were wrong that none of the app is looked at there. */
  | { readonly kind: 'line-codes-stopped'; readonly userId: number; readonly remoteIp: string }
  | { readonly kind: 'password-changed'; readonly userId: number }
  /** The owner disowned a call, so the password signs in no more, unless a program keeps it. */
  | {
      readonly kind: 'password-shut';
      readonly userId: number;
      readonly remoteIp: string;
      readonly ofProgram?: boolean;
    }
  /** The first complete sign-in from a network. */
  | {
      readonly kind: 'new-network';
      readonly userId: number;
      readonly server: string;
      readonly remoteIp: string;
    }
  /** An SSH key signs in without a code until then (Unix milliseconds). */
  | {
      readonly kind: 'key-remembered';
      readonly userId: number;
      readonly fingerprint: string;
      readonly untilMs: number;
    }
  | { readonly kind: 'ssh-key-added'; readonly userId: number; readonly fingerprint: string }
  | { readonly kind: 'ssh-key-removed'; readonly userId: number; readonly fingerprint: string }
  | { readonly kind: 'password-reset'; readonly userId: number; readonly token: string }
  /** To the owner of an imported account that has no password. */
  | { readonly kind: 'first-password'; readonly userId: number; readonly token: string }
  /** The password was right and three codes in a row were wrong. */
  | { readonly kind: 'wrong-codes'; readonly userId: number; readonly remoteIp: string }
  /** So many codes were wrong that none is looked at any more, until the factor is bound again. */
  | {
      readonly kind: 'second-factor-locked';
      readonly userId: number;
      readonly remoteIp: string;
    }
  /** A code that had been used came again from another source. */
  | { readonly kind: 'code-replayed'; readonly userId: number; readonly remoteIp: string }
  /** Goes to the new address, which is not the account's yet. */
  | {
      readonly kind: 'confirm-mail';
      readonly userId: number;
      readonly token: string;
      readonly address: string;
    }
  /** Goes to an address that other accounts have, in place of a link to confirm it. */
  | {
      readonly kind: 'address-in-use';
      readonly userId: number;
      readonly address: string;
      readonly names: readonly string[];
    }
  /** Goes to the address the account had before. */
  | { readonly kind: 'mail-changed'; readonly userId: number; readonly address: string }
  /** To the sysop: an account that waits for activation, with all that was filled in. */
  | {
      readonly kind: 'application';
      readonly userId: number;
      readonly name: string;
      readonly server: string;
      readonly remoteIp: string;
      readonly details: Readonly<Record<string, string>>;
    }
  /** The sysop has let an applicant in. */
  | { readonly kind: 'account-activated'; readonly userId: number }
  /** To the sysop, from somebody who cannot sign in, or from the account that is named. */
  | {
      readonly kind: 'feedback';
      readonly userId: number;
      readonly from: string;
      readonly subject: string;
      readonly text: string;
      readonly accountId?: number;
    };

export type NoticeResult =
  | 'queued'
  /** The account has no address that mail can go to. */
  | 'no-address'
  /** Enough of this kind for now (rules A15, C7). */
  | 'too-many';

/** Stores a mail in the transaction of the change it tells about; sending comes later. */
export interface Notifier {
  notify(sql: Sql, notice: Notice): Promise<NoticeResult>;
}
