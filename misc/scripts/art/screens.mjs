// The stock screens of the theme gatehouse, one function each.
import {
  court,
  courtCorner,
  COURT_GROUNDS,
  COURT_INKS,
  GATE_GROUNDS,
  GATE_INKS,
  gatehouse,
  wallStrip,
} from './gatehouse.mjs';
import { Page } from './page.mjs';
import { toCells } from './picture.mjs';

const gateCells = (state) =>
  toCells(gatehouse(state), { columns: 80, rows: 21, inks: GATE_INKS, grounds: GATE_GROUNDS });
const GATES = { shut: gateCells('shut'), first: gateCells('first'), open: gateCells('open') };
const COURT = toCells(court, { columns: 80, rows: 22, inks: COURT_INKS, grounds: COURT_GROUNDS });
const CORNER = toCells(courtCorner, {
  columns: 80,
  rows: 17,
  inks: COURT_INKS,
  grounds: COURT_GROUNDS,
});
const STRIP = toCells(wallStrip, {
  columns: 80,
  rows: 4,
  inks: GATE_INKS,
  grounds: GATE_GROUNDS,
});

const STARS = [
  [1, 6],
  [2, 19],
  [4, 26],
  [1, 46],
  [2, 63],
  [6, 77],
  [9, 78],
  [12, 75],
  [1, 70],
  [13, 40],
];

// First column of the words right of the gate, and of those on pages.
const WORDS = 42;
const LEFT = 4;

/** The gate at the left, the night at the right free for words. */
function gatePage(title, state) {
  return new Page(title).stars(STARS).picture(GATES[state]);
}

/** The gate with a few lines; the first is the headline, lines from `!` on are warnings. */
function sayingPage(title, state, lines) {
  const page = gatePage(title, state);
  lines.forEach((line, index) => {
    if (line.startsWith('!')) page.text(5 + index, WORDS, line.slice(1), 'warning');
    else page.text(5 + index, WORDS, line, index === 0 ? 'strong' : 'text');
  });
  return page;
}

/** A page to work on: the wall along its head, the rest free. */
function workPage(title, headline) {
  return new Page(title).picture(STRIP).text(2, LEFT, headline, 'strong');
}

function connect() {
  return new Page('Connect').label(2, LEFT, 'BN', 'strong').label(3, LEFT, 'VL', 'hint');
}

function matrix() {
  return gatePage('Matrix', 'shut')
    .label(3, WORDS, 'BN', 'strong')
    .text(5, WORDS, 'Two doors. Both are shut.')
    .view(7, WORDS, 'VM1', 'text', 'focus')
    .text(22, WORDS, 'P: plain text, for screen readers', 'hint')
    .text(23, WORDS, 'Arrows and Enter, or the first letter', 'hint');
}

function userLog(title, { clear }) {
  const page = gatePage(title, 'shut')
    .label(3, WORDS, 'BN', 'strong')
    .text(5, WORDS, 'User name')
    .view(6, WORDS, 'ET1')
    .text(8, WORDS, 'Password')
    .view(9, WORDS, 'ET2')
    .text(12, WORDS, 'Enter: go on   Esc: back', 'hint')
    .label(23, LEFT, 'TL10', 'warning');
  return clear ? page.text(14, WORDS, 'This line is not encrypted.', 'hint') : page;
}

function otp() {
  return gatePage('One-time code', 'first')
    .text(3, WORDS, 'The first door is open.', 'strong')
    .text(5, WORDS, 'One-time code')
    .view(6, WORDS, 'ET1')
    .text(8, WORDS, 'From your authenticator app. A backup')
    .text(9, WORDS, 'code works as well, each of them once.')
    .label(10, WORDS, 'WR')
    .text(12, WORDS, 'Enter: go on   Esc: log off', 'hint')
    .label(23, LEFT, 'TL10', 'warning');
}

