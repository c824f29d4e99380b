import { textArea } from './text-area';

export const FACTOR = textArea({
  where:
    'The board’s own questions for a second factor: a new one, one that is asked of the account, and a code for a part of the board; longer texts go on in the next row.',
  columns: 180,
  texts: {
    'factor.set-up': 'Set up two-factor sign-in',
    'factor.scan': '1 Scan the code with your authenticator app, or type this secret into it:',
    'factor.type-secret': '1 Type this secret into your authenticator app:',
    'factor.link': '(its otpauth:// link: type {word} below)',
    'factor.type-code': '2 Type the code that the app shows now.',
    'factor.code': 'Code',
    'factor.no-code-shape': 'A code has six digits. Nothing was counted.',
    'factor.wrong-code': 'Wrong code. Is the clock of your phone right?',
    'factor.wrong-code-tries':
      'Wrong code. {count} tries are left. Is the clock of your phone right?',
    'factor.wrong-code-one-try': 'Wrong code. One try is left. Is the clock of your phone right?',
    'factor.backup-title': 'Your backup codes',
    'factor.backup-codes':
      'Two-factor sign-in is on. These are your backup codes: each lets you in once in place of a code of the app. They are shown this once: keep them where your phone is not.',
    'factor.type-back': 'Type one of them to show that you have kept them.',
    'factor.backup-code': 'Backup code',
    'factor.not-typed-back': 'Shown this once: type one back. Or Esc once more, to go on without.',
    'factor.not-one-of-them': 'That is none of them. Please look again.',
    'factor.owed': 'Two-factor sign-in is asked of you here',
    'factor.owed-secure-way':
      'Two-factor sign-in is asked of you here. It is set up over a secure line: please call by {way}.',
    'factor.owed-no-way':
      'Two-factor sign-in is asked of you here. It is set up over a secure line: please ask the sysop.',
    'factor.owed-call-again': 'Two-factor sign-in is asked of you here. Call again to set it up.',
    'factor.grace-over': 'It is the only way on from here; without it your call ends.',
    'factor.grace-last': 'You can still go on without it in this call, and in no other.',
    'factor.grace-once':
      'You can still go on without it in this call, and 1 time more within {time}.',
    'factor.grace-times':
      'You can still go on without it in this call, and {count} times more within {time}.',
    'factor.have-phone':
      'Have your phone with an authenticator app at hand: you scan a code, and type the one that the app shows.',
    'factor.now': 'Set it up now? (y/n)',
    'factor.yes-or-no': 'Please type y or n.',
    'factor.password-first': 'You signed in a while ago. Your password first:',
    'factor.left': 'Nothing was changed.',
    'factor.gone': 'The set-up has ended, and nothing was changed.',
    'factor.not-now':
      'Another set-up waits: finish it by its mail or in the call that began it, or ask the sysop.',
    'factor.step-up': 'That part is for two-factor sign-in',
    'factor.step-up-closed': 'That part is for two-factor sign-in.',
    'factor.step-up-ask': 'That part is for two-factor sign-in. Please ask the sysop for it.',
    'factor.step-up-secure-way':
      'That part is for two-factor sign-in. It is set up over a secure line: call by {way}.',
    'factor.without-closed': 'Without it this part stays closed.',
    'factor.step-up-code': 'Type a code of your authenticator app, or a backup code.',
    'factor.code-too': 'Your last code was typed a while ago. A code as well, please.',
    'factor.apps': 'Your authenticator apps',
    'factor.app-unused': 'added {added}, not used yet',
    'factor.app-used': 'added {added}, used {used}',
    'factor.apps-add': 'A   add an app',
    'factor.apps-rename': 'R1  give app 1 another name',
    'factor.apps-remove': 'D1  remove app 1',
    'factor.apps-choice': 'Choice',
    'factor.apps-unknown': 'Please type A, or R or D with the number of an app, like D1.',
    'factor.add-app': 'Add an authenticator app',
    'factor.app-name-text':
      'Codes of each of your apps let you in. What do you call this one, like Tablet or Work phone?',
    'factor.app-name': 'Name',
    'factor.add-app-proof':
      'Have the device with the app at hand. Your other apps and your backup codes go on working.',
    'factor.app-added': '{label} is added: its codes let you in too.',
    'factor.remove-app': 'Remove an authenticator app',
    'factor.remove-app-proof': 'Codes of {label} will not let anybody in any more.',
    'factor.app-removed': '{label} is removed.',
    'factor.app-gone': 'That app is gone already.',
    'factor.rename-app': 'Another name for an app',
    'factor.rename-app-text': 'It is called {label} now.',
    'factor.app-renamed': 'It has its new name.',
    'factor.app-empty': 'A name has one character at least.',
    'factor.app-too-long': 'A name has {count} columns at most.',
    'factor.app-bad-characters': 'Letters, digits, blanks and signs, please, and no |.',
    'factor.app-taken': 'Another app of yours is called so.',
    'factor.app-too-many': 'You have {count} apps, which are the most. Remove one first.',
    'factor.lost': 'Neither app nor backup codes',
    'factor.lost-sysop': 'The sysop can make an entry code for you, or set up a new second factor.',
    'factor.lost-mail':
      'Or the board mails you a link. It begins a waiting time of {time}; after it your password leads to the set-up of a new second factor. Until then your codes stay as they are.',
    'factor.lost-send': 'Mail the link? (y/n)',
    'factor.recovery-mailed':
      'The link is on its way to the mail address of your account. Open it soon, and press its button: the waiting time of {time} begins then.',
    'factor.recovery-filed':
      'Ask for it soon, and press the button of its page: the waiting time of {time} begins then.',
    'factor.recovery-then':
      'After it, sign in with your password and type LOST here again, over a secure line.',
    'factor.recovery-waits': 'The waiting time is over in {time}.',
    'factor.replaced-in': 'Your second factor may be replaced in {time}: C stops that.',
    'factor.may-be-replaced': 'Your second factor may be replaced now: C stops that.',
    'factor.recovery-stopped': 'Stopped. Your second factor stays as it is.',
    'factor.recovery-none': 'There is nothing to stop: your second factor stays as it is.',
    'factor.recovery-no-address':
      'Your account has no mail address that a link could go to. Please ask the sysop.',
    'factor.recovery-too-many':
      'So many links were mailed already. Look into your mail, or try again tomorrow.',
    'factor.recovery-not-now': 'That cannot be done for this account now. Please sign in again.',
    'factor.recovery-secure-way':
      'Your waiting time is over. The new second factor is set up over a secure line: please call by {way}.',
    'factor.recovery-no-way':
      'Your waiting time is over. The new second factor is set up over a secure line: please ask the sysop.',
    'factor.step-up-call': 'That part is for two-factor sign-in: please call by {way}.',
    'factor.owed-call':
      'Two-factor sign-in is asked of you here, and a code alone is one factor: please call by {way}.',
    'factor.owed-no-call':
      'Two-factor sign-in is asked of you here, and a code alone is one factor: please ask the sysop.',
    'factor.not-over-line':
      'This asks for your password, which is not to be typed over a line that others can read. Please call by {way}.',
    'factor.not-over-line-ask':
      'This asks for your password, which is not to be typed over a line that others can read. Please ask the sysop.',
    'factor.password': 'Password',
    'factor.password-help': 'The one that you sign in with.',
    'factor.code-help': 'A code of your app, or a backup code.',
    'factor.one-time-code': 'One-time code',
  },
});
