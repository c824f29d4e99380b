import { textArea } from './text-area';

export const TALK = textArea({
  where: 'Lines on the wall, messages to other nodes, and calls for the sysop.',
  columns: 78,
  texts: {
    'talk.write-first': 'Please write something first.',
    'talk.many-lines': 'You have written many lines. Please come back in an hour.',
    'talk.nobody': 'Nobody is there to read it.',
    'talk.many-messages': 'You have sent many messages. Please wait a minute.',
    'talk.from': '{name}, node {node}',
    'talk.wanted': 'You are wanted. {reason}',
    'talk.no-reason': '(No reason was given.)',
    'talk.sysop-called': 'The sysop has been called.',
    'talk.sysop-called-already': 'You have called the sysop already. Please wait five minutes.',
  },
});

export const LETTER = textArea({
  where: 'Letters to the sysop.',
  columns: 78,
  texts: {
    'letter.title': 'A letter to the sysop',
    'letter.your-message': 'Your message',
    'letter.from-whom': 'Please say who you are.',
    'letter.queued': 'Thank you. The sysop gets your letter.',
    'letter.queued-by-mail': 'Thank you. The sysop gets your letter by mail.',
    'letter.queued-here': 'Thank you. The sysop finds your letter here.',
    'letter.no-address': 'The sysop of this board takes no mail.',
    'letter.too-many': 'Many letters were sent lately. Please try again tomorrow.',
    'letter.unsent': 'Your letter is not sent yet',
    'letter.throw-away': 'Throw it away?',
    'letter.yes-or-no': 'y or n',
    'letter.kept': 'Your letter is still here.',
    'letter.how-to-send': 'Esc leads to the menu that sends the letter.',
    'letter.no-files': 'This board takes no files with a letter.',
    'letter.help-type': 'Type the letter; lines are broken by themselves. Arrow and page keys',
    'letter.help-keys': 'move, Ctrl-Y takes a line away, Esc leads to the menu that sends it.',
  },
});

export const ONWARD = textArea({
  where: 'Before and after a visit to another board or a door; without what {name} stands for.',
  columns: 78,
  texts: {
    'onward.connecting': 'Connecting to {name}. Esc cancels.',
    'onward.escape-key': '{key} brings you back.',
    'onward.bridge-menu': 'h: hang up   b: back to the board',
    'onward.no-board': 'This menu does not say which board it leads to. Please tell the sysop.',
    'onward.no-account': 'Your name has no account at {name}. Please ask the sysop.',
    'onward.unreachable': '{name} does not answer. Please try again later.',
    'onward.refused': '{name} does not take your call. Please tell the sysop.',
    'onward.broken': 'The connection to {name} broke. You may call it again.',
    'onward.ended': '{name} has ended the connection.',
    'onward.idle': 'The connection to {name} ended: nothing was sent for too long.',
    'onward.time': 'Your time at {name} is over.',
    'onward.no-door': 'This menu does not say which door it opens. Please tell the sysop.',
    'onward.door-full': '{name} is full just now. Please try again later.',
    'onward.door-shut': 'The door {name} does not open. Please tell the sysop.',
  },
});
