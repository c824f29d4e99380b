import { BbsError } from '../base/errors';
import { loadBoardThemes } from '../menu/load/board-themes';
import { sayOf } from '../menu/load/theme';
import { sayStock, type Say } from '../texts/texts';

/** The sentences of mails that this tool writes; those of the program, and a note, where the board's cannot be read. */
export async function findBoardWords(
  of: Parameters<typeof loadBoardThemes>[0],
  note: (text: string) => void,
): Promise<Say> {
  try {
    return sayOf(await loadBoardThemes(of), of.config.theme.preLogin);
  } catch (error) {
    if (!(error instanceof BbsError)) throw error;
    note(`The mail has the stock sentences: ${error.describe()}`);
    return sayStock;
  }
}
