import type { Notice } from '../store/notice';

type KeyNotice = Extract<Notice, { kind: 'key-remembered' | `ssh-key-${string}` }>;

/** The mails about SSH keys, to the owner of the account. */
export function keyContent<Content>(
  notice: KeyNotice,
  notification: (subject: string, text: string) => Content,
): Content {
  switch (notice.kind) {
    case 'key-remembered':
      return notification(
        'An SSH key signs you in without a code',
        `until ${new Date(notice.untilMs).toISOString().slice(0, 10)} the board asks for no code where this key signs you in: ${notice.fingerprint}. What is sensitive still asks for one. A change of your password, keys or second factor ends it; so does "Forget" on the page of your SSH keys.`,
      );
    case 'ssh-key-added':
      return notification(
        'An SSH key was added',
        `whoever holds this key can sign in as you from now on: ${notice.fingerprint}`,
      );
    case 'ssh-key-removed':
      return notification(
        'An SSH key was removed',
        `this key no longer signs you in: ${notice.fingerprint}`,
      );
  }
}
