import { applyTextStyle } from '../art/text-style';
import { LIMITS } from '../base/limits';
import type { Key } from '../terminal/key';
import { sanitizeUserText } from '../terminal/untrusted';
import { cellsOf, columnsOf, fitCells, plainCells, type Row } from './cells';
import {
  askAgain,
  DEFAULT_WIDTH,
  promptOf,
  taken,
  View,
  type LineAnswer,
  type LineQuestion,
  type PressResult,
  type ViewContext,
  type ViewSpec,
} from './view';

/** Limit of the length that a menu may set: an SSH public key has to fit (contract A7). */
const MAX_LINE_CHARACTERS = 1024;

/** Characters of a present value that a question repeats. */
const SAID_CHARACTERS = 60;

/** ET: one line of input, plain or as a password, that scrolls sideways beyond its width. */
export class EditView extends View {
  private characters: string[] = [];
  private caret = 0;
  /** Index of the first visible character. */
  private offset = 0;
  private readonly prefix: Row;

  constructor(spec: ViewSpec, context: ViewContext) {
    super(spec, context);
    const prefix = this.read.text('prefixFormat');
    this.prefix =
      prefix === undefined ? [] : cellsOf(this.format(prefix, {}, spec.style), spec.style);
    this.setText(this.read.text('text') ?? '');
  }

  override get value(): string {
    return this.characters.join('');
  }

  override setText(text: string): void {
    const clean = Array.from(sanitizeUserText(text, 'utf8')).slice(0, this.maxLength);
    this.characters = Array.from(this.stylize(clean.join(''))).slice(0, this.maxLength);
    this.caret = this.characters.length;
    this.offset = 0;
    this.scroll();
  }

  override takeOver(previous: View): void {
    if (!(previous instanceof EditView)) return;
    this.characters = previous.characters.slice(0, this.maxLength);
    this.caret = Math.min(previous.caret, this.characters.length);
    this.offset = 0;
    this.scroll();
  }

  override press(key: Key): PressResult {
    const before = this.value;
    switch (key.name) {
      case 'return':
        return 'accepted';
      case 'left arrow':
        return this.moveTo(this.caret - 1);
      case 'right arrow':
        return this.moveTo(this.caret + 1);
      case 'home':
      case 'ctrl + a':
        return this.moveTo(0);
      case 'end':
      case 'ctrl + e':
        return this.moveTo(this.characters.length);
      case 'backspace':
        if (this.caret > 0) this.replace(this.caret - 1, this.caret, '');
        break;
      case 'delete':
      case 'ctrl + d':
        // In an empty field ^D goes back, as the end of the input does in a shell.
        if (key.name === 'ctrl + d' && before === '') return 'ignored';
        // At the end of the text it is the backspace key of some terminals (mTCP telnet).
        if (this.caret < this.characters.length) this.replace(this.caret, this.caret + 1, '');
        else if (this.caret > 0) this.replace(this.caret - 1, this.caret, '');
        break;
      case 'ctrl + k':
        this.replace(this.caret, this.characters.length, '');
        break;
      case 'ctrl + u':
      case 'ctrl + y':
        this.replace(0, this.characters.length, '');
        break;
      case 'ctrl + w':
        this.replace(this.wordStart(), this.caret, '');
        break;
      default:
        if (key.text === '') return 'ignored';
        this.insert(key.text);
    }
    return this.value === before ? 'handled' : 'changed';
  }

  override get isAsked(): boolean {
    return true;
  }

  override lineQuestion(label: string): LineQuestion {
    return { lines: [], prompt: promptOf(label, this.isSecret ? '' : shorten(this.value)) };
  }

  /** An empty line keeps what is there, and a lone `-` empties it. */
  override answerLine(line: string): LineAnswer {
    const before = this.value;
    if (line === '') return taken(false);
    if (Array.from(line).length > this.maxLength)
      return askAgain(this.context.say('line.room', { count: this.maxLength }));
    this.setText(line === '-' && before !== '' && !this.isSecret ? '' : line);
    return taken(this.value !== before);
  }

