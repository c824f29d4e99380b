import { formatProblem } from '../config/problems';
import { loadBoardThemes } from '../menu/load/board-themes';
import { sayOf } from '../menu/load/theme';
import type { Say } from '../texts/texts';

/** The sentences of mails that this tool writes, and a note where the board's own cannot be read. */
export async function findBoardWords(
  of: Parameters<typeof loadBoardThemes>[0],
  note: (text: string) => void,
): Promise<Say> {
  const themes = await loadBoardThemes(of);
  for (const { rule, place, text } of themes.textProblems) {
    if (rule !== 'broken-texts') continue;
    note(`The mail has the stock sentences: ${formatProblem({ place, message: text })}`);
  }
  return sayOf(themes, of.config.theme.preLogin);
}
