// Prints how much of src/ the test run reached, and the files below 80 % of their lines:
//   node .ci/coverage.mjs FOLDER    where the run was given --coverageReporters=json-summary
// What runs in processes of their own (the bins, the workers) is not counted.
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const LEAST_PERCENT = 80;

const file = join(process.argv[2] ?? '', 'coverage-summary.json');
if (existsSync(file)) {
  const { total, ...files } = JSON.parse(readFileSync(file, 'utf8'));
  console.log(
    `coverage of src/: ${total.lines.pct} % of lines, ${total.branches.pct} % of branches`,
  );
  const low = Object.entries(files)
    .map(([path, { lines }]) => ({ path: relative(process.cwd(), path), pct: lines.pct }))
    .filter(({ pct }) => pct < LEAST_PERCENT)
    .sort((a, b) => a.pct - b.pct);
  console.log(`files below ${LEAST_PERCENT} %: ${low.length}`);
  for (const { path, pct } of low) console.log(`  ${pct.toFixed(1).padStart(5)} %  ${path}`);
} else {
  console.log(`no coverage: ${file} is not there`);
  process.exitCode = 1;
}