function welcome() {
  return new Page('Welcome')
    .stars([
      [3, 26],
      [7, 14],
      [4, 66],
      [8, 70],
      [9, 11],
      [2, 50],
    ])
    .picture(COURT)
    .text(3, 29, 'Both doors are open.', 'strong')
    .text(5, 29, 'Welcome,')
    .label(5, 38, 'UN', 'strong')
    .text(6, 29, 'Your calls')
    .label(6, 42, 'UC')
    .text(7, 29, 'Last caller')
    .label(7, 42, 'LC')
    .label(8, 29, 'TL21', 'warning')
    .label(23, LEFT, 'TL20', 'hint');
}

function mainMenu() {
  const page = new Page('Main menu')
    .stars([
      [2, 40],
      [1, 57],
      [4, 50],
      [6, 78],
      [2, 67],
      [6, 36],
    ])
    .picture(CORNER)
    .label(2, LEFT, 'BN', 'strong')
    .text(3, LEFT, 'Node', 'hint')
    .label(3, LEFT + 5, 'ND', 'hint')
    .label(3, LEFT + 12, 'RR', 'hint');
  const commands = [
    ['W', 'Who is online'],
    ['L', 'Last callers'],
    ['U', 'User list'],
    ['C', 'Your own data'],
    ['2FA', 'Two-factor sign-in'],
    ['SSH', 'SSH keys'],
    ['S', 'Your sign-ins'],
    ['M', 'Your calls'],
    ['Y', 'About you'],
    ['G', 'Log off'],
  ];
  commands.forEach(([key, meaning], index) => {
    page.text(4 + index, LEFT, key, 'key').text(4 + index, LEFT + 6, meaning);
  });
  return page;
}

function menuPrompt() {
  return new Page('Command')
    .text(2, LEFT, 'Command', 'text')
    .view(2, LEFT + 9, 'ET2')
    .label(2, LEFT + 36, 'MD', 'hint')
    .label(2, 72, 'CT', 'hint');
}

/** Labels at the left, fields behind them. */
function fields(page, row, column, rows) {
  rows.forEach((entry, index) => {
    if (entry === undefined) return;
    const [name, code, note, style = 'field'] = entry;
    page.text(row + index, LEFT, name).view(row + index, column, code, style);
    if (note !== undefined) page.text(row + index, column + 35, note, 'hint');
  });
  return page;
}

function newUser() {
  const page = fields(workPage('New user', 'Applying for an account'), 6, 20, [
    ['User name', 'ET1'],
    ['Real name', 'ET2'],
    ['Birth date', 'ME3', 'year/month/day'],
    ['Sex', 'ME4', 'one letter'],
    ['Location', 'ET5'],
    ['Affiliation', 'ET6'],
    ['Mail', 'ET7', 'needed for two factors'],
    ['Web', 'ET8'],
    undefined,
    ['Password', 'ET9', 'best: 15 letters or more'],
    ['Once more', 'ET10'],
  ]);
  return page
    .label(18, LEFT, 'TL11', 'warning')
    .view(20, 20, 'TM12', 'text', 'focus')
    .text(23, LEFT, 'Tab, Enter: next field   Esc: back', 'hint');
}

function userConfig() {
  const page = fields(workPage('Own data', 'Your own data'), 6, 20, [
    ['Real name', 'ET1'],
    ['Birth date', 'ME2', 'year/month/day'],
    ['Sex', 'ME3', 'one letter'],
    ['Location', 'ET4'],
    ['Affiliation', 'ET5'],
    ['Mail', 'ET6'],
    ['Web', 'ET7'],
    ['Screen rows', 'ME8'],
    ['Theme', 'SM9', undefined, 'field'],
    undefined,
    ['New password', 'ET10', 'empty: stays as it is'],
    ['Once more', 'ET11', 'best: 15 letters or more'],
  ]);
  return page
    .label(15, 20, 'TL20', 'hint')
    .label(19, LEFT, 'TL21', 'warning')
    .view(21, 20, 'TM25', 'text', 'focus')
    .text(23, LEFT, 'Tab, Enter: next field   Esc: back', 'hint');
}

