import { PNG } from 'pngjs';
import { Canvas, type Cell } from '../terminal/canvas';
import { glyphOfCp437 } from '../terminal/encoding';

type Color = readonly [number, number, number];

/** The sixteen colours of the PC text mode, in ANSI order. */
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

/** The source of a picture: a canvas or a terminal. Rows and columns count from 1. */
interface PictureSource {
  readonly width: number;
  readonly height: number;
  at(row: number, column: number): Cell;
  /** Position of the cursor; none is drawn when absent. */
  readonly cursor?: { readonly row: number; readonly column: number };
}

/** RGB with eight bits each, and the `up` filter, because the rows of a glyph are alike. */
const FORMAT = {
  colorType: 2,
  inputColorType: 2,
  inputHasAlpha: false,
  filterType: 2,
  deflateStrategy: 0,
  // A tenth of the time of level 9, and a twentieth more bytes.
  deflateLevel: 6,
} as const;
const BYTES_PER_PIXEL = 3;

const CURSOR_ROWS = 2;
const CURSOR_COLOR = 15;

/** Pixels of a picture: RGB, a byte each, row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Buffer;
}

function blankPixels(width: number, height: number): Pixels {
  return { width, height, data: Buffer.alloc(width * height * BYTES_PER_PIXEL) };
}

/** A screen in the colours and the font size of the PC text mode. */
export function paintScreen(source: PictureSource): Pixels {
  const image = blankPixels(source.width * GLYPH_WIDTH, source.height * GLYPH_HEIGHT);
  // Most cells of a screen are blank, and most others are like one that was painted.
  const painted = new Map<string, Pixels | 'black'>();
  for (let row = 1; row <= source.height; row++) {
    for (let column = 1; column <= source.width; column++) {
      const hasCursor = source.cursor?.row === row && source.cursor.column === column;
      const { character, style } = source.at(row, column);
      const { foreground, background, bold, inverse, underline } = style;
      const key = `${character} ${foreground} ${background} ${bold} ${inverse} ${underline} ${hasCursor}`;
      const pixels = painted.get(key) ?? paintCell({ character, style }, hasCursor);
      painted.set(key, pixels);
      if (pixels === 'black') continue;
      paste(image, pixels, { x: (column - 1) * GLYPH_WIDTH, y: (row - 1) * GLYPH_HEIGHT });
    }
  }
  return image;
}

function paintCell(cell: Cell, hasCursor: boolean): Pixels | 'black' {
  const image = blankPixels(GLYPH_WIDTH, GLYPH_HEIGHT);
  cellPixels(cell, hasCursor).forEach((color, at) => {
    image.data.set(PALETTE[color] ?? BLACK, at * BYTES_PER_PIXEL);
  });
  return image.data.some((byte) => byte !== 0) ? image : 'black';
}

/** The picture at half its width and height, each pixel the mean of four. */
function halve(source: Pixels): Pixels {
  const half = blankPixels(source.width >> 1, source.height >> 1);
  const rowBytes = source.width * BYTES_PER_PIXEL;
  let to = 0;
  for (let y = 0; y < half.height; y++) {
    for (let x = 0; x < half.width; x++) {
      const above = y * 2 * rowBytes + x * 2 * BYTES_PER_PIXEL;
      for (let at = above; at < above + BYTES_PER_PIXEL; at++) {
        const pair = (from: number): number =>
          (source.data[from] ?? 0) + (source.data[from + BYTES_PER_PIXEL] ?? 0);
        half.data[to++] = (pair(at) + pair(at + rowBytes)) >> 2;
      }
    }
  }
  return half;
}

/** Copies a picture into a larger one. */
function paste(target: Pixels, source: Pixels, place: { x: number; y: number }): void {
  for (let y = 0; y < source.height; y++) {
    const rowBytes = source.width * BYTES_PER_PIXEL;
    const from = y * rowBytes;
    const to = ((place.y + y) * target.width + place.x) * BYTES_PER_PIXEL;
    // A call of copy() for the few bytes of a cell takes longer than the bytes.
    for (let at = 0; at < rowBytes; at++) target.data[to + at] = source.data[from + at] ?? 0;
  }
}

