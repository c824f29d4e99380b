import { formatText, type FormatValues } from '../art/format';
import { drawLetters, type LetterRoom, type Letters } from '../art/lettering';
import { applyTextStyle } from '../art/text-style';
import { systemRandom, type Random } from '../base/random';
import type { Cell } from '../terminal/canvas';
import type { Key } from '../terminal/key';
import type { Style } from '../terminal/style';
import type { Encoding } from '../terminal/terminal';
import { sayStock, type Say } from '../texts/texts';
import type { Row } from './cells';
import { masksTyping, PropertyReader, type ViewProperties } from './properties';

/** A view's position in the art and its properties in the menu. */
export interface ViewSpec {
  readonly code: string;
  readonly id: number;
  /** Row and column of its first cell, from 1. */
  readonly row: number;
  readonly column: number;
  readonly style: Style;
  /** Colour in focus, where the art sets one. */
  readonly focusStyle: Style | undefined;
  readonly properties: ViewProperties;
}

/** What views need of the caller's terminal and the board. */
export interface ViewContext {
  readonly encoding: Encoding;
  readonly passwordChar: string;
  readonly say: Say;
  readonly random: Random;
  readonly screenWidth: number;
  readonly screenHeight: number;
  /** Nothing on the screen takes keys, so that no item is marked as chosen. */
  readonly passive: boolean;
  /** Value of a predefined MCI code in a sysop's text. */
  readonly resolve: ((code: string) => string | number | undefined) | undefined;
  /** A text in letters of blocks; undefined where it does not fit. */
  readonly letters: (text: string, room: LetterRoom) => Letters | undefined;
}

/** How a view asks where there is no cursor: lines that come first, and the beginning of the line that is typed on. */
export interface LineQuestion {
  readonly lines: readonly string[];
  readonly prompt: string;
}

/** What a view makes of a line that was typed. */
export type LineAnswer =
  /** The question is answered; lines to be said, such as the item that was chosen. */
  | { readonly kind: 'taken'; readonly said: readonly string[]; readonly isChanged: boolean }
  /** It is asked again, after these lines. */
  | { readonly kind: 'again'; readonly said: readonly string[] }
  /** A button that is not pressed: the next question comes. */
  | { readonly kind: 'skipped' }
  /** It may be a key of the menu. */
  | { readonly kind: 'not-mine' };

export const DEFAULT_CONTEXT: ViewContext = {
  encoding: 'cp437',
  passwordChar: '*',
  say: sayStock,
  random: systemRandom,
  screenWidth: 80,
  screenHeight: 24,
  passive: false,
  resolve: undefined,
  letters: drawLetters,
};

/**
 * The result of a key for a view: not handled, handled without a change of the value, changed, or
 * accepted.
 */
export type PressResult = 'ignored' | 'handled' | 'changed' | 'accepted';

/** An item of a list, from a menu or a module; further fields are for `itemFormat`. */
export type ItemSpec = string | ({ readonly text: string; readonly data?: unknown } & FormatValues);

/** Width of a field without a width in its menu (contract A10.1). */
export const DEFAULT_WIDTH = 15;

/**
 * One control on a screen. It handles its cells and keys; the form paints it and moves the focus.
 */
export abstract class View {
  readonly spec: ViewSpec;
  hasFocus = false;
  protected readonly read: PropertyReader;
  protected readonly context: ViewContext;

  constructor(spec: ViewSpec, context: ViewContext) {
    this.spec = spec;
    this.context = context;
    this.read = new PropertyReader(spec.properties);
  }

  get id(): number {
    return this.spec.id;
  }

  get code(): string {
    return this.spec.code;
  }

  /** Name of this view's value in the form's data. */
  get argName(): string {
    return this.read.text('argName') ?? String(this.spec.id);
  }

  get submits(): boolean {
    return this.read.flag('submit') === true;
  }

  /** What is said about it while it has the focus; '' for nothing. */
  get help(): string {
    return this.read.text('help') ?? '';
  }

  /** Whether what is typed here is a secret. */
  get isSecret(): boolean {
    return masksTyping(this.spec.properties);
  }

  /** Where the cursor comes here among the others: by number, or right behind another view. */
  get tabOrder(): number {
    const after = this.read.number('tabAfter');
    return after === undefined ? this.id : after + 0.5;
  }

  /** Whether the view can get the focus at all. */
  get acceptsFocus(): boolean {
    if (this.read.flag('acceptsInput') === false) return false;
    return this.read.flag('acceptsFocus') ?? this.takesKeys;
  }

  /** Lines from the view's first row on, each from its first column. */
  abstract rows(): readonly Row[];

  /** The view's value in the form's data; undefined when it has none. */
  get value(): unknown {
    return undefined;
  }

  /** The value as a validator gets it. */
  get text(): string {
    const { value } = this;
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  }

