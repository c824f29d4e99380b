import { forEachOtpType, type OtpType } from '../base/otp-types';
import { NO_MAIL_SERVER } from '../mail/links';
import type { SentenceKind } from '../menu/run/module';

export type InfoText = 'disabled' | 'enabled' | OtpType;

export type StatusText =
  | 'otpNotEnabled'
  | 'noBackupCodes'
  | 'backupCodesLeft'
  | 'saveDisabled'
  | 'saveEmailSent'
  | 'saveNoMailServer'
  | 'saveError'
  | 'qrNotAvail'
  | 'secretNotAvail'
  | 'pendingWaits'
  | 'emailRequired'
  | 'tooManyMails'
  | 'notNow'
  | 'cancelled'
  | 'pendingDropped'
  | 'setUpDone'
  | 'setUpGone'
  | 'noMailLinks'
  | 'mustStayOn'
  | 'nothingChosen'
  | 'tryLater';

/** What `config.infoText.*` may replace. */
export const INFO_TEXTS: Readonly<Record<InfoText, string>> = {
  disabled: 'Your password alone lets you in. A code beside it is much safer.',
  enabled: 'Signing in takes your password and a one-time code from your phone.',
  ...forEachOtpType(({ advice }) => advice),
};

/** What `config.statusText.*` may replace. */
export const STATUS_TEXTS: Readonly<Record<StatusText, string>> = {
  otpNotEnabled: 'Two-factor sign-in is not switched on for you.',
  noBackupCodes: 'You have no backup codes left. Press N for new ones.',
  backupCodesLeft: 'Backup codes left: {left}. They were shown once; N makes new ones.',
  saveDisabled: 'Two-factor sign-in is off.',
  saveEmailSent: 'A mail with a link is on its way. Type {word} on its page; stay signed in.',
  saveNoMailServer: `${NO_MAIL_SERVER} Type {word} on its page.`,
  saveError: 'The mail could not be made. Please tell the sysop.',
  qrNotAvail: 'There is a QR code only while a set-up waits for its first code.',
  secretNotAvail: 'The secret is shown only while a set-up waits for its first code.',
  pendingWaits: 'A set-up waits: type {word} on its page. Stay signed in. Q or S show it here.',
  emailRequired: 'You need a valid mail address first: enter it under Your own data.',
  tooManyMails: 'Several links were made lately. Please use the last one.',
  notNow: 'No set-up can be begun right now. Try again later, or ask the sysop.',
  cancelled: 'Nothing was changed.',
  setUpDone: 'Two-factor sign-in is on: from now on a code is asked for too.',
  setUpGone: 'The set-up has ended, and nothing was changed. Please begin again.',
  mustStayOn: 'This board asks it of you: it cannot be switched off, but set up anew.',
  nothingChosen: 'Please choose what to do.',
  noMailLinks: 'No link is mailed here: O sets it up on this screen.',
  pendingDropped: 'The set-up you had begun is dropped.',
  tryLater: 'The board cannot save this right now. Please try again later.',
};

const KINDS: Readonly<Partial<Record<StatusText, SentenceKind>>> = {
  saveDisabled: 'done',
  saveEmailSent: 'done',
  setUpDone: 'done',
  pendingDropped: 'done',
  saveNoMailServer: 'note',
  pendingWaits: 'note',
  cancelled: 'note',
};

/** What kind of sentence a status is, for the theme's colours. */
export function kindOf(status: StatusText): SentenceKind {
  return KINDS[status] ?? 'problem';
}

/** The keys of `config` that `chooseText` looks at, each with the text that stands there otherwise. */
export const TEXT_KEYS: Readonly<Record<string, string>> = Object.fromEntries([
  ...Object.entries(INFO_TEXTS).map(([key, text]) => [`infoText.${key}`, text]),
  ...Object.entries(STATUS_TEXTS).map(([key, text]) => [`statusText.${key}`, text]),
]);

/** A text of ours unless the sysop has one in `config.<group>.<key>`. */
export function chooseText(
  config: Readonly<Record<string, unknown>>,
  group: 'infoText' | 'statusText',
  text: { readonly key: string; readonly standard: string },
): string {
  const texts = config[group];
  if (typeof texts !== 'object' || texts === null) return text.standard;
  const own = (texts as Readonly<Record<string, unknown>>)[text.key];
  return typeof own === 'string' && own !== '' ? own : text.standard;
}

/**
 * A status of a set-up that waits, with the word that its page asks for. A sysop's own text that has no
 * place for the word gets it in front: nobody could finish without it.
 */
export function withWord(text: string, word: string): string {
  const place = '{word}';
  return (text.includes(place) ? text : `Type ${place} on the page. ${text}`).replaceAll(
    place,
    () => word,
  );
}
