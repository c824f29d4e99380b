// The pictures behind the gate, and the one that a caller leaves behind.
import { clamp, inArch, lampLight, layered, masonry, merlon, moon, roundLight } from './forms.mjs';
import { noise } from './picture.mjs';

// ---- Between the two doors.

const DOOR = { center: 20, half: 8, spring: 21, base: 38 };
const DOOR_LAMPS = [
  { at: [8, 23], reach: 8 },
  { at: [32, 23], reach: 8 },
];

/** Leaves of wood with bands of iron; `open` from 0 to 1 lets the light of the court in. */
function secondDoor(x, y, open) {
  if (!inArch(x, y, DOOR)) return undefined;
  const dx = Math.abs(x - DOOR.center);
  const gap = open * DOOR.half;
  if (dx < gap) {
    if (y > 35) return ['fire', clamp(0.5 + open * 0.1 - (y - 35) * 0.06)];
    return dx < 3.4 && y > 26 ? ['fire', 0.62 + (dx < 1.4 ? 0.38 : 0)] : ['fire', 0.86];
  }
  if (dx < gap + 0.5) return open > 0 ? ['wood', 1] : ['wood', 0];
  const isBand = Math.abs(y - 20) < 1 || Math.abs(y - 32) < 1;
  if (isBand) return ['stone', Math.floor(dx) % 3 === 1 ? 0.62 : 0.3];
  if (Math.hypot(dx - 1.5, y - 27) < 1 && open < 0.6) return ['fire', 0.85];
  const plank = Math.floor(dx / 2) % 2 === 0 ? 0.66 : 0.5;
  return ['wood', clamp(plank - (y < 17 ? 0.16 : 0) - dx * 0.012)];
}

const doorLamps = (x, y) => {
  for (const { at } of DOOR_LAMPS) {
    const [dx, dy] = [Math.abs(x - at[0]), y - at[1]];
    if (dx < 1 && Math.abs(dy) < 2) return ['fire', dy < 0 ? 1 : 0.8];
    if (dx < 1 && dy >= 2 && dy < 3) return ['stone', 0.5];
  }
  return undefined;
};

/** Vault and walls in rings, each nearer one darker; at the end the second door. */
export function passage(open = 0) {
  return layered(
    doorLamps,
    (x, y) => secondDoor(x, y, open),
    (x, y) => {
      const dx = x - DOOR.center;
      const depth = (half) => ({ ...DOOR, half, spring: 21, base: 99 });
      if (y > 38) {
        // Slabs of the floor, in the light that falls on them.
        const near = (y - 38) / 6;
        if (Math.abs(dx) > 9.5 + near * 10) return undefined;
        const slab = Math.floor(dx / (3 + near * 3) + 40) % 2 === Math.floor(near * 3) % 2;
        return [
          'wood',
          clamp(0.55 + open * 0.4 - near * 0.42 + (slab ? 0.09 : 0) - Math.abs(dx) * 0.012),
        ];
      }
      if (inArch(x, y, depth(9.6))) {
        const part = Math.floor(Math.atan2(y - 21, dx) * 4.2 + (y > 21 ? y / 3 : 0));
        return ['stone', part % 2 === 0 ? 0.82 : 0.62];
      }
      const ring = [13, 16.5, 20].findIndex((half) => inArch(x, y, depth(half)));
      if (ring === -1) return undefined;
      const out = Math.hypot(dx, Math.min(0, y - 21));
      const edge = [13, 16.5, 20][ring];
      const isRib = out > edge - 0.9;
      const surface = [
        'stone',
        clamp(0.42 - ring * 0.13 + masonry(x, y, 5 + ring) + (isRib ? 0.14 : 0), 0.06),
      ];
      return lampLight(x, y, DOOR_LAMPS, surface);
    },
  );
}

// ---- The court.

const HALL = { from: 44, to: 72, ridge: 14, eaves: 24, base: 39 };

