import { sanitizeUserText } from '../terminal/untrusted';

/** One column of a table. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Longer text is cut, so that a line stays within 80 columns. */
  readonly most?: number;
}

/** Rows under their titles, two spaces apart, without trailing blanks. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const cells = rows.map((row) => row.map((text, index) => fit(text, columns[index]?.most)));
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...cells.map((row) => lengthOf(row[index] ?? ''))),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((text, index) => pad(text, widths[index] ?? 0, columns[index]?.align ?? 'left'))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [line(columns.map(({ title }) => title)), rule, ...cells.map(line)];
}

/** `Label        : value` lines, the labels as wide as the widest asked for (contract A5). */
export function formatLabels(
  width: number,
  pairs: readonly (readonly [label: string, value: string])[],
): readonly string[] {
  return pairs.map(([label, value]) =>
    `${label.padEnd(width)}: ${sanitizeUserText(value, 'utf8')}`.trimEnd(),
  );
}

function fit(text: string, most: number | undefined): string {
  const clean = sanitizeUserText(text, 'utf8');
  const letters = Array.from(clean);
  return most === undefined || letters.length <= most
    ? clean
    : `${letters.slice(0, most - 1).join('')}~`;
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const blanks = ' '.repeat(Math.max(0, width - lengthOf(text)));
  return align === 'left' ? text + blanks : blanks + text;
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}
