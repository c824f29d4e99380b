import type { Key } from '../terminal/key';
import { cellsOf, fitCells, textOfCells, type Row } from './cells';
import {
  DEFAULT_WIDTH,
  promptOf,
  taken,
  View,
  type LineAnswer,
  type LineQuestion,
  type PressResult,
} from './view';

/**
 * BT: a button; return or space presses it. Its value is only in the data of the form that it
 * submits.
 */
export class ButtonView extends View {
  private label = this.read.text('text') ?? '';
  private isFinal = false;

  override setText(text: string): void {
    this.label = text;
    this.isFinal = true;
  }

  override takeOver(previous: View): void {
    if (previous instanceof ButtonView && previous.isFinal) this.setText(previous.label);
  }

  override press(key: Key): PressResult {
    return key.name === 'return' || key.name === 'space' ? 'accepted' : 'ignored';
  }

  override tap(): PressResult {
    return 'accepted';
  }

  override get isAsked(): boolean {
    return true;
  }

  override lineQuestion(label: string): LineQuestion {
    const text = textOfCells(
      cellsOf(this.format(this.label, {}, this.spec.style), this.spec.style),
    );
    const named = text.trim() === '' ? label : text.trim();
    return { lines: [], prompt: promptOf(this.context.say('line.yes-or-no', { label: named })) };
  }

  override answerLine(line: string): LineAnswer {
    if (/^y(?:es)?$/i.test(line)) return taken(false);
    return line === '' || /^no?$/i.test(line) ? { kind: 'skipped' } : { kind: 'not-mine' };
  }

  override rows(): readonly Row[] {
    const style = this.hasFocus ? this.focusStyle : this.spec.style;
    const text = this.isFinal ? this.label : this.format(this.label, {}, style);
    const cells = this.styleLetters(cellsOf(text, style));
    const fit = {
      width: this.read.number('width') ?? DEFAULT_WIDTH,
      justify: this.read.justify('center'),
      fill: { ...this.fillCell, style: this.styleNumber(1, style) },
      overflow: this.read.text('textOverflow'),
    };
    return [fitCells(cells, fit)];
  }
}
