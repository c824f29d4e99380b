import type { Cell } from '../terminal/canvas';
import { characterColumns } from '../terminal/character-width';
import type { Key } from '../terminal/key';
import { sanitizeUserText } from '../terminal/untrusted';
import { plainCells, type Row } from './cells';
import {
  askAgain,
  promptOf,
  taken,
  View,
  type LineAnswer,
  type LineQuestion,
  type PressResult,
  type ViewContext,
  type ViewSpec,
} from './view';

/** Limits of the text: what a menu says, and the most that it may say. */
const DEFAULT_CHARACTERS = 4_000;
const MAX_CHARACTERS = 16_000;

const BREAK = '\n';

/** One row of the wrapped text: its characters from `start` up to `end`. */
interface Line {
  readonly start: number;
  readonly end: number;
}

/** MT with `mode: edit`: a text of several lines, wrapped at words, that scrolls where it is longer than the view. */
export class MultiLineEditView extends View {
  private characters: string[] = [];
  private lines: readonly Line[] = [{ start: 0, end: 0 }];
  private caret = 0;
  /** First line in view. */
  private top = 0;
  /** Column that up and down keep to, until another key. */
  private wantedColumn: number | undefined;

  constructor(spec: ViewSpec, context: ViewContext) {
    super(spec, context);
    this.setText(this.read.text('text') ?? '');
  }

  override get value(): string {
    return this.characters.join('');
  }

  override setText(text: string): void {
    const lines = text.split(/\r\n|\n|\r/).map((line) => sanitizeUserText(line, 'utf8'));
    this.characters = Array.from(lines.join(BREAK)).slice(0, this.maxLength);
    this.caret = this.characters.length;
    this.top = 0;
    this.layOut();
  }

  override takeOver(previous: View): void {
    if (!(previous instanceof MultiLineEditView)) return;
    this.characters = previous.characters.slice(0, this.maxLength);
    this.caret = Math.min(previous.caret, this.characters.length);
    this.layOut();
  }

  override press(key: Key): PressResult {
    const moved = this.move(key);
    if (moved) return 'handled';
    this.wantedColumn = undefined;
    const before = this.characters;
    if (!this.edit(key)) return 'ignored';
    return this.characters === before ? 'handled' : 'changed';
  }

  override get isAsked(): boolean {
    return true;
  }

  override lineQuestion(label: string): LineQuestion {
    const lines = this.value === '' ? [] : this.value.split(BREAK);
    const { say } = this.context;
    const named = label === '' ? say('line.text') : label;
    return { lines, prompt: promptOf(say('line.dot-ends', { label: named })) };
  }

  /** Lines are added until one has a dot alone; a lone `-` takes the last one away. */
  override answerLine(line: string): LineAnswer {
    if (line === '.') return taken(true);
    const lines = this.value === '' ? [] : this.value.split(BREAK);
    if (line === '-') {
      this.setText(lines.slice(0, -1).join(BREAK));
      return askAgain(this.context.say(lines.length === 0 ? 'line.no-line' : 'line.line-gone'));
    }
    const text = [...lines, line].join(BREAK);
    if (Array.from(text).length > this.maxLength) return askAgain(this.context.say('line.no-room'));
    this.setText(text);
    return askAgain();
  }

  override rows(): readonly Row[] {
    return Array.from({ length: this.height }, (_, index): Row => {
      const line = this.lines[this.top + index];
      const text = line === undefined ? '' : this.textOf(line);
      const cells = plainCells(sanitizeUserText(text, this.context.encoding), this.style);
      const fill = new Array<Cell>(Math.max(0, this.width - cells.length)).fill(this.fillCell);
      return [...cells, ...fill].slice(0, this.width);
    });
  }

  override get cursor(): { row: number; column: number; visible: boolean } {
    const at = this.lineOfCaret;
    const column = Math.min(this.columnOf(this.caret), this.width - 1);
    return { row: at - this.top, column, visible: true };
  }

  private get width(): number {
    const room = this.context.screenWidth - this.spec.column + 1;
    return Math.max(2, Math.min(this.read.number('width') ?? room, room));
  }

  private get height(): number {
    const room = Math.max(1, this.context.screenHeight - this.spec.row + 1);
    return Math.min(Math.max(1, this.read.number('height') ?? room), room);
  }

  private get maxLength(): number {
    const wanted = this.read.number('maxLength') ?? DEFAULT_CHARACTERS;
    return Math.min(Math.max(1, wanted), MAX_CHARACTERS);
  }

  /** True where the key moves the caret. */
  private move({ name }: Key): boolean {
    const line = this.lines[this.lineOfCaret];
    switch (name) {
      case 'up arrow':
        return this.moveLines(-1);
      case 'down arrow':
        return this.moveLines(1);
      case 'page up':
        return this.moveLines(-this.height);
      case 'page down':
        return this.moveLines(this.height);
      case 'left arrow':
        return this.moveTo(this.caret - 1);
      case 'right arrow':
        return this.moveTo(this.caret + 1);
      case 'home':
      case 'ctrl + a':
        return this.moveTo(line?.start ?? 0);
      case 'end':
      case 'ctrl + e':
        return this.moveTo(this.endOf(this.lineOfCaret));
      default:
        return false;
    }
  }

