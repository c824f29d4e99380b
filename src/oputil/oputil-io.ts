import { createReadStream } from 'node:fs';
import type { HashCost } from '../auth/password';
import { type Clock, systemClock } from '../base/clock';
import { BbsError } from '../base/errors';
import { whyNotRead } from '../base/file-reason';
import { escapeUnseen } from '../base/unseen';

/** Input and output of the tool: a terminal or a pipe, or strings for tests and embedders. */
export interface OputilIo {
  out(text: string): void;
  err(text: string): void;
  /** Reads one line of input, '' at the end of the input; `secret` disables the echo. */
  readLine(prompt: string, secret?: boolean): Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** True for a terminal at which a password can be typed. */
  readonly interactive?: boolean;
  /** Columns of the terminal; undefined where the output is not a terminal. */
  readonly columns?: number | undefined;
  /** True where the output is a terminal with colours. */
  readonly colors?: boolean;
  /** The board's clock where an embedder runs both; default is the system clock. */
  readonly clock?: Clock;
  /** Cost of new password hashes; only tests give it. */
  readonly hashCost?: HashCost | undefined;
}

// Colour and cursor sequences, as a canvas writes them.
const OWN_SEQUENCE = /(\x1b\[[\d;]*[ABCDHJKm])/;

/**
 * All output of the tool passes here, text and JSON alike: control characters from users, files and
 * the command line are escaped (rules H1, H3). In JSON an escaped character reads back unchanged.
 */
export class HarmlessIo implements OputilIo {
  constructor(private readonly io: OputilIo) {}

  get env(): OputilIo['env'] {
    return this.io.env;
  }

  get interactive(): boolean {
    return this.io.interactive === true;
  }

  get colors(): boolean {
    return this.io.colors === true;
  }

  get columns(): number | undefined {
    return this.io.columns;
  }

  get clock(): Clock {
    return this.io.clock ?? systemClock;
  }

  get hashCost(): HashCost | undefined {
    return this.io.hashCost;
  }

  out(text: string): void {
    this.io.out(escapeUnseen(text, '\n\t'));
  }

  err(text: string): void {
    this.io.err(escapeUnseen(text, '\n\t'));
  }

  /** Prints a drawing with the tool's own sequences: a QR code, a screen. */
  draw(text: string): void {
    const parts = text.split(OWN_SEQUENCE);
    // Every second part is a sequence.
    const safe = parts.map((part, at) => (at % 2 === 1 ? part : escapeUnseen(part, '\r\n\t')));
    this.io.out(safe.join(''));
  }

  readLine(prompt: string, secret?: boolean): Promise<string> {
    return this.io.readLine(escapeUnseen(prompt), secret);
  }
}

/**
 * Reads a file, pipe or device of at most `mostBytes`; throws USAGE beyond the limit, or where it
 * cannot be read.
 */
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
    throw new BbsError('USAGE', `cannot read ${file}: ${whyNotRead(error)}`, { cause: error });
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Limit of one line; passwords and secrets are shorter. */
const MAX_LINE_BYTES = 64 * 1024;
const LINE_FEED = 0x0a;

/** Reads a pipe line by line; throws USAGE for a line beyond the limit. */
export class LineReader {
  private readonly chunks: AsyncIterator<Buffer | string>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(input: AsyncIterable<Buffer | string>) {
    this.chunks = input[Symbol.asyncIterator]();
  }

  /** The next line without its line end; '' after the last one. */
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
