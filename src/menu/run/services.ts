import type { OwnCodes } from '../../acs/own-codes';
import type { ArtStore } from '../../art/art-store';
import type { AccountKeys } from '../../auth/account-keys';
import type { Accounts } from '../../auth/accounts';
import type { Enrollment } from '../../auth/enrollment';
import type { FarAccounts } from '../../auth/far-accounts';
import type { FactorRecovery } from '../../auth/factor-recovery';
import type { Invites } from '../../auth/invites';
import type { Sheets } from '../../auth/sheets';
import type { OwnCalls } from '../../auth/own-calls';
import type { MailChange } from '../../auth/mail-change';
import type { PasswordReset } from '../../auth/password-reset';
import type { Clock } from '../../base/clock';
import type { Log } from '../../base/log';
import type { Random } from '../../base/random';
import type { Config } from '../../config/schema';
import type { FeedbackBox } from '../../mail/feedback';
import type { Mailer } from '../../mail/mailer';
import type { Listening } from '../../mail/links';
import type { Database } from '../../store/database';
import type { CallerFacts } from './caller';
import type { KeyTurns } from './key-turns';
import type { NodeList, NodeTalk } from './node-talk';
import type { Wall } from './wall';
import type { MenuSet } from '../load/menu-entry';
import type { ThemeSet } from '../load/theme';

/** A value of a program or of mods/ for art, under two capital letters that are none of ours. */
export interface OwnMciCode {
  readonly doc?: string;
  /** True where it is shown before the sign-in is complete as well. */
  readonly beforeSignIn?: boolean;
  /** Shown literally; nothing is shown where it throws or is no text. */
  value(facts: CallerFacts): string;
}

/** The values of programs and of mods/, by code. */
export type OwnMciCodes = ReadonlyMap<string, OwnMciCode>;

/** Dependencies of menus and modules. Created once, by the composition root. */
export interface Services {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly version: string;
  readonly startedAtMs: number;
  config(): Config;
  /** The current menus; a menu that is open stays as it was on entry. */
  menus(): MenuSet;
  themes(): ThemeSet;
  readonly art: ArtStore;
  /** Shared by all callers of the board. */
  readonly keyTurns: KeyTurns;
  /** For single statements of the functions of store/: reads, and `setProperties`. */
  readonly db: Pick<Database, 'run'>;
  readonly accounts: Accounts;
  readonly enrollment: Enrollment;
  readonly recovery: FactorRecovery;
  readonly sshKeys: AccountKeys;
  readonly sheets: Sheets;
  readonly invites: Pick<Invites, 'find' | 'take'>;
  readonly ownCalls: OwnCalls;
  readonly farAccounts: FarAccounts;
  readonly mailChange: MailChange;
  readonly passwordReset: Pick<PasswordReset, 'request'>;
  readonly feedback: FeedbackBox;
  /** Who is in a door now, on all processes of the board (`servers/door-seats.ts`). */
  readonly doorSeats: {
    /** Counts a caller in; undefined where `most` are in it, unless that is 0. Returns what counts the caller out. */
    take(door: string, most: number): Promise<(() => void) | undefined>;
  };
  /** Folder of what doors are given: drop files, and a folder for each account. */
  readonly doorFolder: string;
  /** True when mails are sent; otherwise they are written to files. */
  readonly mailer: Pick<Mailer, 'sendsMail'>;
  /** Number of the lines of warnings that a start of the board as it is now would say. */
  warnings(): number;
  /** Name of the file whose edit was refused last; undefined where the board is as its files say. */
  refusedFile(): string | undefined;
  readonly nodes: NodeList;
  readonly talk: NodeTalk;
  readonly wall: Wall;
  /** What callers who were handed on met last. */
  readonly destinationHealth: {
    tried(name: string, wasThere: boolean): void;
    failingSinceMs(name: string): number | undefined;
  };
  /** The servers that callers can reach now. */
  listening(): Listening;
  /** Conditions and values for art of the program that runs the board, and of mods/. */
  readonly ownCodes?: { readonly acs: OwnCodes; readonly mci: OwnMciCodes };
}
