import { version } from '../../package.json';
import type { Difference, SeenCell } from './recorded-screens';

/** A difference that this project chose; `docs/moving.md` has the reason, in the row of this name. */
export interface ChosenDifference {
  readonly name: string;
  readonly screens: RegExp;
  /** Exactly the cells that differ, each with what stands there on both sides. */
  readonly covers: (difference: Difference) => boolean;
}

/** Texts that are those of either program, each with where it begins: of the clock and the node none differs. */
export const MASKED: readonly {
  readonly screens: RegExp;
  readonly row: number;
  readonly column: number;
  readonly recorded: string;
  readonly here: string;
}[] = [{ screens: /^USERLOG/, row: 21, column: 66, recorded: '0.5.0-beta', here: version }];

export const CHOSEN_DIFFERENCES: readonly ChosenDifference[] = [
  {
    name: 'The cursor where nothing is typed',
    screens: /./,
    covers: ({ kind }) => kind === 'hidden cursor',
  },
  {
    name: 'Colours of art behind a code',
    screens: /^USERLOG/,
    covers: ({ kind, row, recorded, here }) =>
      kind === 'cell' &&
      row >= 15 &&
      row <= 17 &&
      isAlike(recorded, here) &&
      recorded.ink === 0 &&
      here.ink === 8,
  },
  {
    name: 'Shift+Tab',
    screens: /^USERLOG shift\+tab$/,
    covers: ({ kind, row, column, recorded, here, cursorHere }) => {
      if (kind === 'cursor') return cursorHere?.row === 15 && cursorHere.column === 64;
      // The focus is on the name that was typed, and no more on the password.
      const inks = row === 15 && column <= 63 ? [7, 15] : row === 16 && column <= 64 ? [9, 1] : [];
      return column >= 62 && isAlike(recorded, here) && `${[recorded.ink, here.ink]}` === `${inks}`;
    },
  },
  {
    // The name that was typed, and the message on its line; all else is the form as it was recorded.
    name: 'A wrong name or password',
    screens: /^USERLOG wrong password$/,
    covers: ({ kind, row, column, here }) => {
      if (kind !== 'cell') return false;
      if (row === 15) return column === 64 && here.character === 'e' && here.ink === 7;
      return row === 25 && here.character === WRONG[column - 2] && here.ink === 11;
    },
  },
];

const WRONG = 'Wrong user name or password. 2 tries are left.';

/** The same in another ink. */
function isAlike(recorded: SeenCell, here: SeenCell): boolean {
  const { character, paper, blink } = recorded;
  return here.character === character && here.paper === paper && here.blink === blink;
}

/** Recorded screens in whose place another one stays here: with that one they are compared. */
export const STAYS_ON: ReadonlyMap<string, string> = new Map([
  ['USERLOG wrong password', 'USERLOG tab'],
]);

/** Keys that do something here by choice, each with the key that undoes it for the screens behind. */
export const UNDO_KEYS: ReadonlyMap<string, string> = new Map([['\x1b[Z', '\t']]);

/** What is waited for where all that differs was chosen: the answer to the keys. */
export const ANSWERS: ReadonlyMap<string, string> = new Map([
  ['USERLOG wrong password', 'Wrong user name or password.'],
]);
