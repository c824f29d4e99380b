import { LIMITS } from '../base/limits';
import { OTP_TYPES } from '../base/otp-types';
import type { Notice } from '../store/notice';
import { RESET_MAIL, SET_UP_MAIL } from '../texts/mail-template-texts';
import { textVariables, type Say, type TextId } from '../texts/texts';
import { accountContent } from './account-letter';
import {
  headed,
  placeOf,
  type LetterContent,
  type LetterFacts,
  type WriteNotification,
} from './letter-head';
import { registerUrl, resetPasswordUrl } from './links';
import { recoveryContent } from './recovery-letter';

/** The words of the mail for a notice. */
export function contentOf(notice: Notice, parts: LetterFacts): LetterContent {
  const { userName, say } = parts;
  const board = parts.config.general.boardName;
  const notYou = say('mail-text.not-you');
  const notification: WriteNotification = (title, ...paragraphs) => ({
    ...headed(parts, title),
    paragraphs: [say('mail-part.hello', { name: userName }), ...paragraphs],
  });
  switch (notice.kind) {
    case 'otp-register':
      return registerContent(notice, parts);
    case 'password-reset':
      return resetContent(notice, parts);
    case 'first-password':
      return {
        ...notification(
          'mail-title.first-password',
          say('mail-text.first-password', { board, days: LIMITS.firstPasswordDays }),
          say('mail-text.first-password-unwanted'),
        ),
        link: resetPasswordUrl(parts.prefix, notice.token),
        button: say('mail-part.choose-password'),
      };
    case 'set-up-dropped':
      return notification(
        'mail-title.set-up-dropped',
        say('mail-text.set-up-dropped', placeOf(notice)),
        say('mail-text.set-up-dropped-then'),
      );
    case 'set-up-disowned':
      return notification(
        'mail-title.set-up-disowned',
        say('mail-text.set-up-disowned', placeOf(notice)),
        say('mail-text.set-up-disowned-then'),
      );
    case 'second-factor-on': {
      const app = say(`app.${OTP_TYPES[notice.otpType].word}`);
      return notification('mail-title.factor-on', say('mail-text.factor-on', { app }), notYou);
    }
    case 'second-factor-off':
      return notification('mail-title.factor-off', say('mail-text.factor-off'), notYou);
    case 'app-added': {
      const { label } = notice;
      return notification('mail-title.app-added', say('mail-text.app-added', { label }), notYou);
    }
    case 'app-removed': {
      const text = say('mail-text.app-removed', { label: notice.label });
      return notification('mail-title.app-removed', text, notYou);
    }
    case 'backup-code-used': {
      const text = say('mail-text.backup-code-used', { left: codesLeft(say, notice.left) });
      return notification('mail-title.backup-code-used', text, notYou);
    }
    case 'backup-code-heard':
      return notification(
        'mail-title.backup-code-heard',
        say('mail-text.backup-code-heard', {
          address: notice.remoteIp,
          left: codesLeft(say, notice.left),
        }),
        say('mail-text.backup-code-heard-then'),
      );
    case 'backup-codes-new':
      return notification('mail-title.backup-codes-new', say('mail-text.backup-codes-new'), notYou);
    case 'entry-code-made':
      return notification(
        'mail-title.entry-code-made',
        say('mail-text.entry-code-made', { minutes: notice.minutes }),
        say('mail-text.entry-code-made-then'),
      );
    case 'entry-code-used': {
      const text = say('mail-text.entry-code-used', { address: notice.remoteIp });
      return notification('mail-title.entry-code-used', text, notYou);
    }
    case 'entry-code-heard':
      return notification(
        'mail-title.entry-code-heard',
        say('mail-text.entry-code-heard', { address: notice.remoteIp }),
        say('mail-text.entry-code-heard-then'),
      );
    case 'recovery-link':
    case 'recovery-started':
    case 'recovery-stopped':
    case 'recovery-used':
      return recoveryContent(notice, { ...parts, notification });
    case 'sheet-new':
      return notification('mail-title.sheet-new', say('mail-text.sheet-new'), notYou);
    case 'sheet-gone':
      return notification('mail-title.sheet-gone', say('mail-text.sheet-gone'), notYou);
    case 'line-codes-stopped':
      return notification(
        'mail-title.line-codes-stopped',
        say('mail-text.line-codes-stopped', { address: notice.remoteIp }),
        say('mail-text.line-codes-stopped-then'),
      );
    case 'wrong-codes':
      return notification(
        'mail-title.wrong-codes',
        say('mail-text.wrong-codes', { address: notice.remoteIp }),
        say('mail-text.wrong-codes-then'),
      );
    case 'second-factor-locked':
      return notification(
        'mail-title.factor-locked',
        say('mail-text.factor-locked', { address: notice.remoteIp }),
        say('mail-text.factor-locked-then'),
      );
    case 'code-replayed':
      return notification(
        'mail-title.code-replayed',
        say('mail-text.code-replayed', { address: notice.remoteIp }),
        say('mail-text.code-replayed-then'),
      );
    default:
      return accountContent(notice, { ...parts, notification });
  }
}

