import type { Cell } from '../terminal/canvas';
import type { Key } from '../terminal/key';
import { cellsOf, textOfCells, type Row } from './cells';
import { View, type PressResult, type ViewContext, type ViewSpec } from './view';

/** MT: text of several lines, wrapped at words; `mode: preview` lets the caller scroll it. */
export class MultiLineView extends View {
  private lines: readonly Row[] = [];
  private top = 0;
  /** Text set by a module. */
  private given: string | undefined;

  constructor(spec: ViewSpec, context: ViewContext) {
    super(spec, context);
    this.lines = this.wrap(this.format(this.read.text('text') ?? '', {}, spec.style));
    this.top = this.firstRow;
  }

  override setText(text: string): void {
    this.given = text;
    this.lines = this.wrap(text);
    this.top = this.firstRow;
  }

  /** The line at the top of new text. */
  private get firstRow(): number {
    const last = Math.max(0, this.lines.length - this.height);
    return this.read.flag('autoScroll') === true ? last : 0;
  }

  override get lineText(): string {
    const text = this.given ?? this.format(this.read.text('text') ?? '', {}, this.spec.style);
    const lines = text.split(/\r\n|\n|\r/);
    return lines.map((line) => textOfCells(cellsOf(line, this.spec.style))).join('\n');
  }

  override takeOver(previous: View): void {
    if (!(previous instanceof MultiLineView)) return;
    if (previous.given !== undefined) this.setText(previous.given);
    this.top = Math.min(previous.top, Math.max(0, this.lines.length - this.height));
  }

  override press(key: Key): PressResult {
    if (key.name === 'return') return 'accepted';
    const most = Math.max(0, this.lines.length - this.height);
    const wanted = this.scrolled(key, most);
    if (wanted === undefined) return 'ignored';
    this.top = Math.min(Math.max(0, wanted), most);
    return 'handled';
  }

  override rows(): readonly Row[] {
    return Array.from({ length: this.height }, (_, index): Row => {
      const line = this.lines[this.top + index] ?? [];
      const fill = new Array<Cell>(Math.max(0, this.width - line.length)).fill(this.fillCell);
      return [...line, ...fill];
    });
  }

  protected override get takesKeys(): boolean {
    return this.read.text('mode') === 'preview';
  }

  private get width(): number {
    const room = this.context.screenWidth - this.spec.column + 1;
    return Math.max(1, Math.min(this.read.number('width') ?? room, room));
  }

  private get height(): number {
    const room = Math.max(1, this.context.screenHeight - this.spec.row + 1);
    return Math.min(Math.max(1, this.read.number('height') ?? this.lines.length), room);
  }

  private scrolled(key: Key, most: number): number | undefined {
    switch (key.name) {
      case 'up arrow':
        return this.top - 1;
      case 'down arrow':
        return this.top + 1;
      case 'page up':
        return this.top - this.height;
      case 'page down':
      case 'space':
        return this.top + this.height;
      case 'home':
        return 0;
      case 'end':
        return most;
      default:
        return undefined;
    }
  }

  /** Colours continue from line to line, as they do in the text. */
  private wrap(text: string): readonly Row[] {
    if (text === '') return [];
    const lines: Row[] = [];
    let style = this.spec.style;
    for (const paragraph of text.split(/\r\n|\n|\r/)) {
      // The extra cell after the text keeps the colour that the last sequence of the paragraph set.
      const cells = cellsOf(`${paragraph} `, style);
      style = cells.pop()?.style ?? style;
      lines.push(...wrapCells(this.styleLetters(cells, false), this.width));
    }
    return lines;
  }
}

/** Breaks cells into lines of at most `width`, after the last space that fits. */
export function wrapCells(cells: Row, width: number): Row[] {
  const lines: Row[] = [];
  let rest = cells;
  while (rest.length > width) {
    let end = width;
    while (end > 0 && rest[end]?.character !== ' ' && rest[end - 1]?.character !== ' ') end -= 1;
    if (end === 0) end = rest[width]?.character === '' && width > 1 ? width - 1 : width;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end);
    if (rest[0]?.character === ' ') rest = rest.slice(1);
  }
  lines.push(rest);
  return lines;
}
