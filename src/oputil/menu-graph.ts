import { writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import { Option, type Command } from 'commander';
import { BbsError, toError } from '../base/errors';
import { flowGraph, type FlowGraph } from '../proof/flow-graph';
import { factsOfModules } from '../proof/module-facts';
import { toDot, toMermaid, toSvg } from '../proof/graph';
import { moduleTable } from '../modules/registry';
import { loadBoardParts } from './board-menus';
import type { Desk } from './desk';

const FORMATS: Readonly<Record<string, (graph: FlowGraph) => string>> = {
  mermaid: toMermaid,
  svg: toSvg,
  dot: toDot,
};

interface GraphOptions {
  readonly format?: string;
  readonly out?: string;
}

/** `menu graph`. */
export function addMenuGraph(menu: Command, desk: Desk): void {
  menu
    .command('graph')
    .description('draw the flow between menus')
    .addOption(
      new Option('--format <format>', 'mermaid, svg or dot (default: by --out, else mermaid)') //
        .choices(Object.keys(FORMATS)),
    )
    .option('--out <file>', 'write it to a file')
    .action((options: GraphOptions) => draw(desk, options));
}

async function draw(desk: Desk, { format, out }: GraphOptions): Promise<void> {
  const named = format ?? formatOf(out);
  const { menus } = await loadBoardParts(desk);
  const graph = flowGraph(menus, factsOfModules(moduleTable()));
  const text = (FORMATS[named] ?? toMermaid)(graph);
  if (out === undefined) return desk.show(text.trimEnd(), graph);
  try {
    writeFileSync(out, text);
  } catch (error) {
    throw new BbsError('USAGE', `cannot write ${out}: ${toError(error).message}`, {
      cause: error,
    });
  }
  const { nodes, edges } = graph;
  desk.show(`${nodes.length} menus and ${edges.length} ways written to ${out}`, {
    file: out,
    format: named,
    menus: nodes.length,
    ways: edges.length,
  });
}

/** The format that a file's name asks for. */
const BY_EXTENSION: Readonly<Record<string, string>> = {
  '.svg': 'svg',
  '.dot': 'dot',
  '.gv': 'dot',
  '.mmd': 'mermaid',
  '.mermaid': 'mermaid',
  '.md': 'mermaid',
  '.txt': 'mermaid',
};

function formatOf(file: string | undefined): string {
  if (file === undefined) return 'mermaid';
  const extension = extname(file).toLowerCase();
  const named = BY_EXTENSION[extension];
  if (named !== undefined) return named;
  throw new BbsError(
    'USAGE',
    `cannot draw ${extension === '' ? 'a file without extension' : `a ${extension} file`}: ` +
      'name it .svg, .dot or .mmd, or give --format',
  );
}