function twoFactor() {
  return workPage('Two-factor sign-in', 'Two-factor sign-in')
    .text(6, LEFT, 'Second factor')
    .view(6, 20, 'TM1', 'text', 'focus')
    .text(8, LEFT, 'Kind of code')
    .view(8, 20, 'SM2', 'text', 'focus')
    .view(11, 20, 'TM3', 'text', 'focus')
    .label(6, 46, 'MT10', 'hint')
    .key(13, LEFT, 'M', 'send me a link by mail instead')
    .text(15, LEFT, 'While a set-up waits for its first code', 'hint')
    .key(16, LEFT, 'Q', 'show it as a QR code')
    .key(17, LEFT, 'S', 'show it in letters')
    .text(19, LEFT, 'While your second factor is on', 'hint')
    .key(20, LEFT, 'N', 'make new backup codes; the old ones end')
    .key(21, LEFT, 'B', 'how many are left')
    .text(23, LEFT, 'Tab: next   Arrow keys: change   Esc: back', 'hint');
}

function sshKey() {
  return workPage('SSH keys', 'SSH keys')
    .text(6, LEFT, 'They sign you in by SSH in place of your password.')
    .label(8, LEFT, 'MT1', 'strong')
    .text(16, LEFT, 'New key')
    .view(16, 14, 'ET2')
    .text(17, 14, 'the line in your .pub file; or the number of a key to remove', 'hint')
    .view(19, 14, 'TM3', 'text', 'focus')
    .label(21, LEFT, 'TL4', 'warning')
    .text(23, LEFT, 'Tab: next   Left, Right: change   Esc: back', 'hint');
}

function feedback() {
  const page = workPage('To the sysop', 'A letter to the sysop')
    .text(6, LEFT, 'From')
    .view(6, 14, 'ET1')
    .text(6, 50, 'and how to reach you', 'hint')
    .text(7, LEFT, 'To')
    .label(7, 14, 'TL2', 'text')
    .text(8, LEFT, 'About')
    .view(8, 14, 'ET3');
  for (let line = 0; line < 8; line++) page.view(10 + line, LEFT, `ET${5 + line}`);
  return page
    .label(19, LEFT, 'TL4', 'warning')
    .view(21, 14, 'TM13', 'text', 'focus')
    .text(23, LEFT, 'Tab, Enter: next line   Esc: back', 'hint');
}

/** A line below which the pause prompt finds its place, however short the list above it is. */
function closingLine(page) {
  return page.text(22, LEFT, '─'.repeat(74), 'line');
}

function list(title, headline, heads, keys = 'Arrow keys: up and down   Enter, Esc: back') {
  const page = workPage(title, headline);
  for (const [column, head] of heads) page.text(6, column, head, 'hint');
  return closingLine(page.view(7, LEFT, 'VM1', 'text', 'focus')).text(23, LEFT, keys, 'hint');
}

function status() {
  const page = workPage('Status', 'About you');
  const rows = [
    ['User name', 'UN'],
    ['Real name', 'UR'],
    ['Location', 'LO'],
    ['Affiliation', 'UF'],
    ['Member since', 'MS'],
    ['Calls', 'UC'],
    ['Theme', 'UT'],
    ['Came by', 'ST'],
  ];
  rows.forEach(([name, code], index) => {
    page.text(6 + index, LEFT, name, 'hint').label(6 + index, 20, code, 'strong');
  });
  return closingLine(page);
}

function forgotPassword() {
  return gatePage('Forgot password', 'shut')
    .text(3, WORDS, 'Forgot your password?', 'strong')
    .text(5, WORDS, 'User name')
    .view(6, WORDS, 'ET1')
    .text(8, WORDS, 'Ask here for a link to a page where')
    .text(9, WORDS, 'you can choose a new one.')
    .text(12, WORDS, 'Enter: send   Esc: back', 'hint')
    .label(23, LEFT, 'TL10', 'warning');
}

