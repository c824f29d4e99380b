// The kinds of pages of the theme gatehouse: at the gate, in the court, and to work on.
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
export const COURT = toCells(court, {
  columns: 80,
  rows: 22,
  inks: COURT_INKS,
  grounds: COURT_GROUNDS,
});
export const CORNER = toCells(courtCorner, {
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

export const STARS = [
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
export const WORDS = 42;
export const LEFT = 4;

/** The gate at the left, the night at the right free for words. */
export function gatePage(title, state) {
  return new Page(title).stars(STARS).picture(GATES[state]);
}

/** The gate with a few lines; the first is the headline, lines from `!` on are warnings. */
export function sayingPage(title, state, lines) {
  const page = gatePage(title, state);
  lines.forEach((line, index) => {
    if (line.startsWith('!')) page.text(5 + index, WORDS, line.slice(1), 'warning');
    else page.text(5 + index, WORDS, line, index === 0 ? 'strong' : 'text');
  });
  return page;
}

/** A page to work on: the wall along its head, the rest free. */
export function workPage(title, headline) {
  return new Page(title).picture(STRIP).text(2, LEFT, headline, 'strong');
}
