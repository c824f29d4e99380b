import { LARGE_LETTERS, SMALL_LETTERS, type LetterFont } from './letter-font';

/** A part of a letter by the light that falls on it: the colours of each are the theme's. */
export type LetterPart = 'light' | 'body' | 'dark' | 'shadow';

/** One cell of letters; `over` is the part that shows through a shade of `part`. */
export interface LetterCell {
  readonly character: string;
  readonly part: LetterPart;
  readonly over?: LetterPart;
}

/** A text as large letters: rows of cells, all of them equally wide. */
export type Letters = readonly (readonly LetterCell[])[];

export interface LetterRoom {
  readonly width: number;
  readonly height: number;
}

/** From the upper edge, where the light falls, to the lower one. */
const SHADES: Readonly<Record<number, readonly LetterCell[]>> = {
  [LARGE_LETTERS.rows]: [
    { character: '█', part: 'light' },
    { character: '▒', part: 'light', over: 'body' },
    { character: '█', part: 'body' },
    { character: '▒', part: 'body', over: 'dark' },
    { character: '█', part: 'dark' },
  ],
  [SMALL_LETTERS.rows]: [
    { character: '█', part: 'light' },
    { character: '█', part: 'body' },
    { character: '█', part: 'dark' },
  ],
};

/** Letters of other alphabets that stand for themselves and have no mark that could be taken off. */
const SPELLED: Readonly<Record<string, string>> = {
  ß: 'SS',
  Æ: 'AE',
  Œ: 'OE',
  Ø: 'O',
  Đ: 'D',
  Ð: 'D',
  Ł: 'L',
  Þ: 'TH',
  ı: 'I',
  '’': "'",
  '–': '-',
  '—': '-',
};

/**
 * A text in the largest letters that fit into the room; undefined where none do, where it has a character
 * that is in no font, and where it is empty: then it is shown as text.
 */
export function drawLetters(text: string, room: LetterRoom): Letters | undefined {
  const letters = spell(text);
  if (letters === undefined) return undefined;
  for (const font of [LARGE_LETTERS, SMALL_LETTERS]) {
    const lines = font.rows <= room.height ? setIn(font, letters, room.width) : undefined;
    if (lines !== undefined) return shade(lines, font);
  }
  return undefined;
}

/** Longer texts fit nowhere. */
const MOST_LETTERS = 80;

/** The capitals of a text, without marks; undefined where it has a character that is in no font. */
function spell(text: string): readonly string[] | undefined {
  if (text.length > MOST_LETTERS) return undefined;
  const plain = text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .trim()
    .replace(/\s+/g, ' ');
  const letters = [...plain].flatMap((letter) => {
    const capital = SPELLED[letter] ?? letter.toUpperCase();
    return [...(SPELLED[capital] ?? capital)];
  });
  const isKnown = letters.every((each) => each === ' ' || LARGE_LETTERS.glyphs.has(each));
  return isKnown && letters.length > 0 ? letters : undefined;
}

/** The rows of a text in a font; undefined where they are too wide. */
function setIn(
  font: LetterFont,
  letters: readonly string[],
  width: number,
): readonly string[] | undefined {
  const rows = new Array<string>(font.rows).fill('');
  letters.forEach((letter, index) => {
    const glyph = font.glyphs.get(letter);
    const gap = ' '.repeat(index === 0 || letter === ' ' ? 0 : font.gap);
    for (let row = 0; row < font.rows; row++) {
      rows[row] += gap + (glyph?.[row] ?? ' '.repeat(font.space));
    }
  });
  return (rows[0]?.length ?? 0) <= width ? rows : undefined;
}

function shade(lines: readonly string[], font: LetterFont): Letters {
  const hasShadow = font === LARGE_LETTERS;
  return lines.map((line, row) => {
    const full = SHADES[font.rows]?.[row] ?? { character: '█', part: 'body' };
    return [...line].map((character, column): LetterCell => {
      if (character === ' ') {
        const isShadow = hasShadow && '█▀'.includes(line[column - 1] ?? ' ');
        return { character: isShadow ? '░' : ' ', part: 'shadow' };
      }
      // Only a full cell shows two colours; a half one has the background of the screen beside it.
      return character === '█' ? full : { character, part: full.part };
    });
  });
}
