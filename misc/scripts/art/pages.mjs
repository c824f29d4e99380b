// The kinds of pages of the theme gatehouse: at the gate, in the court, and to work on.
import { crest } from './crests.mjs';
import { gatehouse, OPENING_FROM, wallStrip } from './gatehouse.mjs';
import {
  blankBook,
  chainedLock,
  codeSheet,
  keyOnANail,
  sandOfTime,
  sealedLetter,
  writtenBook,
} from './niches.mjs';
import { Page } from './page.mjs';
import { court, farAway, passage, street } from './scenes.mjs';
import { shadeCells } from './shading.mjs';

const FULL = { columns: 80, rows: 22 };
const draw = (paint, size = FULL) => shadeCells(paint, size);

/** The gate by how far its doors are open; before the first door the moon stands lower, clear of the large letters. */
export const GATES = {
  night: draw(gatehouse({ moonAt: [73, 20] })),
  shut: draw(gatehouse()),
  first: draw(gatehouse({ raised: 1 })),
  /** Somebody is up: the light of a caller who is in already. */
  watched: draw(gatehouse({ lit: [false, false, false, true] })),
  /** Others can read the line. */
  heard: draw(gatehouse({ isHeard: true })),
  /** Nobody is awake, and no lamp burns. */
  dark: draw(gatehouse({ lit: [false, false, false, false], isDark: true })),
  sheet: draw(codeSheet),
  key: draw(keyOnANail),
  letter: draw(sealedLetter),
  blank: draw(blankBook),
  written: draw(writtenBook),
  lock: draw(chainedLock),
  sand: draw(sandOfTime),
};
export const PASSAGE = draw(passage(0));
export const COURT = draw(court);
export const STREET = draw(street, { columns: 80, rows: 21 });
export const FAR_AWAY = draw(farAway);
const strip = (thing) => draw(wallStrip(thing), { columns: 80, rows: 4 });
const GATE_STRIP = strip();

/** The doors while they open, one picture after the other: the first door, then the second. */
export const OPENING = {
  first: [0.3, 0.65, 1].map((raised) => draw(gatehouse({ raised }))),
  second: [0.12, 0.45, 0.9].map((open) => draw(passage(open))),
};

/** Stars in the sky right of the gate, where no words stand. */
export const STARS = [
  [5, 18],
  [8, 24],
  [4, 50],
  [5, 62],
  [1, 79],
  [17, 74],
];

// First column of the words right of the gate, and of those on pages.
export const WORDS = 42;
export const LEFT = 4;
/** Row of the first of them. */
export const FIRST_WORDS = 7;

/** The board's name in small letters at the head of a page. */
export function headLetters(page, { row = 2, column = LEFT } = {}) {
  return page.label(row, column, 'LG50', 'letters');
}

/** The gate at the left, the night at the right free for words, the board's name above. */
export function gatePage(title, state) {
  return headLetters(new Page(title).stars(STARS).picture(GATES[state]));
}

/** The gate with a few lines; the first is the headline, lines from `!` on are warnings. */
export function sayingPage(title, state, lines) {
  const page = gatePage(title, state);
  lines.forEach((line, index) => {
    if (line.startsWith('!')) page.text(FIRST_WORDS + index, WORDS, line.slice(1), 'warning');
    else page.text(FIRST_WORDS + index, WORDS, line, index === 0 ? 'strong' : 'text');
  });
  return page;
}

/** A page to work on: along its head the wall, with the picture of its subject in it (crests.mjs), the rest free. */
export function workPage(title, headline, subject) {
  const head = subject === undefined ? GATE_STRIP : strip(crest(subject, OPENING_FROM));
  return new Page(title).picture(head).text(2, LEFT, headline, 'strong');
}

/** Columns of a page in a wide window. */
export const WIDE = 132;

/** The same page in a wide window: the picture stays at its right end. */
export function widePage(title, headline, subject) {
  const narrow = wallStrip(crest(subject, OPENING_FROM));
  const size = { columns: WIDE, rows: 4 };
  const head = shadeCells((x, y) => narrow(x - (WIDE - FULL.columns), y), size);
  return new Page(title, { columns: WIDE }).picture(head).text(2, LEFT, headline, 'strong');
}
