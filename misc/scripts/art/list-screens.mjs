// Screens of the theme gatehouse that list or tell something.
import { LEFT, widePage, workPage } from './pages.mjs';

/** A line below which the pause prompt finds its place, however short the list above it is. */
function closingLine(page) {
  return page.text(22, LEFT, '─'.repeat(page.columns - 2 * (LEFT - 1)), 'line');
}

const KEYS = 'Arrows, Page Up, Page Down: move   Enter, Esc: back   ?: help';
const CALL_KEYS = 'E: end it   N: one was not me   Arrow keys: choose   Enter, Esc: back';
const BOARD_KEYS = 'Arrow keys: up and down   Enter: go there   A: your account   G: log off';

function list(title, headline, subject, heads, keys = KEYS) {
  return listOn(workPage(title, headline, subject), heads, keys);
}

function listOn(page, heads, keys) {
  page.label(5, LEFT, 'TL20', 'hint');
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

function boards(page, heads) {
  page.label(5, LEFT, 'TL20', 'hint');
  for (const [column, head] of heads) page.text(6, column, head, 'hint');
  page.view(7, LEFT, 'VM1', 'text', 'focus').label(21, LEFT, 'TL10', 'warning');
  return closingLine(page).text(23, LEFT, BOARD_KEYS, 'hint');
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
  BOARDS: () =>
    boards(workPage('Boards', 'Where to?', 'signpost'), [
      [LEFT + 2, 'Board'],
      [LEFT + 22, 'About'],
    ]),
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
      CALL_KEYS,
    ),
};

/**
 * Lists in a wide window: their titles, the pictures at their heads, and what stands above their columns, which the formats
 * in theme.hjson of gatehouse-wide and plain-wide fill.
 */
export const WIDE_LISTS = {
  LASTCALL: {
    title: 'Last callers',
    subject: 'clock',
    heads: {
      User: 2,
      Calls: 21,
      When: 28,
      Date: 45,
      By: 63,
      Node: 74,
      Place: 80,
      Affiliation: 106,
    },
  },
  WHOSON: {
    title: 'Who is online',
    subject: 'home',
    heads: { Node: 2, User: 8, By: 28, Doing: 39, For: 69, Place: 82, Affiliation: 108 },
  },
  USERLST: {
    title: 'User list',
    subject: 'crowd',
    heads: { User: 2, Place: 24, Affiliation: 54, Calls: 86, 'Last call': 93, Date: 110 },
  },
  SIGNINS: {
    title: 'Sign-ins and changes of your account',
    subject: 'door',
    heads: { When: 2, Date: 21, By: 39, Node: 50, From: 56, What: 97 },
  },
  MYCALLS: {
    title: 'Your calls',
    subject: 'bell',
    heads: { Began: 2, Date: 21, By: 39, From: 50, Node: 91, Lasted: 98 },
    keys: CALL_KEYS,
  },
  BOARDS: { title: 'Where to?', subject: 'signpost', heads: { Board: 2, About: 34 } },
};

/** Those of the theme gatehouse-wide by file name. */
export const WIDE_SCREENS = Object.fromEntries(
  Object.entries(WIDE_LISTS).map(([name, { title, subject, heads, keys = KEYS }]) => {
    const draw = () => {
      const columns = Object.entries(heads).map(([head, at]) => [LEFT + at, head]);
      const page = widePage(title, title, subject);
      return name === 'BOARDS' ? boards(page, columns) : listOn(page, columns, keys);
    };
    return [name, draw];
  }),
);
