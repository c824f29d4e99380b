import type { Canvas, Cell } from '../terminal/canvas';
import { GLYPH_HEIGHT, GLYPH_WIDTH, glyphOf } from './glyphs';
import { encodePng } from './png';

type Color = readonly [number, number, number];

/** The sixteen colours of a PC's text screen, in ANSI order. */
const PC_COLORS: readonly Color[] = [
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

/** A screen as a PNG, in the colours and the size of a PC's text mode. */
export function drawScreenPicture(canvas: Canvas): Buffer {
  const width = canvas.width * GLYPH_WIDTH;
  const height = canvas.height * GLYPH_HEIGHT;
  const pixels = new Uint8Array(width * height);
  for (let row = 1; row <= canvas.height; row++) {
    for (let column = 1; column <= canvas.width; column++) {
      const corner = (row - 1) * GLYPH_HEIGHT * width + (column - 1) * GLYPH_WIDTH;
      drawCell(pixels, canvas.at(row, column), { corner, width });
    }
  }
  return encodePng({ width, height, pixels, palette: palette() });
}

function drawCell(
  pixels: Uint8Array,
  { character, style }: Cell,
  at: { readonly corner: number; readonly width: number },
): void {
  const bright = style.bold && style.foreground < 8 ? style.foreground + 8 : style.foreground;
  const [ink, ground] = style.inverse ? [style.background, bright] : [bright, style.background];
  const glyph = glyphOf(character === '' ? ' ' : character);
  for (let row = 0; row < GLYPH_HEIGHT; row++) {
    const isLine = style.underline && row === GLYPH_HEIGHT - 2;
    const bits = isLine ? 0xff : (glyph[row] ?? 0);
    const start = at.corner + row * at.width;
    for (let column = 0; column < GLYPH_WIDTH; column++) {
      pixels[start + column] = (bits & (0x80 >> column)) === 0 ? ground : ink;
    }
  }
}

/** The 256 colours of xterm, with a PC's for the first sixteen. */
function palette(): readonly Color[] {
  const levels = [0, 95, 135, 175, 215, 255];
  const cube = levels.flatMap((red) =>
    levels.flatMap((green) => levels.map((blue): Color => [red, green, blue])),
  );
  const greys = Array.from({ length: 24 }, (_, step): Color => {
    const level = 8 + 10 * step;
    return [level, level, level];
  });
  return [...PC_COLORS, ...cube, ...greys];
}
