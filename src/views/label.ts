import { cellsOf, fitCells, packRow, unpackRow, type PackedRow, type Row } from './cells';
import { View, type ViewContext, type ViewSpec } from './view';

/** TL: text for display only. */
export class LabelView extends View {
  private painted: PackedRow;
  /** Text set by a module. */
  private given: string | undefined;

  constructor(spec: ViewSpec, context: ViewContext) {
    super(spec, context);
    this.painted = this.paint(this.format(this.read.text('text') ?? '', {}, spec.style));
  }

  override rows(): readonly Row[] {
    return [unpackRow(this.painted)];
  }

  override setText(text: string): void {
    this.given = text;
    this.painted = this.paint(text);
  }

  override takeOver(previous: View): void {
    if (previous instanceof LabelView && previous.given !== undefined) this.setText(previous.given);
  }

  protected override get takesKeys(): boolean {
    return false;
  }

  private paint(text: string): PackedRow {
    const resizes = this.read.flag('resizable') !== false;
    const cells = this.styleLetters(cellsOf(text, this.spec.style), false);
    return packRow(
      fitCells(cells, {
        width: this.read.number('width') ?? cells.length,
        justify: this.read.justify(),
        fill: this.fillCell,
        overflow: this.read.text('textOverflow') ?? (resizes ? undefined : ''),
      }),
    );
  }
}
