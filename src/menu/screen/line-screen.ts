import { artExtension, type Art } from '../../art/art-file';
import type { Canvas } from '../../terminal/canvas';
import { ItemListView } from '../../views/item-list';
import type { View } from '../../views/view';
import type { CallContext } from '../run/call-context';
import { choose } from '../load/choice';
import type { KeyRule, MenuEntry, SubmitRule } from '../load/menu-entry';

/** A screen where there is no cursor: what is said before the first question, and what stands beside each view. */
interface SpokenScreen {
  readonly lines: readonly string[];
  readonly labels: ReadonlyMap<number, string>;
}

/** A screen as far as it is said. */
interface WrittenScreen {
  readonly canvas: Canvas;
  readonly views: readonly View[];
  /** What is said instead of art that is no text. */
  readonly instead: readonly string[] | undefined;
}

/** What a menu remembers of its lines, where it is said line by line; without it they are all said. */
export const SAID_LINES = 'said-lines';

/** Extensions of art that is read out as it is; other art is a picture, and left out. */
const TEXT_ART = ['.asc', '.txt'];

/** True for art that is text: a file of words, or lines that the program made. */
export function isTextArt({ file }: Pick<Art, 'file'>): boolean {
  return file === '' || TEXT_ART.includes(artExtension(file));
}

/** The text of a screen from top to bottom; the words beside or above a question go with it. */
export function speak({ canvas, views, instead }: WrittenScreen): SpokenScreen {
  const rows = Array.from({ length: canvas.height }, (_, index) => {
    const { characters } = canvas.rowOf(index + 1);
    return Array.from({ length: canvas.width }, (__, column) => characters[column] ?? ' ');
  });
  const sorted = views.toSorted(
    (left, right) => left.spec.row - right.spec.row || left.spec.column - right.spec.column,
  );
  const page: Page = { rows, views: sorted };
  const labels = new Map<number, string>();
  for (const view of sorted.filter(isQuestion)) labels.set(view.id, takeLabel(page, view));
  const quiet = sorted.filter((view) => !isQuestion(view));
  if (instead === undefined) return { lines: textOf(rows, quiet), labels };
  return { lines: [...instead, ...quiet.flatMap((view) => view.lineText.split('\n'))], labels };
}

/**
 * What was not said yet. A title that the screen before began with is not said again, such as the board's name at the
 * matrix; whoever comes back to a menu hears its name instead of what it said.
 */
export function withoutSaid(
  lines: readonly string[],
  { memory, desc }: { readonly memory?: Map<string, unknown>; readonly desc?: string },
  call: Pick<CallContext, 'titleSaid'>,
): readonly string[] {
  const before = memory?.get(SAID_LINES);
  memory?.set(SAID_LINES, lines);
  const isTitleSaid = lines[0] !== undefined && lines[0] === call.titleSaid;
  call.titleSaid = lines[0];
  if (!Array.isArray(before)) return isTitleSaid ? lines.slice(1) : lines;
  return [desc ?? '', ...lines.filter((line) => !before.includes(line))];
}

interface Page {
  readonly rows: readonly string[][];
  readonly views: readonly View[];
}

function isQuestion(view: View): boolean {
  return view.isAsked && view.acceptsFocus;
}

/** What stands before a view, else above it; and what stands below it, from its column on. */
function takeLabel(page: Page, view: View): string {
  const { row, column } = view.spec;
  const before = viewsOn(page, row)
    .filter((other) => other.spec.column < column)
    .at(-1);
  const beside = take(page, row, { from: before?.spec.column ?? 1, to: column - 1 });
  const label = beside === '' ? takeAbove(page, row) : beside;
  const hint = isFree(page, row + 1) && indentOf(page, row + 1) === column ? row + 1 : undefined;
  const below = hint === undefined || column === 1 ? '' : take(page, hint, WHOLE_ROW);
  const words = [label === '' ? nameOf(view) : label, below].filter((text) => text !== '');
  return words.join(', ');
}

