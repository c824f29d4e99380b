import { textArea } from './text-area';

export const LINE = textArea({
  where: 'Questions and answers line by line; longer ones go on in the next line.',
  columns: 78,
  texts: {
    'line.room': 'There is room for {count} characters at most.',
    'line.nothing-here': 'There is nothing here.',
    'line.enter': 'Enter',
    'line.number': 'Number',
    'line.more': '{from} to {to} of {count}, Enter for more',
    'line.number-from': 'Please type a number from 1 to {count}.',
    'line.number-one': 'There is only one, number 1.',
    'line.digits': 'Please type {count} digits.',
    'line.letters': 'Please type {count} letters.',
    'line.characters': 'Please type {count} characters.',
    'line.text': 'Text',
    'line.dot-ends': '{label}, a dot alone ends it',
    'line.no-line': 'There is no line.',
    'line.line-gone': 'The last line is gone.',
    'line.no-room': 'There is no room for this line. A dot alone ends the text.',
    'line.yes-or-no': '{label}, y or n',
  },
});

export const HELP = textArea({
  where: 'The help page of a menu; longer ones go on in the next row.',
  columns: 60,
  texts: {
    'help.title': 'Help: {menu}',
    'help.also': '{text} (also {names})',
    'help.back': 'Back',
    'help.log-off': 'Log off',
    'help.go-on': 'Go on',
    'help.redraw': 'Draw this screen again',
    'help.lines': 'Text line by line, for screen readers; again: screens',
    'help.encoding': 'Other characters',
    'help.arrow-keys': 'Arrows',
    'help.arrows': 'Move; also Page Up, Page Down, Home, End',
    'help.enter-key': 'Enter',
    'help.choice-keys': 'Left, Right',
    'help.choice': 'Change a choice',
    'help.next-keys': 'Tab, Enter',
    'help.next': 'Next field',
    'help.before-keys': 'Shift-Tab',
    'help.before': 'The field before',
    'help.this-page': 'This page',
  },
});
