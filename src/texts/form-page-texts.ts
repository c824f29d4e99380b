import { textArea } from './text-area';

export const RESET_PAGE = textArea({
  where: 'The page of a link to choose a new password, by its template.',
  columns: 160,
  texts: {
    'reset-page.title': 'Choose a new password',
    'reset-page.hello':
      'Hello {name}. It needs at least {least} characters. Best are 15 or more: a few words that only you would put together.',
    'reset-page.password': 'New password',
    'reset-page.again': 'Once more',
    'reset-page.button': 'Change it',
    'reset-page.done': 'Your password is changed',
    'reset-page.done-then':
      'Sign in to the board with the new one. If you use two-factor sign-in, the board still asks for a code.',
    'reset-page.done-calls':
      'Whoever was signed in with the old password no longer is. You can close this page now.',
  },
});

export const SET_UP_PAGE = textArea({
  where: 'The page of a link to set up a second factor, by its template.',
  columns: 320,
  texts: {
    'set-up-page.title': 'Switch on two-factor sign-in',
    'set-up-page.hello':
      'Hello {name}. Your password opens the first door; from now on a code from your phone opens the second.',
    'set-up-page.stay':
      'If you asked for this in a call, stay signed in there until this page says that it is on: the link ends with that call.',
    'set-up-page.scan': 'Scan this with your authenticator app.',
    'set-up-page.qr-code': 'QR code with the secret below',
    'set-up-page.on-the-phone': 'Reading this on the phone? {link}, or type the secret:',
    'set-up-page.open-app': 'Open it in the app',
    'set-up-page.hint-totp':
      'Many phone apps ignore the SHA-256 of this type and then show codes that are never right. If that happens, choose the Google Authenticator type in the 2FA screen instead.',
    'set-up-page.hint-hotp':
      'Choose "counter based" where the app asks, and begin at 0. Each code is good once, so do not ask the app for more than you need.',
    'set-up-page.hint-google': 'Any authenticator app will do. Choose "time based" where it asks.',
    'set-up-page.begun-by':
      'This was asked for by {way} from {address}, on {time} UTC. If you did not ask for this on the board just now, somebody else knows your password: choose this button, and the set-up ends.',
    'set-up-page.not-me': 'This was not me',
    'set-up-page.word': 'Type the word that the board shows you.',
    'set-up-page.word-where':
      'Four letters and digits, on the two-factor screen of the call that asked for this.',
    'set-up-page.label': 'Name this app (may stay empty).',
    'set-up-page.label-why': 'For example {example}: your list of apps on the board has it.',
    'set-up-page.label-example': 'My phone',
    'set-up-page.code': 'Type the code that the app shows.',
    'set-up-page.button': 'Switch it on',
  },
});

export const SET_UP_ANSWER = textArea({
  where: 'What the page of a set-up answers: errors at its fields, and its result.',
  columns: 240,
  texts: {
    'set-up-answer.code-shape':
      'A code has six digits. That was something else; nothing was counted.',
    'set-up-answer.word-missing':
      'Type the word as well: four letters and digits, on the screen of the call that asked for this. Nothing was counted.',
    'set-up-answer.word-shape':
      'That cannot be the word: it has four letters and digits, and none of {signs}. Nothing was counted.',
    'set-up-answer.label-too-long':
      'A name has up to {most} letters, digits and signs. Nothing was counted.',
    'set-up-answer.label-bad-characters':
      'This name has letters or signs that cannot be shown everywhere. Nothing was counted.',
    'set-up-answer.label-taken':
      'Another app of yours is called so, or nearly so. Give another name. Nothing was counted.',
    'set-up-answer.label-other':
      'This name cannot be used. Give another one, or none. Nothing was counted.',
    'set-up-answer.wrong-code':
      'That code is not right. Wait for the next one and type that. {left}',
    'set-up-answer.wrong-word':
      'That word is not the one on the screen of the call that asked for this. The code was not used up. {left}',
    'set-up-answer.one-try-left': 'One try is left.',
    'set-up-answer.tries-left': '{count} tries are left.',
    'set-up-answer.disowned': 'The set-up has ended',
    'set-up-answer.disowned-then':
      'Its link works no longer, every call of the account was ended, and signing in is as it was before.',
    'set-up-answer.disowned-password':
      'Whoever began it knows your password: sign in to the board, change your password, and tell the sysop.',
    'set-up-answer.added': 'The authenticator app is added',
    'set-up-answer.added-then':
      'Codes of {label} let you in from now on, beside those of your other apps. Your backup codes go on working.',
    'set-up-answer.added-calls':
      'Calls of yours that were signed in have ended: sign in again with a code. You can close this page now.',
    'set-up-answer.on': 'Two-factor sign-in is on',
    'set-up-answer.on-then':
      'From now on the board asks for a one-time code after your password or key.',
    'set-up-answer.on-calls':
      'Calls of yours that were signed in have ended: sign in again with a code.',
    'set-up-answer.codes': 'Your backup codes',
    'set-up-answer.codes-then':
      'Each lets you in once when the app is not at hand. They are shown only now: print, copy or write them down, and keep them where you would keep a key.',
    'set-up-answer.codes-copy': 'Copy the codes',
    'set-up-answer.codes-download': 'Download',
    'set-up-answer.codes-print': 'Print',
    'set-up-answer.codes-copied': 'Copied: the codes are on the clipboard.',
    'set-up-answer.codes-not-copied':
      'This browser did not copy them. They are marked: copy them by hand.',
    'set-up-answer.codes-typed':
      'Capitals, dashes and spaces do not matter when you type one. You can close this page now.',
  },
});
