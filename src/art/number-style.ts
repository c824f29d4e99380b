/** A way to show a number in words (contract A10.2). */
interface NumberStyle {
  readonly doc: string;
  readonly apply: (value: number) => string;
}

const SIZES = ['B', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const;
const COUNTS = ['', 'K', 'M', 'B', 'T', 'Q'] as const;

/** Each up to this many, from the shortest on; one of them is said in words. */
const DURATIONS = [
  { name: 'minute', one: 'a minute', seconds: 60, below: 45 },
  { name: 'hour', one: 'an hour', seconds: 3600, below: 22 },
  { name: 'day', one: 'a day', seconds: 86_400, below: 26 },
  { name: 'month', one: 'a month', seconds: 86_400 * 30.436875, below: 11 },
  { name: 'year', one: 'a year', seconds: 86_400 * 365.2425, below: Infinity },
] as const;
const FEW_SECONDS = 45;

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
    doc: 'a count, as `4M`',
    apply: (value) => rounded(value, COUNTS, 'both'),
  },
  countWithoutAbbr: {
    doc: 'a count, as `4`',
    apply: (value) => rounded(value, COUNTS, 'value'),
  },
  countAbbr: {
    doc: 'the unit of a count, as `M`',
    apply: (value) => rounded(value, COUNTS, 'unit'),
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

type Part = 'both' | 'value' | 'unit';

/** Bytes in the largest unit that they fill. */
function scaled(value: number, base: number, units: readonly string[], part: Part): string {
  const { size, unit } = inUnits(value, base, units);
  if (part === 'unit') return unit;
  const text = String(Math.sign(value) * (Math.round(size * 100) / 100) || 0);
  return part === 'value' || unit === '' ? text : `${text} ${unit}`;
}

/** A count in whole units, with the unit's letter behind it. */
function rounded(value: number, units: readonly string[], part: Part): string {
  const { size, unit } = inUnits(value, 1000, units);
  if (part === 'unit') return unit;
  const text = String(Math.sign(value) * Math.round(size) || 0);
  return part === 'value' ? text : text + unit;
}

function inUnits(
  value: number,
  base: number,
  units: readonly string[],
): { readonly size: number; readonly unit: string } {
  if (!Number.isFinite(value)) return { size: 0, unit: '' };
  let size = Math.abs(value);
  let unit = 0;
  while (size >= base && unit < units.length - 1) {
    size /= base;
    unit += 1;
  }
  return { size, unit: units[unit] ?? '' };
}

/** A length of time as people say it, rounded. */
function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return String(seconds);
  const length = Math.abs(seconds);
  if (Math.round(length) < FEW_SECONDS) return 'a few seconds';
  for (const unit of DURATIONS) {
    const count = Math.round(length / unit.seconds);
    if (count <= 1) return unit.one;
    if (count < unit.below) return `${count} ${unit.name}s`;
  }
  return '';
}
