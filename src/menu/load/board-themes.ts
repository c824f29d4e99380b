import type { Board } from '../../config/board';
import type { Config } from '../../config/schema';
import { loadThemes, type LoadedThemes } from './theme-files';

/** The themes of a board with its own texts; throws where its file of texts cannot be read. */
export async function loadBoardThemes({
  board,
  config,
  env,
}: {
  readonly board: Pick<Board, 'artRoots' | 'find'>;
  readonly config: Pick<Config, 'theme'>;
  readonly env: Readonly<Record<string, string | undefined>>;
}): Promise<LoadedThemes> {
  return loadThemes({
    ...{ artRoots: board.artRoots, env, formats: config.theme },
    textsFile: await board.find('config/texts.hjson'),
  });
}
