// Screens of the theme wicket, for windows of 40 columns: the words of the plain screens, row by row, with colours by
// their use, a course of stone below the title, and a picture where rows are left.
import { Page } from './page.mjs';
import { PLAIN_SCREENS } from './plain-screens.mjs';
import { COURSE_OF_STONE, NARROW, WICKET_SCENES } from './wicket-scenes.mjs';

/** First column of words. */
const LEFT = 2;
/** The last row, and the last one where a pause prompt comes below, or what the board says in its own rows. */
const LAST = 24;
const ABOVE_PAUSE = 22;
/** Rows of a list that its page cannot do without. */
const LIST_ROWS = 16;
/** Rows of the board's name in letters. */
const LETTERS = 3;

/** What stands below a page and is no page. */
const BARE = ['CONNECT', 'MNUPRMT', 'PAUSE', 'PAUSEPAGE'];

/** Pages whose title is bad news. */
const WARNINGS = ['2FAOTPSECREQ', 'TOONODE', 'ACCOUNTLOCKED', 'ACCOUNTDISABLED', 'ACCOUNTINACTIVE'];

const PICTURES = {
  MATRIX: 'low',
  USERLOG: 'shut',
  USERLOGT: 'low',
  USERLOGC: 'sheet',
  '2FAOTP': 'first',
  WELCOME: 'open',
  LOGOFF: 'far',
  FORGOTPW: 'key',
  FORGOTPWSENT: 'letter',
  NEWUSER1: 'blank',
  NEWUSER1T: 'lowBlank',
  DONE: 'written',
  ACCOUNTLOCKED: 'lock',
  ACCOUNTDISABLED: 'dark',
  ACCOUNTINACTIVE: 'sand',
  STATUS: 'mirror',
  ACCOUNT: 'shield',
  TOONODE: 'watched',
  '2FAOTPSECREQ': 'raised',
};

/** Colours of views and values: in words, and in focus. What is not here is told by the letters of its code. */
const VIEWS = {
  TL1: ['strong'],
  TL4: ['hint'],
  TL10: ['warning'],
  TL11: ['strong'],
  TL15: ['hint'],
  TL20: ['hint'],
  TL21: ['warning'],
  MT1: ['text'],
  MT3: ['warning'],
  MT4: ['warning'],
  MT5: ['entry'],
  MT10: ['warning'],
  MT11: ['warning'],
  MT20: ['hint'],
  ET: ['entry', 'focus'],
  ME: ['entry', 'focus'],
  VM: ['text', 'focus'],
  SM: ['text', 'focus'],
  TM: ['text', 'focus'],
  BN: ['strong'],
  UN: ['strong'],
  RR: ['hint'],
  VL: ['hint'],
  MD: ['hint'],
  CT: ['hint'],
  LB: ['hint'],
  WI: ['caution'],
  WR: ['text'],
};

/** The same code has another use on some pages. */
const OTHERWISE = {
  '2FASTATE MT10': ['hint'],
  'SSHKEYCFG MT1': ['strong'],
};
const LISTS_MT21 = ['LASTCALL', 'WHOSON', 'USERLST', 'SIGNINS', 'MYCALLS'];

function lookOf(name, code) {
  if (code === 'MT21') return LISTS_MT21.includes(name) ? ['hint'] : ['warning'];
  const own = OTHERWISE[`${name} ${code}`] ?? VIEWS[code] ?? VIEWS[code.slice(0, 2)];
  if (own !== undefined) return own;
  // A value behind its label, or what a module says.
  return /\d/.test(code) ? ['text'] : ['strong'];
}

const KEYS = /^(?:Tab|Enter|Esc|Arrow keys|Any key|Press a key|\?:|\*:|[A-Z]: )/;
const COMMAND = /^([0-9A-Z?]{1,3}) {2,}(\S.*)$/;

/** Is the line one of those at the foot of a page that say which keys work? */
const isKeys = (line) => KEYS.test(line) || line === '%LB';

/** Lines of a paragraph that ends with the board's ways in are about the line that the caller is on. */
function cautions(lines) {
  const found = new Set();
  lines.forEach((line, index) => {
    if (line !== '%WI') return;
    for (let at = index - 1; at > 0 && lines[at] !== '' && !lines[at].includes('%'); at--) {
      found.add(at);
    }
  });
  return found;
}

