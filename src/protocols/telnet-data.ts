const IAC = 255;

/** So many bytes are looked at one by one; beyond, a search and a copy of Node.js cost less. */
const NEAR_BYTES = 16;

/** Where the next 255 is, or the length where there is none. */
function nextIac(data: Buffer, from: number): number {
  const stop = Math.min(data.length, from + NEAR_BYTES);
  for (let at = from; at < stop; at += 1) if (data[at] === IAC) return at;
  const found = stop === data.length ? -1 : data.indexOf(IAC, stop);
  return found < 0 ? data.length : found;
}

function copy(from: Buffer, start: number, end: number, to: Buffer, at: number): void {
  if (end - start > NEAR_BYTES) from.copy(to, at, start, end);
  else for (let step = 0; step < end - start; step += 1) to[at + step] = from[start + step] ?? 0;
}

/** Data as telnet sends it, each 255 doubled (RFC 854); the same buffer where it holds none. */
export function doubled(data: Buffer): Buffer {
  if (!data.includes(IAC)) return data;
  const sent = Buffer.allocUnsafe(2 * data.length);
  let length = 0;
  for (let at = 0; at < data.length;) {
    const end = nextIac(data, at);
    copy(data, at, end, sent, length);
    length += end - at;
    at = end + 1;
    if (end === data.length) break;
    sent[length++] = IAC;
    sent[length++] = IAC;
  }
  return sent.subarray(0, length);
}

/**
 * The data with which a chunk begins, before its first command or a 255 at its end, each doubled 255 single; and of
 * how many bytes it was made. The data is a part of the chunk where that holds no 255 before.
 */
export function dataBefore(chunk: Buffer): { readonly data: Buffer; readonly length: number } {
  const first = chunk.indexOf(IAC);
  if (first < 0) return { data: chunk, length: chunk.length };
  if (chunk[first + 1] !== IAC) return { data: chunk.subarray(0, first), length: first };
  const data = Buffer.allocUnsafe(chunk.length);
  let length = 0;
  let at = 0;
  for (;;) {
    const end = nextIac(chunk, at);
    copy(chunk, at, end, data, length);
    length += end - at;
    at = end;
    if (chunk[at] !== IAC || chunk[at + 1] !== IAC) break;
    data[length++] = IAC;
    at += 2;
  }
  return { data: data.subarray(0, length), length: at };
}
