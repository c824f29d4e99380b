import { PNG } from 'pngjs';
import type { Cell } from '../terminal/canvas';
import { GLYPH_HEIGHT, GLYPH_WIDTH, glyphOf } from './glyphs';

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

/** What is drawn: a canvas, or a terminal that shows the same. Rows and columns count from 1. */
export interface PictureSource {
  readonly width: number;
  readonly height: number;
  at(row: number, column: number): Cell;
  /** Where the cursor is drawn; nowhere when absent. */
  readonly cursor?: { readonly row: number; readonly column: number };
}

/** Red, green and blue, eight bits each; the rows of a glyph are alike, so each is packed as a difference. */
const FORMAT = {
  colorType: 2,
  inputColorType: 2,
  inputHasAlpha: false,
  filterType: 2,
  deflateStrategy: 0,
} as const;
const BYTES_PER_PIXEL = 3;

const CURSOR_ROWS = 2;
const CURSOR_COLOR = 15;

/** A screen as a PNG, in the colours and the size of a PC's text mode. */
export function drawScreenPicture(source: PictureSource): Buffer {
  const image = new PNG();
  image.width = source.width * GLYPH_WIDTH;
  image.height = source.height * GLYPH_HEIGHT;
  image.data = Buffer.alloc(image.width * image.height * BYTES_PER_PIXEL);
  const palette = makePalette();
  for (let row = 1; row <= source.height; row++) {
    for (let column = 1; column <= source.width; column++) {
      const hasCursor = source.cursor?.row === row && source.cursor.column === column;
      const pixels = cellPixels(source.at(row, column), hasCursor);
      pixels.forEach((color, at) => {
        const x = (column - 1) * GLYPH_WIDTH + (at % GLYPH_WIDTH);
        const y = (row - 1) * GLYPH_HEIGHT + Math.floor(at / GLYPH_WIDTH);
        image.data.set(palette[color] ?? [0, 0, 0], (y * image.width + x) * BYTES_PER_PIXEL);
      });
    }
  }
  return PNG.sync.write(image, FORMAT);
}

/** The palette colours of a cell's pixels, row by row. */
function cellPixels({ character, style }: Cell, hasCursor: boolean): Uint8Array {
  const bright = style.bold && style.foreground < 8 ? style.foreground + 8 : style.foreground;
  const [ink, ground] = style.inverse ? [style.background, bright] : [bright, style.background];
  const glyph = glyphOf(character === '' ? ' ' : character);
  const pixels = new Uint8Array(GLYPH_WIDTH * GLYPH_HEIGHT);
  for (let row = 0; row < GLYPH_HEIGHT; row++) {
    const isLine = style.underline && row === GLYPH_HEIGHT - 2;
    const bits = isLine ? 0xff : (glyph[row] ?? 0);
    for (let column = 0; column < GLYPH_WIDTH; column++) {
      pixels[row * GLYPH_WIDTH + column] = (bits & (0x80 >> column)) === 0 ? ground : ink;
    }
  }
  if (hasCursor) pixels.fill(CURSOR_COLOR, pixels.length - CURSOR_ROWS * GLYPH_WIDTH);
  return pixels;
}

/** The 256 colours of xterm, with a PC's for the first sixteen. */
function makePalette(): readonly Color[] {
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
