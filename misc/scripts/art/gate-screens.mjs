// Screens of the theme gatehouse before the gate and just behind it.
import { Page } from './page.mjs';
import {
  COURT,
  FAR_AWAY,
  FIRST_WORDS,
  GATES,
  gatePage,
  headLetters,
  LEFT,
  OPENING,
  PASSAGE,
  sayingPage,
  STREET,
  WORDS,
} from './pages.mjs';

function connect() {
  return new Page('Connect').label(2, LEFT, 'BN', 'strong').label(3, LEFT, 'VL', 'hint');
}

function matrix() {
  return new Page('Matrix')
    .stars([
      [8, 19],
      [14, 67],
      [7, 71],
      [17, 76],
      [12, 79],
    ])
    .picture(GATES.night)
    .label(1, 3, 'LG50', 'letters')
    .text(7, WORDS, 'Two doors. Both are shut.')
    .view(9, WORDS, 'VM1', 'text', 'focus')
    .text(24, LEFT, 'Arrows and Enter, or a letter   ?: help', 'hint')
    .text(24, 46, 'P: plain text, for screen readers', 'hint');
}

function userLog(title, { clear }) {
  const page = gatePage(title, clear ? 'heard' : 'shut')
    .text(6, WORDS, 'User name')
    .view(7, WORDS, 'ET1', 'entry', 'focus')
    .text(9, WORDS, 'Password')
    .view(10, WORDS, 'ET2', 'entry', 'focus')
    .label(11, WORDS, 'MT10', 'warning')
    .text(24, LEFT, 'Enter: go on   Esc: back', 'hint');
  return clear ? overClear(page, 14) : page;
}

/** What a page that leads to a password, or asks for one, says on a line that others can read. */
function overClear(page, row) {
  return page
    .text(row, WORDS, 'This line is not encrypted.', 'caution')
    .label(row + 1, WORDS, 'WI', 'caution');
}

function newUser(title, state) {
  return sayingPage(title, state, [
    'Nobody knows you here yet.',
    '',
    'Apply for an account: a user name,',
    'a password, and a few words about',
    'you. It takes two minutes.',
    '',
    'What you tell us is for the sysop.',
    'Others see your user name, location',
    'and affiliation.',
  ]);
}

function codeInstead() {
  return gatePage('Sign in, no password', 'sheet')
    .text(6, WORDS, 'User name')
    .view(7, WORDS, 'ET1', 'entry', 'focus')
    .text(9, WORDS, 'One-time code')
    .view(10, WORDS, 'ET2', 'entry', 'focus')
    .label(11, WORDS, 'MT10', 'warning')
    .text(15, WORDS, 'Others can read this line, so it takes', 'caution')
    .text(16, WORDS, 'no password. Neither app nor sheet?', 'caution')
    .label(17, WORDS, 'WI', 'caution')
    .text(24, LEFT, 'Enter: go on   Esc: back', 'hint');
}

function otp() {
  return headLetters(new Page('One-time code'), { column: WORDS })
    .picture(PASSAGE)
    .text(6, WORDS, 'The first door is open.', 'strong')
    .text(8, WORDS, 'One-time code')
    .view(9, WORDS, 'ET1', 'entry', 'focus')
    .label(10, WORDS, 'MT10', 'warning')
    .text(13, WORDS, 'From your authenticator app. A backup')
    .text(14, WORDS, 'code works as well, each of them once.')
    .label(15, WORDS, 'WR')
    .text(24, LEFT, 'Enter: go on   Esc: log off', 'hint');
}

function welcome() {
  return new Page('Welcome')
    .stars([
      [1, 45],
      [3, 58],
      [5, 50],
      [2, 66],
      [8, 38],
    ])
    .picture(COURT)
    .label(1, LEFT, 'LG50', 'letters')
    .text(5, LEFT, 'Both doors are open.', 'strong')
    .text(6, LEFT, 'Welcome,')
    .label(6, LEFT + 9, 'UN', 'strong')
    .text(7, LEFT, 'Your calls')
    .label(7, LEFT + 13, 'UC')
    .text(8, LEFT, 'Last caller')
    .label(8, LEFT + 13, 'LC')
    .label(9, LEFT, 'TL21', 'warning')
    .label(23, LEFT, 'TL20', 'hint');
}

const COMMANDS = [
  [
    LEFT,
    'People',
    [
      ['W', 'Who is online'],
      ['L', 'Last callers'],
      ['U', 'User list'],
    ],
  ],
  [
    27,
    'Yourself',
    [
      ['C', 'Your own data'],
      ['2FA', 'Two-factor sign-in'],
      ['SSH', 'SSH keys'],
      ['S', 'Your sign-ins'],
      ['M', 'Your calls'],
      ['Y', 'About you'],
    ],
  ],
  [LEFT, 'Board', [['G', 'Log off']], 10],
];

