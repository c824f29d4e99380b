import { textArea } from './text-area';

export const SIGN_IN = textArea({
  where:
    'The row for messages of the sign-in and of questions for a password or code; by SSH also before the screen.',
  columns: 78,
  texts: {
    // One sentence for a name that is not there, one that may not sign in so, and a wrong password (rule C4).
    'sign-in.wrong': 'Wrong user name or password.',
    'sign-in.wrong-code': 'Wrong code. Each code works only once.',
    'sign-in.wrong-code-clock': 'Wrong code. Check the clock of your phone.',
    'sign-in.wrong-line': 'Wrong user name or code. Each code works only once.',
    'sign-in.wrong-password': 'Wrong password.',
    'sign-in.wrong-both': 'Wrong password or code. Each code works only once.',
    'sign-in.wrong-both-clock': 'Wrong password or code. Check the clock of your phone.',
    'sign-in.tries-left': '{sentence} {count} tries are left.',
    'sign-in.one-try-left': '{sentence} One try is left.',
    'sign-in.no-name': 'Please type your user name.',
    'sign-in.no-password': 'Please type your password.',
    'sign-in.no-code': 'Please type a code.',
    'sign-in.no-code-shape': 'Six digits, or a backup code: 4 groups of 5 letters.',
    // So short that the question fits behind it: Dropbear's client begins no new line.
    'sign-in.code-from': 'App or backup code. {ways}',
    'sign-in.no-line-code': 'No password here: 6 digits, or 15 letters.',
    'sign-in.line-code-spent': 'A code has 15 letters. That slip used up number {number}.',
    'sign-in.ask-code-number': 'Code number {number} of your sheet, or a code of your app.',
    'sign-in.ask-code-again': 'Code number {number}, or one of the app.',
    'sign-in.ask-app-code': 'A code of your app, please.',
    'sign-in.one-call':
      'Two calls with this name at once: that code is void. Take one of your sheet.',
    'sign-in.not-counted': '{sentence} Nothing was counted.',
    'sign-in.wait': 'Too many tries. Please try again later.',
    'sign-in.wait-for': 'Too many tries. Please wait {time}.',
    'sign-in.too-many': 'Too many tries. You may call again.',
    'sign-in.too-many-for': 'Too many tries. Please call again in {time}.',
    'sign-in.too-many-clock': 'Too many tries. Check the clock of your phone. You may call again.',
    'sign-in.too-many-clock-for':
      'Too many tries. Check the clock of your phone. Please call again in {time}.',
    'sign-in.disabled': 'This account is disabled. Please ask the sysop.',
    'sign-in.inactive': 'This account is not active yet. The sysop has to let you in first.',
    'sign-in.locked': 'This account is locked. Please ask the sysop.',
    'sign-in.factor-locked':
      'Too many wrong codes: your second factor is locked. Please ask the sysop.',
    'sign-in.not-allowed': 'Nobody may sign in with this name.',
    'sign-in.not-here': 'This way of signing in is switched off here.',
    'sign-in.already': 'You are signed in already.',
    'sign-in.way-off': 'Nobody can sign in by {way} here.',
    'sign-in.way-off-call': 'Nobody can sign in by {way} here. Please call by {secureWay}.',
    'sign-in.no-passwords': '{way} takes no passwords here: sign in with a code.',
    'sign-in.no-passwords-call':
      '{way} takes no passwords: sign in with a code, or call by {secureWay}.',
    'sign-in.way-with-factor': '{way} is for accounts with a second factor here.',
    'sign-in.way-with-factor-call':
      '{way} is for accounts with a second factor here. Please call by {secureWay}.',
    'sign-in.no-application': 'An application asks for a password: not over this line.',
    'sign-in.no-application-call':
      'An application asks for a password: not over this line. Call by {way}.',
    'sign-in.busy': 'The board is busy. Please try again in a moment.',
    'sign-in.try-later': 'The board cannot check this right now. Please try again later.',
    'sign-in.unsure': 'The board cannot tell whether that worked. Please try again.',
    'sign-in.unsure-code':
      'The board cannot tell whether that code was used. Please try another one.',
    'sign-in.code-heard': 'Typed over an open line, that code is void.',
    'sign-in.code-heard-call': 'Typed over an open line, that code is void. Call by {secureWay}.',
    // Also for a waiting time that is over, which is no code and stays good.
    'sign-in.secure-only': 'For a secure line only. A code typed here is void.',
    'sign-in.secure-only-call':
      'For a secure line only: call by {secureWay}. A code typed here is void.',
    'sign-in.lost-line': 'Without app and sheet nobody gets in over this line: ask the sysop.',
    'sign-in.lost-line-call': 'Without app and sheet please call by {secureWay}.',
  },
});

export const SIGN_IN_NARROW = textArea({
  where: 'The same in windows of fewer than 60 columns.',
  columns: 38,
  texts: {
    'narrow.wrong': 'Wrong name or password.',
    'narrow.wrong-code': 'Wrong code.',
    'narrow.wrong-code-clock': 'Check the clock of your phone.',
    'narrow.tries-left': '{sentence} {count} tries left.',
    'narrow.one-try-left': '{sentence} One try left.',
    'narrow.no-code-shape': 'Six digits, or 4 groups of 5 letters.',
    'narrow.wrong-line': 'Wrong name or code.',
    'narrow.no-line-code': 'No password: 6 digits or 15 letters.',
    'narrow.line-code-spent': 'That slip used up number {number}.',
    'narrow.one-call': 'Two calls at once: that code is void.',
    'narrow.code-heard': 'Typed in clear, that code is void.',
    'narrow.lost-line': 'No app, no sheet? Not over this line.',
    'narrow.secure-only': 'Only over a secure line. It is void.',
  },
});

export const TIME = textArea({
  where: 'Times within other sentences.',
  columns: 16,
  texts: {
    'time.second': '1 second',
    'time.seconds': '{count} seconds',
    'time.minute': '1 minute',
    'time.minutes': '{count} minutes',
    'time.today': 'today {time}',
    'time.yesterday': 'yesterday {time}',
    'time.min': '{count} min',
    'time.h-min': '{hours} h {minutes} min',
    'time.hours': '{count} hours',
    'time.day': '1 day',
    'time.days': '{count} days',
  },
});
