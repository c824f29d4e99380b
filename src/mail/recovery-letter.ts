import type { Notice } from '../store/notice';
import { RECOVERY_USABLE_MS } from '../store/recoveries';
import type { Say } from '../texts/texts';
import {
  placeOf,
  type LetterContent,
  type LetterFacts,
  type WriteNotification,
} from './letter-head';
import { recoverUrl, stopRecoveryUrl } from './links';

type RecoveryNotice = Extract<Notice, { kind: `recovery-${string}` }>;

interface Parts extends LetterFacts {
  readonly notification: WriteNotification;
}

/** The mails about a lost second factor (rule N6), to its owner. */
export function recoveryContent(
  notice: RecoveryNotice,
  { config, prefix, say, notification }: Parts,
): LetterContent {
  switch (notice.kind) {
    case 'recovery-link': {
      const { recoveryMail, otp } = config.users.twoFactorAuth;
      const time = hoursText(say, recoveryMail.waitHours);
      const values = { ...placeOf(notice.askedBy), time, minutes: otp.tokenTtlMinutes };
      return {
        ...notification(
          'mail-title.recovery-link',
          say('recovery-text.link', values),
          say('recovery-text.link-then'),
        ),
        link: recoverUrl(prefix, notice.token),
        button: say('mail-part.lost-it'),
      };
    }
    case 'recovery-started': {
      const time = hoursText(say, notice.waitHours);
      const days = RECOVERY_USABLE_MS / 86_400_000;
      return {
        ...notification(
          'mail-title.recovery-started',
          say('recovery-text.started', { address: notice.remoteIp, time, days }),
          say('recovery-text.started-then'),
        ),
        link: stopRecoveryUrl(prefix, notice.token),
        button: say('mail-part.stop-it'),
      };
    }
    case 'recovery-stopped':
      return notification(
        'mail-title.recovery-stopped',
        say('recovery-text.stopped'),
        say('recovery-text.stopped-then'),
      );
    case 'recovery-used':
      return notification(
        'mail-title.recovery-used',
        say('recovery-text.used', { address: notice.remoteIp }),
        say('recovery-text.used-then'),
      );
  }
}

/** "one hour", "72 hours", "7 days": the waiting time of a lost factor, in mails and on pages. */
export function hoursText(say: Say, hours: number): string {
  if (hours === 1) return say('mail-part.one-hour');
  return hours % 24 === 0 && hours > 72
    ? say('mail-part.days', { count: hours / 24 })
    : say('mail-part.hours', { count: hours });
}