function hall(x, y) {
  const middle = (HALL.from + HALL.to) / 2;
  const dx = x - middle;
  if (y <= HALL.eaves) {
    const share = (y - HALL.ridge) / (HALL.eaves - HALL.ridge);
    const half = 7 + share * 9;
    if (share < 0 || Math.abs(dx) > half) return chimney(x, y);
    if (share < 0.1) return ['wood', dx > 0 ? 0.9 : 0.6];
    // Shingles in courses, lit from the right.
    const light = 0.36 + ((dx + half) / (2 * half)) ** 1.5 * 0.46;
    return ['wood', Math.floor(y) % 4 === 3 ? light - 0.18 : light];
  }
  if (x < HALL.from || x > HALL.to || y > HALL.base) return undefined;
  if (y < HALL.eaves + 2) return ['stone', 0.12];
  if (Math.abs(dx) < 3 && y > 30) {
    if (Math.hypot(dx, Math.max(0, 33 - y)) > 3) return ['stone', 0.9];
    return ['fire', y > 36 ? 0.7 : Math.abs(dx) < 1 ? 1 : 0.82];
  }
  for (const at of [-10, -6, 6, 10]) {
    if (Math.abs(dx - at) >= 1.5 || y < 28 || y > 34) continue;
    if (Math.abs(dx - at) < 0.5 || Math.abs(y - 31) < 0.5) return ['fire', 0.35];
    return ['fire', y < 31 ? 0.85 : 0.7];
  }
  const isPost = [-14, -4, 4, 13].some((at) => dx > at && dx < at + 1);
  if (isPost) return ['wood', 0.5];
  return ['stone', clamp(0.42 + ((x - HALL.from) / 28) * 0.4 + masonry(x, y, 11))];
}

function chimney(x, y) {
  if (x < 63 || x > 66 || y < 10 || y > 17) return undefined;
  return ['stone', y < 11 ? 0.9 : x > 65 ? 0.75 : 0.45];
}

/** Crown and trunk of an old tree: leaves in heaps, each lit at its upper right. */
function tree(x, y, [cx, cy]) {
  const heaps = [
    [0, -8, 3.6],
    [4.4, -5.4, 3.4],
    [-4.6, -5, 3.6],
    [0.6, -4, 4.2],
    [6.6, -1.8, 2.8],
    [-7, -1.4, 2.8],
    [2.6, -0.6, 3.2],
    [-2.6, -0.4, 3.2],
  ];
  for (const [hx, hy, r] of heaps) {
    const [dx, dy] = [(x - cx - hx) / r, (y - cy - hy) / r];
    if (Math.hypot(dx, dy) > 1) continue;
    const light = 0.46 + dx * 0.34 - dy * 0.42;
    return ['leaf', clamp(light + (noise(x, Math.floor(y / 2), 3) - 0.5) * 0.12, 0.14)];
  }
  const trunk = 1.3 + clamp((y - cy - 7) / 3) * 1.4;
  if (y > cy && y < cy + 10 && Math.abs(x - cx) < trunk) {
    return ['wood', x > cx + 0.4 ? 0.62 : x > cx - 0.8 ? 0.42 : 0.22];
  }
  return undefined;
}

function well(x, y) {
  const dx = x - 34;
  if (y > 34 && y <= 41 && Math.abs(dx) < 5) {
    if (y < 36) return ['stone', dx < -3 ? 0.55 : 0.9];
    return [
      'stone',
      clamp(roundLight((dx + 5) / 10, { dark: 0.2, bright: 0.8 }) + masonry(x, y, 4)),
    ];
  }
  if (y > 28 && y <= 34 && (Math.abs(dx + 3.5) < 0.5 || Math.abs(dx - 3.5) < 0.5)) {
    return ['wood', dx > 0 ? 0.62 : 0.34];
  }
  if (y > 30 && y <= 33 && Math.abs(dx) < 1) return y < 31 ? undefined : ['wood', 0.5];
  if (y > 24 && y <= 29 && Math.abs(dx) < 6.4 - (29 - y) * 1.1) {
    return ['wood', y > 28 ? 0.3 : dx > 0 ? 0.75 : 0.45];
  }
  return undefined;
}