  /** True where the key is one of an editor's, whether or not it changes anything. */
  private edit({ name, text }: Key): boolean {
    // In an empty text ^D goes back, as in a field.
    if (name === 'ctrl + d' && this.characters.length === 0) return false;
    const line = this.lines[this.lineOfCaret] ?? { start: 0, end: 0 };
    switch (name) {
      case 'return':
        this.insert(BREAK);
        return true;
      case 'backspace':
        if (this.caret > 0) this.replace(this.caret - 1, this.caret, []);
        return true;
      case 'delete':
      case 'ctrl + d':
        // At the end of the text it is the backspace key of some terminals (mTCP telnet).
        if (this.caret < this.characters.length) this.replace(this.caret, this.caret + 1, []);
        else if (this.caret > 0) this.replace(this.caret - 1, this.caret, []);
        return true;
      case 'ctrl + k':
        if (this.caret < line.end) this.replace(this.caret, line.end, []);
        return true;
      case 'ctrl + u':
        if (this.caret > line.start) this.replace(line.start, this.caret, []);
        return true;
      case 'ctrl + y':
        if (this.nextStart(line) > line.start) this.replace(line.start, this.nextStart(line), []);
        return true;
      case 'ctrl + w':
        if (this.caret > 0) this.replace(this.wordStart(), this.caret, []);
        return true;
      case 'ctrl + t':
        if (this.caret < this.characters.length) this.replace(this.caret, this.wordEnd(), []);
        return true;
      default:
        if (text === '') return false;
        this.insert(text);
        return true;
    }
  }

  private insert(text: string): void {
    if (/^\p{Mn}+$/u.test(text)) return this.addMark(text);
    const clean = text === BREAK ? [BREAK] : Array.from(sanitizeUserText(text, 'utf8'));
    if (clean.length === 0 || this.characters.length + clean.length > this.maxLength) return;
    this.replace(this.caret, this.caret, clean);
  }

  /** A combining mark after its letter, where NFC composes both into one character. */
  private addMark(mark: string): void {
    const composed = Array.from(`${this.characters[this.caret - 1] ?? ''}${mark}`.normalize('NFC'));
    if (this.caret > 0 && composed.length === 1) this.replace(this.caret - 1, this.caret, composed);
  }

  private replace(from: number, to: number, typed: readonly string[]): void {
    this.characters = this.characters.toSpliced(from, to - from, ...typed);
    this.caret = from + typed.length;
    this.layOut();
  }

  private moveTo(caret: number): true {
    this.wantedColumn = undefined;
    this.caret = Math.min(Math.max(0, caret), this.characters.length);
    this.scroll();
    return true;
  }

  private moveLines(by: number): true {
    const column = this.wantedColumn ?? this.columnOf(this.caret);
    const at = Math.min(Math.max(0, this.lineOfCaret + by), this.lines.length - 1);
    const start = this.lines[at]?.start ?? 0;
    let caret = start;
    while (caret < this.endOf(at) && this.columnsBetween(start, caret + 1) <= column) caret += 1;
    this.caret = caret;
    this.wantedColumn = column;
    this.scroll();
    return true;
  }

  /** The last place of the caret on a line: one that goes on by itself has none behind its last character. */
  private endOf(at: number): number {
    const line = this.lines[at] ?? { start: 0, end: 0 };
    const goesOn = this.lines[at + 1]?.start === line.end;
    return goesOn ? Math.max(line.start, line.end - 1) : line.end;
  }

  /** Where the text after a line begins, behind its line break if it has one. */
  private nextStart({ end }: Line): number {
    return this.characters[end] === BREAK ? end + 1 : end;
  }

  private get lineOfCaret(): number {
    return Math.max(
      0,
      this.lines.findLastIndex(({ start }) => start <= this.caret),
    );
  }

  private columnOf(caret: number): number {
    return this.columnsBetween(this.lines[this.lineOfCaret]?.start ?? 0, caret);
  }

  private columnsBetween(from: number, to: number): number {
    let columns = 0;
    for (let at = from; at < to; at += 1) columns += columnsOfCharacter(this.characters[at]);
    return columns;
  }

  private textOf({ start, end }: Line): string {
    return this.characters.slice(start, end).join('');
  }

  private wordStart(): number {
    let start = this.caret;
    while (start > 0 && this.characters[start - 1] === ' ') start -= 1;
    while (start > 0 && !/[ \n]/.test(this.characters[start - 1] ?? '')) start -= 1;
    return start === this.caret ? start - 1 : start;
  }

  /** Behind the next word and the blanks before it; a line break is a word of its own. */
  private wordEnd(): number {
    const rest = this.characters.slice(this.caret);
    const blanks = rest.findIndex((character) => character !== ' ');
    if (blanks === -1) return this.characters.length;
    const letters = rest.slice(blanks).findIndex((character) => /[ \n]/.test(character));
    return letters === -1 ? this.characters.length : this.caret + blanks + Math.max(1, letters);
  }

  private layOut(): void {
    this.lines = wrapText(this.characters, this.width);
    this.scroll();
  }

  private scroll(): void {
    const at = this.lineOfCaret;
    if (at < this.top) this.top = at;
    if (at >= this.top + this.height) this.top = at - this.height + 1;
    this.top = Math.max(0, Math.min(this.top, this.lines.length - 1));
  }
}

/** Lines of fewer than `width` columns, so that the caret has a cell behind each; broken after a space. */
function wrapText(characters: readonly string[], width: number): readonly Line[] {
  const lines: Line[] = [];
  let start = 0;
  let columns = 0;
  let afterSpace = 0;
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at];
    if (character === BREAK) {
      lines.push({ start, end: at });
      start = at + 1;
      columns = 0;
      continue;
    }
    columns += columnsOfCharacter(character);
    if (columns >= width && at > start) {
      const end = afterSpace > start ? afterSpace : at;
      lines.push({ start, end });
      start = end;
      columns = 0;
      for (let again = start; again <= at; again += 1) {
        columns += columnsOfCharacter(characters[again]);
      }
    }
    if (character === ' ') afterSpace = at + 1;
  }
  return [...lines, { start, end: characters.length }];
}

function columnsOfCharacter(character: string | undefined): number {
  return character === undefined ? 0 : characterColumns(character.codePointAt(0) ?? 0x20);
}
