import { textArea } from './text-area';

export const TWO_FACTOR = textArea({
  where:
    'The 2FA screen: its text, which wraps; `config.infoText` and `config.statusText` of its menu count more.',
  columns: 120,
  texts: {
    'two-factor.disabled': 'Your password alone lets you in. A code beside it is much safer.',
    'two-factor.enabled': 'Signing in takes your password and a one-time code from your phone.',
    'two-factor.type-totp':
      'Codes by time, SHA-256. Many phone apps ignore that and show wrong codes: if unsure, take Google Authenticator.',
    'two-factor.type-hotp': 'Codes by counter: each one you ask your app or token for is the next.',
    'two-factor.type-google':
      'Codes by time, as every authenticator app knows them. The right choice for most.',
    'two-factor.not-on': 'Two-factor sign-in is not switched on for you.',
    'two-factor.no-codes-left': 'You have no backup codes left. Press N for new ones.',
    'two-factor.codes-left': 'Backup codes left: {left}. They were shown once; N makes new ones.',
    'two-factor.off': 'Two-factor sign-in is off.',
    'two-factor.mail-sent':
      'A mail with a link is on its way. Type {word} on its page; stay signed in.',
    'two-factor.mail-filed':
      'This board sends no mail: the sysop finds the link in its mail folder. Type {word} on its page.',
    'two-factor.mail-failed': 'The mail could not be made. Please tell the sysop.',
    'two-factor.no-qr': 'There is a QR code only while a set-up waits for its first code.',
    'two-factor.no-secret': 'The secret is shown only while a set-up waits for its first code.',
    'two-factor.waits':
      'A set-up waits: type {word} on its page. Stay signed in. Q or S show it here.',
    'two-factor.no-address': 'A confirmed mail address is needed first: see Your own data.',
    'two-factor.many-mails': 'Several links were made lately. Please use the last one.',
    'two-factor.not-now':
      'No set-up can be begun right now. Please try again later, or ask the sysop.',
    'two-factor.on': 'Two-factor sign-in is on: from now on a code is asked for too.',
    'two-factor.gone': 'The set-up has ended, and nothing was changed. Please begin again.',
    'two-factor.must-stay-on':
      'This board asks it of you: it cannot be switched off, but set up anew.',
    'two-factor.nothing-chosen': 'Please choose what to do.',
    'two-factor.no-links': 'No link is mailed here: O sets it up on this screen.',
    'two-factor.dropped': 'The set-up you had begun is dropped.',
    'two-factor.later': 'The board cannot save this right now. Please try again later.',
    'two-factor.word-first': 'Type {word} on the page. {text}',
    'two-factor.no-picture': 'A QR code is a picture. Press S for the secret in letters.',
    'two-factor.no-room': 'Your screen is too small for the QR code. Press S for the secret.',
  },
});

export const ACTION = textArea({
  where: 'The 2FA screen: what can be done, and the steps on the way.',
  columns: 40,
  texts: {
    'action.here': 'Switch it on here, now',
    'action.anew': 'Set it up anew (a new phone)',
    'action.mail': 'Set it up by a mailed link',
    'action.qr': 'Show the QR code',
    'action.secret': 'Show the secret in letters',
    'action.drop': 'Drop this set-up',
    'action.codes': 'Make new backup codes',
    'action.apps': 'Add, name or remove apps',
    'action.sheet': 'A sheet of codes for telnet',
    'action.off': 'Switch it off',
    'action.state-on': 'ON',
    'action.state-off': 'OFF',
    'action.state-waits': 'a set-up waits',
    'action.heading-codes': 'Backup codes',
    'action.heading-begin': 'How to switch it on',
    'action.heading-finish': 'How to finish it',
    'action.step-scan': 'Scan a QR code with your app',
    'action.step-type': 'Type the code that the app shows',
    'action.step-keep': 'Keep the ten backup codes',
    'action.step-scan-this': 'Scan the QR code with your app',
    'action.step-type-there': 'Type {word} and its code on the page',
    'action.apps-count': 'Codes of {count} apps let you in.',
    'action.no-codes-left': 'No backup code is left: make new ones.',
    'action.codes-left': '{left} of {count} backup codes left.',
  },
});

export const SECRET = textArea({
  where: 'Pages behind the 2FA screen: before the password, the QR code, the secret, backup codes.',
  columns: 200,
  texts: {
    'secret.set-up': 'Set up two-factor sign-in',
    'secret.set-up-anew': 'Set up two-factor sign-in anew',
    'secret.have-phone': 'Have your phone with an authenticator app at hand. Your password first:',
    'secret.present-codes': 'Your present codes stay valid until the new ones are confirmed.',
    'secret.switch-off': 'Switch two-factor sign-in off',
    'secret.switch-off-means': 'From then on your password alone lets people in.',
    'secret.show': 'Show the new secret',
    'secret.show-means': 'Whoever sees it can make codes of yours once it is confirmed.',
    'secret.codes': 'New backup codes',
    'secret.codes-means': 'Your old backup codes stop working as soon as new ones are made.',
    'secret.scan-title': 'Scan this',
    'secret.scan': '1  Scan it with your authenticator app.',
    'secret.type': '2  Type {word} and the code of the app on the page of the link.',
    'secret.stay': 'Stay signed in until then: the link ends with this call.',
    'secret.scan-short': 'Scan this. Word: {word}. Stay signed in.',
    'secret.title': 'Your new secret',
    'secret.type-secret': 'Type it into your authenticator app if you cannot scan the QR code:',
    'secret.counts-once':
      'It counts once you have typed {word} and a code of it on the page of the link. Stay signed in until then: the link ends with this call. After that nobody can look it up, you neither.',
    'secret.codes-title': 'Your new backup codes',
    'secret.codes-new':
      'Each lets you in once in place of a one-time code. Keep them where your phone is not. They are shown this once; the old ones no longer work.',
  },
});
