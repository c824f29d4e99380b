import { createReadStream } from 'node:fs';
import { BbsError, toError } from '../base/errors';

/** Reads a whole file of at most so many bytes; a device without an end is given up at the limit. */
export async function readBounded(
  file: string,
  limit: { readonly mostBytes: number; readonly what: string },
): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit.mostBytes) throw new Error(`it is too large for ${limit.what}`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw new BbsError('USAGE', `cannot read ${file}: ${toError(error).message}`, { cause: error });
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Longer than any password or secret. */
const MAX_LINE_BYTES = 64 * 1024;
const LINE_FEED = 0x0a;

/** The lines of a pipe, one after the other; a line without an end is refused at its limit. */
export class LineReader {
  private readonly chunks: AsyncIterator<Buffer | string>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(input: AsyncIterable<Buffer | string>) {
    this.chunks = input[Symbol.asyncIterator]();
  }

  /** The next line without its end, '' behind the last one. */
  async next(): Promise<string> {
    for (;;) {
      const end = this.rest.indexOf(LINE_FEED);
      if (end >= 0 ? end > MAX_LINE_BYTES : this.rest.length > MAX_LINE_BYTES) {
        throw new BbsError('USAGE', `a line of standard input is longer than 64 KiB`);
      }
      if (end >= 0) return this.take(end, end + 1);
      const { value, done } = await this.chunks.next();
      if (done === true) return this.take(this.rest.length, this.rest.length);
      this.rest = Buffer.concat([this.rest, Buffer.from(value)]);
    }
  }

  private take(end: number, next: number): string {
    const line = this.rest.toString('utf8', 0, end);
    this.rest = this.rest.subarray(next);
    return line.replace(/\r$/, '');
  }
}