const SHEET_COLUMNS = 4;
const SHEET_MARGIN = 16;
/** Dark grey behind the screens, so that black ones have an edge. */
const PAPER = 0x30;

/** Pictures of one size at half of it, each below its name. */
export function sheetOf(
  pictures: readonly { readonly name: string; readonly pixels: Pixels }[],
): Pixels {
  const small = pictures.map(({ pixels }) => halve(pixels));
  const { width = 0, height = 0 } = small[0] ?? {};
  const cell = { width: width + SHEET_MARGIN, height: height + GLYPH_HEIGHT + SHEET_MARGIN };
  const rows = Math.max(1, Math.ceil(pictures.length / SHEET_COLUMNS));
  const sheet = blankPixels(
    SHEET_COLUMNS * cell.width + SHEET_MARGIN,
    rows * cell.height + SHEET_MARGIN,
  );
  sheet.data.fill(PAPER);
  small.forEach((pixels, index) => {
    const x = SHEET_MARGIN + (index % SHEET_COLUMNS) * cell.width;
    const y = SHEET_MARGIN + Math.floor(index / SHEET_COLUMNS) * cell.height;
    const name = pictures[index]?.name ?? '';
    paste(sheet, labelOf(name, Math.floor(width / GLYPH_WIDTH)), { x, y });
    paste(sheet, pixels, { x, y: y + GLYPH_HEIGHT });
  });
  return sheet;
}

function labelOf(name: string, columns: number): Pixels {
  const canvas = new Canvas(columns, 1);
  canvas.print(1, 1, name.slice(0, columns));
  return paintScreen(canvas);
}

