import type { Notice } from '../store/notice';
import { keyContent } from './key-letter';
import {
  headed,
  placeOf,
  type LetterContent,
  type LetterFacts,
  type WriteNotification,
} from './letter-head';
import { confirmMailUrl } from './links';

type AccountNotice = Extract<
  Notice,
  {
    kind:
      | 'key-remembered'
      | `ssh-key-${string}`
      | `password-${'changed' | 'shut'}`
      | 'new-network'
      | 'confirm-mail'
      | 'address-in-use'
      | 'mail-changed'
      | 'application'
      | 'account-activated'
      | 'feedback';
  }
>;

interface Parts extends LetterFacts {
  readonly notification: WriteNotification;
}

/** The mails about an account, its password, keys and address, and those to the sysop. */
export function accountContent(notice: AccountNotice, parts: Parts): LetterContent {
  const { say, notification } = parts;
  const board = parts.config.general.boardName;
  const notYou = say('mail-text.not-you');
  switch (notice.kind) {
    case 'key-remembered':
    case 'ssh-key-added':
    case 'ssh-key-removed':
      return keyContent(notice, parts);
    case 'password-changed':
      return notification(
        'mail-title.password-changed',
        say('account-text.password-changed'),
        notYou,
      );
    case 'password-shut': {
      const address = notice.remoteIp;
      if (notice.ofProgram === true)
        return notification(
          'mail-title.calls-ended',
          say('account-text.calls-ended', { address }),
          say('account-text.calls-ended-then'),
        );
      return notification(
        'mail-title.password-shut',
        say('account-text.password-shut', { address }),
        say('account-text.password-shut-then'),
      );
    }
    case 'new-network':
      return notification(
        'mail-title.new-network',
        say('account-text.new-network', placeOf(notice)),
        say('account-text.new-network-then'),
      );
    case 'confirm-mail':
      return {
        ...notification(
          'mail-title.confirm-address',
          say('account-text.confirm-address', { board }),
          say('account-text.confirm-address-unwanted'),
        ),
        link: confirmMailUrl(parts.prefix, notice.token),
        button: say('mail-part.confirm-address'),
      };
    case 'address-in-use':
      return inUseContent(notice, parts);
    case 'mail-changed':
      return notification(
        'mail-title.address-changed',
        say('account-text.address-changed'),
        notYou,
      );
    case 'application':
      return applicationContent(notice, parts);
    case 'account-activated':
      return notification(
        'mail-title.account-open',
        say('account-text.open'),
        say('account-text.open-unwanted'),
      );
    case 'feedback':
      return feedbackContent(notice, parts);
  }
}

/** To a stranger's address: it is greeted without the name of who asked. */
function inUseContent(
  { names }: Extract<Notice, { kind: 'address-in-use' }>,
  parts: LetterFacts,
): LetterContent {
  const { say } = parts;
  const board = parts.config.general.boardName;
  const text =
    names.length === 1
      ? say('account-text.address-in-use', { board, name: names.join() })
      : say('account-text.address-in-use-by-more', { board, names: names.join(', ') });
  return {
    ...headed(parts, 'mail-title.address-in-use'),
    paragraphs: [
      say('mail-part.hello-stranger'),
      text,
      say('account-text.address-in-use-you'),
      say('account-text.address-in-use-not-you'),
    ],
  };
}

/** Names and details are what the applicant typed; the subject has none of it. */
function applicationContent(
  notice: Extract<Notice, { kind: 'application' }>,
  parts: LetterFacts,
): LetterContent {
  const { say } = parts;
  const { name, details } = notice;
  const lines = Object.entries(details).map(([label, value]) => `${label}: ${value}`);
  return {
    ...headed(parts, 'mail-title.application'),
    paragraphs: [
      say('account-text.applied', placeOf(notice)),
      [say('mail-part.user-name', { name }), ...lines].join('\n'),
      // The name is a stranger's text: it stands in no command that may be pasted into a shell.
      say('account-text.applied-then'),
    ],
  };
}

/** The subject that the caller typed is in the heading, and not in that of the mail. */
function feedbackContent(
  notice: Extract<Notice, { kind: 'feedback' }>,
  parts: LetterFacts,
): LetterContent {
  const { say } = parts;
  const { from, accountId: account } = notice;
  return {
    ...headed(parts, 'mail-title.feedback'),
    title: say('mail-title.feedback-about', { subject: notice.subject }),
    paragraphs: [
      account === undefined
        ? say('mail-part.from-typed', { from })
        : say('mail-part.from-account', { from, account }),
      notice.text,
    ],
  };
}
