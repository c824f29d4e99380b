import type { Canvas } from '../../terminal/canvas';
import type { ViewSpec } from '../../views/view';
import type { AskedFields } from '../run/module';
import type { Picture } from './art-layout';

interface FormOnArt {
  readonly picture: Picture | undefined;
  readonly specs: readonly ViewSpec[];
}

/**
 * A screen without the fields that are not asked. Where a field has rows of its own, the fields below it
 * move up, and the heading of a group without fields goes; the buttons and all below them stay.
 */
export function askOnly(
  { picture, specs }: FormOnArt,
  asked: AskedFields,
  scrolled: number,
): FormOnArt {
  const isOut = (spec: ViewSpec): boolean => asked.leftOut.includes(nameOf(spec));
  const out = specs.filter(isOut);
  const kept = specs.filter((spec) => !isOut(spec)).map((spec) => withHelp(spec, asked));
  if (picture === undefined) return { picture, specs: kept };
  const canvas = picture.canvas.clone();
  // Rows of art that is taller than the screen are counted from its first one.
  const page: Page = { canvas, rowOf: ({ row }) => row + scrolled };
  for (const spec of kept) if (asked.marked.includes(nameOf(spec))) mark(page, spec);
  const moved = closeUp(page, { out, kept });
  return { picture: { ...picture, canvas }, specs: moved };
}

interface Page {
  readonly canvas: Canvas;
  rowOf(spec: ViewSpec): number;
}

function nameOf({ properties }: ViewSpec): string {
  const name = properties['argName'];
  return typeof name === 'string' ? name : '';
}

function withHelp(spec: ViewSpec, asked: AskedFields): ViewSpec {
  const help = spec.properties['help'];
  if (typeof help !== 'string' || nameOf(spec) === '') return spec;
  return { ...spec, properties: { ...spec.properties, help: asked.help(nameOf(spec), help) } };
}

const WORD = /^[\p{L}\p{N}\p{P}]$/u;

/** Columns of the words before a view, up to two blanks or to what is only drawn; undefined without any. */
function labelOf(page: Page, spec: ViewSpec): { from: number; to: number } | undefined {
  const { characters } = page.canvas.rowOf(page.rowOf(spec));
  const isWord = (column: number): boolean => WORD.test(characters[column - 1] ?? ' ');
  const isBlank = (column: number): boolean => (characters[column - 1] ?? ' ') === ' ';
  let to = spec.column - 1;
  while (to > 0 && isBlank(to)) to -= 1;
  if (!isWord(to)) return undefined;
  let from = to;
  while (isWord(from - 1) || (isBlank(from - 1) && isWord(from - 2))) from -= 1;
  return { from, to };
}

function mark(page: Page, spec: ViewSpec): void {
  const label = labelOf(page, spec);
  if (label === undefined) return;
  const { canvas } = page;
  const row = page.rowOf(spec);
  const { from, to } = label;
  const columns = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  if (columns.some((column) => canvas.at(row, column).character === '*')) return;
  const before = from - 2;
  const isFree = before > 0 && [before, before + 1].every((column) => canvas.isBlank(row, column));
  const column = isFree ? before : to + 1;
  if (column >= spec.column) return;
  // As the art draws its own marks, if it has any there.
  const rows = Array.from({ length: canvas.height }, (_, index) => index + 1);
  const like = rows.find((other) => canvas.at(other, column).character === '*');
  const { style } = like === undefined ? canvas.at(row, from) : canvas.at(like, column);
  canvas.put(row, column, '*', style);
}

/** The rows down to the last field that sends nothing off move. */
function isMoving(spec: ViewSpec): boolean {
  return nameOf(spec) !== '' && spec.properties['submit'] !== true;
}

function closeUp(
  page: Page,
  { out, kept }: { readonly out: readonly ViewSpec[]; readonly kept: readonly ViewSpec[] },
): readonly ViewSpec[] {
  const { canvas, rowOf } = page;
  for (const spec of out) eraseLabel(page, spec);
  const hasView = new Set(kept.map(rowOf));
  const free = new Set(out.map(rowOf).filter((row) => !hasView.has(row)));
  for (const row of [...free]) {
    const above = row - 1;
    if (free.has(above) || hasView.has(above) || isEmptyRow(canvas, above)) continue;
    let below = row;
    while (free.has(below)) below += 1;
    if (!hasView.has(below)) {
      copyRow(canvas, row, above);
      free.add(above);
    }
  }
  const moving = [...out, ...kept].filter(isMoving).map(rowOf);
  const first = Math.min(...free);
  const last = Math.max(...moving);
  const region = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  // What is free goes below all that stays, with whatever the art draws at its edges.
  const order = [
    ...region.filter((row) => !free.has(row)),
    ...region.filter((row) => free.has(row)),
  ];
  const before = canvas.clone();
  for (const [index, from] of order.entries()) copyRow(canvas, from, first + index, before);
  const shiftOf = (row: number): number => {
    const index = order.indexOf(row);
    return index === -1 ? 0 : first + index - row;
  };
  return kept.map((spec) => ({ ...spec, row: spec.row + shiftOf(rowOf(spec)) }));
}

function eraseLabel(page: Page, spec: ViewSpec): void {
  const label = labelOf(page, spec);
  if (label === undefined) return;
  const row = page.rowOf(spec);
  const starred = page.canvas.at(row, label.from - 2).character === '*';
  for (let column = label.from - (starred ? 2 : 0); column <= label.to; column++) {
    page.canvas.put(row, column, ' ', page.canvas.at(row, column).style);
  }
}

function isEmptyRow(canvas: Canvas, row: number): boolean {
  return row < 1 || canvas.rowOf(row).characters.every((character) => character === ' ');
}

function copyRow(canvas: Canvas, from: number, to: number, source = canvas): void {
  for (let column = 1; column <= canvas.width; column++) {
    const { character, style } = source.at(from, column);
    canvas.put(to, column, character, style);
  }
}