/** Every screen by its file name. */
export const SCREENS = {
  CONNECT: connect,
  MATRIX: matrix,
  USERLOG: () => userLog('Sign in', { clear: false }),
  USERLOGT: () => userLog('Sign in, clear text', { clear: true }),
  '2FAOTP': otp,
  WELCOME: welcome,
  MMENU: mainMenu,
  MNUPRMT: menuPrompt,
  LOGOFF: () =>
    sayingPage('Log off', 'shut', [
      'The gate closes behind you.',
      '',
      'Good night, and until next time.',
    ]),
  NUA: newUser,
  CONFSCR: userConfig,
  '2FACONFSCR': twoFactor,
  SSHKEYCFG: sshKey,
  FORGOTPW: forgotPassword,
  STATUS: status,
  LASTCALL: () =>
    list('Last callers', 'Last callers', [
      [LEFT, 'User'],
      [LEFT + 22, 'When'],
    ]),
  WHOSON: () =>
    list('Who is online', 'Who is online', [
      [LEFT, 'Node'],
      [LEFT + 6, 'User'],
      [LEFT + 28, 'By'],
      [LEFT + 40, 'Doing'],
    ]),
  BOARDS: () => {
    const page = workPage('Boards', 'Where to?')
      .text(6, LEFT, 'Board', 'hint')
      .text(6, LEFT + 22, 'About', 'hint');
    return closingLine(
      page.view(7, LEFT, 'VM1', 'text', 'focus').label(21, LEFT, 'TL10', 'warning'),
    ).text(
      23,
      LEFT,
      'Arrow keys: up and down   Enter: go there   A: your account   G: log off',
      'hint',
    );
  },
  ACCOUNT: () =>
    closingLine(
      workPage('Account', 'Your account, and who calls').view(7, LEFT, 'VM1', 'text', 'focus'),
    ).text(23, LEFT, 'Arrow keys: up and down   Enter: open it   Esc: back', 'hint'),
  USERLST: () =>
    list('User list', 'User list', [
      [LEFT, 'User'],
      [LEFT + 22, 'Location'],
      [LEFT + 50, 'Last call'],
    ]),
  SIGNINS: () =>
    list('Your sign-ins', 'Sign-ins and changes of your account', [
      [LEFT, 'When'],
      [LEFT + 18, 'By'],
      [LEFT + 29, 'From'],
      [LEFT + 57, 'What'],
    ]),
  MYCALLS: () =>
    list(
      'Your calls',
      'Your calls',
      [
        [LEFT, 'Began'],
        [LEFT + 18, 'By'],
        [LEFT + 29, 'From'],
        [LEFT + 57, 'Lasted'],
      ],
      'E: end it   N: one was not me   Arrow keys: choose   Enter, Esc: back',
    ),
  FEEDBACK: feedback,
  NEWUSER1: () =>
    sayingPage('New user', 'shut', [
      'Nobody knows you here yet.',
      '',
      'Apply for an account: a user name,',
      'a password, and a few words about',
      'you. It takes two minutes.',
      '',
      'What you tell us is for the sysop.',
      'Others see your user name, location',
      'and affiliation.',
    ]),
  DONE: () =>
    sayingPage('Applied', 'shut', [
      'Thank you.',
      '',
      'The sysop looks at each application.',
      'As soon as yours is approved you can',
      'sign in with your user name and',
      'password.',
    ]),
  FORGOTPWSENT: () =>
    sayingPage('Mail sent', 'shut', [
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
    ]).label(11, WORDS, 'WI'),
  TOONODE: () =>
    sayingPage('Signed in already', 'shut', [
      '!You are signed in already.',
      '',
      'This account is in use on another',
      'node. Log off there, then call again.',
    ]),
  ACCOUNTLOCKED: () =>
    sayingPage('Account locked', 'shut', [
      '!This account is locked.',
      '',
      'There were too many wrong passwords.',
      'Try again later, choose a new',
      'password by mail, or ask the sysop.',
    ]),
  ACCOUNTDISABLED: () =>
    sayingPage('Account disabled', 'shut', [
      '!This account is switched off.',
      '',
      'If you think that this is wrong, ask',
      'the sysop.',
    ]),
  ACCOUNTINACTIVE: () =>
    sayingPage('Account not active', 'shut', [
      '!This account is not active yet.',
      '',
      'The sysop looks at each application.',
      'Call again soon.',
    ]),
  PAUSE: () => new Page('Pause').text(1, LEFT, 'Press a key to go on', 'hint'),
  PAUSEPAGE: () =>
    new Page('Page').text(1, LEFT, 'Any key: next page   C: to the end   Q: stop', 'hint'),
};
