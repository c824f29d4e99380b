import { parseArgs } from 'node:util';
import { runCommand, UsageError, Verdicts } from '../support/command';
import { guessStorm } from './guess-storm';
import { outbox } from './outbox';
import type { Part } from './part';
import { rotation } from './rotation';
import { signInStorm } from './sign-in-storm';
import { slowReaders } from './slow-readers';
import { slowSockets } from './slow-sockets';
import { sources } from './sources';
import { upgrade } from './upgrade';
import { adopt } from './adopt';

const USAGE =
  'usage: npm run test:load -- [--only NAME,...] [--scale 0.01 to 1] [--report FILE]\n' +
  '       needs 20,000 file descriptors and 2 GiB at scale 1';

const PARTS: readonly Part[] = [
  ...[sources, guessStorm, outbox, rotation, upgrade, adopt],
  ...[slowReaders, signInStorm, slowSockets],
];

/** The sizes that the rules name, one part after the other; every process of it ends with it. */
async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      scale: { type: 'string', default: '1' },
      report: { type: 'string' },
    },
  });
  const scale = Number(values.scale);
  if (!(scale >= 0.01 && scale <= 1)) throw new UsageError('--scale is a number from 0.01 to 1');
  const only = values.only?.split(',').map((name) => name.trim());
  const unknown = only?.find((wanted) => !PARTS.some(({ name }) => name === wanted));
  if (unknown !== undefined)
    throw new UsageError(`--only is one of: ${PARTS.map(({ name }) => name).join(', ')}`);
  const verdicts = new Verdicts();
  for (const { name, promise, run } of PARTS) {
    if (only !== undefined && !only.includes(name)) continue;
    console.log(`${name}: ${promise}`);
    const faults: string[] = [];
    const startedMs = performance.now();
    try {
      await run({
        scale,
        say: (figure) => console.log(`  ${figure}`),
        broken: (what) => faults.push(what),
      });
    } catch (error) {
      faults.push(String(error));
    }
    console.log(`  ${((performance.now() - startedMs) / 1000).toFixed(0)} s in all`);
    verdicts.note(name, faults);
  }
  return verdicts.report(values.report);
}

runCommand(USAGE, main);
