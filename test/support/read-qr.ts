import jsqr from 'jsqr';

const SCALE = 4;
/** Surrounding dark modules are not part of the picture; readers need a light margin. */
const MARGIN = 4;

/** Decodes a picture of dark and light modules as a phone would. */
export function readModules(
  isDark: (row: number, column: number) => boolean,
  size: number,
): string {
  const side = (size + 2 * MARGIN) * SCALE;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      if (isDark(row, column)) fill(row + MARGIN, column + MARGIN);
    }
  }
  const read = jsqr(pixels, side, side, { inversionAttempts: 'dontInvert' });
  if (read === null) throw new Error('no QR code in the picture');
  return read.data;

  function fill(row: number, column: number): void {
    for (let y = row * SCALE; y < (row + 1) * SCALE; y += 1) {
      const at = (y * side + column * SCALE) * 4;
      for (let pixel = 0; pixel < SCALE; pixel += 1)
        pixels.fill(0, at + pixel * 4, at + pixel * 4 + 3);
    }
  }
}

/** Reads a QR code from an SVG that draws dark modules as strokes one module wide. */
export function readSvgQr(svg: string): string {
  const size = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1]);
  const path = /<path stroke="#000000" d="([^"]+)"/.exec(svg)?.[1] ?? '';
  const dark = new Set<string>();
  let [x, y] = [0, 0];
  for (const [, command, numbers = ''] of path.matchAll(/([Mmh])([-\d. ]+)/g)) {
    const [a = 0, b = 0] = numbers.trim().split(/ /).map(Number);
    if (command === 'M') [x, y] = [a, b];
    else if (command === 'm') [x, y] = [x + a, y + b];
    else for (const end = x + a; x < end; x += 1) dark.add(`${Math.floor(y)} ${x}`);
  }
  return readModules((row, column) => dark.has(`${row} ${column}`), size);
}
