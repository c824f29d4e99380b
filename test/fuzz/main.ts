import { parseArgs } from 'node:util';
import { runCommand, UsageError, Verdicts, wholeNumber } from '../support/command';
import { SeededRandom } from '../support/seeded-random';
import { BYTE_TARGETS } from './bytes';
import { openSocketTargets, type SocketTargets } from './sockets';
import type { Target } from './target';
import { TEXT_TARGETS } from './texts';

const USAGE =
  'usage: npm run test:fuzz -- [--seconds N] [--seed N] [--only NAME,...] [--report FILE]';
/** An input that takes longer, again and again, is a hang (rule L14). */
const MAX_MS = 100;

interface Outcome {
  readonly name: string;
  readonly inputs: number;
  readonly seconds: number;
  readonly slowestMs: number;
  readonly faults: readonly string[];
}

/** Feeds one target for so long. Each input comes from a seed of its own, which a fault names. */
async function feed(target: Target, seed: number, forMs: number): Promise<Outcome> {
  const faults: string[] = [];
  const startedMs = performance.now();
  let inputs = 0;
  let slowestMs = 0;
  while (performance.now() - startedMs < forMs && faults.length < 5) {
    const ownSeed = seed + inputs;
    inputs += 1;
    const input = target.make(new SeededRandom(ownSeed));
    try {
      const ms = await eatTimed(target, input);
      slowestMs = Math.max(slowestMs, ms);
      if (ms > MAX_MS) faults.push(`--seed ${ownSeed}: ${ms.toFixed(0)} ms for ${describe(input)}`);
    } catch (error) {
      faults.push(`--seed ${ownSeed}: ${String(error)} with ${describe(input)}`);
    }
    // Timers and sockets of the run want their turn, too.
    if (inputs % 256 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const seconds = (performance.now() - startedMs) / 1000;
  return { name: target.name, inputs, seconds, slowestMs, faults };
}

/** Milliseconds; an input that seems slow is tried again, for the machine may have been busy. */
async function eatTimed(target: Target, input: Buffer): Promise<number> {
  let best = Infinity;
  for (let tries = 0; tries < 4; tries++) {
    const startedMs = performance.now();
    await target.eat(Buffer.from(input));
    best = Math.min(best, performance.now() - startedMs);
    if (best <= MAX_MS) break;
  }
  return best;
}

function describe(input: Buffer): string {
  return `${input.length} bytes ${input.subarray(0, 120).toString('base64')}`;
}

function say({ name, inputs, seconds, slowestMs }: Outcome): void {
  const rate = (inputs / seconds).toFixed(0);
  console.log(
    `  ${name.padEnd(34)} ${String(inputs).padStart(9)} inputs  ${rate.padStart(7)}/s  ` +
      `slowest ${slowestMs.toFixed(1).padStart(6)} ms`,
  );
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '45' },
      seed: { type: 'string', default: '20260101' },
      only: { type: 'string' },
      report: { type: 'string' },
    },
  });
  const seconds = wholeNumber(values.seconds, '--seconds');
  const seed = wholeNumber(values.seed, '--seed', 0);
  console.log(`fuzz: ${seconds} s, --seed ${seed}`);
  const only = values.only?.split(',').map((name) => name.trim());
  const isWanted = ({ name }: { readonly name: string }): boolean =>
    only === undefined || only.includes(name);
  const inProcess = [...BYTE_TARGETS, ...TEXT_TARGETS].filter(isWanted);
  const sockets: SocketTargets = await openSocketTargets();
  try {
    const overSockets = sockets.targets.filter(isWanted);
    // Half of the time for each: sockets are slow, and there are fewer ways to call.
    const share = inProcess.length > 0 && overSockets.length > 0 ? 500 : 1000;
    const names = [...inProcess, ...overSockets].map(({ name }) => name);
    const unknown = only?.find((name) => !names.includes(name));
    if (unknown !== undefined) throw new UsageError(`there is no target '${unknown}'`);
    const verdicts = new Verdicts();
    for (const target of inProcess) {
      const outcome = await feed(target, seed, (seconds * share) / inProcess.length);
      say(outcome);
      verdicts.note(outcome.name, outcome.faults);
    }
    for (const target of overSockets) {
      const outcome = await sockets.run(target, seed, (seconds * share) / overSockets.length);
      say(outcome);
      verdicts.note(outcome.name, outcome.faults);
    }
    verdicts.note('the board afterwards', await sockets.inspect());
    return verdicts.report(values.report);
  } finally {
    await sockets.close();
  }
}

runCommand(USAGE, main);
