import { BbsError } from '../base/errors';

/** One record of a CSV file, with the number of its first line. */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
  /** True for fields in quotes: only these tell an empty value from none. */
  readonly quoted: readonly boolean[];
}

/** Reads records with `"` quoting (RFC 4180), separated by commas, semicolons or tabs. */
export function parseCsv(text: string, file: string): readonly CsvRecord[] {
  refuseLongLines(text, file);
  const separator = separatorOf(text);
  const reader = new CsvReader(text.replace(/^\ufeff/, ''), separator, file);
  return reader.read().filter(({ fields }) => fields.some((field) => field.trim() !== ''));
}

/** Limit of one line; name, address and secret of an account need far less. */
const MAX_LINE_CHARACTERS = 64 * 1024;

function refuseLongLines(text: string, file: string): void {
  for (let line = 1, start = 0; start < text.length; line++) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    if (end - start > MAX_LINE_CHARACTERS) {
      throw new BbsError('USAGE', 'this line is longer than 64 KiB', { place: { file, line } });
    }
    start = end + 1;
  }
}

/** The separator with the most occurrences in the first line; `mysql -B` writes tabs. */
function separatorOf(text: string): string {
  const [first = ''] = text.split(/\r?\n/, 1);
  const counts = [',', ';', '\t'].map((each) => ({ each, count: first.split(each).length }));
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).each;
}

class CsvReader {
  private at = 0;
  private line = 1;

  constructor(
    private readonly text: string,
    private readonly separator: string,
    private readonly file: string,
  ) {}

  read(): readonly CsvRecord[] {
    const records: CsvRecord[] = [];
    while (this.at < this.text.length) {
      const line = this.line;
      const fields: string[] = [];
      const quoted: boolean[] = [];
      for (;;) {
        quoted.push(this.text[this.at] === '"');
        fields.push(this.field());
        if (this.text[this.at] !== this.separator) break;
        this.at++;
      }
      this.endOfRecord();
      records.push({ line, fields, quoted });
    }
    return records;
  }

  private field(): string {
    return this.text[this.at] === '"' ? this.quoted() : this.plain();
  }

  private plain(): string {
    const start = this.at;
    while (this.at < this.text.length && !this.isEnd(this.text[this.at])) this.at++;
    return this.text.slice(start, this.at).trim();
  }

  private quoted(): string {
    const begunOn = this.line;
    let value = '';
    for (this.at++; this.at < this.text.length; this.at++) {
      const character = this.text[this.at];
      if (character === '"' && this.text[this.at + 1] !== '"') {
        this.at++;
        return value;
      }
      if (character === '"') this.at++;
      if (character === '\n') this.line++;
      value += character;
    }
    throw this.broken(begunOn, 'the quote that begins here has no end');
  }

  private endOfRecord(): void {
    const rest = /^\r?\n|^\r/.exec(this.text.slice(this.at, this.at + 2))?.[0];
    if (rest === undefined && this.at < this.text.length) {
      throw this.broken(this.line, 'there is text after the end of a quote');
    }
    this.at += rest?.length ?? 0;
    this.line++;
  }

  private isEnd(character: string | undefined): boolean {
    return character === this.separator || character === '\n' || character === '\r';
  }

  private broken(line: number, message: string): BbsError {
    return new BbsError('USAGE', message, { place: { file: this.file, line } });
  }
}

/** One record as `parseCsv` reads it back, byte for byte; undefined is no value, which '' is not. */
export function formatCsv(fields: readonly (string | undefined)[]): string {
  return `${fields.map(formatField).join(',')}\r\n`;
}

function formatField(value: string | undefined): string {
  if (value === undefined) return '';
  return /^[A-Za-z0-9_.@:+/$=-]+$/.test(value) ? value : `"${value.replaceAll('"', '""')}"`;
}
