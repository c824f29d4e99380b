import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { benchCrowd } from './crowd';
import { benchEngine } from './engine';
import { table, type Figure, type Scale } from './figures';
import { benchLatency } from './latency';
import { benchMemory } from './memory';
import { benchSignIns } from './sign-ins';
import { benchStart } from './start';
import { benchTiming } from './timing';

const SECTIONS: Readonly<Record<string, (scale: Scale) => Promise<readonly Figure[]>>> = {
  start: benchStart,
  'sign-ins': benchSignIns,
  latency: benchLatency,
  memory: benchMemory,
  engine: benchEngine,
  timing: benchTiming,
  crowd: benchCrowd,
};

/** Measures everything side by side in one run, and prints the table of docs/performance.md. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
    },
  });
  const figures: Figure[] = [];
  for (const [name, section] of Object.entries(SECTIONS)) {
    if (values.only !== undefined && !values.only.includes(name)) continue;
    process.stderr.write(`bench: ${name}\n`);
    figures.push(...(await section({ full: !values.quick })));
  }
  const [cpu] = cpus();
  console.log(
    `\n${cpus().length} x ${cpu?.model ?? 'unknown CPU'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ` +
      `Node.js ${process.version}, ${new Date().toISOString().slice(0, 10)}\n`,
  );
  console.log(table(figures));
}

void main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
