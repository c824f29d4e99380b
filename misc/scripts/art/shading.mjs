// Turns a painted scene into CP437 cells as a person draws them: each material has a scale of shades from dark
// to light, a cell within a form is one step of it, and a cell on an edge is a half block.
import { VGA } from './picture.mjs';

/** A step of a scale: a character of ink on ground. */
const step = (character, ink, ground = 0) => ({ character, ink, ground });

const fade = (ink) => [step('░', ink), step('▒', ink), step('▓', ink), step('█', ink)];

/** Scales from dark to light. Warm light is inside, cool light is the moon's. */
export const SCALES = {
  stone: [
    step(' ', 7),
    step('░', 8),
    step('▒', 8),
    step('▓', 8),
    step('█', 8),
    step('▒', 8, 7),
    step('░', 8, 7),
    step('█', 7),
    step('░', 15, 7),
    step('▒', 15, 7),
    step('█', 15),
  ],
  night: [step(' ', 7), step('░', 4), step('▒', 4), step('▓', 4), step('█', 4)],
  moon: [step('▒', 7), step('█', 7), step('▒', 15, 7), step('▓', 15, 7), step('█', 15)],
  wood: [
    step(' ', 7),
    step('░', 3),
    step('▒', 3),
    step('▓', 3),
    step('█', 3),
    step('░', 11, 3),
    step('▒', 11, 3),
  ],
  // Stone in the light of a lamp: from its own grey to the colour of fire.
  lit: [
    step('▓', 8, 3),
    step('▒', 8, 3),
    step('░', 8, 3),
    step('█', 3),
    step('░', 11, 3),
    step('▒', 11, 3),
  ],
  fire: [
    step('▒', 3),
    step('█', 3),
    step('▒', 11, 3),
    step('▓', 11, 3),
    step('█', 11),
    step('█', 15),
  ],
  leaf: [
    step(' ', 7),
    step('░', 2),
    step('▒', 2),
    step('▓', 2),
    step('█', 2),
    step('░', 10, 2),
    step('▒', 10, 2),
  ],
  cloth: [step('▒', 1), step('▓', 1), step('█', 1), step('▒', 9, 1), step('█', 9)],
  water: [step(' ', 7), step('░', 6), step('▒', 6), step('▓', 6), step('█', 6), step('▒', 14, 6)],
};

const SHARE = { ' ': 0, '░': 0.25, '▒': 0.5, '▓': 0.75, '█': 1 };

function colorOf({ character, ink, ground }) {
  const share = SHARE[character];
  return VGA[ink].map((value, i) => value * share + VGA[ground][i] * (1 - share));
}

function distance(a, b) {
  const [r, g, blue] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
  return 2 * r * r + 4 * g * g + 3 * blue * blue;
}

/** The step of a scale for a light from 0 to 1. */
export function shadeOf(material, light) {
  const scale = SCALES[material];
  const index = Math.round(Math.min(1, Math.max(0, light)) * (scale.length - 1));
  return scale[index];
}

/** The full colour that comes nearest to a step. */
function solidOf(shade) {
  const wanted = colorOf(shade);
  const inks = [shade.ink, shade.ground, 0];
  return inks.reduce((best, ink) =>
    distance(VGA[ink], wanted) < distance(VGA[best], wanted) ? ink : best,
  );
}

const HALVES = [
  ['▀', [0, 0, 1, 1]],
  ['▌', [0, 1, 0, 1]],
];

const FLIPPED = { '▀': '▄', '▌': '▐' };

/** The half block that comes nearest to four quarters of full colours. */
function edgeOf(solids) {
  let best;
  const colors = [...new Set(solids)];
  for (const ink of colors) {
    for (const ground of colors) {
      for (const [character, sides] of HALVES) {
        const error = sides.reduce(
          (sum, side, q) => sum + distance(VGA[side === 0 ? ink : ground], VGA[solids[q]]),
          0,
        );
        if (best === undefined || error < best.error) best = { error, character, ink, ground };
      }
    }
  }
  const { character, ink, ground } = best;
  if (ink === ground) return ink === 0 ? step(' ', 7) : step('█', ink);
  if (ground < 8) return step(character, ink, ground);
  // A bright colour is no ground: the halves change places, and the darker one becomes the ground.
  return step(FLIPPED[character], ground, ink < 8 ? ink : ink & 7);
}

const SAMPLES = 3;

/** The most common material of a quarter and its mean light. */
function quarterOf(paint, x, y) {
  const found = new Map();
  for (let j = 0; j < SAMPLES; j++) {
    for (let i = 0; i < SAMPLES; i++) {
      const spot = paint(x / 2 + (i + 0.5) / (SAMPLES * 2), y + (j + 0.5) / SAMPLES);
      const [material, light] = spot ?? ['none', 0];
      const known = found.get(material) ?? { count: 0, light: 0 };
      found.set(material, { count: known.count + 1, light: known.light + light });
    }
  }
  const [material, { count, light }] = [...found].sort((a, b) => b[1].count - a[1].count)[0];
  return material === 'none' ? undefined : { material, light: light / count };
}

/** Steps of a scale by which two quarters may differ within one form. */
const SAME = 1.6;

function cellOf(quarters) {
  const shades = quarters.map((q) =>
    q === undefined ? step(' ', 7) : shadeOf(q.material, q.light),
  );
  const [first] = quarters;
  const isOneForm = quarters.every((q) => q?.material === first?.material);
  if (isOneForm) {
    if (first === undefined) return step(' ', 7);
    const lights = quarters.map(({ light }) => light);
    const steps = (Math.max(...lights) - Math.min(...lights)) * (SCALES[first.material].length - 1);
    if (steps < SAME) return shadeOf(first.material, lights.reduce((a, b) => a + b) / 4);
  }
  return edgeOf(shades.map(solidOf));
}

/**
 * Paints rows of cells. `paint(x, y)` gives `[material, light]` at a point, or undefined for nothing; one unit is a
 * column wide and half a row high. Returns rows of { character, ink, ground }.
 */
export function shadeCells(paint, { columns, rows }) {
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (__, column) =>
      cellOf([
        quarterOf(paint, column * 2, row * 2),
        quarterOf(paint, column * 2 + 1, row * 2),
        quarterOf(paint, column * 2, row * 2 + 1),
        quarterOf(paint, column * 2 + 1, row * 2 + 1),
      ]),
    ),
  );
}
