import { type Key, keyMatches } from '../terminal/key';
import { sanitizeUserText } from '../terminal/untrusted';
import { plainCells, type Row } from './cells';
import { taken, View, type LineAnswer, type PressResult } from './view';

/** KE: the next key is the value; `keys` says which ones count. */
export class KeyEntryView extends View {
  private entered = '';

  override get value(): string {
    return this.entered;
  }

  override setText(text: string): void {
    this.entered = text;
  }

  override takeOver(previous: View): void {
    if (previous instanceof KeyEntryView) this.entered = previous.entered;
  }

  override press(key: Key): PressResult {
    const keys = this.read.raw('keys');
    if (!Array.isArray(keys)) {
      if (key.text === '') return 'ignored';
      this.entered = sanitizeUserText(key.text, 'utf8');
      return 'accepted';
    }
    const lower: Key = { ...key, name: key.name.toLowerCase() };
    const wanted = keys.find(
      (name: unknown): name is string =>
        typeof name === 'string' &&
        (keyMatches(key, name) || keyMatches(lower, name.toLowerCase())),
    );
    if (wanted === undefined) return 'ignored';
    this.entered = wanted;
    return 'accepted';
  }

  override get isAsked(): boolean {
    return true;
  }

  override answerLine(line: string): LineAnswer {
    const before = this.entered;
    const isKey = this.press({ name: line, text: line }) === 'accepted';
    return isKey ? taken(this.entered !== before) : { kind: 'not-mine' };
  }

  override rows(): readonly Row[] {
    return [plainCells(sanitizeUserText(this.entered, this.context.encoding), this.style)];
  }

  override get cursor(): { row: number; column: number; visible: boolean } {
    return { row: 0, column: 0, visible: true };
  }
}