export function toPng(pixels: Pixels): Buffer {
  const image = new PNG();
  Object.assign(image, pixels);
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

/** The 256 colours of xterm, with those of the PC for the first sixteen. */
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

const PALETTE = makePalette();
const BLACK: Color = [0, 0, 0];

/**
 * The 256 characters of CP437 as 8x16 bitmaps, a byte a row, from GNU Unifont 15.0.01
 * (https://unifoundry.com/unifont/). Copyright 1998-2022 Roman Czyborra, Paul Hardy, Qianqian Fang,
 * Andrew Miller, Johnnie Weaver, David Corbett and others; GPL-2.0-or-later, or SIL OFL 1.1.
 */
const BITMAPS = Buffer.from(
  [
    'AAAAAAAAAAAAAAAAAAAAAAAAAAA8QoGlgaWZQjwAAAAAAAAAPH7/2//b5348AAAAAAAAAAA2f39/fz4cCAgAAAAAAAAICBwc',
    'Pj4cHAgIAAAAAAAAHBwcCH9/awgIHAAAAAAAAAgIHD5/f38+CBwAAAAAAAAAAAA4fHx8OAAAAAD////////nw8Pn////////',
    'AAAAAAAcIkFBQSIcAAAAAP//////59u9vdvn//////8AAAAAAAcDBThEREQ4AAAAAAAAAAAcIiIiHAg+CAgAAAAAAAAIDAoK',
    'CAgIOHhwAAAAAAAcFxERERFx8ecPDgAAAAAAAABJKhx3HCpJAAAAAAAAAAAAAABgeH54YAAAAAAAAAAAAAAABh5+HgYAAAAA',
    'AAAIHCoICAgICAgqHAgAAAAAAAAkJCQkJCQkACQkAAAAAAAAP3p6ejoKCgoKCgoAAAAAADxCQDxCQjwCQjwAAAAAAAAAAH9/',
    'f38AAAAAAAAAAAgcKggICAgIKhwIPgAAAAAIHCoICAgICAgICAgICAgICAgICAgICAgIKhwIAAAAAAAAAAAACAT+BAgAAAAA',
    'AAAAAAAAABAgfyAQAAAAAAAAAAAAAABAQEBAQEB+AAAAAAAAAAAAJEL/QiQAAAAAAAAAAAAYGDw8fn4AAAAAAAAAAAAAfn48',
    'PBgYAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAgICAgICAgACAgAAAAAIiIiIgAAAAAAAAAAAAAAAAAAEhISfiQkfkhISAAA',
    'AAAAAAg+SUg4DglJPggAAAAAAAAxSko0CAgWKSlGAAAAAAAAHCIiFBgpRUJGOQAAAAAICAgIAAAAAAAAAAAAAAAAAAQICBAQ',
    'EBAQEAgIBAAAAAAgEBAICAgICAgQECAAAAAAAAAACEkqHCpJCAAAAAAAAAAAAAgICH8ICAgAAAAAAAAAAAAAAAAAAAAYCAgQ',
    'AAAAAAAAAAAAPAAAAAAAAAAAAAAAAAAAAAAAABgYAAAAAAAAAgIECAgQECBAQAAAAAAAABgkQkZKUmJCJBgAAAAAAAAIGCgI',
    'CAgICAg+AAAAAAAAPEJCAgwQIEBAfgAAAAAAADxCQgIcAgJCQjwAAAAAAAAEDBQkRER+BAQEAAAAAAAAfkBAQHwCAgJCPAAA',
    'AAAAABwgQEB8QkJCQjwAAAAAAAB+AgIEBAQICAgIAAAAAAAAPEJCQjxCQkJCPAAAAAAAADxCQkI+AgICBDgAAAAAAAAAABgY',
    'AAAAGBgAAAAAAAAAAAAYGAAAABgICBAAAAAAAAACBAgQIBAIBAIAAAAAAAAAAAB+AAAAfgAAAAAAAAAAAEAgEAgECBAgQAAA',
    'AAAAADxCQgIECAgACAgAAAAAAAAcIkpWUlJSTiAeAAAAAAAAGCQkQkJ+QkJCQgAAAAAAAHxCQkJ8QkJCQnwAAAAAAAA8QkJA',
    'QEBAQkI8AAAAAAAAeERCQkJCQkJEeAAAAAAAAH5AQEB8QEBAQH4AAAAAAAB+QEBAfEBAQEBAAAAAAAAAPEJCQEBOQkJGOgAA',
    'AAAAAEJCQkJ+QkJCQkIAAAAAAAA+CAgICAgICAg+AAAAAAAAHwQEBAQEBEREOAAAAAAAAEJESFBgYFBIREIAAAAAAABAQEBA',
    'QEBAQEB+AAAAAAAAQkJmZlpaQkJCQgAAAAAAAEJiYlJSSkpGRkIAAAAAAAA8QkJCQkJCQkI8AAAAAAAAfEJCQnxAQEBAQAAA',
    'AAAAADxCQkJCQkJaZjwDAAAAAAB8QkJCfEhEREJCAAAAAAAAPEJCQDAMAkJCPAAAAAAAAH8ICAgICAgICAgAAAAAAABCQkJC',
    'QkJCQkI8AAAAAAAAQUFBIiIiFBQICAAAAAAAAEJCQkJaWmZmQkIAAAAAAABCQiQkGBgkJEJCAAAAAAAAQUEiIhQICAgICAAA',
    'AAAAAH4CAgQIECBAQH4AAAAAAA4ICAgICAgICAgIDgAAAAAAQEAgEBAICAQCAgAAAAAAcBAQEBAQEBAQEBBwAAAAGCRCAAAA',
    'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAH8AACAQCAAAAAAAAAAAAAAAAAAAAAAAADxCAj5CQkY6AAAAAABAQEBcYkJCQkJiXAAA',
    'AAAAAAAAPEJAQEBAQjwAAAAAAAICAjpGQkJCQkY6AAAAAAAAAAA8QkJ+QEBCPAAAAAAADBAQEHwQEBAQEBAAAAAAAAAAAjpE',
    'REQ4IDxCQjwAAABAQEBcYkJCQkJCQgAAAAAACAgAGAgICAgICD4AAAAAAAQEAAwEBAQEBAQESDAAAABAQEBESFBgUEhEQgAA',
    'AAAAGAgICAgICAgICD4AAAAAAAAAAHZJSUlJSUlJAAAAAAAAAABcYkJCQkJCQgAAAAAAAAAAPEJCQkJCQjwAAAAAAAAAAFxi',
    'QkJCQmJcQEAAAAAAAAA6RkJCQkJGOgICAAAAAAAAXGJCQEBAQEAAAAAAAAAAADxCQDAMAkI8AAAAAAAAEBAQfBAQEBAQDAAA',
    'AAAAAAAAQkJCQkJCRjoAAAAAAAAAAEJCQiQkJBgYAAAAAAAAAABBSUlJSUlJNgAAAAAAAAAAQkIkGBgkQkIAAAAAAAAAAEJC',
    'QkJCJhoCAjwAAAAAAAB+AgQIECBAfgAAAAAADBAQCAgQIBAICBAQDAAACAgICAgICAgICAgICAgAAAAwCAgQEAgECBAQCAgw',
    'AAAAMUlGAAAAAAAAAAAAAAAAAAAAABgkQkJCQkJ+AAAAAAAAPEJCQEBAQEJCPAgwAAAkJAAAQkJCQkJCRjoAAAAADDAAADxC',
    'Qn5AQEI8AAAAABgkAAA8QgI+QkJGOgAAAAAkJAAAPEICPkJCRjoAAAAAMAwAADxCAj5CQkY6AAAAGCQYAAA8QgI+QkJGOgAA',
    'AAAAAAAAPEJAQEBAQjwIMAAAGCQAADxCQn5AQEI8AAAAACQkAAA8QkJ+QEBCPAAAAAAwDAAAPEJCfkBAQjwAAAAAJCQAABgI',
    'CAgICAg+AAAAABgkAAAYCAgICAgIPgAAAAAwDAAAGAgICAgICD4AACQkAAAYJCRCQn5CQkJCAAAYJBgAGCQkQkJ+QkJCQgAA',
    'DDAAAH5AQEB8QEBAQH4AAAAAAAAAAD5JCT9ISEk+AAAAAAAAHyhISH9ISEhITwAAAAAYJAAAPEJCQkJCQjwAAAAAJCQAADxC',
    'QkJCQkI8AAAAADAMAAA8QkJCQkJCPAAAAAAYJAAAQkJCQkJCRjoAAAAAMAwAAEJCQkJCQkY6AAAAACQkAABCQkJCQiYaAgI8',
    'JCQAADxCQkJCQkJCQjwAACQkAABCQkJCQkJCQkI8AAAAAAAACAg+SUhIST4ICAAAAAAAAA4QEBB8EBAQPmEAAAAAAABBIhQI',
    'fwh/CAgIAAAAAAAAaFhfXGxKSUlJTgAAAAAADBAQEHwQEBAQEBBgAAAADDAAADxCAj5CQkY6AAAAAAwwAAAYCAgICAgIPgAA',
    'AAAMMAAAPEJCQkJCQjwAAAAADDAAAEJCQkJCQkY6AAAAADJMAABcYkJCQkJCQgAAMkwAAEJiYlJSSkpGRkIAAAAAHAIeIh4A',
    'PgAAAAAAAAAAABwiIiIcAD4AAAAAAAAAAAAAABAQABAQIEBCQjwAAAAAAAAAAAAAAAB+QEBAAAAAAAAAAAAAAAAAfgICAgAA',
    'AAAAACJiJCgoFBoiRE4AAAAAAAAiYiQoKBIWKk5CAAAAAAAACAgACAgICAgICAAAAAAAAAASEiQkSCQkEhIAAAAAAAAASEgk',
    'JBIkJEhIAACIIogiiCKIIogiiCKIIogiqlWqVapVqlWqVapVqlWqVe677rvuu+677rvuu+677rsICAgICAgICAgICAgICAgI',
    'CAgICAgICPgICAgICAgICAgICAgICPgI+AgICAgICAgUFBQUFBQU9BQUFBQUFBQUAAAAAAAAAPwUFBQUFBQUFAAAAAAAAPgI',
    '+AgICAgICAgUFBQUFBT0BPQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFAAAAAAAAPwE9BQUFBQUFBQUFBQUFBT0BPwAAAAAAAAA',
    'FBQUFBQUFPwAAAAAAAAAAAgICAgICPgI+AAAAAAAAAAAAAAAAAAA+AgICAgICAgICAgICAgICA8AAAAAAAAAAAgICAgICAj/',
    'AAAAAAAAAAAAAAAAAAAA/wgICAgICAgICAgICAgICA8ICAgICAgICAAAAAAAAAD/AAAAAAAAAAAICAgICAgI/wgICAgICAgI',
    'CAgICAgIDwgPCAgICAgICBQUFBQUFBQXFBQUFBQUFBQUFBQUFBQXEB8AAAAAAAAAAAAAAAAAHxAXFBQUFBQUFBQUFBQUFPcA',
    '/wAAAAAAAAAAAAAAAAD/APcUFBQUFBQUFBQUFBQUFxAXFBQUFBQUFAAAAAAAAP8A/wAAAAAAAAAUFBQUFBT3APcUFBQUFBQU',
    'CAgICAgI/wD/AAAAAAAAABQUFBQUFBT/AAAAAAAAAAAAAAAAAAD/AP8ICAgICAgIAAAAAAAAAP8UFBQUFBQUFBQUFBQUFBQf',
    'AAAAAAAAAAAICAgICAgPCA8AAAAAAAAAAAAAAAAADwgPCAgICAgICAAAAAAAAAAfFBQUFBQUFBQUFBQUFBQU/xQUFBQUFBQU',
    'CAgICAgI/wj/CAgICAgICAgICAgICAj4AAAAAAAAAAAAAAAAAAAADwgICAgICAgI/////////////////////wAAAAAAAAAA',
    '///////////w8PDw8PDw8PDw8PDw8PDwDw8PDw8PDw8PDw8PDw8PD///////////AAAAAAAAAAAAAAAAAAAySkRERERKMgAA',
    'AAAAADhEREhYREJCUkwAAAAAAAB+QkBAQEBAQEBAAAAAAAAAAAB+JCQkJCQkJAAAAAAAAH5AIBAICBAgQH4AAAAAAAAAAD9I',
    'REREREQ4AAAAAAAAAABCQkJCQkJmWUCAAAAAAAAAfhAQEBAQEAwAAAAAAAB/CD5JSUlJPgh/AAAAAAAAPEJCQlpaQkJCPAAA',
    'AAAAAD5BQUFBQSIUFHcAAAAAAAAcICAgGCRCQkI8AAAAAAAAAAAANklJNgAAAAAAAAAAAAAAJklJSUlJST4ICAAAAAAAADxC',
    'QDxAQEI8AAAAAAAAAAA8QkJCQkJCQgAAAAAAAAAAAH4AfgB+AAAAAAAAAAAICAh/CAgIAH8AAAAAAAAAAABgGAYYYAB+AAAA',
    'AAAAAAAABhhgGAYAfgAAAAAAAAAGCggICAgICAgICAgICAgICAgICAgIKDAAAAAAAAAAAAAAGAAAfgAAGAAAAAAAAAAAAAAy',
    'TAAyTAAAAAAAAAAAGCQkGAAAAAAAAAAAAAAAAAAAAAAYPDwYAAAAAAAAAAAAAAAAGBgAAAAAAAAAAAcEBAQEBHQUFAwMBAQA',
    'AAAAAABYZERERAAAAAAAAAAAADhEBBggQHwAAAAAAAAAAAAAAAAAf39/f39/fwAAAAAAAAAAAAAAAAAAAAAAAA==',
  ].join(''),
  'base64',
);

const GLYPH_WIDTH = 8;
const GLYPH_HEIGHT = 16;

const CODE_OF: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 255 }, (_, index) => [glyphOfCp437(index + 1), index + 1]),
);

/** Rows of a glyph, the leftmost pixel in the highest bit; a box where CP437 lacks the character. */
export function glyphOf(character: string): Uint8Array {
  const code = CODE_OF.get(character);
  if (code === undefined) return BOX;
  return BITMAPS.subarray(code * GLYPH_HEIGHT, (code + 1) * GLYPH_HEIGHT);
}

const BOX = Uint8Array.from({ length: GLYPH_HEIGHT }, (_, row) =>
  row < 3 || row > 12 ? 0 : row === 3 || row === 12 ? 0x7e : 0x42,
);
