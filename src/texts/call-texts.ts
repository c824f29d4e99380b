import { textArea } from './text-area';

export const CALL = textArea({
  where:
    'The last words of a call, or of one that is not taken; longer ones go on in the next row.',
  columns: 150,
  texts: {
    'call.silent': 'You have been silent for too long. Good-bye.',
    'call.longest': 'The longest time for a call is over. Please call again.',
    'call.sign-in-time': 'You took too long to sign in. Please call again.',
    'call.sign-in-bytes': 'You have sent more than a sign-in takes. Please call again.',
    'call.all-busy': 'All nodes are busy. Please call again later.',
    'call.going-down': 'The board is going down. Please call again later.',
    'call.no-new-callers':
      'The board takes no new callers here right now. Please call again in a moment.',
    'call.maintenance': 'The board is closed here for maintenance. Please call again later.',
    'call.cut-off':
      'The board lost touch with this part of itself: your call ends here. Please call again.',
    'call.signed-in-elsewhere': 'You have signed in again on node {node}: this call ends here.',
    'call.no-commands':
      'This is a bulletin board: it runs no commands and moves no files. Call without a command to get in.',
    'call.second-session': 'one call in one connection',
    'call.kicked': 'The sysop has ended your call.',
    'call.failed': 'Something went wrong here, and the sysop can see what. Please call again.',
    'call.menus-failed':
      'Something went wrong here, and the sysop has been told. Please call again.',
    'call.menus-in-a-ring': 'These menus lead nowhere. Please tell the sysop.',
    'call.nothing-further': 'There is nothing further here. Good-bye.',
    'call.account-changed': 'Your account was changed. Please sign in again.',
    'call.account-unchecked':
      'The board cannot check your account right now. Please sign in again later.',
    'call.ended-by-owner': 'Another call of yours has ended this one.',
    'call.factor-on': 'Two-factor sign-in is on. Please sign in again with a code.',
    'call.new-factor': 'Your new second factor is on. Please sign in with a code of it.',
    'call.without-new-factor': 'You leave without a new second factor. Good-bye.',
    'call.no-screen-for-factor':
      'This board has no screen to set up a second factor. Please ask the sysop for a new one.',
  },
});

export const WARNING = textArea({
  where: 'The row for messages, before a limit of the call or of the board ends it.',
  columns: 78,
  texts: {
    'warning.silent': 'You have been silent for a while: this call ends in {seconds} seconds.',
    'warning.longest': 'The longest time for a call is nearly over: it ends in {seconds} seconds.',
    'warning.maintenance': 'The board closes here for maintenance in {minutes} minutes.',
    'warning.maintenance-now':
      'The board closes here for maintenance in one minute. Please call again later.',
  },
});