  override rows(): readonly Row[] {
    const style = this.style;
    const shown = this.hasFocus ? this.characters.slice(this.offset) : this.characters;
    const cells = this.isSecret
      ? plainCells(this.mask.repeat(shown.length), style)
      : this.styleLetters(
          plainCells(sanitizeUserText(shown.join(''), this.context.encoding), style),
        );
    const overflow = this.hasFocus ? '' : (this.read.text('textOverflow') ?? '');
    const field = fitCells(cells, {
      width: this.width,
      justify: this.hasFocus ? 'left' : this.read.justify(),
      fill: this.fillCell,
      overflow,
    });
    return [[...this.prefix, ...field]];
  }

  override get cursor(): { row: number; column: number; visible: boolean } {
    return { row: 0, column: this.prefix.length + this.columnsTo(this.caret), visible: true };
  }

  private get width(): number {
    return Math.max(1, this.read.number('width') ?? DEFAULT_WIDTH);
  }

  private get maxLength(): number {
    const wanted = this.read.number('maxLength') ?? LIMITS.lineCharacters;
    return Math.min(Math.max(1, wanted), MAX_LINE_CHARACTERS);
  }

  private get mask(): string {
    return [...(this.read.text('textMaskChar') ?? '')][0] ?? this.context.passwordChar;
  }

  private insert(text: string): void {
    if (/^\p{Mn}+$/u.test(text)) {
      this.addMark(text);
      return;
    }
    const clean = sanitizeUserText(text, 'utf8');
    if (clean === '' || this.characters.length >= this.maxLength) return;
    this.replace(this.caret, this.caret, clean);
  }

  /**
   * A combining mark after its letter (decomposed input): accepted where NFC composes both into one
   * character.
   */
  private addMark(mark: string): void {
    const composed = ((this.characters[this.caret - 1] ?? '') + mark).normalize('NFC');
    if (this.caret > 0 && Array.from(composed).length === 1) {
      this.replace(this.caret - 1, this.caret, composed);
    }
  }

  private replace(from: number, to: number, text: string): void {
    const typed = Array.from(text);
    const after = this.characters.toSpliced(from, to - from, ...typed);
    const styled = Array.from(this.stylize(after.join('')));
    // A style that changes the number of characters (ß to SS) would move the caret, so it is not
    // applied.
    this.characters = (styled.length === after.length ? styled : after).slice(0, this.maxLength);
    this.caret = Math.min(from + typed.length, this.characters.length);
    this.scroll();
  }

  /** The stored text is the displayed text: `textStyle: upper` gives the form upper case. */
  private stylize(text: string): string {
    const name = this.read.text('textStyle');
    if (name === undefined || this.isSecret) return text;
    return applyTextStyle(name, text, this.context.random);
  }

  private moveTo(caret: number): PressResult {
    this.caret = Math.min(Math.max(0, caret), this.characters.length);
    this.scroll();
    return 'handled';
  }

  private wordStart(): number {
    let start = this.caret;
    while (start > 0 && this.characters[start - 1] === ' ') start -= 1;
    while (start > 0 && this.characters[start - 1] !== ' ') start -= 1;
    return start;
  }

  /** Scrolls so that the caret is in the field, or on the cell behind a field that is full. */
  private scroll(): void {
    const room = this.width;
    if (this.caret < this.offset) this.offset = this.caret;
    while (this.offset < this.caret && this.columnsTo(this.caret) > room) this.offset += 1;
    while (this.offset > 0 && this.columnsFrom(this.offset - 1) <= room) this.offset -= 1;
  }

  private columnsTo(caret: number): number {
    const seen = this.characters.slice(this.offset, caret);
    return this.isSecret ? seen.length : columnsOf(seen.join(''));
  }

  private columnsFrom(offset: number): number {
    const rest = this.characters.slice(offset);
    return this.isSecret ? rest.length : columnsOf(rest.join(''));
  }
}

/** As much of a present value as is worth to be read out. */
function shorten(value: string): string {
  const characters = Array.from(value);
  return characters.length > SAID_CHARACTERS
    ? `${characters.slice(0, SAID_CHARACTERS).join('')}...`
    : value;
}
