// Screens of the theme gatehouse before the gate and just behind it.
import { Page } from './page.mjs';
import { CORNER, COURT, gatePage, LEFT, sayingPage, WORDS } from './pages.mjs';

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
    .text(2, LEFT + 32, '?: help', 'hint')
    .label(2, LEFT + 46, 'MD', 'hint')
    .label(2, 72, 'CT', 'hint');
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

/** By file name. */
export const GATE_SCREENS = {
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
  FORGOTPW: forgotPassword,
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
