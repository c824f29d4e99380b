import type { Config } from '../config/schema';
import { LIMITS } from '../base/limits';
import { OTP_TYPES } from '../base/otp-types';
import { labelOfWay } from '../protocols/ways-in';
import type { Notice } from '../store/notice';
import { confirmMailUrl, registerUrl, resetPasswordUrl } from './links';
import { keyContent } from './key-letter';
import { recoveryContent } from './recovery-letter';
import type { TemplateValues } from './template';

/** What a letter is made from, beside its notice. */
export interface LetterFacts {
  readonly config: Config;
  /** The beginning of links. */
  readonly prefix: string;
  readonly userName: string;
}

/** What a letter says, before it is filled into a template. */
export interface LetterContent {
  readonly subject: string;
  readonly title: string;
  readonly paragraphs: readonly string[];
  readonly link?: string;
  /** What the link's button says. */
  readonly button?: string;
  readonly values?: TemplateValues;
  readonly templates?: { readonly text: string; readonly html: string };
}

/** The words of the mail for a notice. */
export function contentOf(notice: Notice, parts: LetterFacts): LetterContent {
  const { userName } = parts;
  const board = parts.config.general.boardName;
  const notYou =
    'If that was not you, sign in at once, change your password and tell the sysop of this board.';
  const notification = (subject: string, ...paragraphs: readonly string[]): LetterContent => ({
    subject: `${board}: ${subject}`,
    title: subject,
    paragraphs: [`Hello ${userName},`, ...paragraphs],
  });
  switch (notice.kind) {
    case 'otp-register':
      return registerContent(notice, parts);
    case 'password-reset':
      return resetContent(notice, parts);
    case 'first-password':
      return {
        ...notification(
          'Choose a password',
          `your account is on ${board} now, without a password. Open this link to choose one. It works once, within ${LIMITS.firstPasswordDays} days of this mail.`,
          'You do not want it? Then do nothing: nobody can sign in without a password.',
        ),
        link: resetPasswordUrl(parts.prefix, notice.token),
        button: 'Choose a password',
      };
    case 'set-up-dropped':
      return notification(
        'A set-up of two-factor sign-in was dropped',
        `somebody signed in as you ${placeText(notice)} while a set-up of two-factor sign-in waited for its first code. The set-up was dropped, and its link has ended. Signing in is as it was before.`,
        'If that was you, begin again, and stay signed in until the page has confirmed it. If it was not, somebody else knows your password: sign in at once, change it and tell the sysop of this board.',
      );
    case 'set-up-disowned':
      return notification(
        'A set-up of two-factor sign-in was ended',
        `somebody who signed in as you ${placeText(notice)} had begun to set up two-factor sign-in. On the page of its link it was said that this was not you, so the set-up and every call of yours were ended. Signing in is as it was before.`,
        'Whoever began it knows your password: sign in at once, change it and tell the sysop of this board.',
      );
    case 'second-factor-on':
      return notification(
        'Two-factor sign-in is on',
        `from now on, signing in asks for a one-time code from your ${OTP_TYPES[notice.otpType].label} as well. Keep your backup codes in a safe place: each lets you in once without the app.`,
        notYou,
      );
    case 'second-factor-off':
      return notification(
        'Two-factor sign-in is off',
        'from now on, your password or key alone lets you in. Your backup codes are void.',
        notYou,
      );
    case 'app-added':
      return notification(
        'An authenticator app was added',
        `codes of one more authenticator app are accepted for you from now on. It is called "${notice.label}". Your other apps and your backup codes go on working.`,
        notYou,
      );
    case 'app-removed':
      return notification(
        'An authenticator app was removed',
        `codes of your authenticator app "${notice.label}" are no longer accepted. Your other apps and your backup codes go on working.`,
        notYou,
      );
    case 'backup-code-used':
      return notification(
        'A backup code was used',
        `somebody signed in with one of your backup codes. ${codesLeft(notice.left)}`,
        notYou,
      );
    case 'backup-codes-new':
      return notification(
        'New backup codes were made',
        'new backup codes were made for your account. The old ones are void.',
        notYou,
      );
    case 'entry-code-made':
      return notification(
        'The sysop made an entry code for you',
        `with your password and the entry code that the sysop tells you, you can sign in once within the next ${notice.minutes} minutes without your app, to set up a new second factor. Until that is done, everything stays as it was.`,
        'If you did not ask the sysop for it, somebody else did in your name: tell the sysop, and change your password.',
      );
    case 'entry-code-used':
      return notification(
        'An entry code was used',
        `somebody who knows your password used the entry code that the sysop had made, from ${notice.remoteIp}. It opens nothing but the set-up of a new second factor.`,
        notYou,
      );
    case 'recovery-link':
    case 'recovery-started':
    case 'recovery-stopped':
    case 'recovery-used':
      return recoveryContent(notice, { ...parts, notification });
    case 'sheet-new':
      return notification(
        'A sheet of one-time codes was made',
        'a new sheet of numbered codes was made for your account. Over lines that others can read, where this board asks for no password, each of its codes lets you in once. A sheet from before is void.',
        notYou,
      );
    case 'sheet-gone':
      return notification(
        'Your sheet of one-time codes is void',
        'the sheet of numbered codes of your account was thrown away: none of its codes lets anybody in.',
        notYou,
      );
    case 'line-codes-stopped':
      return notification(
        'Codes of your app are shut on lines without a password',
        `too many codes in a row were wrong where no password is asked for, the last from ${notice.remoteIp}. Codes of your app let nobody in there any more, until you have signed in over a secure line. A code of your sheet still does.`,
        'There is nothing else to do: whoever tried knows your name, and has guessed nothing.',
      );
    case 'password-changed':
      return notification('Your password was changed', 'your password was changed.', notYou);
    case 'password-shut':
      if (notice.ofProgram === true)
        return notification(
          'Your other calls were ended',
          `on your call from ${notice.remoteIp} you said that another call was not yours. Your other calls were ended. Your password is not kept by this board and still lets people in.`,
          'Change it now in the program that keeps it, where you chose it. Then look at your SSH keys and your second factor here, and remove what is not yours.',
        );
      return notification(
        'Your password is shut',
        `on your call from ${notice.remoteIp} you said that another call was not yours. Your other calls were ended, and your password lets nobody in any more, you included.`,
        'Choose a new one: "Forgot password" on the board mails you a link; where that is not to be had, ask the sysop. Then look at your SSH keys and your second factor, and remove what is not yours.',
      );
    case 'new-network':
      return notification(
        'A sign-in from a new place',
        `somebody signed in as you ${placeText(notice)}, a network from which you have not called before.`,
        'If that was you, there is nothing to do. If it was not, sign in at once, choose "Your calls" in the main menu and press N: that ends every other call of yours and shuts your password.',
      );
    case 'key-remembered':
    case 'ssh-key-added':
    case 'ssh-key-removed':
      return keyContent(notice, (subject, ...text) => notification(subject, ...text, notYou));
    case 'wrong-codes':
      return notification(
        'Wrong one-time codes',
        `somebody who knows your password, or has an SSH key of yours, typed three wrong one-time codes in a row, last from ${notice.remoteIp}.`,
        'If that was not you, change your password now, and remove every SSH key that somebody else may have.',
      );
    case 'second-factor-locked':
      return notification(
        'Your second factor is locked',
        `too many one-time codes in a row were wrong, the last from ${notice.remoteIp}. No code and no backup code lets you in any more, until the sysop of this board sets up a new second factor for you: please ask for one.`,
        'If you did not type these codes, somebody knows your password or has an SSH key of yours: change it, and remove the key, as soon as you are back.',
      );
    case 'code-replayed':
      return notification(
        'A used code came again',
        `a one-time code that had already let you in was tried again from ${notice.remoteIp}. It was refused.`,
        'If that was not you, somebody may be reading along: change your password, and use SSH rather than telnet.',
      );
    case 'confirm-mail':
      return {
        ...notification(
          'Confirm your mail address',
          `${board} will send your mail to this address once you have confirmed it. The link works once, within a day.`,
          'If you did not ask for this, do nothing.',
        ),
        link: confirmMailUrl(parts.prefix, notice.token),
        button: 'Confirm this address',
      };
    case 'address-in-use':
      return {
        ...notification('This address has an account'),
        paragraphs: [
          'Hello,',
          `somebody asked ${board} to use this address for an account. ${accountsNamed(notice.names)} this address already, so nothing was changed.`,
          'If it was you, sign in with that account. If you forgot its password, choose "Forgot password" on the board.',
          'If it was not you, do nothing.',
        ],
      };
    case 'mail-changed':
      return notification(
        'Your mail address was changed',
        'mail of this board no longer comes to this address.',
        notYou,
      );
    case 'application':
      return applicationContent(notice, board);
    case 'account-activated':
      return notification(
        'Your account is open',
        'the sysop has let you in: sign in with your user name and password.',
        'If you did not apply for an account here, do nothing.',
      );
    case 'feedback':
      return {
        subject: `${board}: Feedback from a caller`,
        title: `Feedback: ${notice.subject}`,
        paragraphs: [
          notice.accountId === undefined
            ? `From: ${notice.from} (not signed in; the name and address are what the caller typed)`
            : `From: ${notice.from}, account ${notice.accountId}`,
          notice.text,
        ],
      };
  }
}

