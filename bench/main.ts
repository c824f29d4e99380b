import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchBridge } from './bridge';
import { benchBurst } from './burst';
import { benchCodeTiming } from './code-timing';
import { benchCrowd } from './crowd';
import { benchEngine } from './engine';
import { table, type Figure, type LastRelease, type Scale } from './figures';
import { benchHostile } from './hostile';
import { withFigures } from './keep';
import { benchLatency } from './latency';
import { benchMemory } from './memory';
import { benchNodes } from './nodes';
import { endChildren } from './processes';
import { benchSignIns } from './sign-ins';
import { benchStalls } from './stalls';
import { benchStart } from './start';
import { benchTiming } from './timing';

const PARTS: Readonly<Record<string, (scale: Scale) => Promise<readonly Figure[]>>> = {
  start: benchStart,
  'sign-ins': benchSignIns,
  burst: benchBurst,
  latency: async (scale) => [...(await benchLatency(scale)), ...(await benchHostile(scale))],
  bridge: benchBridge,
  memory: benchMemory,
  engine: benchEngine,
  crowd: benchCrowd,
  stalls: benchStalls,
  nodes: benchNodes,
  timing: benchTiming,
  'code-timing': benchCodeTiming,
};

const USAGE = `usage: npm run bench -- [--quick] [PART ...]

Parts: ${Object.keys(PARTS).join(', ')}; all of them where none is named.
  --quick   a little of each, to see that it runs; its figures say nothing
  --keep    a release's figures: writes them into bench/last-release.json, beside which later ones are shown, and
            into the tables of docs/performance.md
`;

const LAST_RELEASE = join(__dirname, 'last-release.json');
const PAGE = join(__dirname, '..', 'docs', 'performance.md');

/** Nothing here takes half as long; a part that hangs is given up, and the others go on. */
const MAX_MS = 20 * 60_000;

/** Measures side by side in one run, and prints the table of docs/performance.md. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  });
  const unknown = positionals.find((name) => PARTS[name] === undefined);
  if (unknown !== undefined || values.help === true) {
    process.stderr.write(USAGE);
    return unknown === undefined ? 0 : 2;
  }
  const [before] = loadavg();
  const last = JSON.parse(readFileSync(LAST_RELEASE, 'utf8')) as LastRelease;
  const figures: Figure[] = [];
  let failures = 0;
  for (const [name, part] of Object.entries(PARTS)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    process.stderr.write(`bench: ${name}\n`);
    try {
      const found = await within(MAX_MS, part({ full: !values.quick }));
      figures.push(...found);
      // As they come: who ends the run has what is there.
      process.stderr.write(`${table(found, last)}\n`);
    } catch (error) {
      failures += 1;
      process.stderr.write(`bench: ${name} failed: ${String(error)}\n`);
      figures.push({ name, value: 'failed', rounds: '', target: 'a result', reached: false });
    }
    endChildren();
  }
  const [cpu] = cpus();
  const machine =
    `${cpus().length} x ${cpu?.model ?? 'unknown CPU'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ` +
    `Node.js ${process.version}, ${new Date().toISOString().slice(0, 10)}, load ${before?.toFixed(1)} before`;
  console.log(`\n${machine}${values.quick ? ', QUICK: no figures to quote' : ''}\n`);
  console.log(table(figures, last));
  const measured = figures.filter(({ value }) => value !== 'failed');
  if (values.keep && !values.quick) {
    keep(last, measured);
    const { page, missing } = withFigures(readFileSync(PAGE, 'utf8'), machine, measured);
    writeFileSync(PAGE, page);
    for (const name of missing)
      process.stderr.write(`bench: docs/performance.md has no row for ${name}\n`);
  }
  return failures > 0 ? 1 : 0;
}

/** The figures of a release; those of parts that were left out stay. */
function keep(last: LastRelease, figures: readonly Figure[]): void {
  const { version } = JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  const kept: LastRelease = {
    version,
    measured: new Date().toISOString().slice(0, 10),
    figures: {
      ...last.figures,
      ...Object.fromEntries(figures.map(({ name, value }) => [name, value])),
    },
  };
  writeFileSync(LAST_RELEASE, `${JSON.stringify(kept, undefined, 2)}\n`);
}

function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not done after ${limitMs} ms`)), limitMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

process.on('exit', endChildren);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
void main().then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
