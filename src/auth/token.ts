import type { Random } from '../base/random';

/** A token for a link: 256 random bits (rule D1). */
export function makeToken(random: Random): string {
  return random.bytes(32).toString('base64url');
}

/** True for text that has the form of a token, so that nothing else reaches the store. */
export function isToken(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}
