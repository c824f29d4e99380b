// Pictures of the theme wicket: scenes of the gatehouse, half as wide and lower, as a narrow window has few rows.
import { crest } from './crests.mjs';
import { clamp, lampLight } from './forms.mjs';
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
import { court, farAway, passage } from './scenes.mjs';
import { shadeCells } from './shading.mjs';

/** Columns of a narrow window. */
export const NARROW = 40;

/** So many half rows of a scene, from one on, in so many rows. */
function low(scene, { from, to = 44, rows, left = 0, columns = NARROW }) {
  const by = (to - from) / (2 * rows);
  return shadeCells((x, y) => scene(x + left, from + y * by), { columns, rows });
}

/** Out of the picture. */
const NO_MOON = [-99, 0];

const gate = (state, rows) => low(gatehouse({ ...state, moonAt: NO_MOON }), { from: 10, rows });

/** One tower of it alone, with people at home. */
function tower(x, y) {
  return x > (y < 17 ? 13 : 12) ? undefined : gatehouse({ isDark: true })(x, y);
}

const niche = (scene, rows = 10) => low(scene, { from: 9, to: 43, rows });

/** The right half of the wall at the head of a page of the gatehouse, with a thing in it. */
const wall = (thing) =>
  shadeCells((x, y) => wallStrip(crest(thing, OPENING_FROM))(x + NARROW, y), {
    columns: NARROW,
    rows: 4,
  });

/** By name; as many rows as each of them has. */
export const WICKET_SCENES = {
  shut: gate({}, 10),
  low: gate({}, 9),
  dark: gate({ lit: [false, false, false, false], isDark: true }, 10),
  watched: gate({ lit: [false, false, false, true] }, 10),
  raised: gate({ raised: 1 }, 10),
  first: low(passage(0), { from: 8, rows: 10 }),
  open: low(court, { from: 10, rows: 11, left: 39 }),
  far: low(farAway, { from: 5, rows: 17 }),
  tower: low(tower, { from: 10, to: 42, rows: 12, columns: 13 }),
  mirror: wall('mirror'),
  shield: wall('shield'),
  key: niche(keyOnANail),
  letter: niche(sealedLetter),
  blank: niche(blankBook),
  lowBlank: niche(blankBook, 9),
  written: niche(writtenBook),
  lock: niche(chainedLock),
  sand: niche(sandOfTime),
  sheet: niche(codeSheet, 9),
};

/** A course of stone below a title, in the light of a torch at its left, and in the dark at its right. */
export const COURSE_OF_STONE = shadeCells(
  (x) => {
    const isJoint = Math.floor(x) % 6 === 5;
    const light = clamp(0.42 - x * 0.009 - (isJoint ? 0.1 : 0), 0.1);
    return lampLight(x, 0, [{ at: [4, 0], reach: 11, power: 0.9 }], ['stone', light]);
  },
  { columns: NARROW, rows: 1 },
);
