// Names each test that failed, with the report that has it, and adds up the reports of the test runs;
// the last line of .ci/run is the sum. A run that left no report has failed.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

const NO_REPORT = { numPassedTests: 0, numFailedTests: 1 };
const files = process.argv.slice(2);
const reports = files.map((file) =>
  existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : NO_REPORT,
);

const MAX_REASON_LINES = 12;
const escapes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
for (const [index, report] of reports.entries())
  for (const suite of report.testResults ?? []) {
    const where = `${files[index]}: ${relative(process.cwd(), suite.name)}`;
    const broken = suite.assertionResults.filter(({ status }) => status === 'failed');
    for (const { fullName, failureMessages } of broken)
      told(`${where}: ${fullName}`, failureMessages[0]);
    // A file that could not be loaded has no test.
    if (suite.status === 'failed' && broken.length === 0) told(where, suite.message);
  }

function told(what, reason = '') {
  const lines = reason.replace(escapes, '').split('\n').slice(0, MAX_REASON_LINES);
  console.log(`failed: ${what}\n${lines.map((line) => `    ${line}`).join('\n')}`);
}

const sum = (field) => reports.reduce((total, report) => total + (report[field] ?? 0), 0);
const [passed, failed] = [
  sum('numPassedTests'),
  sum('numFailedTests') + sum('numRuntimeErrorTestSuites'),
];
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
