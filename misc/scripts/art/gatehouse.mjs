// The picture that runs through the stock screens: a gatehouse at night with two doors, one behind
// the other. Units are square: a column wide, half a row high. y grows downwards.
import { noise } from './picture.mjs';

const STONE = [150, 152, 160];
const WOOD = [176, 96, 22];
const LAMP = [255, 226, 110];
const NIGHT = [0, 0, 0];

export const GROUND_Y = 38;
const CENTER = 19;

const mix = (a, b, share) => a.map((value, i) => value * (1 - share) + b[i] * share);
const scale = (color, by) => color.map((value) => value * by);
const add = (a, b) => a.map((value, i) => value + b[i]);
const clamp01 = (value) => Math.min(1, Math.max(0, value));

/** Light of a lamp at a point: warm, and gone within a few units. */
function glow(x, y, lamp) {
  const far = Math.hypot(x - lamp.x, y - lamp.y) / lamp.reach;
  return lamp.power / (1 + far * far * far * 2.2);
}

/** Courses of stone: each block a little lighter or darker, joints hinted at. */
function masonry(x, y, seed = 1) {
  const course = Math.floor(y / 2);
  const shifted = x + (course % 2) * 2;
  return 0.86 + 0.24 * noise(Math.floor(shifted / 4), course, seed);
}

function inArch(x, y, { center, half, spring, base }) {
  if (y > base || Math.abs(x - center) > half) return false;
  return y >= spring || Math.hypot(x - center, (y - spring) * 1.05) <= half;
}

const OUTER = { center: CENTER, half: 6, spring: 24.4, base: GROUND_Y };
const INNER = { center: CENTER, half: 3, spring: 28, base: 35.2 };

/** Teeth of two columns with two between them, counted from the left one. */
function merlons(x, from, to) {
  return x >= from && x <= to && (x - from) % 4 < 2;
}

/** The outer door: a portcullis, shut in front of the passage or drawn up out of the way. */
function portcullis(x, y, state) {
  const foot = state === 'shut' ? GROUND_Y : OUTER.spring - 1.4;
  const bar = Math.floor(x) % 2 === 0;
  if (y > foot) return undefined;
  const spike = y > foot - 1;
  if (bar && !(spike && state === 'shut' && y > foot - 0.4)) return scale(STONE, 0.92);
  const rail = Math.floor(y / 2) % 2 === 0 && y % 2 < 1 && !spike;
  return rail ? scale(STONE, 0.6) : undefined;
}

function innerDoor(x, y) {
  if (Math.abs(x - CENTER) < 0.2) return [20, 10, 0];
  if (Math.abs(y - 30.4) < 0.42) return [80, 80, 84];
  if (Math.hypot(x - CENTER - 1.2, y - 32.4) < 0.62) return LAMP;
  return scale(WOOD, 0.94 + 0.2 * noise(Math.floor(x * 1.2), 3, 9));
}

/** What is seen of the court through both doors. */
function courtBeyond(x, y) {
  const dx = x - CENTER;
  if (y > 33.2) return mix([120, 104, 70], LAMP, clamp01(1 - Math.abs(dx) / 3));
  const hall = Math.abs(dx) < 2.3 && y > 29.6 - Math.max(0, 1.6 - Math.abs(dx) * 0.8);
  if (hall) {
    const lit = Math.abs(Math.abs(dx) - 1.1) < 0.5 && y > 30.6 && y < 32.2;
    return lit ? [255, 240, 130] : [150, 100, 30];
  }
  return mix([255, 214, 90], [240, 190, 70], clamp01((33 - y) / 6));
}

/** Inside the first door: vault, side walls and floor run together at the second. */
function passage(x, y, state) {
  if (inArch(x, y, INNER)) return state === 'open' ? courtBeyond(x, y) : innerDoor(x, y);
  const dx = Math.abs(x - CENTER);
  const ring =
    dx < INNER.half + 0.75 && inArch(x, y, { ...INNER, half: INNER.half + 0.75, base: GROUND_Y });
  if (ring && y < INNER.base) return scale(STONE, state === 'open' ? 1.0 : 0.78);
  const depth = clamp01((Math.max(dx, (31 - y) * 0.95) - 3.6) / 4);
  if (y > 35.2 + (dx - 3) * 0.55) {
    const warm = state === 'open' ? 1.05 : 0.62;
    return scale([196, 150, 84], warm * (1 - depth * 0.35) * (0.8 + 0.3 * noise(x * 0.7, y, 4)));
  }
  const light = state === 'open' ? 0.62 : 0.34;
  return scale([150, 128, 96], light * (1 - depth * 0.72) * masonry(x, y, 8));
}

const TOWERS = [
  { from: 2, to: 10, top: 8 },
  { from: 28, to: 36, top: 8 },
];

const LAMPS = [
  { x: 11.5, y: 25, reach: 3, power: 1 },
  { x: 26.5, y: 25, reach: 3, power: 1 },
];

