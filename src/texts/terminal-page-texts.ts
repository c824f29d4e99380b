import { textArea } from './text-area';

export const FRONT_PAGE = textArea({
  where: 'The page at the board’s plain address.',
  columns: 160,
  texts: {
    'front-page.title': 'How to call',
    'front-page.by-browser':
      'This board is a place that you call with a terminal. This browser has one, and needs nothing else:',
    'front-page.button': 'Call from this browser',
    'front-page.by-program-too': 'Or type this into a terminal of your own:',
    'front-page.by-program': 'This board is called by a terminal:',
    'front-page.no-way': 'No login server is open at the moment.',
    'front-page.new': 'New here?',
    'front-page.new-then':
      'Choose {choice} on the first screen: it asks for a user name, a password and a mail address.',
    'front-page.new-choice': 'New here? Apply',
    'front-page.mails': "The links in this board's mails open other pages here.",
  },
});

export const TERMINAL_PAGE = textArea({
  where: 'The terminal in a browser: its keys and options.',
  columns: 160,
  texts: {
    'terminal-page.reader-first':
      'Screen reader: read the screen aloud, line by line from the next call on',
    'terminal-page.terminal-of': 'Terminal of {board}',
    'terminal-page.trust':
      'It may be down. Or this browser does not trust its certificate there yet: {link}, accept it, and come back.',
    'terminal-page.trust-link': 'look at that port once',
    'terminal-page.call-again': 'Call again',
    'terminal-page.no-script':
      'This page is a terminal and needs JavaScript. An SSH client works without.',
    'terminal-page.keys': 'Keys',
    'terminal-page.key-escape': 'Esc',
    'terminal-page.key-tab': 'Tab',
    'terminal-page.key-left': 'Left',
    'terminal-page.key-up': 'Up',
    'terminal-page.key-down': 'Down',
    'terminal-page.key-right': 'Right',
    'terminal-page.key-return': 'Enter',
    'terminal-page.key-ctrl': 'Ctrl',
    'terminal-page.options': 'Options',
    'terminal-page.options-by': 'Options, {key}',
    'terminal-page.close': 'Close',
    'terminal-page.reader':
      'Screen reader: the screen is read aloud, and the next call is written line by line',
    'terminal-page.show-keys': 'Keys below the screen',
    'terminal-page.size': 'Size of the letters',
    'terminal-page.letters': 'Letters',
    'terminal-page.smaller': 'Smaller',
    'terminal-page.larger': 'Larger',
    'terminal-page.copy': 'Copy the screen or what is marked',
    'terminal-page.paste': 'Paste',
    'terminal-page.to-send': 'Text to send',
    'terminal-page.send': 'Send the text',
    'terminal-page.screen-text': 'The screen as text',
    'terminal-page.hang-up': 'Hang up',
  },
});

export const TERMINAL_SAYS = textArea({
  where: 'What the terminal in a browser says of a call and of its options.',
  columns: 120,
  texts: {
    'terminal-says.name': 'Terminal. {key}: options, screen reader',
    'terminal-says.calling': 'Calling the board …',
    'terminal-says.no-answer': 'The board does not answer.',
    'terminal-says.going-down': 'The board is going down. Call again in a while.',
    'terminal-says.over': 'The call is over.',
    'terminal-says.cut': 'The line was cut: by the network, or by the board.',
    'terminal-says.cut-here': 'The line was cut: this device has no network now.',
    'terminal-says.reader-on': 'Screen reader on. The board follows from the next call on.',
    'terminal-says.reader-off': 'Screen reader off. The board follows from the next call on.',
    'terminal-says.copied': 'Copied.',
    'terminal-says.not-copied':
      'This browser did not copy it. It is marked below: copy it by hand.',
    'terminal-says.not-pasted':
      'This browser does not hand it over. Paste it into the field, and send it.',
  },
});
