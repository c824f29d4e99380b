import { WAY_IN_NAMES, type WayInName } from '../protocols/ways-in';
import { writeFileSync } from 'node:fs';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { BbsError } from '../base/errors';
import { whyNotWritten } from '../base/file-reason';
import { nearestName } from '../base/nearest';
import type { ThemeSet } from '../menu/load/theme';
import type { Canvas } from '../terminal/canvas';
import type { Encoding } from '../terminal/terminal';
import type { User } from '../store/users';
import { getAccount } from './account';
import { getMenu, loadBoardParts } from './board-menus';
import type { CommandContext } from './command-context';
import { SAMPLE_USER } from './module-pages';
import { composePage, composeScreen, type Size } from './preview';
import { paintScreen, toPng } from './screen-picture';
import { readScreen, toColoredLines } from './screen-reader';
import { pagesOf } from './scripted-caller';

interface ShowOptions {
  readonly theme?: string;
  readonly size: Size;
  readonly encoding: Encoding;
  readonly user?: string;
  readonly server: WayInName;
  readonly ansi?: boolean;
  readonly png?: string;
  readonly text?: boolean;
  readonly page?: string;
}

const HELP = `
The screen as callers see it until a key is wanted: art, views, pause, and what
its module fills in; lists are read from the database where --user is given, and
are empty otherwise. --page draws a page that the module shows from there, with
sample data, for --user or a sample account; a wrong name says which there are.
Colours are printed to a terminal, plain text to a file;
--ansi, --text and --png say which:
  oputil menu show matrix --png matrix.png
  oputil menu show matrix --ansi > matrix.utf8ans`;

/** `menu show`. */
export function addMenuShow(menu: Command, context: CommandContext): void {
  menu
    .command('show')
    .description('compose the screen of a menu')
    .argument('<menu>')
    .option('--theme <id>', 'in this theme')
    .addOption(
      new Option('--size <columns>x<rows>', 'on a screen of this size')
        .argParser(sizeOf)
        .default({ width: 80, height: 24 }, '80x24'),
    )
    .addOption(
      new Option('--encoding <encoding>', 'as callers with it see it')
        .choices(['cp437', 'utf8'])
        .default('cp437'),
    )
    .option('--page <page>', 'a further page of its module')
    .option('--user <user>', 'as this user, fully signed in')
    .addOption(new Option('--server <way>', 'way of the call').choices(WAY_IN_NAMES).default('ssh'))
    .option('--ansi', 'with colours, as one ANSI string in UTF-8')
    .option('--text', 'the characters alone')
    .option('--png <file>', 'write a picture of it')
    .addHelpText('after', HELP)
    .action((name: string, options: ShowOptions) => show(context, name, options));
}

export function sizeOf(text: string): Size {
  const [, width, height] = /^(\d{1,3})x(\d{1,3})$/i.exec(text) ?? [];
  const size = { width: Number(width), height: Number(height) };
  const fits = size.width >= 20 && size.width <= 500 && size.height >= 5 && size.height <= 500;
  if (fits) return size;
  throw new InvalidArgumentError('It is columns x rows, such as 80x24; from 20x5 to 500x500.');
}

async function show(context: CommandContext, name: string, options: ShowOptions): Promise<void> {
  const parts = await loadBoardParts(context);
  const menu = getMenu(parts.menus, name);
  const { size, encoding, server } = options;
  const user: User | undefined =
    options.user === undefined ? undefined : await getAccount(context, options.user);
  const theme = options.theme === undefined ? undefined : checkTheme(parts.themes, options.theme);
  const db = user === undefined ? undefined : (await context.backend()).db;
  const how = { size, encoding, server, user, theme, db };
  const sent =
    options.page === undefined
      ? await composeScreen(context, { parts, menu, ...how })
      : await composeNamed(context, { parts, menu, ...how }, options.page);
  const canvas = readScreen(sent, size);
  if (options.png !== undefined) return savePicture(context, canvas, options.png);
  const lines = canvas.toLines().slice(0, canvas.lastUsedRow);
  const ansi = canvas.toAnsi({ encoding: 'utf8', clear: true });
  const colored = options.text !== true && context.io.colors === true;
  const shown = options.ansi === true ? [ansi] : colored ? toColoredLines(canvas) : lines;
  context.showDrawing(shown, { menu: menu.name, ...size, encoding, lines, ansi });
}

async function composeNamed(
  context: CommandContext,
  how: Omit<Parameters<typeof composePage>[1], 'page'>,
  name: string,
): Promise<string> {
  const { menu } = how;
  const pages = pagesOf(menu);
  const page = pages.find((each) => each.name === name);
  if (page === undefined) {
    const names = pages.map((each) => each.name).join(', ');
    const hint = names === '' ? 'it has none' : `there are: ${names}`;
    throw new BbsError('USAGE', `'${menu.name}' has no page '${name}'; ${hint}`);
  }
  const user = how.user ?? (menu.loginArea ? undefined : SAMPLE_USER);
  const sent = await composePage(context, { ...how, user, page });
  if (sent !== undefined) return sent;
  throw new BbsError('USAGE', `nobody gets to the page '${name}' of '${menu.name}' on this board`);
}

function savePicture(context: CommandContext, canvas: Canvas, file: string): void {
  try {
    writeFileSync(file, toPng(paintScreen(canvas)));
  } catch (error) {
    const why = whyNotWritten(error);
    throw new BbsError('USAGE', `cannot write ${file}: ${why}; choose another --png`, {
      cause: error,
    });
  }
  const { width, height } = canvas;
  context.show(`Picture saved to ${file}`, { file, width, height });
}

export function checkTheme(themes: ThemeSet, id: string): string {
  const theme = themes.find(id);
  if (theme !== undefined) return theme.id;
  const ids = themes.list().map((each) => each.id);
  const nearest = nearestName(id, ids);
  const hint =
    nearest === undefined ? `there are: ${ids.join(', ')}` : `did you mean '${nearest}'?`;
  throw new BbsError('USAGE', `there is no theme '${id}'; ${hint}`);
}
