import type { SeededRandom } from '../support/seeded-random';

/** Bytes and numbers at which parsers trip. */
const EDGES = [
  0, 1, 9, 10, 13, 27, 32, 34, 37, 58, 91, 92, 123, 124, 125, 127, 128, 155, 240, 250, 254, 255,
];

/** A known input, changed in a few places: bits, bytes, runs, cuts, doubles, and pieces of another. */
export function mutate(random: SeededRandom, corpus: readonly Buffer[], mostBytes = 4096): Buffer {
  let bytes: Buffer = Buffer.from(random.pick(corpus));
  for (let changes = random.below(8); changes >= 0; changes--) {
    bytes = change(random, bytes, random.pick(corpus));
    if (bytes.length > mostBytes) bytes = bytes.subarray(0, mostBytes);
  }
  return bytes;
}

function change(random: SeededRandom, bytes: Buffer, other: Buffer): Buffer {
  const at = random.below(bytes.length + 1);
  const to = Math.min(bytes.length, at + random.below(random.pick([2, 16, 256])));
  const before = bytes.subarray(0, at);
  const behind = bytes.subarray(to);
  switch (random.below(8)) {
    case 0: {
      const flipped = Buffer.from(bytes);
      if (at < flipped.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << random.below(8));
      return flipped;
    }
    case 1:
      return Buffer.concat([before, Buffer.from([random.pick(EDGES)]), bytes.subarray(at)]);
    case 2:
      return Buffer.concat([before, behind]);
    case 3:
      return Buffer.concat([before, bytes.subarray(at, to), bytes.subarray(at)]);
    case 4:
      return Buffer.concat([before, random.bytes(random.below(12)), behind]);
    case 5: {
      const from = random.below(other.length + 1);
      return Buffer.concat([before, other.subarray(from, from + random.below(64)), behind]);
    }
    case 6:
      return Buffer.concat([before, Buffer.alloc(random.below(300), random.pick(EDGES)), behind]);
    default: {
      const number = Buffer.alloc(4);
      number.writeUInt32BE(random.pick([0, 1, 0x7f, 0xff, 0xffff, 0x7fffffff, 0xffffffff, 35_000]));
      return Buffer.concat([before, number, behind]);
    }
  }
}

/** Pieces from `parts` in any order: a text of a grammar that nobody keeps to. */
export function jumble(random: SeededRandom, parts: readonly string[], most = 40): string {
  let text = '';
  for (let count = random.below(most); count >= 0; count--) text += random.pick(parts);
  return text;
}

/** The same bytes as TCP might cut them. */
export function cut(random: SeededRandom, bytes: Buffer): readonly Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = 1 + random.below(random.pick([1, 3, 64, 1500]));
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}
