import {
  cellsOf,
  fitCells,
  packRow,
  textOfCells,
  unpackRow,
  type PackedRow,
  type Row,
} from './cells';
import { DEFAULT_WIDTH, View, type ViewContext, type ViewSpec } from './view';

/** TL: text for display only. */
export class LabelView extends View {
  protected painted: PackedRow;
  /** Text set by a module. */
  protected given: string | undefined;

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

  override get lineText(): string {
    const text = this.given ?? this.format(this.read.text('text') ?? '', {}, this.spec.style);
    return textOfCells(cellsOf(text, this.spec.style));
  }

  override takeOver(previous: View): void {
    if (previous instanceof LabelView && previous.given !== undefined) this.setText(previous.given);
  }

  protected override get takesKeys(): boolean {
    return false;
  }

  /** Columns where the menu says none; undefined: those of the text. */
  protected get usualWidth(): number | undefined {
    return undefined;
  }

  protected paint(text: string): PackedRow {
    const resizes = this.read.flag('resizable') !== false;
    const cells = this.styleLetters(cellsOf(text, this.spec.style), false);
    return packRow(
      fitCells(cells, {
        width: this.read.number('width') ?? this.usualWidth ?? cells.length,
        justify: this.read.justify(),
        fill: this.fillCell,
        overflow: this.read.text('textOverflow') ?? (resizes ? undefined : ''),
      }),
    );
  }
}

const SHORTEST_REFRESH_MS = 250;

/** SB: a label whose text is written anew each `refreshInterval`, with what its codes show by then. */
export class StatusBarView extends LabelView {
  override get stepMs(): number | undefined {
    const everyMs = this.read.number('refreshInterval') ?? 0;
    return everyMs === 0 ? undefined : Math.max(SHORTEST_REFRESH_MS, everyMs);
  }

  override step(): void {
    if (this.given !== undefined) return;
    this.painted = this.paint(this.format(this.read.text('text') ?? '', {}, this.spec.style));
  }

  protected override get usualWidth(): number {
    return DEFAULT_WIDTH;
  }
}

/** XY: marks a place for a module; shows nothing and handles no keys. */
export class PlaceView extends View {
  override rows(): readonly Row[] {
    return [];
  }

  protected override get takesKeys(): boolean {
    return false;
  }
}
