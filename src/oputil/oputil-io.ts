import { createReadStream } from 'node:fs';
import { type Clock, systemClock } from '../base/clock';
import { BbsError, toError } from '../base/errors';
import { escapeUnseen } from '../base/unseen';

/** How the tool talks: the terminal for the bin, plain text for tests and embedders. */
export interface OputilIo {
  out(text: string): void;
  err(text: string): void;
  /** One line of input, '' at its end; `secret` is not shown while it is typed. */
  readLine(prompt: string, secret?: boolean): Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** True where a person sits at it, who can be asked for a password. */
  readonly interactive?: boolean;
  /** Columns of the terminal; undefined where the output is none. */
  readonly columns?: number | undefined;
  /** True where the output is a terminal, which knows colours. */
  readonly colors?: boolean;
  /** The board's, where both are parts of one program; the system's where none is given. */
  readonly clock?: Clock;
}

// Colours and places, as a canvas writes them.
const OWN_SEQUENCE = /(\x1b\[[\d;]*[ABCDHJKm])/;

/**
 * The only way out of the tool, to the terminal and as JSON: what came from a user, a file or the command
 * line acts on no terminal (rules H1, H3). In JSON an escaped character reads back as it was.
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

  out(text: string): void {
    this.io.out(escapeUnseen(text, '\n\t'));
  }

  err(text: string): void {
    this.io.err(escapeUnseen(text, '\n\t'));
  }

  /** Prints a drawing whose sequences are the tool's own: a QR code, a screen. */
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
