// The colours of a screen, and chance that is always the same.

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

/** Numbers from 0 to 1 that are always the same for the same place. */
export function noise(x, y, seed = 0) {
  let value =
    Math.imul(Math.floor(x) + seed * 7919, 374761393) + Math.imul(Math.floor(y), 668265263);
  value = Math.imul(value ^ (value >>> 13), 1274126177);
  return ((value ^ (value >>> 16)) >>> 0) / 4294967296;
}
