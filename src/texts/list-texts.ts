import { textArea } from './text-area';

export const LIST = textArea({
  where: 'Lists: how much of one is seen, and what stands there where it has no rows.',
  columns: 38,
  texts: {
    'list.one': 'One',
    'list.all': 'All {count}',
    'list.range': '{from}-{to} of {count}',
    'list.no-accounts': 'There are no accounts to show.',
    'list.nobody-online': 'Nobody is to be seen here.',
    'list.no-callers': 'Nobody has called yet.',
    'list.no-own-calls': 'No call of yours is on record.',
    'list.no-sign-ins': 'Nothing is on record of your account.',
    'list.no-boards': 'No board is open to you here.',
    'list.calls': '{count} calls',
    'list.silent-since': 'silent since {time}',
    'list.everyone': 'Everyone',
  },
});

export const CALLS = textArea({
  where: 'A caller’s own calls: the list, the row for messages, and pages that wrap.',
  columns: 120,
  texts: {
    'calls.this-call': 'this call',
    'calls.open': 'open',
    'calls.end-not-known': 'end not known',
    'calls.none-to-end': 'There is no call to end.',
    'calls.is-this-call': 'You are in that call. G in the main menu ends it.',
    'calls.ended': 'That call is ended.',
    'calls.over': 'That call is over already.',
    'calls.not-me': 'A call here was not me',
    'calls.not-me-mail':
      'All your other calls end, and your password is shut: a link by mail is the way to a new one.',
    'calls.not-me-sysop':
      'All your other calls end, and your password is shut: only the sysop can set a new one.',
    'calls.not-me-elsewhere':
      'All your other calls end. Your password is kept elsewhere: it lets people in until you change it there.',
    'calls.done': 'Your other calls are ended, and your password lets nobody in any more.',
    'calls.done-elsewhere': 'Your other calls are ended. Your password still lets people in.',
    'calls.step-mail': '1. A link for a new password is on its way to {address}. Use it now.',
    'calls.step-sysop': '1. Ask the sysop for a new password: this board cannot mail you a link.',
    'calls.step-elsewhere': '1. Change it now in the program that keeps it: this board cannot.',
    'calls.step-keys': '2. Look at your SSH keys (SSH in the main menu): remove what is not yours.',
    'calls.step-factor': '3. Look at your second factor (2FA), and make new backup codes.',
    'calls.step-tell': '4. Tell the sysop.',
  },
});

export const HISTORY = textArea({
  where:
    'The list of sign-ins to an account and of changes of it, and the lines about the last one.',
  columns: 38,
  texts: {
    'history.first-call': 'This is your first call.',
    'history.last-sign-in': 'Your last sign-in: {time} from {address}',
    'history.failed-one': '1 failed attempt since your last call',
    'history.failed': '{count} failed attempts since your last call',
    'history.failed-one-before': '1 failed attempt before it',
    'history.failed-before': '{count} failed attempts before it',
    'history.right': 'right',
    'history.refused': 'refused',
    'history.spent': 'spent',
    'history.used': 'used',
    'history.what-used': '{what} used',
    'history.result-what': '{result} {what}',
    'history.change': 'change',
    'history.sysop': 'Sysop',
    'history.second-factor-pending': '2FA begun',
    'history.second-factor-on': '2FA on',
    'history.second-factor-off': '2FA off',
    'history.second-factor-shut': '2FA locked',
    'history.app-added': 'app added',
    'history.app-removed': 'app removed',
    'history.backup-codes-new': 'new backup codes',
    'history.entry-code-made': 'entry code made',
    'history.ssh-key-added': 'SSH key added',
    'history.ssh-key-removed': 'SSH key removed',
    'history.password-changed': 'new password',
    'history.password-shut': 'password shut',
    'history.call-ended': 'call ended',
    'history.mail-change-request': 'mail change asked',
    'history.mail-changed': 'new mail address',
    'history.status': 'status changed',
    'history.unlocked': 'unlocked',
  },
});
