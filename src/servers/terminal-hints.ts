import { LIMITS } from '../base/limits';

/** A terminal's name as a caller's side gave it, made harmless (rule E8); undefined when nothing is left. */
export function terminalTypeOf(raw: string): string | undefined {
  const name = raw
    .slice(0, 4 * LIMITS.terminalTypeCharacters)
    .replace(/[^A-Za-z0-9._+-]/g, '')
    .slice(0, LIMITS.terminalTypeCharacters)
    .toLowerCase();
  return name === '' ? undefined : name;
}

/** Columns or rows, within what a screen can have; 0 and nonsense are `unknown` (rule E8). */
export function sizeOf(raw: number): number | undefined {
  if (!Number.isInteger(raw) || raw <= 0) return undefined;
  return Math.min(raw, LIMITS.ptyMax);
}
