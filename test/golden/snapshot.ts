import type { ScreenCell, ScreenEmulator } from '../support/screen';

const NORMAL = '7/0';
/** One letter for each style of a screen; the normal one is a dot. */
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/**
 * A screen as text that can be read and compared: each row, and below it, where it has colours, a
 * letter for the style of each cell; at the end what the letters stand for.
 */
export function snapshotOf(screen: ScreenEmulator): string {
  const styles = new Map<string, string>([[NORMAL, '.']]);
  const rows = Array.from({ length: screen.height }, (_, index) => {
    const cells = withoutOffset(screen.cells(index + 1));
    const text = cells
      .map(({ character }) => character)
      .join('')
      .trimEnd();
    const colors = cells.map((cell) => letterFor(styleOf(cell), styles)).join('');
    const shownColors = colors.replace(/\.+$/, '');
    return shownColors === '' ? `|${text}` : `|${text}\n~${shownColors}`;
  });
  while (rows.at(-1) === '|') rows.pop();
  const legend = [...styles]
    .filter(([, letter]) => letter !== '.')
    .map(([style, letter]) => `${letter}=${style}`);
  const { row, column } = screen.cursor;
  return [
    ...rows,
    `cursor ${row},${column}`,
    ...(legend.length === 0 ? [] : [legend.join(' ')]),
  ].join('\n');
}

/** A row as it is in UTC: heads of lists name the zone of the machine. */
function withoutOffset(cells: readonly ScreenCell[]): readonly ScreenCell[] {
  const text = cells.map(({ character }) => character || ' ').join('');
  const [found = ''] = /(?<=\bUTC)[+-][\d:]+/.exec(text) ?? [];
  const from = found === '' ? cells.length : text.indexOf(`UTC${found}`) + 'UTC'.length;
  return cells.filter((_, index) => index < from || index >= from + found.length);
}

function letterFor(style: string, styles: Map<string, string>): string {
  const known = styles.get(style);
  if (known !== undefined) return known;
  const letter = LETTERS[styles.size - 1] ?? '?';
  styles.set(style, letter);
  return letter;
}

/** Colours as a terminal of sixteen shows them: bold is the bright one, blink under iCE a bright ground. */
function styleOf(cell: ScreenCell): string {
  const blank = cell.character === ' ' && !cell.inverse && !cell.underline;
  const foreground = cell.bold && cell.foreground < 8 ? cell.foreground + 8 : cell.foreground;
  const background = cell.blink && cell.background < 8 ? cell.background + 8 : cell.background;
  const flags = `${cell.inverse ? ' inverse' : ''}${cell.underline ? ' underline' : ''}`;
  // Nobody sees the ink of a space.
  return `${blank ? 7 : foreground}/${background}${flags}`;
}

/** Snapshots by name, as they stand in the file of one screen. */
export function formatGolden(snapshots: ReadonlyMap<string, string>): string {
  return [...snapshots].map(([name, text]) => `==== ${name}\n${text}\n`).join('\n');
}

export function parseGolden(text: string): ReadonlyMap<string, string> {
  const parts = text.split(/^==== /m).slice(1);
  return new Map(
    parts.map((part) => {
      const end = part.indexOf('\n');
      return [part.slice(0, end), part.slice(end + 1).trimEnd()] as const;
    }),
  );
}
