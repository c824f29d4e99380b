/** Encodes the few ASN.1 types that a certificate consists of (X.690, DER). */
export const der = {
  sequence: (...parts: readonly Buffer[]): Buffer => field(0x30, Buffer.concat(parts)),
  set: (...parts: readonly Buffer[]): Buffer => field(0x31, Buffer.concat(parts)),
  boolean: (value: boolean): Buffer => field(0x01, Buffer.of(value ? 0xff : 0)),
  /** A non-negative integer, from its bytes. */
  integer: (bytes: Buffer): Buffer => {
    const first = bytes.findIndex((byte) => byte !== 0);
    const short = first < 0 ? Buffer.of(0) : bytes.subarray(first);
    return field(0x02, (short[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), short]) : short);
  },
  bitString: (bytes: Buffer, unusedBits = 0): Buffer =>
    field(0x03, Buffer.concat([Buffer.of(unusedBits), bytes])),
  octetString: (bytes: Buffer): Buffer => field(0x04, bytes),
  utf8: (text: string): Buffer => field(0x0c, Buffer.from(text, 'utf8')),
  oid: (text: string): Buffer => {
    const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
    return field(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
  },
  /** UTCTime until 2049, GeneralizedTime after that (RFC 5280 section 4.1.2.5). */
  time: (ms: number): Buffer => {
    const digits = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '');
    return Number(digits.slice(0, 4)) < 2050
      ? field(0x17, Buffer.from(digits.slice(2), 'ascii'))
      : field(0x18, Buffer.from(digits, 'ascii'));
  },
  /** A context tag around complete fields. */
  explicit: (tag: number, content: Buffer): Buffer => field(0xa0 | tag, content),
  /** A context tag in place of a primitive type's own. */
  implicit: (tag: number, content: Buffer): Buffer => field(0x80 | tag, content),
} as const;

function field(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  return Buffer.of(0x80 | bytes.length, ...bytes);
}

function base128(value: number): readonly number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}
