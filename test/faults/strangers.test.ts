import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { sayFigure } from './at-the-door';

jest.setTimeout(300_000);

const TRIES = 30;
const MAX_MS = 2_000;
const ROOT = join(__dirname, '..', '..');
/** Makes a network namespace, which takes root and iproute2; `.ci/run` has both. */
const HAS_NAMESPACES =
  spawnSync('unshare', ['--net', 'ip', 'link', 'set', 'lo', 'up']).status === 0;

interface Outcome {
  readonly in: number;
  readonly slowestMs: number;
}

/** Plays one scenario of siege.ts in a namespace of its own. */
function besiege(scenario: string): Promise<Readonly<Record<string, Outcome>>> {
  const script = [join(ROOT, 'misc', 'scripts', 'run-ts.cjs'), join(__dirname, 'siege.ts')];
  const child = spawn('unshare', ['--net', process.execPath, ...script, scenario], { cwd: ROOT });
  let out = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(out) as Readonly<Record<string, Outcome>>);
      else reject(new Error(`the siege ended with ${code}: ${errors}`));
    });
  });
}

function everybodyGotIn(outcome: Readonly<Record<string, Outcome>>): void {
  const missing = Object.entries(outcome).filter(
    ([, { in: entered, slowestMs }]) => entered < TRIES || slowestMs > MAX_MS,
  );
  for (const [who, { in: entered, slowestMs }] of Object.entries(outcome))
    sayFigure(`${who}: ${entered} of ${TRIES} in, the slowest after ${slowestMs} ms`);
  expect(missing).toEqual([]);
}

const TESTS = {
  stock:
    '2,200 silent calls from 220 /64s and 1,000 from 100 IPv4 addresses keep out neither a known caller nor a new one nor the sysop on the machine, each of 30 tries within 2 s (rule M11)',
  'twenty-nodes':
    'nor do they where general.maxConnections is 20: nobody who is known, exempt or on the machine hears that all nodes are busy (rule M11)',
} as const;

for (const [scenario, name] of Object.entries(TESTS))
  if (HAS_NAMESPACES) test(name, async () => everybodyGotIn(await besiege(scenario)));
  else if (process.env['SALLYPORT_ALL_FAULTS'] === undefined)
    test.todo(`without network namespaces: ${name}`);
  else
    test(name, () => {
      throw new Error('network namespaces take root, iproute2 and util-linux');
    });
