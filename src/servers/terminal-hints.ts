import { LIMITS } from '../base/limits';

/**
 * A terminal's name as reported by the client, sanitized (rule E8); undefined when nothing is left.
 */
export function terminalTypeOf(raw: string): string | undefined {
  const name = raw
    .slice(0, 4 * LIMITS.terminalTypeCharacters)
    .replace(/[^A-Za-z0-9._+-]/g, '')
    .slice(0, LIMITS.terminalTypeCharacters)
    .toLowerCase();
  return name === '' ? undefined : name;
}

/**
 * Columns or rows within the limits of a screen; 0 and invalid values count as unknown (rule E8).
 */
export function sizeOf(raw: number): number | undefined {
  if (!Number.isInteger(raw) || raw <= 0) return undefined;
  return Math.min(raw, LIMITS.ptyMax);
}
