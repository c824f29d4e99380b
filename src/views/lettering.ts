import type { LetterCell, LetterPart, Letters } from '../art/lettering';
import { PLAIN, type Style } from '../terminal/style';
import type { Cell } from '../terminal/canvas';
import { cellsOf, fitCells, textOfCells, type Row } from './cells';
import { View } from './view';

/** Rows where the menu says none: those of the large letters. */
const ROWS = 5;
const BOARD_NAME = '{BN}';
const BLANK: Cell = { character: ' ', style: PLAIN };

/** LG: a text, the board's name by default, in letters drawn from blocks; as text where they do not fit. */
export class LetteringView extends View {
  override rows(): readonly Row[] {
    const { width, height, letters } = this;
    if (letters === undefined) return this.textRows;
    const styles = this.styles;
    const above = new Array<Row>(Math.floor((height - letters.length) / 2)).fill([]);
    const justify = this.read.justify();
    return [
      ...above,
      ...letters.map((row) => {
        const cells = row.map((cell) => drawn(cell, styles));
        return trimEnd(fitCells(cells, { width, fill: BLANK, ...(justify && { justify }) }));
      }),
    ];
  }

  override get lineText(): string {
    return this.shownText;
  }

  protected override get takesKeys(): boolean {
    return false;
  }

  private get letters(): Letters | undefined {
    // What a terminal cannot show is told apart before it is replaced: such a name stays text.
    const text = textOf(this.formatFor('utf8', this.template, {}, this.spec.style));
    return this.context.letters(text, { width: this.width, height: this.height });
  }

  /** The text in one line, in the middle of the rows that are kept for the letters. */
  private get textRows(): readonly Row[] {
    const { width, height, shownText } = this;
    if (shownText === '') return [];
    const style = this.styleNumber(1, this.spec.style);
    const justify = this.read.justify();
    const fit = { width, fill: BLANK, overflow: '...', ...(justify && { justify }) };
    const line = trimEnd(fitCells(cellsOf(shownText, style), fit));
    return [...new Array<Row>(Math.floor((height - 1) / 2)).fill([]), line];
  }

  private get shownText(): string {
    return textOf(this.format(this.template, {}, this.spec.style));
  }

  private get template(): string {
    return this.read.text('text') ?? BOARD_NAME;
  }

  private get width(): number {
    const toEdge = this.context.screenWidth - this.spec.column + 1;
    return Math.max(1, Math.min(this.read.number('width') ?? toEdge, toEdge));
  }

  private get height(): number {
    return Math.max(1, this.read.number('height') ?? ROWS);
  }

  private get styles(): Readonly<Record<LetterPart, Style>> {
    const body = this.spec.style;
    return {
      light: this.styleNumber(1, body),
      body,
      dark: this.styleNumber(2, body),
      shadow: this.styleNumber(3, { ...body, foreground: 8, bold: false }),
    };
  }
}

function textOf(formatted: string): string {
  return textOfCells(cellsOf(formatted, PLAIN)).trim();
}

/** Bright colours are no ground: a cell between two parts is then of the lower one alone. */
function drawn({ character, part, over }: LetterCell, styles: Record<LetterPart, Style>): Cell {
  if (character === ' ') return BLANK;
  if (over === undefined) return { character, style: styles[part] };
  const ground = styles[over].foreground;
  if (ground > 7 || styles[over].bold || ground === styles[part].foreground) {
    return { character: '█', style: styles[over] };
  }
  return { character, style: { ...styles[part], background: ground } };
}

/** Cells behind the last letter stay as the art has them. */
function trimEnd(cells: Row): Row {
  let end = cells.length;
  while (end > 0 && cells[end - 1] === BLANK) end -= 1;
  return cells.slice(0, end);
}
