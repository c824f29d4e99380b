import { readFile } from 'node:fs/promises';

// Descriptors the board keeps for itself: database, logs, mail, web, and whatever Node.js needs (rule L6).
const MOST_RESERVED = 1_000;
const RESERVED_SHARE = 0.1;
const LEAST_RESERVED = 64;

/** Most callers at once that leave the board the descriptors it needs; undefined where the limit is unknown. */
export async function mostConnections(
  limitsFile = '/proc/self/limits',
): Promise<number | undefined> {
  // Only Linux has the file; elsewhere the operating system's own refusal has to do.
  const text = await readFile(limitsFile, 'utf8').catch(() => '');
  const limit = Number(/^Max open files\s+(\d+)/m.exec(text)?.[1]);
  return Number.isFinite(limit) && limit > 0 ? withoutReserve(limit) : undefined;
}

/** What is left of `limit` descriptors for callers. */
export function withoutReserve(limit: number): number {
  const reserve = Math.min(MOST_RESERVED, Math.max(LEAST_RESERVED, limit * RESERVED_SHARE));
  return Math.max(1, Math.floor(limit - reserve));
}
