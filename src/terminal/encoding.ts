import iconv from 'iconv-lite';
import type { Encoding } from './terminal';

/** Decodes bytes as they arrive; invalid input becomes U+FFFD, never an exception. */
interface IncrementalDecoder {
  write(bytes: Buffer): string;
  /** The rest of an incomplete character. */
  end(): string;
}

// What a PC displays for the bytes below 0x20; DEL_GLYPH is the one for 0x7F.
const LOW_GLYPHS = '\0☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼';
const DEL_GLYPH = '⌂';

/**
 * Bytes below 0x20 that are sent for their glyph. Left out are those that some terminal acts upon:
 * NUL, ENQ (PuTTY answers it with its name), BEL to CR, SO and SI (VT character sets), ESC.
 */
const SHOWN_LOW = new Set([
  0x01, 0x02, 0x03, 0x04, 0x06, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a,
  0x1c, 0x1d, 0x1e, 0x1f,
]);

const HIGH_GLYPHS = iconv.decode(
  Buffer.from(Array.from({ length: 128 }, (_, index) => index + 128)),
  'cp437',
);

/**
 * ASCII for characters that CP437 lacks or that may not be sent as their byte; always one for one.
 */
const ASCII_FALLBACKS: ReadonlyMap<string, string> = new Map(
  [
    ['‘’‚‛′´ʼ', "'"],
    ['“”„‟″«»', '"'],
    ['‐‑‒–—―−', '-'],
    ['…', '.'],
    ['€', 'E'],
    ['©', 'c'],
    ['®', 'r'],
    ['×', 'x'],
    ['Ø', 'O'],
    ['ø', 'o'],
    ['Ł', 'L'],
    ['ł', 'l'],
    ['ĐÐ', 'D'],
    ['đð', 'd'],
    ['ı', 'i'],
    ['\u00a0\u2002\u2003\u2009', ' '],
    ['╭┏', '┌'],
    ['╮┓', '┐'],
    ['╰┗', '└'],
    ['╯┛', '┘'],
    ['━', '─'],
    ['┃', '│'],
    ['☺☻', '@'],
    ['♥♦♣♠•◘○◙☼●', '*'],
    ['♂♀', '%'],
    ['♪♫', '#'],
    ['►→', '>'],
    ['◄', '<'],
    ['↕↨', '|'],
    ['‼', '!'],
    ['¶', 'P'],
    ['§', 'S'],
    ['▬', '='],
    ['↑▲⌂', '^'],
    ['↓▼', 'v'],
    ['∟', 'L'],
    ['↔', '-'],
    ['¢', 'c'],
  ].flatMap(([from = '', to = '']) => Array.from(from, (character) => [character, to] as const)),
);

const BYTE_OF: ReadonlyMap<string, number> = new Map([
  ...Array.from(HIGH_GLYPHS, (glyph, index) => [glyph, index + 128] as const),
  ...Array.from(LOW_GLYPHS, (glyph, index) => [glyph, index] as const).filter(([, byte]) =>
    SHOWN_LOW.has(byte),
  ),
]);

const QUESTION = 0x3f;

/**
 * The byte of each character of the BMP (one UTF-16 unit), 0 where BYTE_OF has to be searched. A
 * table, because a screen has thousands of characters.
 */
const BYTE_OF_CODE = new Uint8Array(0x10000);
for (let code = 1; code < 128; code++) BYTE_OF_CODE[code] = code;
for (const [glyph, byte] of BYTE_OF) BYTE_OF_CODE[glyph.charCodeAt(0)] = byte;

/**
 * The glyph that a PC displays for `byte`, control bytes included; art files use bytes in this
 * sense.
 */
export function glyphOfCp437(byte: number): string {
  if (byte >= 128) return HIGH_GLYPHS[byte - 128] ?? '?';
  if (byte === 0x7f) return DEL_GLYPH;
  return byte > 0 && byte < 32 ? (LOW_GLYPHS[byte] ?? ' ') : String.fromCharCode(byte || 32);
}

/** The nearest ASCII character to `character`, `?` where there is none. */
export function asciiFallback(character: string): string {
  const known = ASCII_FALLBACKS.get(character);
  if (known !== undefined && known.charCodeAt(0) < 128) return known;
  const base = character.normalize('NFKD').charAt(0);
  return base > '\x1f' && base < '\x7f' ? base : '?';
}

/**
 * True for characters whose CP437 byte is a control character to some terminal: never sent for user
 * text (rule H1).
 */
export function isControlGlyph(character: string): boolean {
  const byte = BYTE_OF.get(character);
  return character === DEL_GLYPH || byte === 0x9b || (byte !== undefined && byte < 32);
}

/** The board's own text, escape sequences included, as bytes in the terminal's encoding. */
export function encodeText(text: string, encoding: Encoding): Buffer {
  if (encoding === 'utf8') return Buffer.from(text, 'utf8');
  const bytes = Buffer.allocUnsafe(text.length);
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    const known = BYTE_OF_CODE[text.charCodeAt(index)] ?? 0;
    if (known !== 0) {
      bytes[length++] = known;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(index) ?? 0);
    index += character.length - 1;
    bytes[length++] = character === '\0' ? 0 : byteFor(character);
  }
  return bytes.subarray(0, length);
}

function byteFor(character: string): number {
  const known = BYTE_OF.get(character);
  if (known !== undefined) return known;
  const fallback = ASCII_FALLBACKS.get(character);
  const fallbackByte = fallback === undefined ? undefined : BYTE_OF.get(fallback);
  return fallbackByte ?? (asciiFallback(character).charCodeAt(0) || QUESTION);
}

/** All of `bytes` as text; control bytes stay controls. */
export function decodeText(bytes: Buffer, encoding: Encoding): string {
  return encoding === 'utf8' ? bytes.toString('utf8') : iconv.decode(bytes, 'cp437');
}

/** A decoder for text that arrives in chunks. */
export function createDecoder(encoding: Encoding): IncrementalDecoder {
  if (encoding === 'cp437') {
    return { write: (bytes) => iconv.decode(bytes, 'cp437'), end: () => '' };
  }
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return {
    write: (bytes) => decoder.decode(bytes, { stream: true }),
    end: () => decoder.decode(),
  };
}
