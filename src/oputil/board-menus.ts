import { createArtStore } from '../art/art-store';
import { kindOfCode } from '../menu/screen/mci-codes';
import { BbsError } from '../base/errors';
import { SILENCE, type Log } from '../base/log';
import { findMenuFile } from '../config/board';
import { nearestName } from '../base/nearest';
import type { Finding, MenuEntry, MenuSet } from '../menu/load/menu-entry';
import { loadMenus } from '../menu/load/menu-file';
import { loadBoardThemes } from '../menu/load/board-themes';
import { loadMods } from '../modules/board-mods';
import { readOwnParts } from '../modules/own-parts';
import { checkBoard, type BoardParts } from '../modules/board-check';
import type { CommandContext } from './command-context';

/** Loads menus, themes and art from the disk, also changes that the board has not taken over. */
export async function loadBoardParts(context: CommandContext): Promise<BoardParts> {
  const board = await context.board();
  const { config, placeOf } = await context.loadedConfig();
  const { env } = context.io;
  const log = (): Log => SILENCE;
  const mods = await loadMods(board.boardDir, config.mods);
  const own = readOwnParts(mods, { clock: context.clock, log });
  return {
    own,
    config,
    configPlace: placeOf,
    menus: await loadMenus({
      file: await findMenuFile(board, { config, placeOf }),
      env,
      acsCodes: own.acs,
      fallbackFolders: board.configFallbacks,
    }),
    themes: await loadBoardThemes({ board, config, env }),
    art: createArtStore({
      roots: board.artRoots,
      ...{ random: context.random, clock: context.clock },
      kindOf: (code) => kindOfCode(code, own.mci),
    }),
  };
}

/** All findings of menus and art, with the errors of `menu check`. */
export async function findBoardFindings(context: CommandContext): Promise<readonly Finding[]> {
  return checkBoard(await loadBoardParts(context), { bypass: 'error', isCheck: true });
}

/** Returns the menu called `name`; throws USAGE with the nearest name. */
export function getMenu(menus: MenuSet, name: string): MenuEntry {
  const menu = menus.menus.get(name);
  if (menu !== undefined) return menu;
  const nearest = nearestName(name, menus.menus.keys());
  const hint = nearest === undefined ? 'see oputil menu check' : `did you mean '${nearest}'?`;
  throw new BbsError('USAGE', `there is no menu '${name}'; ${hint}`);
}
