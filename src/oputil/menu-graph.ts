import { writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Command } from 'commander';
import { BbsError } from '../base/errors';
import { whyNotWritten } from '../base/file-reason';
import { flowGraph, toMermaid } from '../proof/flow-graph';
import { factsOfModules } from '../proof/registries';
import { moduleTable } from '../modules/registry';
import { loadBoardParts } from './board-menus';
import type { CommandContext } from './command-context';

const HELP = `
The flow is written as a Mermaid flowchart, which forges and many editors draw.
A file named .md gets it as a code block that they draw where it stands:
  oputil menu graph --out menus.md`;

/** `menu graph`. */
export function addMenuGraph(menu: Command, context: CommandContext): void {
  menu
    .command('graph')
    .description('write the flow between menus as a Mermaid flowchart')
    .option('--out <file>', 'write it to a file (.mmd .mermaid .md .txt)')
    .addHelpText('after', HELP)
    .action((options: { readonly out?: string }) => writeGraph(context, options.out));
}

async function writeGraph(context: CommandContext, out: string | undefined): Promise<void> {
  const wrap = out === undefined ? asIs : wrapOf(out);
  const { menus, own } = await loadBoardParts(context);
  const graph = flowGraph(menus, factsOfModules(moduleTable(own?.modules)));
  const text = toMermaid(graph);
  if (out === undefined) return context.show(text.trimEnd(), graph);
  try {
    writeFileSync(out, wrap(text));
  } catch (error) {
    throw new BbsError('USAGE', `cannot write ${out}: ${whyNotWritten(error)}`, {
      cause: error,
    });
  }
  const { nodes, edges } = graph;
  context.show(`${nodes.length} menus and ${edges.length} ways written to ${out}`, {
    file: out,
    menus: nodes.length,
    ways: edges.length,
  });
}

const asIs = (text: string): string => text;

/** Wraps the flowchart for a file of this extension. */
const WRAPS: Readonly<Record<string, (text: string) => string>> = {
  '.mmd': asIs,
  '.mermaid': asIs,
  '.txt': asIs,
  '.md': (text) => `\`\`\`mermaid\n${text}\`\`\`\n`,
};

function wrapOf(file: string): (text: string) => string {
  const extension = extname(file).toLowerCase();
  const wrap = WRAPS[extension];
  if (wrap !== undefined) return wrap;
  const kind = extension === '' ? 'a file without extension' : `a ${extension} file`;
  throw new BbsError('USAGE', `cannot write ${kind}: the flow is Mermaid, so name it .mmd or .md`);
}
