// Turns a painted scene into CP437 cells: per cell the character and colours whose light comes nearest.

/** VGA colours in ANSI order. */
export const VGA = [
  [0, 0, 0],
  [170, 0, 0],
  [0, 170, 0],
  [170, 85, 0],
  [0, 0, 170],
  [170, 0, 170],
  [0, 170, 170],
  [170, 170, 170],
  [85, 85, 85],
  [255, 85, 85],
  [85, 255, 85],
  [255, 255, 85],
  [85, 85, 255],
  [255, 85, 255],
  [85, 255, 255],
  [255, 255, 255],
];

// Share of ink in the four quarters of a cell: top left, top right, bottom left, bottom right.
const SHAPES = [
  [' ', [0, 0, 0, 0]],
  ['░', [0.25, 0.25, 0.25, 0.25]],
  ['▒', [0.5, 0.5, 0.5, 0.5]],
  ['▓', [0.75, 0.75, 0.75, 0.75]],
  ['█', [1, 1, 1, 1]],
  ['▀', [1, 1, 0, 0]],
  ['▄', [0, 0, 1, 1]],
  ['▌', [1, 0, 1, 0]],
  ['▐', [0, 1, 0, 1]],
];

function candidatesOf(inks, grounds) {
  const candidates = [];
  for (const ground of grounds) {
    for (const ink of inks) {
      for (const [character, shares] of SHAPES) {
        if (ink === ground && character !== ' ') continue;
        const [a, b] = [VGA[ink], VGA[ground]];
        const quarters = shares.map((share) =>
          a.map((value, i) => value * share + b[i] * (1 - share)),
        );
        const share = shares[0];
        const grain = '░▒▓'.includes(character) ? share * (1 - share) * distance(a, b) * 0.16 : 0;
        candidates.push({ character, ink: character === ' ' ? 7 : ink, ground, quarters, grain });
      }
    }
  }
  return candidates;
}

function distance(a, b) {
  const [r, g, blue] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
  return 2 * r * r + 4 * g * g + 3 * blue * blue;
}

const SAMPLES = 4;

/** The mean colour of one quarter; x and y in half columns and half rows. */
function quarterOf(paint, x, y) {
  const sum = [0, 0, 0];
  for (let j = 0; j < SAMPLES; j++) {
    for (let i = 0; i < SAMPLES; i++) {
      const color = paint(x / 2 + (i + 0.5) / (SAMPLES * 2), y + (j + 0.5) / SAMPLES);
      for (let k = 0; k < 3; k++) sum[k] += Math.min(255, Math.max(0, color[k]));
    }
  }
  return sum.map((value) => value / (SAMPLES * SAMPLES));
}

/**
 * Paints rows of cells. `paint(x, y)` gives the light at a point: one unit is a column wide and half a
 * row high, so units are square. Returns rows of { character, ink, ground }.
 */
export function toCells(paint, { columns, rows, inks, grounds }) {
  const candidates = candidatesOf(inks, grounds);
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => {
      const wanted = [
        quarterOf(paint, column * 2, row * 2),
        quarterOf(paint, column * 2 + 1, row * 2),
        quarterOf(paint, column * 2, row * 2 + 1),
        quarterOf(paint, column * 2 + 1, row * 2 + 1),
      ];
      let best = candidates[0];
      let least = Infinity;
      for (const candidate of candidates) {
        let error = candidate.grain;
        for (let q = 0; q < 4; q++) error += distance(wanted[q], candidate.quarters[q]);
        if (error < least) {
          least = error;
          best = candidate;
        }
      }
      return { character: best.character, ink: best.ink, ground: best.ground };
    }),
  );
}

/** Numbers from 0 to 1 that are always the same for the same place. */
export function noise(x, y, seed = 0) {
  let value =
    Math.imul(Math.floor(x) + seed * 7919, 374761393) + Math.imul(Math.floor(y), 668265263);
  value = Math.imul(value ^ (value >>> 13), 1274126177);
  return ((value ^ (value >>> 16)) >>> 0) / 4294967296;
}
