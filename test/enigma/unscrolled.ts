import type { RecordedScreen, Run } from './recorded-screens';

type Row = RecordedScreen['rows'][number];

/** The row of docs/moving.md that has the reason. */
export const UNSCROLLED = 'A damaged SAUCE record';

/** Where the question of the onelinerz stands in its row: columns from 0, and how many. */
const QUESTION = { from: 32, columns: 11 } as const;

const plain = (from: number, columns: number): Run => [
  ...([from, columns, 'default', 'default'] as const),
  ...([false, false, false] as const),
];
const bold = (from: number, columns: number, ink: string, paper = 'black'): Run => [
  ...([from, columns, ink, paper] as const),
  ...([true, false, false] as const),
];
const cyan: Run = [16, 14, 'cyan', 'black', false, false, false];
const green: Run = [61, 4, 'green', 'black', false, false, false];

/** The first two rows of the art, which went off the recorded screen. */
const TOP: readonly Row[] = [
  {
    text: `${' '.repeat(36)}▄█▄▄▄${' '.repeat(39)}`,
    runs: [plain(0, 38), bold(38, 2, 'white', 'white'), bold(40, 1, 'white'), plain(41, 39)],
  },
  {
    text: `${' '.repeat(35)}▀▄▀▄▀██${' '.repeat(38)}`,
    runs: [
      ...[plain(0, 35), bold(35, 1, 'black', 'white'), bold(36, 5, 'white', 'white')],
      ...[bold(41, 1, 'white'), plain(42, 38)],
    ],
  },
];

/** The last row of the art, but for the question: the recorded screen has both its ends alone. */
const LAST_RUNS: readonly Run[] = [
  ...[bold(0, 16, 'black'), cyan, bold(30, 2, 'cyan')],
  ...[plain(43, 13), bold(56, 3, 'green'), bold(59, 2, 'black'), green, bold(65, 14, 'black')],
  plain(79, 1),
];

const NOTHING: Row = { text: ' '.repeat(80), runs: [plain(0, 80)] };

/**
 * The screen of the onelinerz as it is meant, from what was recorded of it. That board wrote the damaged SAUCE record of
 * the art as text, from the end of the last row on. So the art was scrolled by two rows, below views that stayed: blanks
 * of the list cover its last row but for both ends, and the question stands a row below it. Undefined for any other.
 */
export function unscrolled({
  rows,
  cursor,
  ...recorded
}: RecordedScreen): RecordedScreen | undefined {
  if (!recorded.name.startsWith('MMENU')) return undefined;
  const rowAt = (at: number): Row => rows[at] ?? NOTHING;
  const [ends, asked, record] = [rowAt(21), rowAt(22), rowAt(23)];
  const question = asked.text.slice(QUESTION.from, QUESTION.from + QUESTION.columns);
  // Should another recording be put there, what stands here is to be looked at.
  const found = [ends.text, asked.text.replace(question, ' '.repeat(question.length)), record.text];
  const known = [` ▀▄█${' '.repeat(71)}███▀S`, 'AUCE00'.padEnd(80), ' 20230904ï'.padEnd(80)];
  if (found.join('\n') !== known.join('\n'))
    throw new Error(`${recorded.name} is another recording: ${JSON.stringify(found)}`);
  const text = [
    `${ends.text.slice(0, 4)}█████▄▀▄ ▄  add a oneliner? ${question}`,
    `${' '.repeat(13)}ESC: quit ▄▀▄▀▄█▀▄█${ends.text.slice(75, 79)} `,
  ].join('');
  const runs = asked.runs.filter(([from]) => from >= QUESTION.from && from < 43);
  const last = { text, runs: [...LAST_RUNS, ...runs] };
  return {
    ...recorded,
    cursor: [24, cursor[1]],
    rows: [...TOP, ...rows.slice(0, 21), last, NOTHING],
  };
}

/** How many cells of it were not recorded: two rows of art, one without its ends and the question, and a blank one. */
export const UNSCROLLED_CELLS = 4 * 80 - 8 - QUESTION.columns;