function tower(x, y, { from, to, top }) {
  const parapet = y < top + 4;
  const [left, right] = parapet ? [from - 1, to + 1] : [from, to];
  if (x < left || x > right || y < top || y > GROUND_Y) return undefined;
  if (y < top + 2 && !merlons(x, left, right)) return undefined;
  const round = (x - left) / (right - left);
  const shade = 0.98 - 0.74 * round * round;
  const under = !parapet && y < top + 6 ? 0.6 : 1;
  const slit = from < CENTER ? from + 3 : from + 4;
  if (x > slit && x < slit + 1 && y > 18 && y < 22) return LAMP;
  return scale(STONE, shade * under * masonry(x, y, 2) * 0.85);
}

function block(x, y) {
  if (x < 10 || x > 28 || y < 12 || y > GROUND_Y) return undefined;
  if (y < 14 && !merlons(x, 10, 28)) return undefined;
  const inRing = inArch(x, y, { ...OUTER, half: OUTER.half + 1.15 });
  const stone = inRing
    ? 1.12 + 0.2 * Math.sin(Math.atan2(y - OUTER.spring, x - CENTER) * 16)
    : masonry(x, y, 3) * 0.78;
  const shade = (y > 14 && y < 15 ? 0.6 : 1) * (x < 11 ? 0.7 : 1);
  return scale(STONE, stone * shade * 0.86);
}

function gate(x, y, state) {
  if (!inArch(x, y, OUTER)) return undefined;
  return portcullis(x, y, state) ?? passage(x, y, state);
}

/** The low wall that runs on to the right, with the night above it free for words. */
function curtain(x, y) {
  if (x < 36 || y > GROUND_Y || y < 30) return undefined;
  if (y < 32 && !merlons(x, 38, 90)) return undefined;
  const far = clamp01((x - 36) / 46);
  return scale(STONE, (0.56 - 0.34 * far) * masonry(x, y, 6));
}

function ground(x, y, state) {
  if (y <= GROUND_Y) return undefined;
  const spread = 6.8 + (y - GROUND_Y) * 1.5;
  const dx = Math.abs(x - CENTER);
  const pebbles = 0.7 + 0.5 * noise(x * 0.8 + Math.floor(y) * 3, y, 7);
  if (dx < spread) {
    const spill = state === 'open' ? 1.1 : state === 'first' ? 0.5 : 0.12;
    return add(
      scale([96, 96, 100], pebbles * 0.8),
      scale([150, 96, 20], spill * (1 - dx / spread)),
    );
  }
  return scale([40, 44, 48], pebbles * clamp01(1.3 - Math.max(0, x - 20) / 60));
}

function moonAt(x, y) {
  const [dx, dy] = [Math.abs(x), Math.abs(y)];
  return dx < 2 && dy < 2 && dx + dy < 3.2 ? [240, 240, 240] : undefined;
}

const moon = (x, y) => moonAt(x - 74, y - 5);

function flag(x, y) {
  const pole = 32.5;
  if (Math.abs(x - pole) < 0.5 && y > 2 && y < 9) return [130, 130, 130];
  const along = x - pole - 0.5;
  if (along > 0 && along < 6 && Math.abs(y - 4) < (along < 3 ? 2 : along < 5 ? 1 : 0)) {
    return [176, 92, 20];
  }
  return undefined;
}

function lampAt(x, y) {
  for (const lamp of LAMPS) {
    if (Math.abs(x - lamp.x) < 0.5 && Math.abs(y - lamp.y) < 1) return LAMP;
  }
  return undefined;
}

/** The light at a point of the picture; `state` is `shut`, `first` (one door open) or `open`. */
export function gatehouse(state) {
  return (x, y) => {
    const lamp = lampAt(x, y);
    if (lamp !== undefined) return lamp;
    const door = gate(x, y, state);
    const surface =
      door ??
      block(x, y) ??
      TOWERS.map((each) => tower(x, y, each)).find((color) => color !== undefined) ??
      curtain(x, y) ??
      ground(x, y, state);
    if (surface === undefined) return flag(x, y) ?? moon(x, y) ?? NIGHT;
    const warm = LAMPS.reduce((sum, each) => sum + glow(x, y, each), 0);
    return add(surface, scale([120, 74, 8], warm * (surface[0] / 130)));
  };
}

export const GATE_INKS = [0, 3, 7, 8, 11, 15];
export const GATE_GROUNDS = [0, 3, 7];

