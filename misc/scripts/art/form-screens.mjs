// Screens of the theme gatehouse on which something is filled in.
import { LEFT, workPage } from './pages.mjs';

/** A thin line over a group of fields, with its name. */
function rule(page, row, name) {
  const from = LEFT + name.length + 1;
  return page
    .text(row, LEFT, name, 'hint')
    .text(row, from, '─'.repeat(page.columns - 3 - from), 'line');
}

/** Groups of fields, each under a rule; `*` stands before what must be filled in. */
function groups(page, row, all) {
  let at = row;
  for (const [name, entries] of all) {
    rule(page, at++, `${name} `);
    for (const [label, code] of entries) {
      if (label.startsWith('*')) page.text(at, LEFT - 2, '*', 'key');
      page.text(at, LEFT, label.replace('*', '')).view(at, 20, code, 'entry', 'focus');
      at += 1;
    }
  }
  return page;
}

function newUser() {
  return groups(workPage('New user', 'Applying for an account', 'book'), 5, [
    [
      'You',
      [
        ['*User name', 'ET1'],
        ['Real name', 'ET2'],
        ['Birth date', 'ME3'],
        ['Sex', 'ME4'],
        ['Location', 'ET5'],
        ['Affiliation', 'ET6'],
        ['About you', 'ET13'],
      ],
    ],
    [
      'How we reach you',
      [
        ['Mail', 'ET7'],
        ['Web', 'ET8'],
      ],
    ],
    [
      'Sign-in',
      [
        ['*Password', 'ET9'],
        ['*Once more', 'ET10'],
      ],
    ],
  ])
    .label(20, LEFT, 'TL11', 'warning')
    .view(21, 20, 'TM12', 'text', 'focus')
    .text(23, LEFT, 'Tab, Enter: next field   Esc: back   *: must be filled in', 'hint');
}

function userConfig() {
  return groups(workPage('Own data', 'Your own data', 'person'), 5, [
    [
      'You',
      [
        ['Real name', 'ET1'],
        ['Birth date', 'ME2'],
        ['Sex', 'ME3'],
        ['Location', 'ET4'],
        ['Affiliation', 'ET5'],
        ['About you', 'ET13'],
      ],
    ],
    [
      'How we reach you',
      [
        ['Mail', 'ET6'],
        ['Web', 'ET7'],
      ],
    ],
    [
      'Screen and sign-in',
      [
        ['Screen rows', 'ME8'],
        ['Theme', 'SM9'],
        ['New password', 'ET10'],
        ['Once more', 'ET11'],
        ['Welcome', 'SM12'],
      ],
    ],
  ])
    .label(17, 44, 'TL20', 'hint')
    .label(21, LEFT, 'TL21', 'warning')
    .view(22, 20, 'TM25', 'text', 'focus')
    .text(24, LEFT, 'Tab, Enter: next field   Esc: back', 'hint');
}

function twoFactor() {
  const page = workPage('Two-factor sign-in', 'Two-factor sign-in', 'lock')
    .label(6, LEFT, 'TL11', 'strong')
    .label(7, LEFT, 'MT10', 'hint');
  rule(page, 9, ' '.repeat(20)).label(9, LEFT, 'TL15', 'hint');
  for (const [index, code] of ['TL12', 'TL13', 'TL14'].entries())
    page.label(10 + index, LEFT, code);
  rule(page, 14, 'What you can do now ');
  return page
    .view(15, LEFT, 'VM4', 'text', 'focus')
    .text(21, LEFT, 'Kind of code', 'hint')
    .view(21, 18, 'SM2', 'text', 'focus')
    .text(21, 43, 'for experts; all apps know this one', 'hint')
    .text(23, LEFT, 'Arrow keys, Enter: choose   Tab: kind of code   Esc: back', 'hint');
}

/** For menus with the views of the contract: a toggle, and keys for every state. */
function twoFactorByToggle() {
  return workPage('Two-factor sign-in', 'Two-factor sign-in', 'lock')
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

/** What a module asks or tells has one page: its title, its text, its fields. */
function modulePage() {
  return workPage('Page', '')
    .label(2, LEFT, 'TL1', 'strong')
    .label(6, LEFT, 'MT2')
    .view(7, LEFT, 'ET5', 'entry', 'focus')
    .label(20, LEFT, 'MT3', 'warning')
    .label(23, LEFT, 'TL4', 'hint');
}

/** First column beside a QR code. */
const BESIDE = 44;

/** The same beside a picture at the left, which has all rows. */
function pageBeside() {
  const page = workPage('Page beside a picture', '');
  for (const row of page.cells.slice(0, 4)) row.fill(EMPTY, 0, BESIDE - 2);
  return page
    .label(6, BESIDE, 'TL1', 'strong')
    .label(8, BESIDE, 'MT2')
    .view(9, BESIDE, 'ET5', 'entry', 'focus')
    .label(20, BESIDE, 'MT3', 'warning')
    .label(23, BESIDE, 'TL4', 'hint');
}

const EMPTY = { character: ' ', ink: 7, ground: 0 };

/** In a wide window a key has one line, and more of a new one is seen. */
export function sshKey(pageOf = workPage) {
  const page = pageOf('SSH keys', 'SSH keys', 'key');
  rule(page, 6, 'Keys that sign you in by SSH ');
  rule(page, 15, 'A new one ');
  return page
    .label(7, LEFT, 'MT1', 'strong')
    .text(16, LEFT, 'Key')
    .view(16, 14, 'ET2', 'entry', 'focus')
    .text(17, 14, 'the line in your .pub file', 'hint')
    .view(19, 14, 'TM3', 'text', 'focus')
    .label(21, LEFT, 'TL4', 'warning')
    .text(23, LEFT, 'Tab: next   Left, Right: change   Esc: back', 'hint');
}

function feedback() {
  return workPage('To the sysop', 'A letter to the sysop', 'letter')
    .text(6, LEFT, 'From')
    .view(6, 14, 'ET1', 'entry', 'focus')
    .text(7, LEFT, 'To')
    .label(7, 14, 'TL2', 'text')
    .text(8, LEFT, 'About')
    .view(8, 14, 'ET3', 'entry', 'focus')
    .label(10, LEFT, 'MT5', 'entry')
    .label(19, LEFT, 'TL4', 'warning')
    .view(21, 14, 'TM13', 'text', 'focus')
    .text(23, LEFT, 'Tab: next field   Esc: back', 'hint');
}

/** By file name. */
export const FORM_SCREENS = {
  NUA: newUser,
  CONFSCR: userConfig,
  '2FACONFSCR': twoFactorByToggle,
  '2FASTATE': twoFactor,
  SSHKEYCFG: () => sshKey(),
  FEEDBACK: feedback,
  PAGE: modulePage,
  PAGEBESIDE: pageBeside,
};
