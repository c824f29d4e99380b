import { BbsError } from '../base/errors';
import type { Place } from '../base/errors';

// The hjson package rescans the whole of a quoteless value at each , ] } # in it, and the whole
// line before each ''', which is quadratic. One unit of work is about a tenth of a nanosecond.
const MAX_WORK = 64 * 1024 * 1024;
const WORK_PER_CHARACTER = 16;

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?[\0- ]*$/;
const NUMBER_START = /[-0-9.eE+]*/y;
const HEX4 = /[0-9a-fA-F]{4}/y;
const ESCAPED: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** A position in an hjson text, moved past strings, texts without quotes and white space by the package's grammar. */
export class HjsonTokens {
  protected at = 0;
  private work = 0;
  /**
   * Start of the first text without quotes that contains a closing bracket: the usual reason for a
   * missing one.
   */
  private unquotedStart: number | undefined;

  constructor(
    protected readonly text: string,
    protected readonly place: (at: number) => Place,
  ) {}

  protected scanQuoted(): string {
    const start = this.at;
    const quote = this.text[start];
    let content = '';
    for (this.at++; ; this.at++) {
      const character = this.text[this.at];
      if (character === undefined || character === '\n' || character === '\r') {
        this.fail(start, 'this string is not closed on its line');
      }
      if (character === quote) break;
      content += character === '\\' ? this.scanEscape() : character;
    }
    this.at++;
    return content;
  }

  /** Stops on the last character of the escape. */
  private scanEscape(): string {
    const code = this.text[++this.at] ?? '';
    const plain = ESCAPED[code];
    if (plain !== undefined) return plain;
    HEX4.lastIndex = this.at + 1;
    const hex = code === 'u' ? HEX4.exec(this.text)?.[0] : undefined;
    if (hex === undefined) {
      this.fail(this.at - 1, `'\\${code}' is not an escape; write '\\\\' for a backslash`);
    }
    this.at += 4;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  protected skipMultiLine(): void {
    const start = this.at;
    this.charge(start, WORK_PER_CHARACTER * (this.place(start).column ?? 0));
    const end = this.text.indexOf("'''", start + 3);
    if (end < 0) this.fail(start, "this ''' is never closed");
    this.at = end + 3;
  }

  /**
   * A quoteless value is a word or number up to a terminator, else text up to the end of its line.
   */
  protected skipQuoteless(): void {
    const start = this.at;
    const first = this.text.charAt(start);
    if (isPunctuation(first)) this.fail(start, `found '${first}' where a value belongs`);
    let terminators = 0;
    while (++this.at < this.text.length) {
      const character = this.text.charAt(this.at);
      if (character === '\n' || character === '\r') break;
      if (!this.isTerminator(character)) continue;
      if (++terminators === 1 && isWordOrNumber(this.text.slice(start, this.at))) return;
      if (character === '}' || character === ']') this.unquotedStart ??= start;
    }
    this.at = Math.min(this.at, this.text.length);
    if (/[-0-9]/.test(first)) {
      NUMBER_START.lastIndex = start;
      const length = NUMBER_START.exec(this.text)?.[0].length ?? 0;
      this.charge(start, WORK_PER_CHARACTER * terminators * length);
    } else if (/[fnt]/.test(first)) {
      this.charge(start, terminators * (this.at - start));
    }
  }

  private isTerminator(character: string): boolean {
    if (character === '/') {
      const after = this.text[this.at + 1];
      return after === '/' || after === '*';
    }
    return character === ',' || character === '}' || character === ']' || character === '#';
  }

  private charge(at: number, work: number): void {
    this.work += work;
    if (this.work > MAX_WORK) this.fail(at, 'this line is too long; put the text in quotes');
  }

  protected skipComma(): void {
    this.skipWhite();
    if (this.text[this.at] === ',') this.at++;
  }

  protected skipWhite(): void {
    for (; this.at < this.text.length; this.at++) {
      const character = this.text.charAt(this.at);
      if (character <= ' ') continue;
      const after = character === '/' ? this.text[this.at + 1] : undefined;
      if (character === '#' || after === '/') {
        const end = this.text.indexOf('\n', this.at);
        this.at = end < 0 ? this.text.length : end;
      } else if (after === '*') {
        const end = this.text.indexOf('*/', this.at + 2);
        if (end < 0) this.fail(this.at, "this comment is never closed by '*/'");
        this.at = end + 1;
      } else {
        return;
      }
    }
  }

  protected failUnclosed(at: number): never {
    const { line } = this.unquotedStart === undefined ? {} : this.place(this.unquotedStart);
    const hint = line === undefined ? '' : `; the text without quotes on line ${line} includes one`;
    return this.fail(at, `this '${this.text.charAt(at)}' is never closed${hint}`);
  }

  protected fail(at: number, message: string): never {
    throw new BbsError('CONFIG_SYNTAX', message, { place: this.place(at) });
  }
}

export function isPunctuation(character: string): boolean {
  return character !== '' && '{}[],:'.includes(character);
}

function isWordOrNumber(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed === 'true' || trimmed === 'false' || trimmed === 'null') return true;
  return NUMBER.test(text) && Number.isFinite(Number(trimmed));
}