/** A narrow strip for the head of a page: the wall seen from inside, a small lit gate at its right. */
export function wallStrip(x, y) {
  const gateX = x - 67;
  if (Math.abs(gateX) < 2 && y > 4) {
    const half = y < 5.4 ? 1 : 2;
    if (Math.abs(gateX) < half) return y > 7 ? [220, 150, 50] : LAMP;
  }
  for (const at of [-5, 5]) {
    if (Math.abs(gateX - at) < 2 && y > 1) {
      if (y < 2 && Math.abs(gateX - at) < 1) return NIGHT;
      return scale(STONE, gateX - at < 0 ? 0.98 : 0.52);
    }
  }
  if (Math.abs(gateX) < 3 && y > 3) return scale(STONE, 0.78);
  if (y < 5 || (y < 6 && !merlons(x, 1, 80))) return NIGHT;
  return scale(STONE, 0.5 * masonry(x, y * 2, 6));
}

// ---- The court, seen from the second door.

const HALL = { from: 28, to: 52, eaves: 25, ridge: 18, base: 36 };

function hall(x, y) {
  const middle = (HALL.from + HALL.to) / 2;
  const dx = x - middle;
  if (y <= HALL.eaves) {
    const half = 14 - ((HALL.eaves - y) * 8) / (HALL.eaves - HALL.ridge);
    if (y < HALL.ridge || Math.abs(dx) > half) return undefined;
    const course = Math.floor(y) % 2 === 0 ? 0.9 : 0.66;
    return scale([150, 78, 20], course * (dx < 0 ? 1 : 0.72));
  }
  if (Math.abs(dx) > 12 || y > HALL.base) return undefined;
  if (Math.abs(dx) < 2 && y > 30) return y > 31 || Math.abs(dx) < 1 ? LAMP : scale(STONE, 0.9);
  for (const at of [-9, -5, 5, 9]) {
    if (Math.abs(dx - at) < 1 && y > 28 && y < 32) return LAMP;
  }
  return scale([150, 146, 140], (dx < 0 ? 0.92 : 0.62) * masonry(x, y, 11));
}

function tree(x, y) {
  if (Math.abs(x - 18.5) < 0.6 && y > 28 && y <= 36) return [110, 60, 10];
  for (const [cx, cy, r] of [
    [18, 23, 4.6],
    [15.4, 26, 3],
    [21.4, 26.4, 3.2],
  ]) {
    if (Math.hypot(x - cx, y - cy) < r) {
      const light = 0.5 + clamp01((x - cx + cy - y + r) / (2 * r)) * 0.5;
      return scale([0, 120, 10], light * (0.8 + 0.2 * noise(x, Math.floor(y / 2), 3)));
    }
  }
  return undefined;
}

function well(x, y) {
  const dx = Math.abs(x - 62);
  if (y > 33 && y <= 37 && dx < 3.4)
    return scale(STONE, (x < 62 ? 0.95 : 0.6) * (y < 34 ? 1.1 : 0.85));
  if (y > 27 && y <= 33 && dx > 2.4 && dx < 3) return [120, 66, 14];
  if (y > 25 && y <= 28 && dx < 4.4 - (28 - y) * 1.1)
    return scale([150, 78, 20], x < 62 ? 0.95 : 0.65);
  return undefined;
}

function courtGround(x, y) {
  if (y <= 36) return undefined;
  const spread = 2.6 + (y - 36) * 3.4;
  const dx = Math.abs(x - 40);
  const pebbles = 0.86 + 0.2 * noise(x * 0.5 + Math.floor(y) * 5, y, 7);
  if (dx < spread) return scale([190, 140, 70], pebbles * (1 - ((y - 36) / 8) * 0.55));
  return scale([0, 60, 8], pebbles * Math.max(0.7, clamp01(1.2 - Math.abs(x - 40) / 60)));
}

/** Stones of the arch that frames the view. */
function frame(x, y) {
  const dx = Math.abs(x - 40);
  const out = y > 22 ? dx / 33 : Math.hypot(dx / 33, (y - 22) / 20.5);
  if (out < 1) return undefined;
  const ring = out < 1.09;
  const angle = y > 22 ? y / 3 : Math.atan2(y - 22, x - 40) * 9;
  const block = Math.floor(angle) % 2 === 0 ? 1 : 0.8;
  const side = x < 40 ? 0.8 : 1;
  return ring ? scale(STONE, 0.82 * block * side) : scale(STONE, 0.36 * masonry(x, y, 13) * side);
}

const courtMoon = (x, y) => moonAt(x - 62, y - 10);

/** The open court at night, with the hall lit and nobody in the way. */
export function court(x, y) {
  return (
    frame(x, y) ??
    courtMoon(x, y) ??
    tree(x, y) ??
    well(x, y) ??
    hall(x, y) ??
    courtGround(x, y) ??
    NIGHT
  );
}

/** A corner of the court, without the arch: the hall at the right, the ground right across. */
export function courtCorner(x, y) {
  const at = [x - 22, y + 10];
  return moonAt(x - 74, y - 5) ?? tree(...at) ?? hall(...at) ?? courtGround(...at) ?? NIGHT;
}

export const COURT_INKS = [0, 2, 3, 7, 8, 11, 15];
export const COURT_GROUNDS = [0, 3, 7];