function registerContent(
  notice: Extract<Notice, { kind: 'otp-register' }>,
  parts: LetterFacts,
): LetterContent {
  const { otp } = parts.config.users.twoFactorAuth;
  const link = registerUrl(parts.prefix, notice.token, notice.otpType);
  return {
    subject: `${parts.config.general.boardName}: Switch on two-factor sign-in`,
    title: 'Switch on two-factor sign-in',
    paragraphs: [
      `Hello ${parts.userName},`,
      `${askedText(notice.askedBy)} Open this link to finish. It works once, within ${otp.tokenTtlMinutes} minutes.`,
      notAskedText(notice.askedBy),
    ],
    link,
    values: {
      TOKEN: notice.token,
      REGISTER_URL: link,
      OTP_TYPE: OTP_TYPES[notice.otpType].label,
      TTL_MINUTES: String(otp.tokenTtlMinutes),
      ASKED_BY: askedText(notice.askedBy),
      NOT_ASKED: notAskedText(notice.askedBy),
    },
    templates: { text: otp.registerEmailText, html: otp.registerEmailHtml },
  };
}

/**
 * What to do with a link that the reader did not ask for; the page of a caller's link has a button
 * for it.
 */
function notAskedText(askedBy: Extract<Notice, { kind: 'otp-register' }>['askedBy']): string {
  return callerOf(askedBy) === undefined
    ? 'You know nothing of this? Then do not open the link, and ask the sysop.'
    : 'You did not ask for this? Then somebody else knows your password. Choose "This was not me" on the page, sign in, change your password, and tell the sysop.';
}

