import type { SeededRandom } from '../support/seeded-random';

/** Something that eats what strangers send. */
export interface Target {
  readonly name: string;
  /** One input, made from the seed alone. */
  make(random: SeededRandom): Buffer;
  /** Eats it; throws when a promise is broken. */
  eat(input: Buffer): void | Promise<void>;
}

/** A promise that an input broke. */
export function promise(holds: boolean, what: string): void {
  if (!holds) throw new Error(`broken: ${what}`);
}
