import { textArea } from './text-area';

export const SET_UP_MAIL = textArea({
  where: 'The template of the mail with a link to set up a second factor.',
  columns: 200,
  texts: {
    'set-up-mail.app': 'Its codes will come from an {app}.',
    'set-up-mail.page': 'The next page shows what your app needs and asks for its first code.',
    'set-up-mail.open': 'Open this page in a browser to finish:',
    'set-up-mail.button': 'Set it up',
    'set-up-mail.once':
      'The link works once and ends in {minutes} minutes. Until you have finished, signing in stays as it is.',
  },
});

export const RESET_MAIL = textArea({
  where: 'The template of the mail with a link to choose a new password.',
  columns: 200,
  texts: {
    'reset-mail.asked':
      'somebody, probably you, asked {board} for a new password for your account.',
    'reset-mail.open': 'Open this page in a browser to choose one:',
    'reset-mail.once':
      'The link works once and ends in {minutes} minutes. Two-factor sign-in, if you use it, stays on.',
    'reset-mail.not-you': 'You did not ask for this?',
    'reset-mail.not-you-then': 'Then do nothing: your password stays as it is.',
  },
});

export const APP = textArea({
  where: 'The types of authenticator apps, within other sentences of mails and pages.',
  columns: 60,
  texts: {
    'app.totp': 'authenticator app (TOTP, SHA-256)',
    'app.hotp': 'authenticator app (HOTP, counter)',
    'app.google': 'authenticator app (TOTP, SHA-1)',
  },
});