/** The caller who asked for a set-up; undefined where the sysop sends it. */
function callerOf(askedBy: Extract<Notice, { kind: 'otp-register' }>['askedBy']) {
  return askedBy?.remoteIp === '' ? undefined : askedBy;
}

/** Who asked for a set-up, and that the link ends with the call that asked for it. */
function askedText(askedBy: Extract<Notice, { kind: 'otp-register' }>['askedBy']): string {
  const caller = callerOf(askedBy);
  if (caller === undefined) {
    return 'The sysop sends you a link to switch on two-factor sign-in for your account.';
  }
  return `A caller who signed in as you ${placeText(caller)} asked to switch on two-factor sign-in. The page asks for a word that the board shows there. Stay signed in there until the page says that it is on: the link ends with that call, and when you sign in anew.`;
}

function placeText(place: { readonly server: string; readonly remoteIp: string }): string {
  return `by ${labelOfWay(place.server)} from ${place.remoteIp}`;
}

function resetContent(
  notice: Extract<Notice, { kind: 'password-reset' }>,
  parts: LetterFacts,
): LetterContent {
  const { resetPassword } = parts.config.contentServers.web;
  const link = resetPasswordUrl(parts.prefix, notice.token);
  return {
    subject: `${parts.config.general.boardName}: Choose a new password`,
    title: 'Choose a new password',
    paragraphs: [
      `Hello ${parts.userName},`,
      `open this link to choose a new password. It works once, within ${resetPassword.tokenTtlMinutes} minutes.`,
    ],
    link,
    values: {
      TOKEN: notice.token,
      RESET_URL: link,
      TTL_MINUTES: String(resetPassword.tokenTtlMinutes),
    },
    templates: { text: resetPassword.resetPassEmailText, html: resetPassword.resetPassEmailHtml },
  };
}

/** Names and details are what the applicant typed; the subject has none of it. */
function applicationContent(
  notice: Extract<Notice, { kind: 'application' }>,
  board: string,
): LetterContent {
  const { name, details } = notice;
  const lines = Object.entries(details).map(([label, value]) => `${label}: ${value}`);
  return {
    subject: `${board}: An application waits for you`,
    title: 'An application waits for you',
    paragraphs: [
      `Somebody applied ${placeText(notice)} for an account, which waits for you.`,
      [`User name: ${name}`, ...lines].join('\n'),
      // The name is a stranger's text: it stands in no command that may be pasted into a shell.
      "To let this caller in: oputil user activate 'USER NAME'. To refuse: oputil user rm 'USER NAME'.",
    ],
  };
}

function accountsNamed(names: readonly string[]): string {
  return names.length === 1
    ? `The account ${names.join()} has`
    : `The accounts ${names.join(', ')} have`;
}

function codesLeft(left: number): string {
  if (left === 0) return 'None are left: make new ones from the 2FA screen.';
  const many = left === 1 ? 'One is left' : `${left} are left`;
  return left <= 3 ? `${many}: make new ones from the 2FA screen.` : `${many}.`;
}
