import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOGIN_AREA_MENUS } from '../../src/menu/load/login-area';
import { EditedBoard, tryConfigSlips } from '../support/edited-board';
import { describeEnigma, ENIGMA_BOARD } from './support';

/** Every so many slips; all of them by `SALLYPORT_SLIPS=1 npm run test:enigma -- test/enigma/slips`. */
const STRIDE = Number(process.env['SALLYPORT_SLIPS'] ?? 20);
/** Lines in which a slip could open a way past the second door; each slip in one of them is tried. */
const GUARDS = new RegExp(
  ['acs:', 'area:', 'module:', '@systemMethod:', 'login', ...LOGIN_AREA_MENUS].join('|'),
  'i',
);
const HOUR_MS = 3_600_000;
const MENUS = join('config', 'menus');
const THEME = join('art', 'themes', 'luciano_blocktronics', 'theme.hjson');
const MAIN = 'new_enigma_bbs-main.hjson';

describeEnigma('a slip in a line of an ENiGMA½ board: dropped, doubled or misspelt', () => {
  const board = new EditedBoard(ENIGMA_BOARD, join(MENUS, MAIN));
  const files = readdirSync(join(ENIGMA_BOARD, MENUS)).sort();
  const sample = (file: string) =>
    board.slipsIn(file).filter((slip, at) => at % STRIDE === 0 || GUARDS.test(board.lineOf(slip)));

  test(
    'the board opens or says where it does not, and no menu opens to who is not through',
    async () => {
      const counts = { opens: 0, refused: 0 };
      for (const slip of files.flatMap((name) => sample(join(MENUS, name))))
        counts[await board.openWith(slip)] += 1;
      console.log(`slips in menus: ${counts.opens} open, ${counts.refused} are refused`);
      expect(counts.opens).toBeGreaterThan(0);
      expect(counts.refused).toBeGreaterThan(0);
    },
    HOUR_MS,
  );

  test.each(files)(
    '%s: a condition that is misspelt or stands twice opens nothing more',
    async (name) => {
      expect(await board.openedByConditionSlips(join(MENUS, name))).toEqual([]);
    },
    HOUR_MS,
  );

  test(
    'the theme stays, with its file or without it',
    async () => {
      const counts = { opens: 0, 'without it': 0 };
      for (const slip of sample(THEME)) counts[await board.themeWith(slip)] += 1;
      console.log(`slips in the theme: ${counts.opens} open, ${counts['without it']} without it`);
      expect(counts.opens).toBeGreaterThan(0);
    },
    HOUR_MS,
  );

  test('no slip in its configuration changes anything without a word', async () => {
    const text = readFileSync(join(ENIGMA_BOARD, 'config', 'config.hjson'), 'utf8');
    const { opens, refused } = await tryConfigSlips(text);
    console.log(`slips in config.hjson: ${opens} open, ${refused} are refused`);
    expect(opens).toBeGreaterThan(refused);
  });
});
