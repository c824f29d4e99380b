import { systemClock } from '../../src/base/clock';
import { openAuthenticator } from '../support/authenticator-context';
import { addRunner, GUESS, lineUp } from '../race/contests';
import { RacingProcess } from '../race/racing-process';
import { atScale, type Part } from './part';

const GUESSES = 10_000;
const MAX_LOOKED_AT = 5;

export const guessStorm: Part = {
  name: 'guess-storm',
  promise: 'of 10,000 codes guessed at once from three processes, five are looked at (A11, L7)',
  async run(scene) {
    const each = Math.ceil(atScale(scene, GUESSES) / 3);
    const context = await openAuthenticator({ clock: systemClock });
    const others = await Promise.all([0, 1].map(() => RacingProcess.start(context.folder)));
    try {
      const prize = await GUESS.prepare(context, await addRunner(context));
      const [here] = await Promise.all([
        lineUp(context, GUESS, prize, each),
        ...others.map((other) => other.lineUp(GUESS, prize, each)),
      ]);
      const startedMs = performance.now();
      const counts = await Promise.all([here(), ...others.map((other) => other.run())]);
      const lookedAt = counts.reduce((sum, count) => sum + count, 0);
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      scene.say(
        `${3 * each} guesses in three processes within ${seconds} s: ${lookedAt} looked at`,
      );
      if (lookedAt > MAX_LOOKED_AT) scene.broken(`${lookedAt} were looked at`);
      if (lookedAt === 0) scene.broken('none was looked at');
    } finally {
      await Promise.all(others.map((other) => other.stop()));
      await context.close();
    }
  },
};
