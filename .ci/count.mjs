// Adds up the reports of the test runs; the last line of .ci/run is this one. A run that left no report
// has failed.
import { existsSync, readFileSync } from 'node:fs';

const NO_REPORT = { numPassedTests: 0, numFailedTests: 1 };
const reports = process.argv
  .slice(2)
  .map((file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : NO_REPORT));
const sum = (field) => reports.reduce((total, report) => total + report[field], 0);
const [passed, failed] = [sum('numPassedTests'), sum('numFailedTests')];
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
