import { randomBytes, randomInt } from 'node:crypto';

/** The only source of randomness: a CSPRNG in production, a seeded one in some tests. */
export interface Random {
  bytes(count: number): Buffer;
  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number;
}

export const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  below: (limit) => randomInt(limit),
};