/** The wall round the court, far behind everything. */
function farWall(x, y, { top, base }) {
  const isTower = x > 1 && x < 9;
  const from = isTower ? top - 6 : top;
  if (y > base || y < from - 2) return undefined;
  if (y < from) return merlon(x, 1, 2) ? ['stone', isTower ? 0.45 : 0.34] : undefined;
  if (isTower && x > 4 && x < 5.9 && y > 25 && y < 28) return ['fire', 0.6];
  return ['stone', clamp((isTower ? 0.2 + (x - 1) * 0.04 : 0.24) + masonry(x, y, 13), 0.1)];
}

function courtGround(x, y) {
  if (y <= 39 || y > 44) return undefined;
  const spread = 3 + (y - 39) * 4.4;
  const dx = Math.abs(x - 58 + (y - 39) * 1.6);
  if (dx < spread) return ['wood', clamp(0.86 - (dx / spread) * 0.4 - (y - 39) * 0.05)];
  const isTuft = noise(Math.floor(x / 2), Math.floor(y / 2), 7) > 0.7;
  return ['leaf', clamp(0.3 + (isTuft ? 0.16 : 0) - (x < 8 ? 0.1 : 0))];
}

/** The open court by night: the hall lit, an old tree, a well, and nobody in the way. */
export const court = layered(
  (x, y) => tree(x, y, [16, 31]),
  well,
  hall,
  courtGround,
  (x, y) => farWall(x, y, { top: 30, base: 39 }),
  (x, y) => moon(x, y, { at: [73, 6], radius: 4 }),
);

// ---- The street behind the court, for the main menu: rows 13 to 21.

const HOUSES = [
  { from: 0, to: 10, eaves: 33, ridge: 27, lit: [1, 0] },
  { from: 11, to: 24, eaves: 31, ridge: 25, lit: [1, 1, 0] },
  { from: 25, to: 35, eaves: 34, ridge: 29, lit: [0, 1] },
  { from: 49, to: 63, eaves: 32, ridge: 25, lit: [1, 0, 1] },
  { from: 64, to: 71, eaves: 34, ridge: 29, lit: [1] },
  { from: 72, to: 80, eaves: 33, ridge: 27, lit: [0, 1] },
];

/** A house in the dark, its right edges in the moon's light, with warm windows where somebody is at home. */
function house(x, y, { from, to, eaves, ridge, lit }) {
  const middle = (from + to) / 2;
  const half = (to - from) / 2;
  if (y <= eaves) {
    const share = (y - ridge) / (eaves - ridge);
    const reach = share * (half + 1);
    if (share < 0 || Math.abs(x - middle) > reach) return undefined;
    const edge = reach - Math.abs(x - middle);
    if (x > middle && edge < 1.5) return ['wood', 0.84];
    if (edge < 1.5) return ['wood', 0.5];
    return ['stone', x > middle ? 0.3 : 0.18];
  }
  if (x < from || x > to || y > 40) return undefined;
  if (y < eaves + 1) return ['wood', 0.33];
  const door = lit.length > 1 ? middle : from + half * 0.6;
  if (Math.abs(x - door) < 1 && y > 36) return ['wood', 0.66];
  const place = ((x - from) / (to - from)) * lit.length;
  const column = from + ((Math.floor(place) + 0.5) * (to - from)) / lit.length;
  const [top, bottom] = lit.length > 1 ? [eaves + 2, eaves + 4] : [36, 38];
  if (Math.abs(x - column) < 1.2 && Math.abs(x - door) > 1 && y > top && y < bottom) {
    return lit[Math.floor(place)] === 1 ? ['fire', 0.7] : ['stone', 0];
  }
  if (x > to - 1) return ['stone', 0.55];
  return ['stone', 0.2 + ((x - from) / (to - from)) * 0.16];
}

/** The gatehouse from inside, behind the roofs. */
function towersBehind(x, y) {
  for (const [from, to, top] of [
    [36, 40, 27],
    [45, 49, 27],
    [40, 45, 31],
  ]) {
    if (x < from || x > to || y < top - 1 || y > 40) continue;
    if (y < top) return merlon(x, from, 1) ? ['stone', 0.22] : undefined;
    return ['stone', x > to - 1 ? 0.3 : 0.12];
  }
  return undefined;
}

