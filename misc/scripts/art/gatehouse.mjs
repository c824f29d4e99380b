// The gatehouse by night from outside, and the strip of wall at the head of pages.
import { clamp, inArch, lampLight, layered, masonry, merlon, moon, roundLight } from './forms.mjs';

/** Where walls meet the ground; rows of the screen are two units high. */
const BASE = 42;
const ARCH = { center: 20, half: 5, spring: 31, base: BASE };
const INNER = { center: 20, half: 2.6, spring: 34.6, base: 40 };
const TOWERS = [
  { from: 2, to: 12, top: 13 },
  { from: 28, to: 38, top: 13 },
];
const BLOCK = { from: 12, to: 28, top: 19 };
const LAMPS = [
  { at: [13.5, 30], reach: 5 },
  { at: [26.5, 30], reach: 5 },
];

function tower(x, y, { from, to, top }) {
  if (y > BASE) return undefined;
  const isHead = y < top + 4;
  const [left, right] = isHead ? [from - 1, to + 1] : [from, to];
  if (x < left || x > right || y < top - 2) return undefined;
  if (y < top && !merlon(x, left)) return undefined;
  const light = roundLight((x - left) / (right - left), { dark: 0.12, bright: 0.86 });
  if (isHead) return ['stone', clamp(light + 0.06)];
  if (y < top + 6) return ['stone', light * 0.42];
  return ['stone', clamp(light + masonry(x, y, 2), 0.08)];
}

/** Narrow windows; people sit behind those that are lit. */
function slits(lit) {
  const places = [
    [6, 21],
    [33, 21],
    [6, 30],
    [33, 30],
  ];
  return (x, y) => {
    const index = places.findIndex(([sx, sy]) => x > sx && x < sx + 1 && y > sy && y < sy + 4);
    if (index === -1) return undefined;
    return lit[index] ? ['fire', y < places[index][1] + 2 ? 0.8 : 0.6] : 'nothing';
  };
}

function block(x, y) {
  const { from, to, top } = BLOCK;
  if (x < from || x > to || y < top - 2 || y > BASE) return undefined;
  if (y < top && !merlon(x, from + 0.5)) return undefined;
  // The right tower throws its shadow on it.
  const shadow = clamp((x - 22) / 6) * 0.34;
  if (y < top + 4) return ['stone', 0.62 - shadow];
  if (y < top + 6) return ['stone', 0.2];
  const ring = inArch(x, y, { ...ARCH, half: ARCH.half + 1.3 });
  if (ring)
    return [
      'stone',
      (Math.floor(Math.atan2(y - ARCH.spring, x - 20) * 5.1 + (y > ARCH.spring ? y / 2 : 0)) % 2
        ? 0.86
        : 0.6) - shadow,
    ];
  return ['stone', clamp(0.48 - shadow + masonry(x, y, 3), 0.08)];
}

const lamps = (x, y) =>
  LAMPS.some(({ at }) => Math.abs(x - at[0]) < 0.5 && Math.abs(y - at[1]) < 1)
    ? ['fire', 0.9]
    : undefined;

/** The portcullis: its bars in front of the passage, drawn up by a share from 0 to 1. */
function portcullis(x, y, raised) {
  const foot = BASE - raised * (BASE - 29);
  if (y > foot) return undefined;
  const isBar = Math.floor(x) % 2 === 1;
  const isRail = Math.floor((y + raised * 13) / 4) % 2 === 0 && y < foot - 2;
  if (isBar) return ['stone', y > foot - 1 ? 0.8 : x < 20 ? 0.55 : 0.7];
  return isRail ? ['stone', 0.3] : undefined;
}

/** What is seen through the arch: the passage, and at its end the second door. */
function passage(x, y, court) {
  const dx = Math.abs(x - INNER.center);
  if (inArch(x, y, INNER)) {
    if (court > 0 && dx < INNER.half * court) return ['fire', y > 37 ? 0.55 : dx < 1 ? 1 : 0.8];
    if (Math.abs(y - 36) < 0.5) return ['stone', 0.3];
    return ['wood', dx < 0.3 ? 0.2 : 0.62];
  }
  if (y > 40 - (dx - INNER.half) * -0.5) return ['wood', court > 0 ? 0.7 : 0.34];
  if (inArch(x, y, { ...INNER, half: INNER.half + 0.9, base: BASE })) return ['stone', 0.36];
  return ['stone', dx > 4 ? 0 : 0.12];
}

function gate({ raised, court }) {
  return (x, y) => {
    if (!inArch(x, y, ARCH)) return undefined;
    return portcullis(x, y, raised) ?? passage(x, y, court);
  };
}

