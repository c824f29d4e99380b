import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = resolve(__dirname, '..');
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-coverage-'));
});
afterEach(() => rm(folder, { recursive: true }));

const report = () =>
  promisify(execFile)(process.execPath, [join(ROOT, '.ci', 'coverage.mjs'), folder], { cwd: ROOT });

test('.ci/coverage.mjs prints the total, and the files below 80 %, the lowest first', async () => {
  const reached = (pct: number) => ({ lines: { pct }, branches: { pct: 71.5 } });
  const summary = {
    total: reached(90.25),
    [join(ROOT, 'src/low.ts')]: reached(79.9),
    [join(ROOT, 'src/enough.ts')]: reached(80),
    [join(ROOT, 'src/none.ts')]: reached(0),
  };
  await writeFile(join(folder, 'coverage-summary.json'), JSON.stringify(summary));
  expect((await report()).stdout.split('\n')).toEqual([
    'coverage of src/: 90.25 % of lines, 71.5 % of branches',
    'files below 80 %: 2',
    '    0.0 %  src/none.ts',
    '   79.9 %  src/low.ts',
    '',
  ]);
});

test('.ci/coverage.mjs fails where the run has left no summary', async () => {
  await expect(report()).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringContaining('no coverage') as string,
  });
});
