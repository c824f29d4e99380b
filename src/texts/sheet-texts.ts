import { textArea } from './text-area';

export const SHEET = textArea({
  where:
    'Two-factor sign-in, about the sheet of codes for lines without a password; longer texts go on in the next row.',
  columns: 180,
  texts: {
    'sheet.title': 'A sheet of one-time codes',
    'sheet.what-for':
      'For lines that others can read: this board asks for no password there, but for a code of your app, or for one of this sheet by its number. Print it, or copy it by hand.',
    'sheet.state': 'Your sheet of {date}: {left} of {total} codes left, next is number {next}.',
    'sheet.used-up': 'Your sheet is of {date}, and all of its codes are used.',
    'sheet.of-no-use':
      'This board asks a second factor of you, and a code of a sheet is one factor: it is spent, and lets you in nowhere. You sign in over a secure line only.',
    'sheet.replaces': 'A new sheet makes the old one void.',
    'sheet.choose': 'N: new sheet, T: throw it away',
    'sheet.new-or-throw': 'Please type N or T; Esc goes back.',
    'sheet.keep':
      'Each works once, when it is asked for by its number. They are shown this once. Keep them from others: with your name they let people in.',
    'sheet.made': 'Your sheet is made.',
    'sheet.thrown': 'Your sheet is void: none of its codes lets anybody in.',
    'sheet.not-needed': 'This board takes passwords on every line: a sheet is for none of them.',
  },
});
