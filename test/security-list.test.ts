import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MUTANTS, UNBROKEN } from './mutants/list';
import {
  drillFolders,
  missingTests,
  quotedTests,
  readSecurityPage,
  rowOf,
  RULES,
  runsInNpmTest,
} from './support/security-rows';

const ROOT = join(__dirname, '..');
const PAGE = readSecurityPage();
const QUOTED = quotedTests(PAGE);

test('every rule has one row in docs/security.md, and no other has', () => {
  const rows = [...PAGE.matchAll(/^\| ([A-P]\d+) \|/gm)].map(([, rule = '']) => rule);
  expect(rows).toEqual(RULES);
});

test('every row names a test or says that there is none yet', () => {
  for (const rule of RULES) {
    const row = rowOf(PAGE, rule);
    const shown = /`test\/[^`]+`: "|not (?:shown|recorded|measured) yet|\([A-K]\d+/.test(row);
    expect([rule, shown]).toEqual([rule, true]);
  }
});

test('every test file that it names is there, with every test that it quotes', () => {
  expect(QUOTED.length).toBeGreaterThan(100);
  expect(missingTests(QUOTED)).toEqual([]);
});

test('every rule that names a test names one that npm test runs; those of part L may have drills alone', () => {
  expect(drillFolders()).toContain('test/programs/');
  const isShown = (rule: string): boolean => {
    const tests = quotedTests(rowOf(PAGE, rule));
    return tests.length === 0 || tests.some(({ file }) => runsInNpmTest(file));
  };
  expect(RULES.filter((rule) => !rule.startsWith('L') && !isShown(rule))).toEqual([]);
});

test('every rule that names a test has a mutant, or a reason for having none (rule M15)', () => {
  const named = RULES.filter((rule) => quotedTests(rowOf(PAGE, rule)).length > 0);
  const broken = new Set([...MUTANTS.map(({ rule }) => rule), ...Object.keys(UNBROKEN)]);
  expect(named.filter((rule) => !rule.startsWith('L') && !broken.has(rule))).toEqual([]);
});

test('every mutant changes one place of the source that is there', () => {
  const lost = MUTANTS.filter(({ file, find, put }) => {
    const source = existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), 'utf8') : '';
    return source.split(find).length !== 2 || find === put;
  });
  expect(lost.map(({ rule, file, find }) => `${rule}: ${file}: ${find}`)).toEqual([]);
});
