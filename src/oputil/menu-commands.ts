import type { Command } from 'commander';
import type { CommandContext } from './command-context';
import { addMenuCheck } from './menu-check';
import { addMenuGraph } from './menu-graph';
import { addMenuShow } from './menu-show';
import { addMenuWhy } from './menu-why';

const HELP = `
All of it reads the files on the disk, so that an edit can be tried before it
goes live.`;

/** `oputil menu ...`: menus and screens, without a running board. */
export function addMenuCommands(program: Command, context: CommandContext): void {
  const menu = program
    .command('menu')
    .description('menu files, screens, and the flow between them');
  menu.addHelpText('after', HELP);
  addMenuCheck(menu, context);
  addMenuGraph(menu, context);
  addMenuWhy(menu, context);
  addMenuShow(menu, context);
}
