import { expandColorCodes } from '../../art/color-codes';
import { eraseLine, moveTo, resetStyle, sgr } from '../../terminal/ansi';
import { PLAIN, type Style } from '../../terminal/style';
import { sanitizeUserText } from '../../terminal/untrusted';
import { columnsOf } from '../../views/cells';
import type { View } from '../../views/view';
import type { CallContext } from '../run/call-context';
import type { ComposedScreen } from './compose';
import { rowToAnsi } from './lent-rows';
import { oneLine, wrapWords } from './message-line';

const STYLE: Style = { ...PLAIN, foreground: 12 };
/** Columns between a field and what is said beside it. */
const GAP = 2;
/** Columns beside a field that are worth a sentence. */
const LEAST_ROOM = 18;
/** Rows that a sentence takes at most. */
const MOST_ROWS = 3;
/** Rows below a field in which a view for messages is as good a place. */
const NEAR = 2;
/** Columns by which a sentence below a field stands behind the words that begin its row. */
const INDENT = 2;

interface Place {
  readonly kind: 'beside' | 'below';
  readonly row: number;
  readonly column: number;
  readonly lines: readonly string[];
}

/**
 * What is wrong with one field of a screen: at the right of the field where nothing stands there, else on the
 * rows below it, which are drawn again when it ends.
 */
export class FieldNote {
  private place: Place | undefined;

  constructor(
    private readonly call: CallContext,
    private readonly composition: ComposedScreen,
    private readonly views: readonly View[],
  ) {}

  /** True while it stands in place of the message line. */
  get isShown(): boolean {
    return this.place !== undefined;
  }

  /** The screen is drawn anew. */
  forget(): void {
    this.place = undefined;
  }

  /**
   * Output for a sentence about a field; undefined where it has no place there. Rows of the `kept` views, which
   * tell things of their own, are never taken.
   */
  write(
    text: string,
    about: { readonly viewId: number; readonly kept: readonly number[]; readonly color: string },
  ): string | undefined {
    const view = this.composition.form.view(about.viewId);
    const clean = sanitizeUserText(oneLine(text), this.call.caller.terminal.encoding);
    if (view === undefined || clean === '') return undefined;
    const place = this.beside(view, clean) ?? this.below(view, clean, about.kept);
    if (place === undefined) return undefined;
    this.place = place;
    const color = sgr(STYLE) + expandColorCodes(about.color, { base: STYLE });
    const lines = place.lines.map((line, index) => {
      const row = place.row + index;
      const before = place.kind === 'below' ? moveTo(row, 1) + resetStyle() + eraseLine() : '';
      return before + moveTo(row, place.column) + resetStyle() + color + line;
    });
    return lines.join('') + resetStyle();
  }

  /** Output that shows again what was there before; '' where nothing is told. */
  end(): string {
    const { place } = this;
    this.place = undefined;
    if (place === undefined) return '';
    const rows = place.lines.map((_, index) => place.row + index);
    if (place.kind === 'beside') {
      const blanks = place.lines.map((line) => ' '.repeat(columnsOf(line)));
      const at = (index: number): string => moveTo(place.row + index, place.column);
      return resetStyle() + blanks.map((line, index) => at(index) + line).join('');
    }
    const { form, backdrop } = this.composition;
    const art = rows.map(
      (row) =>
        moveTo(row, 1) + resetStyle() + eraseLine() + rowToAnsi(this.call, this.composition, row),
    );
    return art.join('') + (backdrop?.drawRows(rows) ?? '') + form.drawRows(rows);
  }

  private beside(view: View, text: string): Place | undefined {
    const { width, height } = this.composition.size;
    const { row } = view.spec;
    const column = view.spec.column + widthOf(view) + GAP;
    // The last column stays free.
    const room = width - column;
    if (room < LEAST_ROOM) return undefined;
    const lines = wrapWords(text, room);
    const isFree = (line: string, index: number): boolean =>
      columnsOf(line) <= room &&
      row + index <= height &&
      this.isFree(row + index, { from: column - GAP, to: column + columnsOf(line) });
    if (lines.length > MOST_ROWS || !lines.every(isFree)) return undefined;
    return { kind: 'beside', row, column, lines };
  }

  private below(view: View, text: string, kept: readonly number[]): Place | undefined {
    const { width, height } = this.composition.size;
    const row = view.spec.row + view.rows().length;
    const column = this.firstColumnOf(view) + INDENT;
    const lines = wrapWords(text, width - column);
    const last = row + lines.length - 1;
    if (lines.length > MOST_ROWS || last > height) return undefined;
    const isTaken = this.views.some((other) => {
      const isKept = kept.includes(other.id);
      const end = isKept ? Math.max(last, row + NEAR - 1) : last;
      const isThere = other.spec.row <= end && other.spec.row + other.rows().length > row;
      return isThere && (isKept || other.stepMs !== undefined);
    });
    return isTaken ? undefined : { kind: 'below', row, column, lines };
  }

  /** Where the row of a field begins: at its label, where it has one. */
  private firstColumnOf({ spec }: View): number {
    const { canvas } = this.composition;
    let column = 1;
    while (column < spec.column && canvas.isBlank(spec.row, column)) column += 1;
    return column;
  }

  private isFree(row: number, { from, to }: { readonly from: number; readonly to: number }) {
    const columns = Array.from({ length: to - from }, (_, index) => from + index);
    return (
      columns.every((column) => this.composition.canvas.isBlank(row, column)) &&
      !this.views.some((other) => {
        const { spec } = other;
        return isOnRow(other, row) && spec.column < to && spec.column + widthOf(other) > from;
      })
    );
  }
}

/** Columns of a label up to the next view, without the last cell of the screen. */
export function roomOf(
  { spec }: View,
  size: ComposedScreen['size'],
  views: readonly View[],
): number {
  const toEdge = size.width - spec.column + (spec.row === size.height ? 0 : 1);
  const own = Number(spec.properties['width'] ?? toEdge);
  const behind = views
    .filter((view) => view.spec.column > spec.column && isOnRow(view, spec.row))
    .map((view) => view.spec.column - spec.column - 1);
  return Math.max(1, Math.min(own > 0 ? own : toEdge, toEdge, ...behind));
}

function isOnRow(view: View, row: number): boolean {
  const first = view.spec.row;
  return row >= first && row < first + view.rows().length;
}

/** Columns of a view on the screen. */
function widthOf(view: View): number {
  const own = Number(view.spec.properties['width'] ?? 0);
  return Math.max(own, ...view.rows().map((row) => row.length));
}
