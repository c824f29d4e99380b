import { applyTextStyle } from '../art/text-style';
import type { Cell } from '../terminal/canvas';
import type { Key } from '../terminal/key';
import { sanitizeUserText } from '../terminal/untrusted';
import type { Row } from './cells';
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

/**
 * The characters that each pattern character accepts; all other pattern characters are literals.
 */
const SLOTS: Readonly<Record<string, RegExp>> = {
  '#': /^[0-9]$/,
  A: /^\p{L}$/u,
  '@': /^[\p{L}0-9]$/u,
  '&': /^[^\p{C}]$/u,
};

const SEPARATOR = /^[./:-]$/;

/** ME: input in a pattern such as `####/##/##`. Without a pattern nothing can be typed. */
export class MaskedEditView extends View {
  private typed: string[] = [];
  private readonly pattern: readonly string[];
  private readonly slots: readonly { readonly at: number; readonly accepts: RegExp }[];

  constructor(spec: ViewSpec, context: ViewContext) {
    super(spec, context);
    this.pattern = Array.from(this.read.text('maskPattern') ?? '');
    this.slots = this.pattern.flatMap((character, at) => {
      const accepts = SLOTS[character];
      return accepts === undefined ? [] : [{ at, accepts }];
    });
    this.setText(this.read.text('text') ?? '');
  }

  /**
   * The text with the pattern's literals up to the last typed character; '' when nothing was typed.
   */
  override get value(): string {
    const last = this.slots[this.typed.length - 1];
    if (last === undefined) return '';
    const next = this.slots[this.typed.length]?.at ?? this.pattern.length;
    return this.pattern
      .slice(0, this.typed.length === this.slots.length ? next : last.at + 1)
      .map((literal, at) => this.characterAt(at) ?? literal)
      .join('');
  }

  /** Sets text with or without the literals. */
  override setText(text: string): void {
    this.typed = [];
    for (const character of sanitizeUserText(text, 'utf8')) this.type(character);
  }

  override takeOver(previous: View): void {
    if (!(previous instanceof MaskedEditView)) return;
    this.typed = [];
    for (const character of previous.typed) this.type(character);
  }

  override press(key: Key): PressResult {
    switch (key.name) {
      case 'return':
        return 'accepted';
      case 'left arrow':
        return 'handled';
      case 'backspace':
      case 'delete':
      case 'ctrl + d':
        if (key.name === 'ctrl + d' && this.typed.length === 0) return 'ignored';
        return this.typed.pop() === undefined ? 'handled' : 'changed';
      case 'right arrow':
      case 'home':
      case 'end':
        return 'handled';
      case 'ctrl + u':
      case 'ctrl + y':
        this.typed = [];
        return 'changed';
      default:
        if (key.text === '') return 'ignored';
        return this.type(sanitizeUserText(key.text, 'utf8')) ? 'changed' : 'handled';
    }
  }

  override get isAsked(): boolean {
    return true;
  }

  override lineQuestion(label: string): LineQuestion {
    return { lines: [], prompt: promptOf(label, this.value) };
  }

  /** As in an edit field; the literals of the pattern may be typed or left out. */
  override answerLine(line: string): LineAnswer {
    const before = this.value;
    if (line === '') return taken(false);
    if (line === '-') this.typed = [];
    else {
      const meant = Array.from(line).filter((character) => !this.isLiteral(character));
      this.setText(meant.join(''));
      if (this.typed.length < meant.length) {
        this.setText(before);
        return askAgain(this.wanted);
      }
    }
    return taken(this.value !== before);
  }

  override rows(): readonly Row[] {
    const literal = this.hasFocus
      ? this.styleNumber(2, this.styleNumber(1, this.style))
      : this.styleNumber(1, this.style);
    const isOfFocus = this.hasFocus && this.read.text('focusFillChar') !== undefined;
    const fill: Cell = isOfFocus
      ? this.fillCell
      : { ...this.fillCell, style: this.styleNumber(3, this.style) };
    const slots = new Set(this.slots.map((slot) => slot.at));
    const cells = this.pattern.map((character, at): Cell => {
      if (!slots.has(at)) return { character, style: literal };
      const typed = this.characterAt(at);
      if (typed === undefined) return fill;
      const shown = sanitizeUserText(typed, this.context.encoding);
      return { character: shown === '' ? '?' : shown, style: this.style };
    });
    const width = this.read.number('width') ?? cells.length;
    while (cells.length < width) cells.push({ character: ' ', style: this.style });
    return [cells];
  }

  override get cursor(): { row: number; column: number; visible: boolean } {
    const column = this.slots[this.typed.length]?.at ?? this.pattern.length;
    return { row: 0, column, visible: true };
  }

  /** Also the sign that others write between the parts of a date, a time or a number. */
  private isLiteral(character: string): boolean {
    const isPart = this.pattern.includes(character) && SLOTS[character] === undefined;
    const isSlots = this.slots.some(({ accepts }) => accepts.test(character));
    return isPart || character === ' ' || (SEPARATOR.test(character) && !isSlots);
  }

  /** What the pattern asks for, in words. */
  private get wanted(): string {
    const count = this.slots.length;
    const kinds = new Set(this.slots.map(({ at }) => this.pattern[at]));
    const [kind] = kinds.size === 1 ? kinds : [];
    const noun = kind === '#' ? 'digits' : kind === 'A' ? 'letters' : 'characters';
    return this.context.say(`line.${noun}`, { count });
  }

  private characterAt(at: number): string | undefined {
    const slot = this.slots.findIndex((candidate) => candidate.at === at);
    return slot === -1 ? undefined : this.typed[slot];
  }

  private type(character: string): boolean {
    const slot = this.slots[this.typed.length];
    if (slot === undefined || !slot.accepts.test(character)) return false;
    this.typed.push(character);
    this.stylize();
    return true;
  }

  /**
   * As in an edit field: the stored text is the displayed text, provided that the pattern accepts
   * it.
   */
  private stylize(): void {
    const name = this.read.text('textStyle');
    if (name === undefined) return;
    const styled = Array.from(applyTextStyle(name, this.typed.join(''), this.context.random));
    const fits = styled.every((character, at) => this.slots[at]?.accepts.test(character) === true);
    if (fits && styled.length === this.typed.length) this.typed = styled;
  }
}
