import type { Difference } from './recorded-screens';

/** A difference that this project chose; `docs/moving.md` has the reason, in the row of this name. */
export interface ChosenDifference {
  readonly name: string;
  readonly screens: RegExp;
  readonly covers: (difference: Difference) => boolean;
}

/** Texts that come from the clock, the node, the version or the history of calls. */
export const MASKED: readonly {
  readonly screens: RegExp;
  readonly row: number;
  readonly columns: readonly [first: number, last: number];
}[] = [{ screens: /^USERLOG/, row: 21, columns: [64, 77] }];

export const CHOSEN_DIFFERENCES: readonly ChosenDifference[] = [
  {
    name: 'The cursor where nothing is typed',
    screens: /./,
    covers: ({ kind }) => kind === 'hidden cursor',
  },
  {
    name: 'Colours of art behind a code',
    screens: /^USERLOG/,
    covers: ({ recorded, here }) => recorded.ink === 0 && here.ink === 8,
  },
  {
    name: 'Shift+Tab',
    screens: /^USERLOG shift\+tab$/,
    covers: ({ row }) => row === 15 || row === 16,
  },
  {
    // The name that was typed, and the message on its line; all else is the form as it was recorded.
    name: 'A wrong name or password',
    screens: /^USERLOG wrong password$/,
    covers: ({ kind, row, column }) =>
      kind === 'cell' && ((row === 15 && column >= 62 && column <= 64) || row === ROW_OF_MESSAGES),
  },
  {
    // That board wrote the record as text, which scrolled its art by two rows, below views that stayed: blanks of the
    // list cover the art's last row, and the question stands a row below it.
    name: 'A damaged SAUCE record',
    screens: /^MMENU/,
    covers: ({ kind, row, column, recorded: { character } }) => {
      if (kind !== 'cell') return false;
      if (row === 22)
        return column === 80 ? character === 'S' : character === ' ' && column > 4 && column < 76;
      if (row === 23) return column <= 32 ? 'AUCE00 '.includes(character) : column > 43;
      return row === 24 && ' 20230904\u00ef'.includes(character);
    },
  },
];

const ROW_OF_MESSAGES = 25;

/** Where rows of a recorded screen stand here: that board's art was scrolled, its views were not. */
export const MOVED_ROWS: readonly {
  readonly screens: RegExp;
  readonly rowHere: (row: number) => number;
}[] = [{ screens: /^MMENU/, rowHere: (row) => row + (row <= 22 ? 2 : 1) }];

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
