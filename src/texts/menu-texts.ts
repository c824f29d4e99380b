import { textArea } from './text-area';

export const MENU = textArea({
  where: 'The row for messages of any menu.',
  columns: 78,
  texts: {
    'menu.missing': 'That part of the board is missing. Please tell the sysop.',
    'menu.not-for-you': 'You cannot go there.',
    'menu.no-way-on': 'There is no way on from here for you.',
    'menu.no-choice': 'That is none of the choices.',
    'menu.no-command': 'No such command: {typed}. ?: help',
    'menu.no-key': 'No such key here: {typed}. {key}: help',
    'menu.nothing-back': 'There is no way back from here. {key}: help',
    'menu.not-allowed': 'You cannot do that.',
    'menu.sign-in-first': 'Please sign in first.',
    'menu.code-first': 'Your account needs a one-time code as well before you can go on.',
    'menu.code-for-part': 'That part needs a one-time code.',
    'menu.factor-first': 'Two-factor sign-in is asked of you here: set it up first.',
    'menu.bind-first': 'You came in without a code of yours: set up a new second factor first.',
    'menu.leaving-unbound': 'You have no new second factor yet. Once more logs you off without it.',
    'menu.later': 'The board cannot do this right now. Please try again later.',
    'menu.unsure': 'The board cannot tell whether that was saved. Please look, then try again.',
    'menu.text-only': 'Your terminal says that it shows text only.',
    'menu.no-areas': 'This board has no message areas.',
    'menu.no-upkeep': 'The database looks after itself.',
  },
});

export const FIELD = textArea({
  where: 'The row for messages, about what was typed into a field.',
  columns: 78,
  texts: {
    'field.empty': 'Please fill this in.',
    'field.no-subject': 'Please give a subject.',
    'field.no-such-user': 'There is no such user.',
    'field.not-an-address': 'Use a plain mail address, like name@example.org.',
    'field.whole-date': 'Please type the whole date: year, month, day.',
    'field.no-such-date': 'There is no such date.',
    'field.no-birthdate': 'This cannot be a birthdate.',
    'field.unchecked': 'This cannot be checked here. Please tell the sysop.',
  },
});

export const NEWS = textArea({
  where: 'The row for messages of the first menu after a sign-in.',
  columns: 78,
  texts: {
    'news.edit-refused': 'Refused edit: {file}.',
    'news.to-activate': 'Accounts to activate: {count}.',
    'news.warnings': 'Warnings: {count}.',
    'news.failed-attempts': 'Failed attempts since your last call: {count}.',
    // The address comes last, because the end may be cut.
    'news.set-up-elsewhere': '2FA was begun elsewhere. Not you? Change your password. ({address})',
    'news.recovery': 'In {time} your second factor may be replaced: M, then C, stops that.',
    'news.recovery-over': 'Your second factor may be replaced now: M, then C, stops that.',
    'news.factor-removed': 'You used your recovery code: two-factor sign-in is now switched off.',
    'news.last-backup-code': 'You used your last backup code. Please make new ones now.',
    'news.one-backup-code': 'You used a backup code. Only 1 is left: please make new ones.',
    'news.few-backup-codes': 'You used a backup code. Only {left} are left: please make new ones.',
    'news.sheet-code': 'You used a code of your sheet; {left} are left.',
    'news.few-sheet-codes':
      'Only {left} codes are left on your sheet: make a new one over a secure line.',
    'news.last-sheet-code':
      'That was the last code of your sheet: make a new one over a secure line.',
    'news.backup-code': 'You used a backup code; {left} are left.',
  },
});

export const PAGE = textArea({
  where: 'Pages and questions of the board itself; longer ones go on in the next row.',
  columns: 180,
  texts: {
    'page.part-not-here': 'This part of the board is not here.',
    'page.part-not-here-why': 'This part of the board is not here: {why}.',
    'page.message': 'Message',
    'page.messages': 'Messages',
    'page.message-from': 'Message from {name}',
    'page.from-board': 'From the board',
    'page.tell-sysop': 'Please tell the sysop.',
    'page.ask-sysop': 'Please ask the sysop for it.',
    'page.press-key': 'Press any key to go on.',
    'page.keys-fields': 'Tab, Enter: next field   Esc: back',
    'page.keys-yes-or-no': 'Y: yes   N: no   Esc: back',
    'page.keys-field': 'Enter: go on   Esc: back',
    'page.keys-yes-or-no-last': 'Y: yes   N: no   Esc: log off',
    'page.keys-field-last': 'Enter: go on   Esc: log off',
    'page.two-factor': 'Two-factor sign-in',
    'page.line-by-line':
      'Line by line: Enter ends an answer. An empty answer keeps what is in brackets, a lone - empties it. Esc goes back.',
  },
});

export const CODE = textArea({
  where: 'Codes of art (%WR, %WI, %LB, %LC).',
  columns: 38,
  texts: {
    'code.lost-both': 'Lost both? The sysop has entry codes.',
    'code.lost-both-ask': 'Lost both? Please ask the sysop.',
    'code.lost-both-mail': 'Lost both? Type LOST or ask the sysop.',
    'code.lines': 'P: line by line, for screen readers',
    'code.screens': 'P: screens again',
    'code.secure-call': 'Call: {command}',
    'code.secure-way': 'Call by {way}.',
    'code.no-secure-way': 'No secure way in is on here now.',
    'code.no-caller-yet': 'nobody yet',
  },
});
