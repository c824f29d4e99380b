import type { MenuCaller } from '../support/menu-board';
import type { ScreenCell } from '../support/screen';
import { STOPS, takeTour, THEMES } from './tour';

const SIZES = [
  { width: 80, height: 24 },
  { width: 40, height: 24 },
] as const;

/** A message to the node, and the warning of a silent caller: one row of 80 columns, two of 40. */
const SYSTEM_LINES = [
  'The board goes down at noon.',
  'You have been silent for a while: this call ends in 45 seconds.',
];

/** What stands in the place for sentences, and gives way to a newer one. */
const SENTENCES = [
  ...SYSTEM_LINES,
  // A pause on the last row of a full screen has no other.
  `Press a key to go on  ${SYSTEM_LINES.join(' ')}`,
  'This name is taken. Please choose another.',
  'Too many people use that password. Please choose another.',
  'Please type the whole date: year, month, day.',
  'The two passwords are not the same.',
  'Wrong user name or password. 2 tries are left.',
  'Wrong name or password. 2 tries left.',
  'Wrong code. Each code works only once. 2 tries are left.',
  'Wrong code. 2 tries left.',
  'The name that others see you by',
  'Your name, and how to reach you',
  'For the sysop; may stay empty',
  'Year, month, day; may stay empty',
  'Best: 15 letters or more, a few words for instance.',
  'The one that you sign in with.',
  'A mail with a link is on its way. Type 9999 on its page; stay signed in.',
  'Your password alone lets you in. A code beside it is much safer.',
  'Signing in takes your password and a one-time code from your phone.',
];

function isBlank({ character, background, inverse, underline }: ScreenCell): boolean {
  return character.trim() === '' && background === 0 && !inverse && !underline;
}

/** What a system line has written over, in each row from the first to the last such cell. */
async function coveredBy(whom: MenuCaller, line: string): Promise<readonly string[]> {
  const { screen, caller } = whom;
  const before = Array.from({ length: screen.height }, (_, at) => screen.cells(at + 1));
  const text = (): string => screen.rows().join(' ').replace(/\s+/g, ' ');
  caller.inbox.post({ text: line, urgent: true });
  const beginning = line.split(' ').slice(0, 4).join(' ');
  await whom.until(`"${beginning}"`, () => text().includes(beginning));
  return before.flatMap((cells, row) => {
    const now = screen.cells(row + 1);
    const columns = cells.flatMap((cell, column) =>
      isBlank(cell) || cell.character === now[column]?.character ? [] : [column],
    );
    const written = cells.slice(columns[0], (columns.at(-1) ?? -1) + 1);
    return columns.length === 0 ? [] : [written.map(({ character }) => character).join('')];
  });
}

describe.each(THEMES.flatMap((theme) => SIZES.map((size) => ({ theme, ...size }))))(
  'system lines in the theme $theme at $width x $height',
  ({ theme, width, height }) => {
    it('stand on no art and on no view, on any screen', async () => {
      const seen: Record<string, readonly string[]> = {};
      await takeTour({
        ...{ theme, width, height, encoding: 'cp437' },
        atStop: async (name, caller) => {
          for (const line of SYSTEM_LINES) {
            const covered = await coveredBy(caller, line);
            const others = covered.filter(
              (text) => !SENTENCES.some((sentence) => sentence.includes(text)),
            );
            if (others.length > 0) seen[`${name}: ${line}`] = others;
          }
        },
      });
      expect(STOPS.length).toBeGreaterThan(30);
      expect(seen).toEqual({});
    }, 120_000);
  },
);
