import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Figure, LastRelease } from '../../bench/figures';
import { withFigures } from '../../bench/keep';

const ROOT = join(__dirname, '..', '..');
const PAGE = readFileSync(join(ROOT, 'docs', 'performance.md'), 'utf8');
const MACHINE = '4 x another, 8 GiB, Node.js v24.0.0, 2030-01-01, load 0.1 before';

const figure = (name: string): Figure => ({
  ...{ name, value: '1 ms (new)', beside: 'b', ratio: 2, target: '<= 1 ms', reached: false },
  rounds: 'twice',
});

const BURST = [
  '20 sign-ins by telnet at once, on a board that has just started',
  'the same on the same board again',
];

test('a run that keeps its figures writes the rows of a table of docs/performance.md, and its machine above it', () => {
  const { page, missing } = withFigures(PAGE, MACHINE, BURST.map(figure));
  expect(missing).toEqual([]);
  const changed = page.split('\n').filter((line, at) => line !== PAGE.split('\n')[at]);
  expect(changed).toEqual([
    MACHINE,
    ...BURST.map((name) => `| ${name} | 1 ms (new) | b | 2.00 | <= 1 ms | NO | twice |`),
  ]);
});

test('a table of which only some rows were measured stays as it is, and they are named', () => {
  const some = [BURST[0] ?? '', 'a figure of no table'];
  expect(withFigures(PAGE, MACHINE, some.map(figure))).toEqual({ page: PAGE, missing: some });
});

test('each figure of the last release has a row in docs/performance.md', () => {
  const text = readFileSync(join(ROOT, 'bench', 'last-release.json'), 'utf8');
  const names = Object.keys((JSON.parse(text) as LastRelease).figures);
  expect(names.filter((name) => !PAGE.includes(`\n| ${name} |`))).toEqual([]);
});

test('a run of all parts that keep a table can write each table of figures', () => {
  const rows = PAGE.split('\n')
    .map((line) => /^\| ([^|]+) \|/.exec(line)?.[1] ?? '')
    .filter((name) => name !== '');
  const { page } = withFigures(PAGE, MACHINE, rows.map(figure));
  const tables = PAGE.split('\n').filter((line) => line.startsWith('| Figure |'));
  expect(tables.length).toBeGreaterThan(4);
  expect(page.split('\n').filter((line) => line === MACHINE)).toHaveLength(tables.length);
});
