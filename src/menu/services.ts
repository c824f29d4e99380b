import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import type { OtpType } from '../base/otp-types';
import type { Random } from '../base/random';
import type { ArtStore } from '../art/art-store';
import type { Config } from '../config/schema';
import type { Accounts } from '../auth/accounts';
import type { Actor } from '../auth/change-record';
import type { LoginOrigin } from '../auth/login';
import type { MailChange } from '../auth/mail-change';
import type { FeedbackLetter } from '../mail/feedback';
import type { LinkPurpose, Listening, Prerequisite } from '../mail/prerequisites';
import type { WayInName } from '../protocols/ways-in';
import type { NoticeResult } from '../store/notice';
import type { User } from '../store/users';
import type { MenuSet } from './menu-entry';
import type { ThemeSet } from './theme';

/** One node that is in use, as who's online shows it. */
export interface NodeInfo {
  readonly node: number;
  readonly server: WayInName;
  /** undefined until fully signed in (rule J2). */
  readonly user: { readonly id: number; readonly name: string } | undefined;
  readonly description: string;
  readonly connectedAtMs: number;
}

/** Who is connected now. */
export interface NodeList {
  /** By node number. */
  list(): readonly NodeInfo[];
}

/** One full sign-in of the past. */
export interface PastCall {
  readonly userId: number;
  readonly userName: string;
  readonly server: string;
  readonly atMs: number;
}

/** Calls that were fully signed in, newest first. */
export interface CallHistory {
  last(limit: number): Promise<readonly PastCall[]>;
  count(sinceMs?: number): Promise<number>;
}

/** Accounts as menus and validators ask for them. Names are compared exactly, letter case aside. */
export interface AccountDirectory {
  isNameTaken(name: string): Promise<boolean>;
  isRealNameTaken(name: string): Promise<boolean>;
  /** Why nobody may choose this name for a new account, as a plain sentence; undefined when one may. */
  nameProblem(name: string): Promise<string | undefined>;
  /** Why a password may not be chosen, as a plain sentence; undefined when it may. */
  passwordProblem(
    password: string,
    about: { readonly userName: string; readonly email: string },
  ): string | undefined;
  /** Accounts by id; those that are gone are left out. */
  findAll(ids: readonly number[]): Promise<ReadonlyMap<number, User>>;
  /** By name; accounts that are not active are left out. */
  list(limit: number): Promise<readonly User[]>;
  count(createdSinceMs: number): Promise<{ readonly all: number; readonly createdSince: number }>;
  /** Writes the named properties; undefined removes one. Refuses those of auth (rule I4). */
  setProperties(
    userId: number,
    properties: Readonly<Record<string, string | undefined>>,
  ): Promise<void>;
}

/** A registration that was begun and not yet confirmed. */
export interface PendingFactor {
  readonly type: OtpType;
  /** Base32, in one piece. Only ever shown to its owner. */
  readonly secret: string;
  /** otpauth:// address for an authenticator app. */
  readonly uri: string;
  /** What the page asks for beside the code, so that only this session can have it confirmed. */
  readonly word: string;
  readonly expiresAtMs: number;
}

/** What became of a registration link; `too-many` were asked for lately. */
export type LinkResult = 'sent' | 'no-address' | 'too-many' | 'not-now';

/** What becomes of a mailed link on this board. */
export interface MailedLinks {
  /** What the board lacks for it now; empty when nothing. */
  missing(purpose: LinkPurpose): readonly Prerequisite[];
  /** False where mails stay on the board as files. */
  sendsMail(): boolean;
}

/** Switching the second factor on and off (auth/enrollment, mail and web behind one door). */
export interface TwoFactorDesk {
  /** Begins a registration and sends its link; the old factor stays until the new one is confirmed. */
  sendLink(user: User, type: OtpType, actor: Actor): Promise<LinkResult>;
  /** The set-up that this session began; those of others are nobody's business here (rule M2). */
  pending(userId: number, sessionId: string): Promise<PendingFactor | undefined>;
  dropPending(userId: number, actor: Actor): Promise<void>;
  disable(userId: number, actor: Actor): Promise<void>;
  /** Voids the old backup codes and returns the new ones, which are never shown again. */
  newBackupCodes(userId: number, actor: Actor): Promise<readonly string[]>;
  backupCodesLeft(userId: number): Promise<number>;
}

/** Making an account, and changing one's own: every path is checked and recorded alike, by auth. */
export type AccountDesk = Pick<Accounts, 'create' | 'changePassword' | 'setProperties'>;

/** A key that an account may sign in with by SSH. */
export interface OwnSshKey {
  readonly fingerprint: string;
  readonly algorithm: string;
  readonly comment: string;
  /** undefined for a key that an older system kept without its date. */
  readonly addedAtMs: number | undefined;
  readonly usedAtMs: number | undefined;
}

/** `why` is a sentence for the person who pasted the key. */
export type SshKeyAnswer =
  | { readonly kind: 'added'; readonly fingerprint: string }
  | { readonly kind: 'refused'; readonly why: string };

/** The keys of an account. Who may change them is decided before; other calls of the account end. */
export interface SshKeyDesk {
  list(userId: number): Promise<readonly OwnSshKey[]>;
  /** Says why a line is no key that could be added, without adding it. */
  findProblem(line: string): string | undefined;
  add(userId: number, line: string, actor: Actor): Promise<SshKeyAnswer>;
  /** False when there was no such key. */
  remove(userId: number, fingerprint: string, actor: Actor): Promise<boolean>;
}

/** One attempt to sign in to an account, or one change of how that is done, whoever made it. */
export interface SignIn {
  readonly atMs: number;
  readonly server: string;
  readonly source: string;
  /** As in the audit: `password`, `second-factor`, `ssh-key-added` ... */
  readonly kind: string;
  readonly result: 'accepted' | 'rejected' | 'done';
  readonly reason: string;
}

/** Attempts to sign in to an account and its changes, newest first: for its owner. */
export interface SignInHistory {
  of(userId: number, limit: number): Promise<readonly SignIn[]>;
}

/** Everything that menus and modules use of the rest of the board. Made once, by the composition root. */
export interface Services {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly version: string;
  readonly startedAtMs: number;
  config(): Config;
  /** The menus that are live; what a caller is in stays as it was when he entered. */
  menus(): MenuSet;
  themes(): ThemeSet;
  readonly art: ArtStore;
  readonly accounts: AccountDirectory;
  readonly calls: CallHistory;
  readonly nodes: NodeList;
  /** The servers that callers can reach now. */
  listening(): Listening;
  readonly links: MailedLinks;
  readonly twoFactor: TwoFactorDesk;
  readonly accountDesk: AccountDesk;
  readonly mailChange: Pick<MailChange, 'begin' | 'pendingFor'>;
  readonly sshKeys: SshKeyDesk;
  readonly signIns: SignInHistory;
  /** Services that are on, for ACS SE: `https`, ... */
  contentServices(): ReadonlySet<string>;
  /** Queues a reset mail where the account exists; answers alike and at once for any name (rule C7). */
  forgotPassword(name: string, origin: LoginOrigin): Promise<void>;
  /** Queues a letter for the sysop; `no-address` where he has none. */
  sendFeedback(letter: FeedbackLetter, origin: LoginOrigin): Promise<NoticeResult>;
}
