import { systemRandom } from '../../src/base/random';
import { hotp } from './authenticator';

/** What tests type in place of a right code. */
const WRONG_CODE = /^(\d)\1*$|^0000\d\d$|^123456$/;
/** Sizes of secrets. */
const SECRET_BYTES = [10, 20, 32];
const STEP_MS = 30_000;
const MOVES = 40;
/** Where the clock of tests stands that move it by hand: NOON of `accounts.ts`. */
const NOON_STEP = Date.UTC(2026, 0, 1, 12) / STEP_MS;

/**
 * True where a code that tests take for a wrong one is right in the next twenty minutes, in those after NOON, or
 * by one of the first counter values.
 */
function hasWrongCode(secret: Buffer): boolean {
  const step = Math.floor(Date.now() / STEP_MS);
  const moves = Array.from({ length: MOVES }, (_, index) => [
    step - 4 + index,
    NOON_STEP - 4 + index,
    index,
  ]).flat();
  const algorithm = secret.length === 32 ? 'sha256' : 'sha1';
  return moves.some((moving) => WRONG_CODE.test(hotp(secret, moving, { algorithm })));
}

// By chance alone a wrong code would be right in about one of a thousand runs of all tests: such a secret is not given out.
const { bytes } = systemRandom;
Object.assign(systemRandom, {
  bytes: (count: number): Buffer => {
    for (;;) {
      const drawn = bytes(count);
      if (!SECRET_BYTES.includes(count) || !hasWrongCode(drawn)) return drawn;
    }
  },
});
