/** A way to show a number in words (contract A10.2). */
interface NumberStyle {
  readonly doc: string;
  readonly apply: (value: number) => string;
}

const SIZES = ['B', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const;
const COUNTS = ['', 'K', 'M', 'B', 'T', 'Q'] as const;

const DURATIONS = [
  { name: 'year', seconds: 365 * 24 * 3600 },
  { name: 'month', seconds: 30 * 24 * 3600 },
  { name: 'day', seconds: 24 * 3600 },
  { name: 'hour', seconds: 3600 },
  { name: 'minute', seconds: 60 },
  { name: 'second', seconds: 1 },
] as const;

/** Every number style by its `!name`; docs/menus.md is generated from this. */
export const NUMBER_STYLES: Readonly<Record<string, NumberStyle>> = {
  sizeWithAbbr: { doc: 'bytes, as `2.2 GB`', apply: (value) => scaled(value, 1024, SIZES, 'both') },
  sizeWithoutAbbr: {
    doc: 'bytes, as `2.2`',
    apply: (value) => scaled(value, 1024, SIZES, 'value'),
  },
  sizeAbbr: {
    doc: 'the unit of bytes, as `GB`',
    apply: (value) => scaled(value, 1024, SIZES, 'unit'),
  },
  countWithAbbr: {
    doc: 'a count, as `4.3 M`',
    apply: (value) => scaled(value, 1000, COUNTS, 'both'),
  },
  countWithoutAbbr: {
    doc: 'a count, as `4.3`',
    apply: (value) => scaled(value, 1000, COUNTS, 'value'),
  },
  countAbbr: {
    doc: 'the unit of a count, as `M`',
    apply: (value) => scaled(value, 1000, COUNTS, 'unit'),
  },
  durationHours: { doc: 'hours, as `4 days`', apply: (value) => duration(value * 3600) },
  durationMinutes: { doc: 'minutes, as `2 hours`', apply: (value) => duration(value * 60) },
  durationSeconds: { doc: 'seconds, as `5 minutes`', apply: (value) => duration(value) },
};

/** The text of a number in this style; undefined for an unknown style. */
export function applyNumberStyle(style: string, value: number): string | undefined {
  return NUMBER_STYLES[style]?.apply(value);
}

/** True when `name` is a number style. */
export function isNumberStyle(name: string): boolean {
  return Object.hasOwn(NUMBER_STYLES, name);
}

function scaled(
  value: number,
  base: number,
  units: readonly string[],
  part: 'both' | 'value' | 'unit',
): string {
  if (!Number.isFinite(value)) return part === 'unit' ? '' : String(value);
  let size = Math.abs(value);
  let unit = 0;
  while (size >= base && unit < units.length - 1) {
    size /= base;
    unit += 1;
  }
  const name = units[unit] ?? '';
  const rounded = String(Math.sign(value) * (Math.round(size * 100) / 100) || 0);
  if (part === 'unit') return name;
  return part === 'value' || name === '' ? rounded : `${rounded} ${name}`;
}

function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return String(seconds);
  const length = Math.abs(seconds);
  // the largest unit with a count of at least one after rounding, so that 59.6 s is a minute
  const unit =
    DURATIONS.find((candidate) => Math.round(length) >= candidate.seconds) ??
    ({ name: 'second', seconds: 1 } as const);
  const count = Math.round(length / unit.seconds);
  return `${count} ${unit.name}${count === 1 ? '' : 's'}`;
}
