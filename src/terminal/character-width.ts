import { NO_COLUMN, TWO_COLUMNS } from './width-ranges';

/**
 * Columns that a character takes: 0 for combining marks, format characters and controls, 2 for East Asian
 * wide ones and emoji, else 1 (Unicode Standard Annex #11).
 */
export function characterColumns(codePoint: number): 0 | 1 | 2 {
  if (codePoint < 0x300) return codePoint < 0x20 || (codePoint >= 0x7f && codePoint < 0xa0) ? 0 : 1;
  if (isIn(NO_COLUMN, codePoint)) return 0;
  return isIn(TWO_COLUMNS, codePoint) ? 2 : 1;
}

/** Binary search in sorted ranges, each given by its first and last value. */
function isIn(ranges: readonly number[], value: number): boolean {
  let low = 0;
  let high = ranges.length / 2 - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (value < (ranges[2 * middle] ?? 0)) high = middle - 1;
    else if (value > (ranges[2 * middle + 1] ?? 0)) low = middle + 1;
    else return true;
  }
  return false;
}
