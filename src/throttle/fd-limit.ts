import { readFile } from 'node:fs/promises';

// Descriptors reserved for the board itself: database, logs, mail, web, and Node.js (rule L6).
const MAX_RESERVED = 1_000;
const RESERVED_SHARE = 0.1;
const MIN_RESERVED = 64;

/**
 * Limit of callers that leaves the board the descriptors it needs; undefined where the system's
 * limit is unknown.
 */
export async function mostConnections(
  limitsFile = '/proc/self/limits',
): Promise<number | undefined> {
  // Only Linux has the file; on other systems the operating system refuses connections itself.
  const text = await readFile(limitsFile, 'utf8').catch(() => '');
  const limit = Number(/^Max open files\s+(\d+)/m.exec(text)?.[1]);
  return Number.isFinite(limit) && limit > 0 ? withoutReserve(limit) : undefined;
}

/** The part of `limit` descriptors that callers may use. */
export function withoutReserve(limit: number): number {
  const reserve = Math.min(MAX_RESERVED, Math.max(MIN_RESERVED, limit * RESERVED_SHARE));
  return Math.max(1, Math.floor(limit - reserve));
}
