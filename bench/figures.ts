/** One line of the table. */
export interface Figure {
  readonly name: string;
  /** Ours. */
  readonly value: string;
  /** What it was measured beside, in the same run. */
  readonly beside?: string;
  readonly ratio?: number;
  readonly target?: string;
  readonly reached?: boolean;
}

/** How much is measured: everything, or a little of each to see that it works. */
export interface Scale {
  readonly full: boolean;
}

export function ms(value: number): string {
  return `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
}

export function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}

/** The value below which such a share of the samples lies. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/**
 * The chance that a sample of `right` is longer than one of `left`: 0.5 says that time tells nothing
 * (rules C4, L15).
 */
export function areaUnderCurve(left: readonly number[], right: readonly number[]): number {
  let wins = 0;
  for (const a of left) for (const b of right) wins += b > a ? 1 : b === a ? 0.5 : 0;
  return wins / (left.length * right.length);
}

/** A Markdown table, for docs/performance.md as it stands. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, beside = '', ratio, target = '', reached }) => [
    name,
    value,
    beside,
    ratio === undefined ? '' : ratio.toFixed(2),
    target,
    reached === undefined ? '' : reached ? 'yes' : 'NO',
  ]);
  const head = ['Figure', 'Sallyport', 'Beside', 'Ratio', 'Target', 'Reached'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [
    line(head),
    `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`,
    ...rows.map(line),
  ].join('\n');
}