  /**
   * Replaces the text: SGR sequences of a finished text set its colours; in an edit field it is
   * plain data.
   */
  setText(text: string): void {
    void text; // Views without text of their own have nothing to change.
  }

  setItems(items: readonly ItemSpec[]): void {
    void items; // Only lists have items.
  }

  /** The items with these `data` are not there. */
  leaveOut(data: readonly string[]): void {
    void data; // Only lists have items.
  }

  /**
   * Takes over the state of a view of the same code, e.g. on a screen of another size: what was
   * typed or chosen, and what was set with `setText` and `setItems`.
   */
  takeOver(previous: View): void {
    void previous; // A view without state has nothing to take over.
  }

  press(key: Key): PressResult {
    void key;
    return 'ignored';
  }

  /** A tap on it, by the row and column from its first cell; it has the focus by then. */
  tap(place: { readonly row: number; readonly column: number }): PressResult {
    void place;
    return 'handled';
  }

  /**
   * Position of the cursor while in focus, as an offset from the first cell; hidden unless the view
   * accepts text.
   */
  get cursor(): { readonly row: number; readonly column: number; readonly visible: boolean } {
    return { row: 0, column: 0, visible: false };
  }

  /** Whether the view is a question where there is no cursor; the others say `lineText`. */
  get isAsked(): boolean {
    return false;
  }

  /** What a view that is no question says, without colours; line breaks are kept. */
  get lineText(): string {
    return '';
  }

  /** Its question; `label` is what the art or the menu calls it, '' for nothing. */
  lineQuestion(label: string): LineQuestion {
    return { lines: [], prompt: promptOf(label) };
  }

  /** Takes a line that was typed as the answer. */
  answerLine(line: string): LineAnswer {
    void line;
    return { kind: 'not-mine' };
  }

  /** Milliseconds between two steps of a view that moves by itself; undefined for all others. */
  get stepMs(): number | undefined {
    return undefined;
  }

  /** Moves on by a step. */
  step(): void {
    // Only some views move by themselves.
  }

  protected get takesKeys(): boolean {
    return true;
  }

  /** The current style: the focus colour while in focus, where there is one. */
  protected get style(): Style {
    return this.hasFocus ? (this.spec.focusStyle ?? this.spec.style) : this.spec.style;
  }

  /** For views that must show their focus even if the art sets no colour for it. */
  protected get focusStyle(): Style {
    const { focusStyle, style } = this.spec;
    return focusStyle ?? { ...style, inverse: !style.inverse };
  }

  /** `styleSGR<number>`, or `otherwise` where it is not set. */
  protected styleNumber(number: number, otherwise: Style): Style {
    return this.read.style(`styleSGR${number}`, this.spec.style) ?? otherwise;
  }

  protected get fillCell(): Cell {
    const inFocus = this.hasFocus ? this.read.text('focusFillChar') : undefined;
    if (inFocus !== undefined) return { character: [...inFocus][0] ?? ' ', style: this.style };
    return {
      character: [...(this.read.text('fillChar') ?? ' ')][0] ?? ' ',
      style: this.styleNumber(1, this.style),
    };
  }

  /** A sysop's text with its colour codes and fields expanded. */
  protected format(template: string, values: FormatValues, base: Style): string {
    return this.formatFor(this.context.encoding, template, values, base);
  }

  /** The same for a terminal of another encoding. */
  protected formatFor(
    encoding: Encoding,
    template: string,
    values: FormatValues,
    base: Style,
  ): string {
    const { random, resolve } = this.context;
    return formatText(template, values, {
      base,
      encoding,
      random,
      ...(resolve === undefined ? {} : { resolve }),
    });
  }

  /**
   * Applies `textStyle`, or `focusTextStyle` in focus, to the letters of these cells; their number
   * stays the same.
   */
  protected styleLetters(cells: Row, focused = this.hasFocus): Row {
    const name =
      (focused ? this.read.text('focusTextStyle') : undefined) ?? this.read.text('textStyle');
    if (name === undefined) return cells;
    const styled = Array.from(
      applyTextStyle(name, cells.map((cell) => cell.character).join(''), this.context.random),
    );
    const shown = cells.filter((cell) => cell.character !== '').length;
    if (styled.length !== shown) return cells;
    let next = 0;
    return cells.map((cell) =>
      cell.character === '' ? cell : { ...cell, character: styled[next++] ?? cell.character },
    );
  }
}

/** The beginning of a line that is typed on; `present` is what an empty line keeps. */
export function promptOf(label: string, present = ''): string {
  return present === ''
    ? `${label === '' ? '>' : `${label}:`} `
    : `${label} (${present}): `.trimStart();
}

/** An answer that was taken. */
export function taken(isChanged: boolean, ...said: readonly string[]): LineAnswer {
  return { kind: 'taken', said, isChanged };
}

/** An answer that was not taken, with the reason. */
export function askAgain(...said: readonly string[]): LineAnswer {
  return { kind: 'again', said };
}
