import type { Config } from '../config/schema';
import { labelOfWay } from '../protocols/ways-in';
import type { Notice } from '../store/notice';
import { RECOVERY_USABLE_MS } from '../store/recoveries';
import { recoverUrl, stopRecoveryUrl } from './links';

type RecoveryNotice = Extract<Notice, { kind: `recovery-${string}` }>;

interface Parts<Content> {
  readonly config: Config;
  /** The beginning of links. */
  readonly prefix: string;
  readonly notification: (subject: string, ...paragraphs: readonly string[]) => Content;
}

/** The mails about a lost second factor (rule N6), to its owner. */
export function recoveryContent<Content extends object>(
  notice: RecoveryNotice,
  { config, prefix, notification }: Parts<Content>,
): Content & { readonly link?: string; readonly button?: string } {
  switch (notice.kind) {
    case 'recovery-link': {
      const { recoveryMail, otp } = config.users.twoFactorAuth;
      const { server, remoteIp } = notice.askedBy;
      return {
        ...notification(
          'Have you lost your second factor?',
          `somebody who signed in with your password by ${labelOfWay(server)} from ${remoteIp} says that your app and your backup codes are lost. If that was you, open this link and press its button: a waiting time of ${hoursText(recoveryMail.waitHours)} begins. After it the board leads you, with your password alone, to the set-up of a new second factor. Until then everything stays as it is. The link works once, within ${otp.tokenTtlMinutes} minutes.`,
          'If that was not you, somebody else knows your password. Do not press the button; sign in, change your password and tell the sysop of this board.',
        ),
        link: recoverUrl(prefix, notice.token),
        button: 'I have lost it',
      };
    }
    case 'recovery-started':
      return {
        ...notification(
          'Your second factor can be replaced soon',
          `a link that was mailed to you was used from ${notice.remoteIp} to say that your second factor is lost. In ${hoursText(notice.waitHours)} your password alone will lead to the set-up of a new one, for ${RECOVERY_USABLE_MS / 86_400_000} days. Until a new one is set up, your codes work as before.`,
          'If that was not you, or if you have found your phone, open this link to stop it, or choose "Your calls" in the main menu of any call and press C. If it was not you, change your password as well, and that of your mailbox.',
        ),
        link: stopRecoveryUrl(prefix, notice.token),
        button: 'Stop it',
      };
    case 'recovery-stopped':
      return notification(
        'Your second factor stays',
        'its replacement by a mailed link was stopped. Your codes work as before.',
        'If you did not stop it, ask the sysop of this board.',
      );
    case 'recovery-used':
      return notification(
        'Your lost second factor is being replaced',
        `the waiting time is over, and somebody who knows your password signed in from ${notice.remoteIp}. Nothing but the set-up of a new second factor is open to that call.`,
        'If that was not you, sign in at once, stop it in "Your calls", change your password and tell the sysop of this board.',
      );
  }
}

/** "one hour", "72 hours", "7 days": the waiting time of a lost factor, in mails and on pages. */
export function hoursText(hours: number): string {
  if (hours === 1) return 'one hour';
  return hours % 24 === 0 && hours > 72 ? `${hours / 24} days` : `${hours} hours`;
}