const WHOLE_ROW = { from: 1, to: Infinity } as const;

/** The lines directly above a row, up to a blank one or one with a view. */
function takeAbove(page: Page, row: number): string {
  let first = row;
  while (isFree(page, first - 1)) first -= 1;
  const lines: string[] = [];
  for (let above = first; above < row; above++) lines.push(take(page, above, WHOLE_ROW));
  return lines.filter((line) => line !== '').join(' ');
}

function isFree(page: Page, row: number): boolean {
  return viewsOn(page, row).length === 0 && indentOf(page, row) > 0;
}

function viewsOn({ views }: Page, row: number): readonly View[] {
  return views.filter((view) => view.spec.row === row);
}

/** Column of the first character of a row; 0 for one that is blank or outside. */
function indentOf({ rows }: Page, row: number): number {
  return (rows[row - 1]?.findIndex((character) => character !== ' ' && character !== '') ?? -1) + 1;
}

/** Takes words out of a row; what is only drawn counts as none. */
function take(
  { rows }: Page,
  row: number,
  { from, to }: { readonly from: number; readonly to: number },
): string {
  const cells = rows[row - 1] ?? [];
  const text = wordsOf(cells.slice(from - 1, to).join(''));
  if (text === '') return '';
  cells.fill(' ', from - 1, Math.min(to, cells.length));
  return text;
}

/** Letters, digits and punctuation, without what is drawn around them. */
function wordsOf(text: string): string {
  const words = text
    .replace(/[^\p{L}\p{N}\p{P}+$<>=^`~]+/gu, ' ')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .replace(/[\s:.>_=-]+$/u, '');
  return /\p{L}/u.test(words) ? words : '';
}

/** A name for a view that nothing stands beside: its name in the data, in words. */
function nameOf(view: View): string {
  return view instanceof ItemListView ? '' : wordsOfName(view.argName);
}

/** `newPassword` becomes `New password`; '' for a name that is a number. */
export function wordsOfName(name: unknown): string {
  if (typeof name !== 'string' || !/^[A-Za-z]+$/.test(name)) return '';
  const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** What help calls a menu; `desc` is what others see of who is there. */
export function nameInHelp(
  menu: Partial<Pick<MenuEntry, 'helpName' | 'desc'>> & { readonly name: string },
): string {
  return menu.helpName ?? menu.desc ?? menu.name;
}

/** The rows with the texts of the views that are no questions; blank rows are left out. */
function textOf(rows: readonly string[][], quiet: readonly View[]): readonly string[] {
  return rows.flatMap((cells, index) => {
    const here = quiet.filter((view) => view.spec.row === index + 1);
    let text = '';
    let from = 0;
    for (const view of here) {
      text += `${cells.slice(from, view.spec.column - 1).join('')} ${view.lineText} `;
      from = view.spec.column - 1;
    }
    return (text + cells.slice(from).join('')).split('\n').filter((line) => line.trim() !== '');
  });
}

/** The commands and keys of a menu whose art is left out, with what they lead to; of several commands for one place the first. */
export function commandsOf(
  call: CallContext,
  rules: { readonly submit: readonly SubmitRule[]; readonly keys: readonly KeyRule[] },
): readonly string[] {
  const named = (name: string, action: SubmitRule['action']): string[] => {
    const target = action && choose(action, call.subject, call.services.random);
    if (target?.kind !== 'menu') return [];
    const menu = call.menus.menus.get(target.name) ?? { name: target.name };
    return [`${name}: ${nameInHelp(menu)}`];
  };
  const commands = rules.submit.flatMap(({ match, action }) => {
    const [only] = match;
    return match.length === 1 && typeof only?.equals === 'string' ? named(only.equals, action) : [];
  });
  const places = commands.map((line) => line.slice(line.indexOf(':')));
  const first = commands.filter((_, index) => places.indexOf(places[index] ?? '') === index);
  return [...first, ...rules.keys.flatMap(({ keys, action }) => named(keys[0] ?? '', action))];
}