function draw(page, { name, line, row, style }) {
  const command = COMMAND.exec(line);
  if (command !== null) {
    const [, key, meaning] = command;
    return page
      .text(row, LEFT, key, 'key')
      .text(row, LEFT + line.length - meaning.length, meaning, 'text');
  }
  const [, label, code, rest] = /^([^%]*)(?:%([A-Z]{2}\d*))?(.*)$/.exec(line);
  if (code === undefined) return page.text(row, LEFT, line, style);
  const column = LEFT + label.length;
  page.text(row, LEFT, label, style === 'text' ? 'hint' : style);
  const star = label.indexOf('*');
  if (star !== -1) page.text(row, LEFT + star, '*', 'key');
  const [look, focus] = lookOf(name, code);
  if (focus === undefined) page.label(row, column, code, row === 1 ? style : look);
  else page.view(row, column, code, look, focus);
  return rest === '' ? page : page.text(row, column + code.length + 1, rest, style);
}

/** A row of a page; what is behind a bar stands beside the rest of it. */
function drawRow(page, { name, line, row, style }) {
  const [own, aside] = line.split('|');
  draw(page, { name, line: own, row, style });
  if (aside === undefined) return;
  const [label, code] = aside.split('%');
  const column = label === '' ? NARROW - LEFT - 3 : NARROW / 2;
  const [look] = lookOf(name, code);
  page.text(row, column, label, 'hint').label(row, column + label.length, code, look);
}

/** The prompt below a menu: an empty row, then place and time beside each other. */
function bareOf(name, lines) {
  if (name !== 'MNUPRMT') return lines;
  const [place, time, ...prompt] = lines;
  return ['', `${place}|${time}`, ...prompt];
}

/** The lines of a page below its title. */
function bodyOf(name, [, ...lines]) {
  const body = lines[0] === '' ? lines.slice(1) : lines;
  const list = body.indexOf('%VM1');
  const rows = body.findIndex((line, index) => index > list && line !== '') - list;
  // A list gives up a row for the course of stone.
  if (list !== -1 && rows > LIST_ROWS) return body.toSpliced(list + 1, 1);
  if (name !== 'MMENU') return body;
  // Two values beside each other, so that commands and prompt have the rows.
  const [node, online, ...others] = body;
  return [`${node}|${online}`, ...others];
}

function wicketPage(name) {
  const lines = PLAIN_SCREENS[name].split('\n').slice(0, -1);
  const page = new Page(name, { columns: NARROW });
  const cautious = cautions(lines);
  if (BARE.includes(name)) {
    bareOf(name, lines).forEach((line, index) =>
      drawRow(page, { name, line, row: index + 1, style: isKeys(line) ? 'hint' : 'text' }),
    );
    return page;
  }
  const [title] = lines;
  const hasLetters = title === '%BN';
  const stone = hasLetters ? LETTERS + 1 : 2;
  if (hasLetters) page.label(1, LEFT, 'LG50', 'letters');
  else
    draw(page, {
      name,
      line: title,
      row: 1,
      style: WARNINGS.includes(name) ? 'warning' : 'strong',
    });
  page.picture(COURSE_OF_STONE, { row: stone });

  const body = bodyOf(name, lines);
  const offset = lines.length - body.length;
  const picture = WICKET_SCENES[PICTURES[name]];
  const foot = picture === undefined ? 0 : footOf(body);
  const end = foot === 0 || body.includes('%VM1') ? ABOVE_PAUSE : LAST;
  const words = body.slice(0, body.length - foot);
  const styleOf = (line, index) => {
    if (cautious.has(index + offset)) return 'caution';
    return isKeys(line) ? 'hint' : 'text';
  };
  words.forEach((line, index) => {
    drawRow(page, { name, line, row: stone + 1 + index, style: styleOf(line, index) });
  });
  body.slice(words.length).forEach((line, index) => {
    draw(page, { name, line, row: end - foot + 1 + index, style: 'hint' });
  });
  if (picture !== undefined) {
    const row = end - foot - picture.length + 1;
    const wordsEnd = stone + words.findLastIndex((line) => line !== '') + 1;
    if (row <= wordsEnd)
      throw new Error(`${name}: the picture begins at ${row}, words end at ${wordsEnd}`);
    page.picture(picture, { row });
  }
  if (name === 'MMENU') page.picture(WICKET_SCENES.tower, { row: 8, column: 27 });
  return page;
}

/** How many lines at the end of a page say which keys work. */
function footOf(body) {
  let foot = 0;
  while (foot < body.length && isKeys(body[body.length - 1 - foot])) foot += 1;
  return foot;
}

/** By file name: a function that draws it. */
export const WICKET_SCREENS = Object.fromEntries(
  Object.keys(PLAIN_SCREENS).map((name) => [name, () => wicketPage(name)]),
);
