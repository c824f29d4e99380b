import iconv from 'iconv-lite';

/** The contents of an art file's SAUCE record (acid.org, SAUCE 00). */
export interface Sauce {
  readonly title: string;
  readonly author: string;
  readonly group: string;
  /** CCYYMMDD as written. */
  readonly date: string;
  readonly comments: readonly string[];
  /** TInfo1 and TInfo2 of character art; undefined when the record leaves them at 0. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  /** TInfoS: the font's name, e.g. `IBM VGA` or `Amiga Topaz 1`. */
  readonly font: string | undefined;
  /** TFlags bit 0: blink means a bright background. */
  readonly iceColors: boolean;
}

const RECORD_BYTES = 128;
const COMMENT_BYTES = 64;
const EOF_MARK = 0x1a;
const TAIL_BYTES = 256;
const CHARACTER_ART = 1;
// A larger width means a broken record.
const MAX_COLUMNS = 512;

interface SplitArt {
  /** The art itself: everything before the end mark and the record. */
  readonly body: Buffer;
  readonly sauce: Sauce | undefined;
}

/** Splits a file into art and SAUCE record. A broken record is ignored; this never fails. */
export function splitSauce(bytes: Buffer): SplitArt {
  const start = bytes.length - RECORD_BYTES;
  if (start < 0 || bytes.toString('latin1', start, start + 7) !== 'SAUCE00') {
    return { body: cutAtEnd(cutDamagedRecord(bytes)), sauce: undefined };
  }
  const record = bytes.subarray(start);
  const comments = readComments(bytes, start, record.readUInt8(104));
  const bodyEnd = start - (comments.length === 0 ? 0 : comments.length * COMMENT_BYTES + 5);
  return { body: trimEnd(bytes.subarray(0, bodyEnd)), sauce: readRecord(record, comments) };
}

function readRecord(record: Buffer, comments: readonly string[]): Sauce {
  const isCharacterArt = record.readUInt8(94) === CHARACTER_ART;
  const width = record.readUInt16LE(96);
  const height = record.readUInt16LE(98);
  const font = field(record, 106, 22);
  return {
    title: field(record, 7, 35),
    author: field(record, 42, 20),
    group: field(record, 62, 20),
    date: field(record, 82, 8),
    comments,
    width: isCharacterArt && width > 0 && width <= MAX_COLUMNS ? width : undefined,
    height: isCharacterArt && height > 0 ? height : undefined,
    font: font === '' ? undefined : font,
    iceColors: isCharacterArt && (record.readUInt8(105) & 1) === 1,
  };
}

function readComments(bytes: Buffer, recordStart: number, count: number): readonly string[] {
  const start = recordStart - count * COMMENT_BYTES - 5;
  if (count === 0 || start < 0 || bytes.toString('latin1', start, start + 5) !== 'COMNT') return [];
  return Array.from({ length: count }, (_, line) =>
    field(bytes, start + 5 + line * COMMENT_BYTES, COMMENT_BYTES),
  );
}

/** A padded field; some editors pad with NUL instead of spaces. */
function field(bytes: Buffer, offset: number, length: number): string {
  const text = iconv.decode(bytes.subarray(offset, offset + length), 'cp437');
  const [used = ''] = text.split('\u0000');
  return used.replace(/[\u0000-\u001f\u007f]/g, '').trim();
}

// What is left of a record that an editor of text shortened: its identifier, and soon its date.
const DAMAGED_RECORD = /SAUCE00[^]{0,90}(?:19|20)\d{6}/;

/** Drops a record that is not whole, so that nobody reads it as text. */
function cutDamagedRecord(bytes: Buffer): Buffer {
  const from = Math.max(0, bytes.length - TAIL_BYTES);
  const at = bytes.toString('latin1', from).search(DAMAGED_RECORD);
  return at < 0 ? bytes : bytes.subarray(0, from + at);
}

/** Drops the end mark, which is among the last bytes; elsewhere the same byte is a drawn arrow. */
function cutAtEnd(bytes: Buffer): Buffer {
  const from = Math.max(0, bytes.length - TAIL_BYTES);
  const end = bytes.subarray(from).indexOf(EOF_MARK);
  return end < 0 ? bytes : bytes.subarray(0, from + end);
}

function trimEnd(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === EOF_MARK) end -= 1;
  return bytes.subarray(0, end);
}
