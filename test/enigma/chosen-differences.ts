import type { Difference } from './recorded-screens';

/** A difference that this project chose; `docs/moving.md` has the reason, in the row of this name. */
export interface ChosenDifference {
  readonly name: string;
  readonly screens: RegExp;
  readonly covers: (difference: Difference) => boolean;
}

const anywhere = (): boolean => true;

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
    name: 'A wrong name or password',
    screens: /^USERLOG wrong password$/,
    covers: anywhere,
  },
  {
    // That board wrote the record as text, which scrolled its screen by a row.
    name: 'A damaged SAUCE record',
    screens: /^MMENU/,
    covers: anywhere,
  },
];

/** Keys that do something here by choice, each with the key that undoes it for the screens behind. */
export const UNDO_KEYS: ReadonlyMap<string, string> = new Map([['\x1b[Z', '\t']]);

/** What is waited for where all that differs was chosen: the answer to the keys. */
export const ANSWERS: ReadonlyMap<string, string> = new Map([
  ['USERLOG wrong password', 'Wrong user name or password.'],
]);
