// Screens of the theme gatehouse that list or tell something.
import { LEFT, workPage } from './pages.mjs';

/** A line below which the pause prompt finds its place, however short the list above it is. */
function closingLine(page) {
  return page.text(22, LEFT, '─'.repeat(74), 'line');
}

function list(
  title,
  headline,
  subject,
  heads,
  keys = 'Arrows, Page Up, Page Down: move   Enter, Esc: back   ?: help',
) {
  const page = workPage(title, headline, subject).label(5, LEFT, 'TL20', 'hint');
  for (const [column, head] of heads) page.text(6, column, head, 'hint');
  page.view(7, LEFT, 'VM1', 'text', 'focus').label(21, LEFT + 2, 'TL21', 'hint');
  return closingLine(page).text(23, LEFT, keys, 'hint');
}

function status() {
  const page = workPage('Status', 'About you', 'mirror');
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

/** By file name. */
export const LIST_SCREENS = {
  //  The text stands at MT1 and has room down to the line.
  HELP: () =>
    closingLine(
      workPage('Help', 'Help', 'question')
        .label(2, LEFT + 6, 'MD', 'hint')
        .label(6, LEFT, 'MT1', 'text'),
    ),
  STATUS: status,
  LASTCALL: () =>
    list('Last callers', 'Last callers', 'clock', [
      [LEFT + 2, 'User'],
      [LEFT + 17, 'Calls'],
      [LEFT + 24, 'When'],
      [LEFT + 40, 'By'],
      [LEFT + 50, 'Place'],
    ]),
  WHOSON: () =>
    list('Who is online', 'Who is online', 'home', [
      [LEFT + 2, 'Node'],
      [LEFT + 8, 'User'],
      [LEFT + 25, 'By'],
      [LEFT + 35, 'Doing'],
      [LEFT + 56, 'Place'],
    ]),
  BOARDS: () => {
    const page = workPage('Boards', 'Where to?', 'signpost')
      .label(5, LEFT, 'TL20', 'hint')
      .text(6, LEFT + 2, 'Board', 'hint')
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
      workPage('Account', 'Your account, and who calls', 'shield').view(
        7,
        LEFT,
        'VM1',
        'text',
        'focus',
      ),
    ).text(23, LEFT, 'Arrow keys: up and down   Enter: open it   Esc: back', 'hint'),
  USERLST: () =>
    list('User list', 'User list', 'crowd', [
      [LEFT + 2, 'User'],
      [LEFT + 22, 'Place'],
      [LEFT + 48, 'Calls'],
      [LEFT + 57, 'Last call'],
    ]),
  SIGNINS: () =>
    list('Your sign-ins', 'Sign-ins and changes of your account', 'door', [
      [LEFT + 2, 'When'],
      [LEFT + 21, 'By'],
      [LEFT + 32, 'From'],
      [LEFT + 50, 'What'],
    ]),
  MYCALLS: () =>
    list(
      'Your calls',
      'Your calls',
      'bell',
      [
        [LEFT + 2, 'Began'],
        [LEFT + 21, 'By'],
        [LEFT + 32, 'From'],
        [LEFT + 54, 'Node'],
        [LEFT + 61, 'Lasted'],
      ],
      'E: end it   N: one was not me   Arrow keys: choose   Enter, Esc: back',
    ),
};