/** What the templates of mails with a link of their own say, beside their own sentences. */
const IN_TEMPLATES = [
  'mail-part.hello',
  'mail-part.copy-address',
  'mail-part.choose-password',
] as const;
const SET_UP_WORDS = [...IN_TEMPLATES, ...(Object.keys(SET_UP_MAIL.texts) as TextId[])];
const RESET_WORDS = [...IN_TEMPLATES, ...(Object.keys(RESET_MAIL.texts) as TextId[])];

function registerContent(
  notice: Extract<Notice, { kind: 'otp-register' }>,
  parts: LetterFacts,
): LetterContent {
  const { say } = parts;
  const { otp } = parts.config.users.twoFactorAuth;
  const link = registerUrl(parts.prefix, notice.token, notice.otpType);
  const { tokenTtlMinutes: minutes } = otp;
  const app = say(`app.${OTP_TYPES[notice.otpType].word}`);
  const asked = askedText(say, notice.askedBy);
  const notAsked = notAskedText(say, notice.askedBy);
  return {
    ...headed(parts, 'mail-title.set-up'),
    paragraphs: [
      say('mail-part.hello', { name: parts.userName }),
      say('mail-text.set-up-link', { asked, minutes }),
      notAsked,
    ],
    link,
    values: {
      TOKEN: notice.token,
      REGISTER_URL: link,
      OTP_TYPE: app,
      TTL_MINUTES: String(minutes),
      ASKED_BY: asked,
      NOT_ASKED: notAsked,
      ...textVariables(say, SET_UP_WORDS, { name: parts.userName, app, minutes }),
    },
    templates: { text: otp.registerEmailText, html: otp.registerEmailHtml },
  };
}

type AskedBy = Extract<Notice, { kind: 'otp-register' }>['askedBy'];

/**
 * What to do with a link that the reader did not ask for; the page of a caller's link has a button
 * for it.
 */
function notAskedText(say: Say, askedBy: AskedBy): string {
  return callerOf(askedBy) === undefined
    ? say('mail-text.set-up-of-sysop-unknown')
    : say('mail-text.set-up-of-caller-unknown');
}

/** The caller who asked for a set-up; undefined where the sysop sends it. */
function callerOf(askedBy: AskedBy): AskedBy {
  return askedBy?.remoteIp === '' ? undefined : askedBy;
}

/** Who asked for a set-up, and that the link ends with the call that asked for it. */
function askedText(say: Say, askedBy: AskedBy): string {
  const caller = callerOf(askedBy);
  if (caller === undefined) return say('mail-text.set-up-of-sysop');
  return say('mail-text.set-up-of-caller', placeOf(caller));
}

function resetContent(
  notice: Extract<Notice, { kind: 'password-reset' }>,
  parts: LetterFacts,
): LetterContent {
  const { say } = parts;
  const { resetPassword } = parts.config.contentServers.web;
  const { tokenTtlMinutes: minutes } = resetPassword;
  const { boardName: board } = parts.config.general;
  const link = resetPasswordUrl(parts.prefix, notice.token);
  return {
    ...headed(parts, 'mail-title.reset'),
    paragraphs: [
      say('mail-part.hello', { name: parts.userName }),
      say('mail-text.reset-link', { minutes }),
    ],
    link,
    values: {
      TOKEN: notice.token,
      RESET_URL: link,
      TTL_MINUTES: String(minutes),
      ...textVariables(say, RESET_WORDS, { name: parts.userName, board, minutes }),
    },
    templates: { text: resetPassword.resetPassEmailText, html: resetPassword.resetPassEmailHtml },
  };
}

function codesLeft(say: Say, count: number): string {
  if (count === 0) return say('mail-part.no-codes-left');
  if (count === 1) return say('mail-part.one-code-left');
  return say(count <= 3 ? 'mail-part.few-codes-left' : 'mail-part.codes-left', { count });
}
