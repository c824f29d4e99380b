import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { BbsError } from '../base/errors';
import { whyNotWritten } from '../base/file-reason';
import type { MenuEntry } from '../menu/load/menu-entry';
import { escapeHtml } from '../mail/template';
import { ABSENT_MODULES } from '../modules/absent-modules';
import type { BoardParts } from '../modules/board-check';
import type { Canvas } from '../terminal/canvas';
import { loadBoardParts } from './board-menus';
import type { CommandContext } from './command-context';
import { checkTheme, sizeOf } from './menu-show';
import { SAMPLE_USER } from './module-pages';
import { composePage, composeScreen, type Size } from './preview';
import { paintScreen, sheetOf, toPng, type Pixels } from './screen-picture';
import { readScreen } from './screen-reader';
import { pagesOf } from './scripted-caller';

interface SheetOptions {
  readonly theme?: string;
  readonly size: Size;
  readonly out: string;
}

const HELP = `
Writes a picture of each menu's screen as callers see it, and of the pages that
its module shows from there; sheet.png has all of them at half the size, and
index.html shows both. Menus of the login area are drawn for who has not signed
in, the others for a caller without history.
Menus that show nothing, or whose module is not here, are named in index.html.
A sheet in the same folder takes the place of the one before; other files stay.
  oputil menu sheet --theme plain --out /tmp/plain`;

/** `menu sheet`. */
export function addMenuSheet(menu: Command, context: CommandContext): void {
  menu
    .command('sheet')
    .description('pictures of all screens, alone and together')
    .requiredOption('--out <dir>', 'folder for the pictures')
    .option('--theme <id>', 'in this theme')
    .addOption(
      new Option('--size <columns>x<rows>', 'on a screen of this size')
        .argParser(sizeOf)
        .default({ width: 80, height: 25 }, '80x25'),
    )
    .addHelpText('after', HELP)
    .action((options: SheetOptions) => drawSheet(context, options));
}

/** A screen that was drawn. */
interface Drawn {
  readonly name: string;
  readonly file: string;
  readonly pixels: Pixels;
}

async function drawSheet(context: CommandContext, options: SheetOptions): Promise<void> {
  const parts = await loadBoardParts(context);
  const theme = options.theme === undefined ? undefined : checkTheme(parts.themes, options.theme);
  const drawn: Drawn[] = [];
  const left: string[] = [];
  const add = (name: string, canvas: Canvas): void => {
    const file = `${String(drawn.length + 1).padStart(3, '0')}-${fileName(name)}.png`;
    drawn.push({ name, file, pixels: paintScreen(canvas) });
  };
  for (const menu of inOrder(parts.menus)) {
    const how = { parts, menu, size: options.size, theme };
    const canvas = await drawMenu(context, how);
    const pages = await drawPages(context, how, canvas);
    if (canvas === undefined && pages.length === 0) left.push(menu.name);
    if (canvas !== undefined) add(menu.name, canvas);
    for (const page of pages) add(`${menu.name}, ${page.name}`, page.canvas);
  }
  save(options.out, [
    ...drawn.map(({ file, pixels }) => ({ file, content: toPng(pixels) })),
    { file: 'sheet.png', content: toPng(sheetOf(drawn)) },
    { file: 'index.html', content: pageOf(parts.config.general.boardName, drawn, left) },
  ]);
  context.show(`${drawn.length} screens drawn into ${options.out}; open index.html there`, {
    out: options.out,
    screens: drawn.map(({ name, file }) => ({ menu: name, file })),
    withoutScreen: left,
  });
}

/** What callers come to first stands first. */
function inOrder({ menus }: BoardParts['menus']): readonly MenuEntry[] {
  const all = [...menus.values()];
  return [...all.filter((menu) => menu.loginArea), ...all.filter((menu) => !menu.loginArea)];
}

