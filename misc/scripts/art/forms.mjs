// Shapes and lights that the pictures have in common. A point is `[material, light]`, light from 0 to 1; undefined
// is nothing. x is in columns, y in half rows, downwards. The moon shines from the upper right.
import { noise } from './picture.mjs';

export const clamp = (value, from = 0, to = 1) => Math.min(to, Math.max(from, value));

/** Light across something round: its dark side at the left, the lit one before the right edge. */
export function roundLight(share, { dark = 0.1, bright = 0.8 } = {}) {
  if (share > 0.86) return bright - (share - 0.86) * 2.6;
  return dark + (bright - dark) * clamp(share / 0.86) ** 1.35;
}

/** Blocks of stone: a few of them are a little darker than the rest, and no two of these touch. */
export function masonry(x, y, seed = 1) {
  const course = Math.floor(y / 2);
  const block = Math.floor((x + (course % 2) * 2) / 3);
  if ((course + block) % 2 !== 0) return 0;
  return noise(block, course, seed) > 0.62 ? -0.1 : 0;
}

/** True within an arch of a round head over straight sides. */
export function inArch(x, y, { center, half, spring, base }) {
  if (y > base || Math.abs(x - center) > half) return false;
  return y >= spring || Math.hypot(x - center, y - spring) <= half;
}

/** Teeth of a wall: `tooth` columns, then a gap as wide. */
export function merlon(x, from, tooth = 2) {
  return Math.floor((x - from) / tooth) % 2 === 0;
}

/** A round moon with a few seas, darker towards the left. */
export function moon(x, y, { at: [cx, cy], radius }) {
  const [dx, dy] = [(x - cx) / radius, (y - cy) / radius];
  if (Math.hypot(dx, dy) > 1) return undefined;
  const seas = [
    [-0.35, -0.3, 0.3],
    [0.15, 0.3, 0.24],
    [-0.3, 0.42, 0.18],
    [0.45, -0.35, 0.16],
  ];
  const isSea = seas.some(([sx, sy, r]) => Math.hypot(dx - sx, dy - sy) < r);
  const rim = Math.hypot(dx + 0.3, dy - 0.15);
  return ['moon', clamp(1.02 - Math.max(0, -dx * 0.55 + dy * 0.2 + 0.1) - (isSea ? 0.4 : 0) * rim)];
}

/** Warm light of lamps on a surface: within their reach stone shows the colour of fire. */
export function lampLight(x, y, lamps, surface) {
  let warm = 0;
  for (const { at, reach, power = 1 } of lamps) {
    const far = Math.hypot(x - at[0], (y - at[1]) * 0.9) / reach;
    if (far < 1) warm = Math.max(warm, power * (1 - far));
  }
  return warm > 0.12 ? ['lit', clamp((warm - 0.12) * 1.25)] : surface;
}

/** The first of several layers that has something at a point. */
export function layered(...layers) {
  return (x, y) => {
    for (const layer of layers) {
      const spot = layer(x, y);
      if (spot !== undefined) return spot === 'nothing' ? undefined : spot;
    }
    return undefined;
  };
}
