import type { Figure } from './figures';

/** How a run is described in one line; such a line stands somewhere above each table of docs/performance.md. */
const MACHINE = /^\d+ x .*, Node\.js v.*$/;

interface Table {
  readonly machineAt: number;
  readonly columns: readonly string[];
  /** The line of each row, by the name of its figure. */
  readonly rows: Map<string, number>;
}

/**
 * The page with new figures in the tables all of whose rows were measured, and the machine and the day above them;
 * `missing` are the names of the figures that are in no such table.
 */
export function withFigures(
  page: string,
  machine: string,
  figures: readonly Figure[],
): { readonly page: string; readonly missing: readonly string[] } {
  const byName = new Map(figures.map((figure) => [figure.name, figure]));
  const lines = page.split('\n');
  const missing = new Set(byName.keys());
  for (const { machineAt, columns, rows } of tablesOf(lines)) {
    if (![...rows.keys()].every((name) => byName.has(name))) continue;
    lines[machineAt] = machine;
    for (const [name, at] of rows) {
      const figure = byName.get(name);
      if (figure === undefined) continue;
      lines[at] = `| ${columns.map((column) => cellOf(figure, column)).join(' | ')} |`;
      missing.delete(name);
    }
  }
  return { page: lines.join('\n'), missing: [...missing] };
}

/** Tables of figures, each with the line of its machine above it. */
function tablesOf(lines: readonly string[]): readonly Table[] {
  const tables: Table[] = [];
  let machineAt: number | undefined;
  for (const [at, line] of lines.entries()) {
    const columns = cellsOf(line);
    if (MACHINE.test(line)) machineAt = at;
    if (columns[0] !== 'Figure' || machineAt === undefined) continue;
    const rows = new Map<string, number>();
    for (let row = at + 2; cellsOf(lines[row] ?? '').length > 0; row++)
      rows.set(cellsOf(lines[row] ?? '')[0] ?? '', row);
    tables.push({ machineAt, columns, rows });
    machineAt = undefined;
  }
  return tables;
}

function cellsOf(line: string): readonly string[] {
  if (!line.startsWith('| ')) return [];
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

function cellOf({ name, value, beside, ratio, target, reached, rounds }: Figure, column: string) {
  const cells: Readonly<Record<string, string>> = {
    Figure: name,
    Sallyport: value,
    Beside: beside ?? '',
    Ratio: ratio?.toFixed(2) ?? '',
    Target: target ?? '',
    Reached: reached === undefined ? '' : reached ? 'yes' : 'NO',
    Rounds: rounds,
  };
  return cells[column] ?? '';
}
