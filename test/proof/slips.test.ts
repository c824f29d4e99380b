import {
  openedByConditionSlips,
  openWithSlip,
  slipsIn,
  STOCK_MENU_FILES,
  STOCK_THEME_FILES,
  themeWithSlip,
  withSlip,
} from '../support/edited-board';
import { runs } from '../support/runs';

/** In the suite every so many slips, in `npm run test:properties` all of them. */
const STRIDE = runs(2) === 2 ? 1 : 29;
const MINUTES_MS = 600_000;

describe('a slip in a line of a stock file: dropped, doubled or misspelt', () => {
  test.each(STOCK_MENU_FILES)(
    '%s: the board opens or says where it does not, and no menu opens to who is not through',
    async (file) => {
      const counts = { opens: 0, refused: 0 };
      for (const slip of slipsIn(file).filter((_, at) => at % STRIDE === 0)) {
        counts[await openWithSlip(slip)] += 1;
      }
      expect(counts.opens).toBeGreaterThan(0);
    },
    MINUTES_MS,
  );

  test.each(STOCK_THEME_FILES)(
    '%s: the theme stays, with its file or without it',
    async (file) => {
      const counts = { opens: 0, 'without it': 0 };
      for (const slip of slipsIn(file).filter((_, at) => at % STRIDE === 0)) {
        counts[await themeWithSlip(slip)] += 1;
      }
      expect(counts.opens).toBeGreaterThan(0);
    },
    MINUTES_MS,
  );

  test.each(STOCK_MENU_FILES.slice(1))(
    '%s: a condition that is misspelt or stands twice opens nothing more',
    async (file) => {
      expect(await openedByConditionSlips(file)).toEqual([]);
    },
    MINUTES_MS,
  );

  test('is one line of the file, and the file is another one', () => {
    for (const slip of slipsIn('config/menu.hjson').slice(0, 30)) {
      const text = withSlip({ ...slip, kind: 'doubled' });
      expect(text.split('\n').length).toBe(
        withSlip({ ...slip, kind: 'dropped' }).split('\n').length + 2,
      );
    }
  });

  test('a login without the method that signs in is refused: nobody could sign in by telnet', async () => {
    const slips = slipsIn('config/menus/login.hjson').filter(
      (slip) => /systemMethod:login\b/.test(lineOf(slip)) && slip.kind !== 'doubled',
    );
    const results = await Promise.all(slips.map(openWithSlip));
    expect(results).toEqual(['refused', 'refused']);
  });

  function lineOf({ file, line }: { readonly file: string; readonly line: number }): string {
    return withSlip({ file, line, kind: 'doubled' }).split('\n')[line] ?? '';
  }
});