/** Undefined for a menu whose module is not here, and for one that shows nothing. */
async function drawMenu(context: CommandContext, how: Seen): Promise<Canvas | undefined> {
  const { menu, size } = how;
  if (ABSENT_MODULES.has(menu.module.name) && pagesOf(menu).length === 0) return undefined;
  const canvas = readScreen(await composeScreen(context, asSeen(how)), size);
  return canvas.lastUsedRow === 0 ? undefined : canvas;
}

interface Seen {
  readonly parts: BoardParts;
  readonly menu: MenuEntry;
  readonly size: Size;
  readonly theme: string | undefined;
}

function asSeen(how: Seen) {
  const user = how.menu.loginArea ? undefined : SAMPLE_USER;
  return { ...how, encoding: 'cp437', server: 'ssh', user } as const;
}

/** The pages of the menu's module that callers get to, by name; none that is the first screen again. */
async function drawPages(
  context: CommandContext,
  how: Seen,
  first: Canvas | undefined,
): Promise<readonly { readonly name: string; readonly canvas: Canvas }[]> {
  const pages = [];
  for (const page of pagesOf(how.menu)) {
    const sent = await composePage(context, { ...asSeen(how), page });
    const canvas = sent === undefined ? undefined : readScreen(sent, how.size);
    if (canvas === undefined || canvas.lastUsedRow === 0) continue;
    if (canvas.toLines().join('\n') === first?.toLines().join('\n')) continue;
    pages.push({ name: page.name, canvas });
  }
  return pages;
}

function pageOf(boardName: string, drawn: readonly Drawn[], left: readonly string[]): string {
  const figures = drawn.map(
    ({ name, file }) =>
      `<figure><a href="${file}"><img src="${file}" alt="${escapeHtml(name)}" loading="lazy"></a><figcaption>${escapeHtml(name)}</figcaption></figure>`,
  );
  const rest =
    left.length === 0 ? '' : `<p>Without a screen here: ${left.map(escapeHtml).join(', ')}.</p>`;
  const title = `The screens of ${escapeHtml(boardName)}`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${title}</title>
<style>
body { background: #303030; color: #ddd; font: 14px sans-serif; margin: 16px }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(320px, 1fr)); gap: 16px }
figure { margin: 0 }
img { width: 100% }
a { color: #fff }
</style>
<h1>${title}</h1>
<p><a href="sheet.png">All on one sheet</a></p>
<main>
${figures.join('\n')}
</main>
${rest}
</html>
`;
}

/** Menu names may hold anything; file names may not. */
function fileName(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 80);
}

/** Names of the files of a sheet, one a line: these alone the next one in the same folder replaces. */
const LIST = '.menu-sheet';

function save(
  folder: string,
  files: readonly { readonly file: string; readonly content: Buffer | string }[],
): void {
  try {
    mkdirSync(folder, { recursive: true });
    const before = listBefore(folder);
    const foreign = files.find(
      ({ file }) => !before.includes(file) && existsSync(join(folder, file)),
    );
    if (foreign !== undefined)
      throw new BbsError(
        'USAGE',
        `${join(folder, foreign.file)} is there already and of no earlier sheet; choose another --out`,
      );
    const names = files.map(({ file }) => file);
    // Written first: what is cut short is known to the next one.
    writeFileSync(join(folder, LIST), `${[...new Set([...before, ...names])].join('\n')}\n`);
    for (const { file, content } of files) writeFileSync(join(folder, file), content);
    for (const file of before)
      if (!names.includes(file)) rmSync(join(folder, file), { force: true });
    writeFileSync(join(folder, LIST), `${names.join('\n')}\n`);
  } catch (error) {
    if (error instanceof BbsError) throw error;
    const why = whyNotWritten(error);
    throw new BbsError('USAGE', `cannot write into ${folder}: ${why}; choose another --out`, {
      cause: error,
    });
  }
}

/** What the last sheet wrote into the folder; only names that a sheet gives. */
function listBefore(folder: string): readonly string[] {
  const file = join(folder, LIST);
  if (!existsSync(file)) return [];
  const isSheets = /^(?:\d{3,}-[A-Za-z0-9_-]+\.png|sheet\.png|index\.html)$/;
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((name) => isSheets.test(name));
}
