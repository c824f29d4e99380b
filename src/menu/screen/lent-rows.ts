import { eraseLine, moveTo, resetStyle } from '../../terminal/ansi';
import type { Canvas } from '../../terminal/canvas';
import type { View } from '../../views/view';
import type { CallContext } from '../run/call-context';
import type { ComposedScreen } from './compose';
import { messageRows } from './message-line';

/** Rows from the bottom in which a message looks for one that is empty. */
const ROWS_TO_LOOK_AT = 4;

/** The lowest row for a message; undefined where all at the bottom are taken. */
export function emptyRowAtBottom(
  { height }: { readonly height: number },
  isEmpty: (row: number) => boolean,
): number | undefined {
  return Array.from({ length: ROWS_TO_LOOK_AT }, (_, index) => height - index).find(
    (row) => row > 0 && isEmpty(row),
  );
}

/** Rows of a screen that a message has for a while: art without a place for messages. */
export class LentRows {
  private rows: readonly number[] = [];

  constructor(
    private readonly call: CallContext,
    private readonly composition: ComposedScreen,
    private readonly views: readonly View[],
  ) {}

  get areLent(): boolean {
    return this.rows.length > 0;
  }

  /** The screen is drawn anew. */
  forget(): void {
    this.rows = [];
  }

  /** Output for a message in a row or two, which are drawn again afterwards; '' ends it. */
  write(text: string, color: string): string {
    const before = this.rows;
    const row = before.at(-1) ?? this.emptyRow ?? this.lastFreeRow;
    const hasTwo = row > 1 && !this.takenRows.includes(row - 1);
    const { output, rows } =
      text === ''
        ? { output: '', rows: [] }
        : messageRows(this.call.caller.terminal, text, { row, hasTwo, color });
    this.rows = rows;
    const left = before.filter((each) => !rows.includes(each)).map((each) => this.drawRow(each));
    return left.join('') + output;
  }

  /** A row at the bottom with neither view nor art; undefined where there is none. */
  get emptyRow(): number | undefined {
    return emptyRowAtBottom(this.composition.size, (row) => this.isEmpty(row));
  }

  /** True for a row with neither view nor art. */
  isEmpty(row: number): boolean {
    return !this.takenRows.includes(row) && isEmptyRow(this.composition.canvas, row);
  }

  private get takenRows(): readonly number[] {
    return this.views.flatMap((view) => view.rows().map((_, index) => view.spec.row + index));
  }

  /** The lowest row without a view: a message must not cover an input field. */
  private get lastFreeRow(): number {
    const { height } = this.composition.size;
    const taken = this.takenRows;
    let row = height;
    while (row > 0 && taken.includes(row)) row -= 1;
    return row === 0 ? height : row;
  }

  private drawRow(row: number): string {
    return (
      moveTo(row, 1) + resetStyle() + eraseLine() + rowToAnsi(this.call, this.composition, row)
    );
  }
}

function isEmptyRow(canvas: Canvas, row: number): boolean {
  const columns = Array.from({ length: canvas.width }, (_, index) => index + 1);
  return columns.every((column) => canvas.isBlank(row, column));
}

/** Output for one row of a screen on an empty row of the terminal. */
export function rowToAnsi(call: CallContext, { canvas }: ComposedScreen, row: number): string {
  const { width, height, encoding } = call.caller.terminal;
  const without = canvas.clone();
  without.fill({ row, column: 1, width: canvas.width, height: 1 });
  return canvas.diff(without, { encoding, screenWidth: width, screenHeight: height });
}
