import { normalizeKeyName, type Key, type ScreenPlace } from '../../terminal/key';
import { EditView } from '../../views/edit';
import { findTapped } from '../../views/tap';
import type { View } from '../../views/view';
import type { ComposedScreen } from '../screen/compose';

/** What a tap on the screen stands for. */
type Tapped =
  /** The form decides: a view is there, or nothing is. */
  | { readonly kind: 'form' }
  /** A key that the screen names there, such as `Esc: back`. */
  | { readonly kind: 'key'; readonly key: Key }
  /** A command that the screen names there, for the field where commands are typed. */
  | { readonly kind: 'command'; readonly viewId: number; readonly command: string };

/** `Esc: back`, up to the next key, a wide gap, or the end of the row. */
const KEY_HINT = /(?<!\w)(Esc|Escape|Enter|Tab|Space|PgUp|PgDn|[A-Za-z0-9?])(?:: | = )/g;
const GAP = /\s{2,}/g;
const LONGEST_COMMAND = 8;

/** Finds out what somebody means who taps on a place of the screen: what is written there. */
export function readTap(at: ScreenPlace, screen: ComposedScreen): Tapped {
  const { form } = screen;
  const views = form.views.filter((view) => view.acceptsFocus);
  if (findTapped(views, at, { exactly: true }) !== undefined) return { kind: 'form' };
  const text = writtenIn(screen, at.row);
  const column = at.column - 1;
  const prompt = views.find((view) => view instanceof EditView);
  const command = prompt && commandAt(text, column, commandsOf(screen, prompt));
  if (prompt !== undefined && command !== undefined) {
    return { kind: 'command', viewId: prompt.id, command };
  }
  const name = keyNamedAt(text, column);
  if (name === undefined) return { kind: 'form' };
  const typed = name.length === 1 ? name.toLowerCase() : '';
  return { kind: 'key', key: { name: typed === '' ? normalizeKeyName(name) : typed, text: typed } };
}

/** A row of the screen: the art, and what is written over it. */
function writtenIn({ canvas, form, backdrop }: ComposedScreen, row: number): string {
  const written = Array.from({ length: canvas.width }, (_, index) =>
    row > canvas.height ? ' ' : canvas.at(row, index + 1).character,
  );
  for (const view of [...(backdrop?.views ?? []), ...form.views]) {
    const cells = view.rows()[row - view.spec.row] ?? [];
    cells.forEach(({ character }, index) => {
      if (character.trim() !== '') written[view.spec.column - 1 + index] = character;
    });
  }
  return written.map((character) => (character === '' ? ' ' : character)).join('');
}

/** The key whose hint covers this column. */
function keyNamedAt(text: string, column: number): string | undefined {
  const hints = [...text.matchAll(KEY_HINT)];
  const found = hints.findLast(({ index }) => index <= column);
  if (found === undefined) return undefined;
  const gap = /\s{2,}|$/.exec(text.slice(found.index + found[0].length));
  const end = found.index + found[0].length + (gap?.index ?? 0);
  return column < end ? found[1] : undefined;
}

/** The command at the beginning of the words at this column, or alone before them. */
function commandAt(text: string, column: number, commands: readonly string[]): string | undefined {
  const gaps = [...text.matchAll(GAP)].map(({ index, 0: gap }) => index + gap.length);
  // One space before the first words is no gap.
  const starts = new Set([Math.max(0, text.search(/\S/)), ...gaps]);
  const pieces = [...starts]
    .map((start) => ({ start, words: /^(?:\S| (?=\S))*/.exec(text.slice(start))?.[0] ?? '' }))
    .filter(({ words }) => words !== '');
  const at = pieces.findLastIndex(({ start }) => start <= column);
  const piece = pieces[at];
  if (piece === undefined || column >= piece.start + piece.words.length) return undefined;
  const before = pieces[at - 1]?.words;
  const heads = [piece.words.split(' ')[0] ?? '', before ?? ''];
  return heads.flatMap((head) => {
    const word = head.replace(/^[[(<]|[\])>:.]+$/g, '').toLowerCase();
    const isShort = word !== '' && word.length <= LONGEST_COMMAND;
    return (isShort ? commands.find((each) => each.toLowerCase() === word) : undefined) ?? [];
  })[0];
}

/** The commands that the menu knows for what is typed in this field. */
function commandsOf({ rules }: ComposedScreen, field: View): readonly string[] {
  return rules
    .submit(field.id)
    .flatMap(({ match }) => match)
    .flatMap(({ field: name, equals }) =>
      name === field.argName && typeof equals === 'string' ? [equals] : [],
    );
}
