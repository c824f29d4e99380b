import { textArea } from './text-area';

export const WEB_PROBLEM = textArea({
  where: 'Pages that refuse something: a heading, and below it what to do.',
  columns: 240,
  texts: {
    'web-problem.prefix': 'Error:',
    'web-problem.bad-request': 'This request is not complete',
    'web-problem.bad-request-then': 'Open the whole link from the mail again, in one piece.',
    'web-problem.forbidden': 'This form came from somewhere else',
    'web-problem.forbidden-then':
      'Nothing was changed. Open the link from the mail again and use that page.',
    'web-problem.refused': 'Not now',
    'web-problem.refused-then':
      'This board takes no requests from where you are at the moment. Try again later.',
    'web-problem.in-clear': 'This page needs an encrypted line',
    'web-problem.in-clear-then': 'Use an address that begins with https://.',
    'web-problem.not-found': 'There is nothing here',
    'web-problem.not-found-then': 'Check the address, or open the link from the mail again.',
    'web-problem.gone': 'This link has ended',
    'web-problem.gone-then':
      'It was used, a newer one was sent, it is too old, the call that asked for it has ended, or the account was changed since. Sign in to the board and ask for a new one.',
    'web-problem.used-up': 'Five wrong tries: this link has ended',
    'web-problem.used-up-then':
      'Your account is as it was. Check that the clock of your phone is set automatically, then sign in to the board and ask for a new link.',
    'web-problem.address-taken': 'Another account uses this address',
    'web-problem.address-taken-then':
      'Nothing was changed. Choose another address, or tell the sysop.',
    'web-problem.too-large': 'That is too much',
    'web-problem.too-large-then':
      'The form was larger than this page accepts. Nothing was changed.',
    'web-problem.wrong-type': 'This is not a form',
    'web-problem.wrong-type-then':
      'Nothing was changed. Open the link from the mail and use that page.',
    'web-problem.speaks-https': 'This port speaks HTTPS: {address}',
    'web-problem.misdirected': 'This is not the board you asked for',
    'web-problem.misdirected-then': 'Use the address that stands in the mail.',
    'web-problem.too-many': 'Too many requests',
    'web-problem.too-many-then': 'Wait some minutes, then open the page again.',
    'web-problem.failed': 'Something went wrong',
    'web-problem.failed-then':
      'Nothing was changed. Try again, and tell the sysop if it stays like this.',
    'web-problem.try-later': 'Please try again in a moment',
    'web-problem.try-later-then': 'The board could not record it just now, so nothing was changed.',
    'web-problem.unsure': 'It may have been saved',
    'web-problem.unsure-then':
      'The board cannot tell whether it was saved. Open the link again: if it has ended, it was.',
    'web-problem.own-failed': 'Please try again later',
    'web-problem.own-failed-then': 'This page cannot be shown right now.',
  },
});

export const WEB_PORT = textArea({
  where: 'A browser that opens the port of the terminal in the browser.',
  columns: 160,
  texts: {
    'web-port.no-page':
      'This port is for terminals, and your browser can reach it. Go back to the terminal page and call again.',
    'web-port.other-site': 'A page of another site may not call this board.',
  },
});

export const CONFIRM_PAGE = textArea({
  where: 'The page of a link that confirms a mail address.',
  columns: 160,
  texts: {
    'confirm-page.ask': 'Confirm your mail address',
    'confirm-page.ask-then': 'Hello {name}. The board will send your mail to this address:',
    'confirm-page.button': 'Use this address',
    'confirm-page.done': 'Your mail address is confirmed',
    'confirm-page.done-now': 'Mail of the board now goes to {address}.',
    'confirm-page.done-before':
      'If you had another address before, a note was sent there. You can close this page now.',
  },
});

export const RECOVER_PAGE = textArea({
  where: 'The pages of the links about a lost second factor.',
  columns: 240,
  texts: {
    'recover-page.hello': 'Hello {name}.',
    'recover-page.ask': 'Have you lost your second factor?',
    'recover-page.ask-time':
      'If app and backup codes are lost, a waiting time of {time} begins here. After it your password leads to the set-up of a new second factor.',
    'recover-page.ask-not-you':
      'You did not ask for this? Then somebody else knows your password: close this page, and change your password on the board.',
    'recover-page.ask-button': 'Begin the waiting time',
    'recover-page.begun': 'The waiting time has begun',
    'recover-page.begun-until': 'Hello {name}. It is over at:',
    'recover-page.begun-then':
      'Then sign in to the board with your password over a secure line, by SSH for instance, and type LOST where it asks for a code: it leads you to the set-up of a new second factor.',
    'recover-page.begun-mail':
      'Until then everything stays as it was. A mail with a link to stop it is on its way to you.',
    'recover-page.stop': 'Keep your second factor?',
    'recover-page.stop-then':
      'A waiting time runs, after which your second factor can be replaced. This stops it, and your codes go on as before.',
    'recover-page.stop-button': 'Stop it',
    'recover-page.stopped': 'Your second factor stays',
    'recover-page.stopped-then':
      'Hello {name}. No waiting time runs, and your codes work as before.',
    'recover-page.stopped-not-you':
      'If it was not you who began it, somebody knows your password and reads your mail: change both passwords.',
  },
});
