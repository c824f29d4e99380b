import { systemClock } from '../../src/base/clock';
import type { MenuEntry } from '../../src/menu/load/menu-entry';
import type { BoardParts } from '../../src/modules/board-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadBoardParts } from '../../src/oputil/board-menus';
import { CommandContext } from '../../src/oputil/command-context';
import { SAMPLE_USER, type ModulePage } from '../../src/oputil/module-pages';
import { HarmlessIo } from '../../src/oputil/oputil-io';
import { composePage } from '../../src/oputil/preview';
import { pagesOf } from '../../src/oputil/scripted-caller';
import { makeModuleBoard } from '../support/module-menus';
import { ScreenEmulator } from '../support/screen';
import { NOW_MS, type TourOptions } from './tour';

/** Pages that show art of the sysop alone, which the stock themes lack. */
export const OF_THE_SYSOP = ['wall, add', 'page, offer', 'letter, text', 'letter, menu'];

type Look = Omit<TourOptions, 'atStop'>;

/**
 * The pages behind the first screens of modules, drawn as `oputil menu show --page` draws them, on the stock board with
 * a menu of each module that it has none of.
 */
export class PageDrawer {
  private constructor(
    private readonly folder: string,
    private readonly context: CommandContext,
    private readonly parts: BoardParts,
    private readonly pages: ReadonlyMap<string, Place>,
  ) {}

  static async open(): Promise<PageDrawer> {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-pages-'));
    const board = await makeModuleBoard(folder);
    const clock = { ...systemClock, nowMs: () => NOW_MS };
    const nobody = {
      out: () => undefined,
      err: () => undefined,
      readLine: () => Promise.resolve(''),
    };
    const io = new HarmlessIo({ ...nobody, env: {}, clock });
    const context = new CommandContext(io, () => ({ board }));
    const parts = await loadBoardParts(context);
    const pages = [...parts.menus.menus.values()]
      .filter(isFirst)
      .flatMap((menu) => pagesOf(menu).map((page) => ({ menu, page })))
      .map((place) => [`${place.menu.name}, ${place.page.name}`, place] as const)
      .filter(([name]) => !OF_THE_SYSOP.includes(name));
    return new PageDrawer(folder, context, parts, new Map(pages));
  }

  get names(): readonly string[] {
    return [...this.pages.keys()];
  }

  /** Every page on one kind of terminal, by name. */
  async draw(look: Look): Promise<ReadonlyMap<string, ScreenEmulator>> {
    const screens = new Map<string, ScreenEmulator>();
    for (const [name, place] of this.pages) screens.set(name, await this.drawOne(place, look));
    return screens;
  }

  private async drawOne(place: Place, { theme, encoding, ...size }: Look): Promise<ScreenEmulator> {
    const { config } = this.parts;
    const themes = { ...config.theme, default: theme, preLogin: theme };
    const parts = { ...this.parts, config: { ...config, theme: themes } };
    const user = place.menu.loginArea ? undefined : SAMPLE_USER;
    // The theme of the board gives way to another where the window is too small for it; a named one does not.
    const how = { parts, size, encoding, server: 'ssh', user, theme: undefined } as const;
    const sent = await composePage(this.context, { ...how, ...place });
    if (sent === undefined) throw new Error(`nobody gets to ${place.page.name}`);
    const screen = new ScreenEmulator({ ...size, encoding: 'utf8' });
    screen.write(Buffer.from(sent));
    await screen.settled();
    return screen;
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

interface Place {
  readonly menu: MenuEntry;
  readonly page: ModulePage;
}

/** True for one menu of each module: the pages of another are the same. */
function isFirst({ module }: MenuEntry, at: number, all: readonly MenuEntry[]): boolean {
  return all.findIndex((menu) => menu.module.name === module.name) === at;
}