function mainMenu() {
  const page = headLetters(new Page('Main menu'), { row: 1 })
    .stars([
      [11, 77],
      [12, 38],
      [10, 56],
    ])
    .picture(STREET);
  for (const [column, kind, commands, row = 5] of COMMANDS) {
    page.text(row, column, kind, 'hint');
    commands.forEach(([key, meaning], index) => {
      page.text(row + 1 + index, column, key, 'key');
      page.text(row + 1 + index, column + (column === LEFT ? 4 : 5), meaning);
    });
  }
  return page
    .text(5, 55, 'Now', 'hint')
    .text(6, 55, 'Online')
    .label(6, 68, 'AN', 'strong')
    .text(7, 55, 'Calls today')
    .label(7, 68, 'TT', 'strong')
    .text(8, 55, 'Last caller')
    .label(8, 68, 'LC', 'strong')
    .text(9, 55, 'Node')
    .label(9, 68, 'ND', 'strong')
    .label(10, 55, 'RR', 'hint');
}

function menuPrompt() {
  return new Page('Command')
    .text(2, LEFT, 'Command', 'text')
    .view(2, LEFT + 9, 'ET2')
    .text(2, LEFT + 32, '?: help', 'hint')
    .label(2, LEFT + 46, 'MD', 'hint')
    .label(2, 72, 'CT', 'hint');
}

function forgotPassword() {
  return gatePage('Forgot password', 'key')
    .text(6, WORDS, 'Forgot your password?', 'strong')
    .text(8, WORDS, 'User name')
    .view(9, WORDS, 'ET1', 'entry', 'focus')
    .label(10, WORDS, 'MT10', 'warning')
    .text(13, WORDS, 'Ask here for a link to a page where')
    .text(14, WORDS, 'you can choose a new one.')
    .text(24, LEFT, 'Enter: send   Esc: back', 'hint');
}

function logOff() {
  return new Page('Log off')
    .stars([
      [2, 9],
      [4, 43],
      [1, 30],
      [12, 45],
      [3, 68],
      [14, 74],
      [9, 3],
      [17, 58],
    ])
    .picture(FAR_AWAY)
    .text(7, WORDS, 'The gate closes behind you.', 'strong')
    .text(9, WORDS, 'Good night, and until next time.')
    .label(2, WORDS, 'LG50', 'letters');
}

/** By file name. */
export const GATE_SCREENS = {
  CONNECT: connect,
  MATRIX: matrix,
  USERLOG: () => userLog('Sign in', { clear: false }),
  USERLOGT: () => userLog('Sign in, clear text', { clear: true }),
  USERLOGC: codeInstead,
  '2FAOTP': otp,
  WELCOME: welcome,
  MMENU: mainMenu,
  MNUPRMT: menuPrompt,
  LOGOFF: logOff,
  FORGOTPW: forgotPassword,
  NEWUSER1: () => newUser('New user', 'blank'),
  NEWUSER1T: () => overClear(newUser('New user, clear text', 'blank'), FIRST_WORDS + 10),
  DONE: () =>
    sayingPage('Applied', 'written', [
      'Thank you.',
      '',
      'The sysop looks at each application.',
      'As soon as yours is approved you can',
      'sign in with your user name and',
      'password.',
    ]),
  FORGOTPWSENT: () =>
    sayingPage('Mail sent', 'letter', [
      'Look into your mail.',
      '',
      'If there is an account of that name',
      'with a mail address, a link is on its',
      'way. It works once, and not for long.',
    ]),
  '2FAOTPSECREQ': () =>
    sayingPage('Secure line needed', 'first', [
      '!Not over this line.',
      '',
      'Keys and codes are shown on secure',
      'lines only, where nobody can read',
      'along.',
    ]).label(FIRST_WORDS + 6, WORDS, 'WI', 'caution'),
  TOONODE: () =>
    sayingPage('Signed in already', 'watched', [
      '!You are signed in already.',
      '',
      'This account is in use on another',
      'node. Log off there, then call again.',
    ]),
  ACCOUNTLOCKED: () =>
    sayingPage('Account locked', 'lock', [
      '!This account is locked.',
      '',
      'There were too many wrong passwords.',
      'Try again later, choose a new',
      'password by mail, or ask the sysop.',
    ]),
  ACCOUNTDISABLED: () =>
    sayingPage('Account disabled', 'dark', [
      '!This account is switched off.',
      '',
      'If you think that this is wrong, ask',
      'the sysop.',
    ]),
  ACCOUNTINACTIVE: () =>
    sayingPage('Account not active', 'sand', [
      '!This account is not active yet.',
      '',
      'The sysop looks at each application.',
      'Call again soon.',
    ]),
  PAUSE: () => new Page('Pause').text(1, LEFT, 'Press a key to go on', 'hint'),
  PAUSEPAGE: () =>
    new Page('Page').text(1, LEFT, 'Any key: next page   C: to the end   Q: stop', 'hint'),
};

/** The pictures of the doors while they open, without words, by file name; only the theme gatehouse has them. */
export const FRAMES = Object.fromEntries(
  [OPENING.first, OPENING.second].flatMap((pictures, door) =>
    pictures.map((cells, index) => [
      `DOOR${door + 1}${'ABC'[index]}`,
      () => new Page(`Door ${door + 1} opens`).picture(cells),
    ]),
  ),
);
