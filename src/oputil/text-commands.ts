import type { Command } from 'commander';
import { formatFinding } from '../proof/check';
import { themeFileFindings } from '../modules/board-check';
import { stockText, TEXT_AREAS, type TextId, wordingOf } from '../texts/texts';
import { loadBoardParts } from './board-menus';
import type { CommandContext } from './command-context';
import { checkTheme } from './menu-show';

const HELP = `
Every sentence that the board itself says to callers: in a terminal, in mails
and on pages. A board words one in its own way by its id: in config/texts.hjson
for all themes, or in "texts" of a theme.hjson. docs/texts.md has the list with
its places.`;

/** `oputil texts list` and `oputil texts check`. */
export function addTextCommands(program: Command, context: CommandContext): void {
  const texts = program.command('texts').description('the sentences that callers read');
  texts.addHelpText('after', HELP);
  texts
    .command('list')
    .description('show them by id; * is one that this board has changed')
    .argument('[id]', 'only those whose id begins so')
    .option('--theme <id>', 'in the words of this theme')
    .option('--changed', 'only those that were changed')
    .action((begin: string | undefined, options: ListOptions) => list(context, begin, options));
  texts
    .command('check')
    .description('say what is wrong in the texts of board and themes; exit code 1')
    .action(() => check(context));
}

interface ListOptions {
  readonly theme?: string;
  readonly changed?: true;
}

async function list(
  context: CommandContext,
  begin = '',
  { theme, changed }: ListOptions,
): Promise<void> {
  const { themes } = await loadBoardParts(context);
  const named = theme === undefined ? undefined : themes.find(checkTheme(themes, theme));
  const { say } = named ?? themes;
  const rows = TEXT_AREAS.flatMap(({ texts }) => Object.keys(texts) as TextId[])
    .map((id) => ({ id, text: wordingOf(say, id), stock: stockText(id) }))
    .filter(({ id, text, stock }) => id.startsWith(begin) && (!changed || text !== stock));
  const table = context.table(
    [{ title: '' }, { title: 'Id' }, { title: 'Text' }],
    rows.map(({ id, text, stock }) => [text === stock ? '' : '*', id, text]),
  );
  context.show(rows.length === 0 ? ['no such text'] : table, rows);
}

async function check(context: CommandContext): Promise<void> {
  const { themes } = await loadBoardParts(context);
  const found = themeFileFindings(themes).filter(({ rule }) => /-texts?$/.test(rule));
  const files = await context.board();
  context.show(
    found.length === 0
      ? [`nothing is wrong in the texts of ${files.boardDir}`]
      : found.map((finding) => formatFinding(finding)),
    found,
  );
  if (found.length > 0) context.exitCode = 1;
}