/** Somebody in a hood at the foot of the wall, who hears what is said at the gate. */
function listener(x, y) {
  const dx = x - 73;
  const isEye = Math.floor(y) === 35 && (Math.floor(x) === 72 || Math.floor(x) === 74);
  if (isEye) return ['fire', 0.85];
  if (Math.hypot(dx, (y - 35.5) * 0.8) < 2.3) return 'nothing';
  if (y < 38 && Math.hypot(dx, (y - 35.5) * 0.8) < 3.4) return ['wood', dx > 0 ? 0.62 : 0.34];
  const half = 2.6 + (y - 38) * 0.5;
  if (y < 37 || y > BASE || Math.abs(dx) > half) return undefined;
  return ['wood', dx > 1 ? 0.62 : Math.abs(dx) < 0.6 ? 0.18 : 0.34];
}

/** The low wall that runs on to the right, with the night above it free for words. */
function curtain(x, y) {
  if (x < 38 || y > BASE || y < 36) return undefined;
  if (y < 38) return merlon(x, 40, 3) ? ['stone', 0.45] : undefined;
  if (y < 39) return ['stone', 0.45];
  if (y < 40) return ['stone', 0.12];
  // In the shadow of the tower next to it.
  const shadow = clamp((46 - x) / 8) * 0.16;
  return ['stone', clamp(0.28 - shadow + masonry(x, y, 6), 0.1)];
}

function ground(x, y, { raised, court }) {
  if (y <= BASE || y > BASE + 2) return undefined;
  const dx = Math.abs(x - 20);
  if (dx < 6 + (y - BASE)) return ['wood', (court > 0 ? 0.75 : 0.3 + raised * 0.25) - dx * 0.03];
  return ['stone', dx < 7.5 + (y - BASE) ? 0.3 : 0.12];
}

/**
 * The gatehouse. `raised` is how far the portcullis is up, `court` how far the second door is open, both from 0 to 1;
 * `moonAt` where the moon stands; `lit` which of the four windows are; `isDark` where the
 * lamps are out; `isHeard` where somebody listens before it.
 */
export function gatehouse({
  raised = 0,
  court = 0,
  moonAt = [73, 6],
  lit = [true, true, false, true],
  isDark = false,
  isHeard = false,
} = {}) {
  const state = { raised, court };
  const walls = layered(block, (x, y) =>
    TOWERS.map((each) => tower(x, y, each)).find((spot) => spot !== undefined),
  );
  const burning = isDark ? [] : LAMPS;
  const glow = court > 0 ? [...burning, { at: [20, 40], reach: 8, power: court }] : burning;
  return layered(
    (x, y) => (isHeard ? listener(x, y) : undefined),
    (x, y) => (isDark ? undefined : lamps(x, y)),
    slits(lit),
    gate(state),
    (x, y) => {
      const surface = walls(x, y) ?? ground(x, y, state);
      return surface && lampLight(x, y, glow, surface);
    },
    curtain,
    (x, y) => moon(x, y, { at: moonAt, radius: 4 }),
  );
}

/** A small gate with light in it, on the wall at the head of a page. */
function smallGate(x, y) {
  const dx = x - 67;
  if (Math.abs(dx) < 2 && y > 4) {
    const half = y < 5 ? 1 : 2;
    if (Math.abs(dx) < half) return ['fire', y > 6 ? 0.5 : 0.75];
  }
  for (const at of [-5, 5]) {
    if (Math.abs(dx - at) >= 2 || y < 1) continue;
    if (y < 2 && Math.abs(dx - at) < 1) return 'nothing';
    return ['stone', roundLight((dx - at + 2) / 4, { dark: 0.25, bright: 0.86 })];
  }
  return Math.abs(dx) < 3 && y > 3 ? ['stone', 0.5 - dx * 0.05] : undefined;
}

/** A dark wall with teeth. */
function lowWall(x, y) {
  if (y < 5) return undefined;
  if (y < 6) return merlon(x, 1, 3) ? ['stone', 0.42] : undefined;
  return ['stone', clamp(0.26 + masonry(x, y, 6) - Math.abs(x - 66) * 0.0012, 0.1)];
}

/** Columns of the opening in the wall. */
export const OPENING_FROM = 59;
const OPENING_TO = 75;

/** Two pillars with an opening between them. */
function pillars(x, y) {
  if (x >= OPENING_FROM && x < OPENING_TO) return 'nothing';
  const across = x < OPENING_FROM ? x - OPENING_FROM + 3 : x - OPENING_TO;
  if (across < 0 || across >= 3 || y < 1) return undefined;
  if (y < 2 && across >= 1 && across < 2) return 'nothing';
  return ['stone', roundLight(across / 3, { dark: 0.25, bright: 0.86 })];
}

/** The head of a page, four rows: the wall in the dark with a small gate, or with a thing in an opening. */
export const wallStrip = (thing) =>
  thing === undefined ? layered(smallGate, lowWall) : layered(thing, pillars, lowWall);
