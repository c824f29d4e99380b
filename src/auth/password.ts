import { pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { hash, parseOptions, verify } from '@node-rs/argon2';
import { LIMITS } from '../base/limits';
import type { Random } from '../base/random';
import type { StoredPassword } from '../store/passwords';

/** Parameters of argon2id; `memoryCost` is in KiB. Each hash has its own, so that they can be raised. */
export interface HashCost {
  readonly memoryCost: number;
  readonly timeCost: number;
  readonly parallelism: number;
}

/** OWASP's minimum for argon2id (rule C3). */
export const HASH_COST: HashCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/**
 * Checked where there is no account, for equal cost (rule C4); its password, 32 random bytes, is
 * not known.
 */
const NOBODY =
  '$argon2id$v=19$m=19456,t=2,p=1$RTsuu3gdolXsYz0qW6XZFQ$7qphIPbsYycxlhNkO9/T9GhRpNzDpjZ+7P9YmOUAnJw';

const derive = promisify(pbkdf2);

/** The form that is hashed, whichever composition of letters the terminal sends (rule C1). */
export function normalizePassword(password: string): string {
  return password.normalize('NFC');
}

/** Hashes with argon2id (RFC 9106); returns a PHC string. */
export function hashPassword(password: string, cost: HashCost = HASH_COST): Promise<string> {
  return hash(normalizePassword(password), cost);
}

/** Compares at equal cost, also where there is no stored password. */
export async function checkPassword(
  stored: StoredPassword | undefined,
  password: string,
): Promise<boolean> {
  const tooLong = Buffer.byteLength(password) > LIMITS.passwordBytes;
  const known = stored ?? { kind: 'argon2', hash: NOBODY };
  const text = tooLong ? '' : normalizePassword(password);
  const right =
    known.kind === 'argon2'
      ? await checkArgon2(known.hash, text)
      : await checkPbkdf2(known, tooLong ? [''] : [...new Set([password, text])]);
  return right && !tooLong && stored !== undefined;
}

/** True where the next successful sign-in should store a new hash. */
export function isOutdated(stored: StoredPassword, cost: HashCost = HASH_COST): boolean {
  if (stored.kind === 'pbkdf2') return true;
  const { memoryCost, timeCost, parallelism } = parseOptions(stored.hash);
  return (
    memoryCost !== cost.memoryCost ||
    timeCost !== cost.timeCost ||
    parallelism !== cost.parallelism ||
    !stored.hash.startsWith('$argon2id$v=19$')
  );
}

async function checkArgon2(phc: string, password: string): Promise<boolean> {
  try {
    return await verify(phc, password);
  } catch {
    // A damaged hash accepts no password; the sysop sees the rejected attempts.
    return false;
  }
}

interface Pbkdf2Parameters {
  readonly iterations: number;
  readonly digest: string;
  readonly keyLen: number;
}

const OLDEST: Pbkdf2Parameters = { iterations: 1000, digest: 'sha1', keyLen: 128 };
const DIGESTS: readonly string[] = ['sha1', 'sha256', 'sha384', 'sha512'];
const MAX_ITERATIONS = 2_000_000;

/** `candidates` are the password as typed and in NFC: ENiGMA½ hashed what the terminal sent. */
async function checkPbkdf2(
  stored: Extract<StoredPassword, { kind: 'pbkdf2' }>,
  candidates: readonly string[],
): Promise<boolean> {
  const parameters = parseParameters(stored.parameters);
  const expected = Buffer.from(stored.key, 'hex');
  if (parameters === undefined || expected.length !== parameters.keyLen) {
    await checkArgon2(NOBODY, '');
    return false;
  }
  let right = false;
  for (const candidate of candidates) {
    // Contract A1.5: PBKDF2 (RFC 8018) over the hexadecimal text of the UTF-8 password; the salt is
    // the hexadecimal text itself.
    const input = Buffer.from(candidate, 'utf8').toString('hex');
    const { iterations, keyLen, digest } = parameters;
    const found = await derive(input, stored.salt, iterations, keyLen, digest);
    right = timingSafeEqual(found, expected) || right;
  }
  return right;
}

function parseParameters(json: string | undefined): Pbkdf2Parameters | undefined {
  if (json === undefined) return OLDEST;
  try {
    const { iterations, digest, keyLen } = JSON.parse(json) as Partial<Pbkdf2Parameters>;
    const usable =
      isWithin(iterations, MAX_ITERATIONS) &&
      isWithin(keyLen, 1024) &&
      typeof digest === 'string' &&
      DIGESTS.includes(digest);
    return usable ? { iterations, digest, keyLen } : undefined;
  } catch {
    // Not JSON: treated like unknown parameters.
    return undefined;
  }
}

function isWithin(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= most;
}

/** A password of 78 bits, without letters and digits that are easily confused. */
export function makePassword(random: Random): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
  const group = (): string =>
    Array.from({ length: 4 }, () => letters[random.below(letters.length)]).join('');
  return [group(), group(), group(), group()].join('-');
}
