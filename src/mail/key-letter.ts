import type { Notice } from '../store/notice';
import type { LetterContent, LetterFacts, WriteNotification } from './letter-head';

type KeyNotice = Extract<Notice, { kind: 'key-remembered' | `ssh-key-${string}` }>;

/** The mails about SSH keys, to the owner of the account. */
export function keyContent(
  notice: KeyNotice,
  { say, notification }: Pick<LetterFacts, 'say'> & { readonly notification: WriteNotification },
): LetterContent {
  const key = notice.fingerprint;
  const notYou = say('mail-text.not-you');
  switch (notice.kind) {
    case 'key-remembered': {
      const date = new Date(notice.untilMs).toISOString().slice(0, 10);
      const text = say('account-text.key-remembered', { date, key });
      return notification('mail-title.key-remembered', text, notYou);
    }
    case 'ssh-key-added':
      return notification('mail-title.key-added', say('account-text.key-added', { key }), notYou);
    case 'ssh-key-removed': {
      const text = say('account-text.key-removed', { key });
      return notification('mail-title.key-removed', text, notYou);
    }
  }
}
