import { escapeUnseen } from '../base/unseen';

/** One column of a table. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Column limit where rows are wider than the terminal; longer text is wrapped, never cut. */
  readonly most?: number;
}

/**
 * Formats rows under their titles, two spaces apart, without trailing blanks. `width` is the
 * terminal's; without one (a pipe, a file) each row is one line.
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width = Number.POSITIVE_INFINITY,
): readonly string[] {
  return new TableParts(columns, width).add(rows);
}

/** A table that is printed while it is read: a column grows with the part that needs it. */
export class TableParts {
  private natural: readonly number[];
  private isBegun = false;

  constructor(
    private readonly columns: readonly Column[],
    private readonly width = Number.POSITIVE_INFINITY,
  ) {
    this.natural = columns.map(({ title }) => title.length);
  }

  /** The lines of further rows, with the titles above the first ones. */
  add(rows: readonly (readonly string[])[]): readonly string[] {
    const cells = rows.map((row) => row.map((text) => escapeUnseen(text)));
    this.natural = this.natural.map((known, index) => widest(known, cells, index));
    const isNarrow = sumOf(this.natural) + 2 * (this.columns.length - 1) > this.width;
    const widths = this.natural.map((each, index) =>
      isNarrow ? Math.min(each, this.columns[index]?.most ?? each) : each,
    );
    const line = (row: readonly string[]): string =>
      row
        .map((text, index) => pad(text, widths[index] ?? 0, this.columns[index]?.align ?? 'left'))
        .join('  ')
        .trimEnd();
    const titles = [
      line(this.columns.map(({ title }) => title)),
      widths.map((each) => '-'.repeat(each)).join('  '),
    ];
    const head = this.isBegun ? [] : titles;
    this.isBegun = true;
    return [...head, ...cells.flatMap((row) => folded(row, widths).map(line))];
  }
}

function widest(known: number, rows: readonly (readonly string[])[], index: number): number {
  return rows.reduce((most, row) => Math.max(most, lengthOf(row[index] ?? '')), known);
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

/** Wraps one row into the lines that it takes with columns of these widths. */
function folded(row: readonly string[], widths: readonly number[]): readonly (readonly string[])[] {
  const columns = row.map((text, index) => fold(text, widths[index] ?? 0));
  const height = Math.max(1, ...columns.map((lines) => lines.length));
  return Array.from({ length: height }, (_, at) => columns.map((lines) => lines[at] ?? ''));
}

/** Wraps between words, and within a word that is wider than its column. */
function fold(text: string, width: number): readonly string[] {
  if (lengthOf(text) <= width) return [text];
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && lengthOf(last) + 1 + lengthOf(word) <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
      continue;
    }
    const letters = Array.from(word);
    for (let from = 0; from < letters.length; from += width) {
      lines.push(letters.slice(from, from + width).join(''));
    }
  }
  return lines;
}

/** `Label        : value` lines, labels padded to `width` (contract A5). */
export function formatLabels(
  width: number,
  pairs: readonly (readonly [label: string, value: string])[],
): readonly string[] {
  return pairs.map(([label, value]) => `${label.padEnd(width)}: ${escapeUnseen(value)}`.trimEnd());
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const blanks = ' '.repeat(Math.max(0, width - lengthOf(text)));
  return align === 'left' ? text + blanks : blanks + text;
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}