/** A stall in the middle with a striped roof of cloth and a lamp under it. */
function stall(x, y) {
  const dx = x - 42.5;
  if (y > 31 && y <= 34 && Math.abs(dx) < 5.5 + (y - 31) * 0.3) {
    const isRed = Math.floor((x - 37) / 2) % 2 === 0;
    return isRed ? ['cloth', dx > 0 ? 0.75 : 0.5] : ['stone', dx > 0 ? 1 : 0.7];
  }
  if (y > 34 && y <= 40 && (Math.abs(dx + 4.5) < 0.5 || Math.abs(dx - 4.5) < 0.5))
    return ['wood', 0.5];
  if (y > 37 && y <= 40 && Math.abs(dx) < 5) return ['wood', y < 38 ? 0.85 : 0.45];
  if (y > 36 && y <= 37 && Math.abs(dx) < 3.6) return ['leaf', Math.floor(x) % 3 === 0 ? 0.9 : 0.6];
  if (Math.abs(dx) < 0.5 && y > 34 && y < 36) return ['fire', 1];
  if (y > 34 && y <= 37 && Math.abs(dx) < 4) return ['wood', 0.3 + (4 - Math.abs(dx)) * 0.09];
  return undefined;
}

export const street = layered(
  stall,
  (x, y) => HOUSES.map((each) => house(x, y, each)).find((spot) => spot !== undefined),
  towersBehind,
  (x, y) => {
    if (y <= 40 || y > 42) return undefined;
    const dx = Math.abs(x - 42.5);
    const isCobble = (Math.floor(x / 2) + Math.floor(y)) % 2 === 0;
    if (dx < 9) return ['wood', 0.62 - dx * 0.04 + (isCobble ? 0.1 : 0)];
    return ['stone', isCobble ? 0.34 : 0.24];
  },
);

// ---- From far away, for the log-off: the moon behind the gatehouse, and the way home.

const hill = (x) => 33 + ((x - 20) / 12) ** 2 * 0.9;

function castle(x, y) {
  const dx = x - 20;
  if (y > 36) return undefined;
  const isTower = Math.abs(Math.abs(dx) - 6.5) < 2.5 && y > 17;
  const isHead = Math.abs(Math.abs(dx) - 6.5) < 3.5 && y > 15 && y < 20;
  const isWall = Math.abs(dx) < 5 && y > 21;
  const isWing = Math.abs(dx) < 15 && y > 28;
  if (isHead && y < 17) return merlon(x, 0.5, 1.4) ? ['stone', 0.1] : undefined;
  if (isWall && y < 23 && !isTower) return merlon(x, 0.5, 1.4) ? ['stone', 0.1] : undefined;
  if (isWing && y < 30 && !isTower && !isWall)
    return merlon(x, 0.5, 1.4) ? ['stone', 0.1] : undefined;
  if (!isTower && !isHead && !isWall && !isWing) return undefined;
  if (Math.abs(dx - 6.5) < 0.5 && y > 22 && y < 24) return ['fire', 0.75];
  if (inArch(x, y, { center: 20, half: 2, spring: 31, base: 40 })) return ['wood', 0.3];
  const side = isHead || isTower ? (Math.abs(dx) - 6.5) * Math.sign(dx) : dx;
  return ['stone', clamp(0.1 + Math.max(0, side) * 0.05, 0.1, 0.24)];
}

export const farAway = layered(
  (x, y) => {
    if (y < hill(x) || y > 44) return undefined;
    const bend = 20 + Math.sin((y - 33) / 3.4) * (y - 33) * 0.7;
    const wide = 1 + (y - 33) * 0.34;
    if (y > 34 && Math.abs(x - bend) < wide) return ['stone', 0.36 + (y - 33) * 0.02];
    const rim = y - hill(x) < 1.4 ? 0.22 : 0;
    return ['leaf', clamp(0.2 + rim - Math.max(0, x - 46) * 0.004, 0.1)];
  },
  castle,
  (x, y) => moon(x, y, { at: [22, 19], radius: 13 }),
);
