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
  /** How often and how long. */
  readonly rounds: string;
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

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

/** The median, and from where to where the rounds went. */
export function spread(samples: readonly number[], format: (value: number) => string): string {
  if (samples.length < 2) return format(median(samples));
  const ends = [Math.min(...samples), Math.max(...samples)].map(format).join(' to ');
  return `${format(median(samples))} (${ends})`;
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

/** What time tells about two kinds of answers (rule L15): nothing, if the target is reached. */
export function timingFigure(
  name: string,
  usual: readonly number[],
  other: readonly number[],
): Figure {
  const area = areaUnderCurve(usual, other);
  const apart = median(other) - median(usual);
  return {
    name,
    value: `AUC ${area.toFixed(3)}, medians ${apart.toFixed(1)} ms apart`,
    beside: `median ${median(usual).toFixed(1)} ms`,
    target: '0.47 to 0.53, <= 2 ms',
    reached: area >= 0.47 && area <= 0.53 && Math.abs(apart) <= 2,
    rounds: `${usual.length} each`,
  };
}

/** What the last release had, by the names of figures: bench/last-release.json. */
export interface LastRelease {
  readonly version: string;
  readonly measured: string;
  readonly figures: Readonly<Record<string, string>>;
}

/** A Markdown table, for docs/performance.md as it stands. */
export function table(figures: readonly Figure[], last: LastRelease): string {
  const rows = figures.map(({ name, value, beside = '', ratio, target = '', reached, rounds }) => [
    name,
    value,
    last.figures[name] ?? '',
    beside,
    ratio === undefined ? '' : ratio.toFixed(2),
    target,
    reached === undefined ? '' : reached ? 'yes' : 'NO',
    rounds,
  ]);
  const head = [
    'Figure',
    'Sallyport',
    `In ${last.version}`,
    'Beside',
    'Ratio',
    'Target',
    'Reached',
    'Rounds',
  ];
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
