import { LIMITS } from '../base/limits';

/** The argument after a code: none, digits, or a list in square brackets. */
export interface AcsArgument {
  readonly number: number | undefined;
  readonly items: readonly string[] | undefined;
}

/** A parsed ACS string. Columns count from 1 within the string. */
export type AcsTree =
  | {
      readonly kind: 'code';
      readonly code: string;
      readonly argument: AcsArgument;
      readonly column: number;
      /** As written, e.g. `GM[users]`. */
      readonly text: string;
    }
  | { readonly kind: 'not'; readonly operand: AcsTree }
  | { readonly kind: 'all' | 'any'; readonly operands: readonly AcsTree[] };

export type ParsedAcs =
  | {
      readonly kind: 'parsed';
      readonly tree: AcsTree;
      /**
       * Column of a `|` that shares a level with `&` without parentheses that show which binds
       * first.
       */
      readonly mixedAt: number | undefined;
      /** The parts that stand in parentheses. */
      readonly grouped: ReadonlySet<AcsTree>;
    }
  | { readonly kind: 'failed'; readonly message: string; readonly column: number };

/**
 * Parses an ACS string (contract A3.1) in linear time. `!` binds tightest, then `&` and
 * juxtaposition, then `|`: the precedence that ENiGMA½ documents.
 */
export function parseAcs(text: string): ParsedAcs {
  if (text.length > LIMITS.acsCharacters) {
    return failed(`longer than ${LIMITS.acsCharacters} characters`, LIMITS.acsCharacters + 1);
  }
  if (text.trim() === '') {
    return failed('it is empty, which lets nobody in; leave it out to let everybody in', 1);
  }
  try {
    return new Parser(text).parse();
  } catch (error) {
    if (error instanceof Failure) return failed(error.message, error.at + 1);
    throw error;
  }
}

function failed(message: string, column: number): ParsedAcs {
  return { kind: 'failed', message, column };
}

class Failure extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

class Parser {
  private at = 0;
  private depth = 0;
  private mixedAt: number | undefined;
  private readonly grouped = new Set<AcsTree>();

  constructor(private readonly text: string) {}

  parse(): ParsedAcs {
    const tree = this.parseAny();
    if (this.at < this.text.length) this.failHere();
    return { kind: 'parsed', tree, mixedAt: this.mixedAt, grouped: this.grouped };
  }

  private parseAny(): AcsTree {
    const first = this.parseAll();
    if (this.peek() !== '|') return first.tree;
    const bar = this.at;
    const operands = [first.tree];
    let mixed = first.joined;
    while (this.peek() === '|') {
      this.at++;
      const next = this.parseAll();
      operands.push(next.tree);
      mixed ||= next.joined;
    }
    if (mixed) this.mixedAt ??= bar + 1;
    return { kind: 'any', operands };
  }

  private parseAll(): { readonly tree: AcsTree; readonly joined: boolean } {
    const operands = [this.parseNot()];
    for (;;) {
      const next = this.peek();
      if (next === '&') this.at++;
      else if (next === undefined || next === '|' || next === ')') break;
      operands.push(this.parseNot());
    }
    const [only] = operands;
    if (only !== undefined && operands.length === 1) return { tree: only, joined: false };
    return { tree: { kind: 'all', operands }, joined: true };
  }

  private parseNot(): AcsTree {
    if (this.peek() !== '!') return this.parseAtom();
    this.at++;
    if (this.peek() === '!') throw new Failure("'!' stands twice; leave both out", this.at);
    return { kind: 'not', operand: this.parseAtom() };
  }

  private parseAtom(): AcsTree {
    if (this.peek() === '(') return this.parseGroup();
    const start = this.at;
    const code = this.text.slice(start, start + 2);
    if (!isCapital(code[0]) || !isCapital(code[1])) this.failHere();
    this.at += 2;
    const argument = this.parseArgument();
    const text = this.text.slice(start, this.at);
    return { kind: 'code', code, argument, column: start + 1, text };
  }

  private parseGroup(): AcsTree {
    const open = this.at++;
    if (++this.depth > LIMITS.acsDepth) {
      throw new Failure(`more than ${LIMITS.acsDepth} parentheses inside each other`, open);
    }
    const tree = this.parseAny();
    if (this.peek() !== ')') {
      if (this.at < this.text.length) this.failHere();
      throw new Failure("this '(' is never closed", open);
    }
    this.at++;
    this.depth--;
    this.grouped.add(tree);
    return tree;
  }

  private parseArgument(): AcsArgument {
    const start = this.at;
    if (this.text[start] === '[') return { number: undefined, items: this.parseItems() };
    while (isDigit(this.text[this.at])) this.at++;
    if (this.at === start) return { number: undefined, items: undefined };
    return { number: Number(this.text.slice(start, this.at)), items: undefined };
  }

  private parseItems(): string[] {
    const open = this.at++;
    const items: string[] = [];
    for (;;) {
      const start = this.at;
      while (isItemCharacter(this.text[this.at])) this.at++;
      if (this.at === start) this.failInList(open);
      items.push(this.text.slice(start, this.at));
      if (this.text[this.at] === ']') break;
      const end = this.at;
      if (this.peek() !== ',') {
        this.at = this.text[this.at] === ']' ? end : this.at;
        this.failInList(open);
      }
      this.at++;
      this.peek();
    }
    this.at++;
    return items;
  }

  /** The next character that is not a space; spaces are the only white space of the grammar. */
  private peek(): string | undefined {
    while (this.text[this.at] === ' ') this.at++;
    return this.text[this.at];
  }

  private failInList(open: number): never {
    const found = this.text[this.at];
    if (found === undefined) throw new Failure("this '[' is never closed", open);
    if (found === ' ') throw new Failure("no space belongs just inside '[' and ']'", this.at);
    throw new Failure(
      `${quote(found)} cannot stand in a list; items are made of letters, digits, '_', '+' and '-'`,
      this.at,
    );
  }

  private failHere(): never {
    const found = this.text[this.at];
    if (found === undefined) throw new Failure('it ends where a code belongs', this.at);
    if (found === '\t') throw new Failure('a TAB cannot stand here; use a space', this.at);
    if (found === ')')
      throw new Failure("this ')' was never opened, or has nothing in it", this.at);
    if (isDigit(found)) {
      throw new Failure('a number belongs right behind its code, without a space', this.at);
    }
    if (found === '[') throw new Failure('a list belongs right behind its code', this.at);
    if (found === '&' || found === '|') {
      throw new Failure(`${quote(found)} has nothing on its left`, this.at);
    }
    throw new Failure(`${quote(found)} found where a code of two capital letters belongs`, this.at);
  }
}

function quote(character: string): string {
  return JSON.stringify(character).replace(/^"|"$/g, "'");
}

function isCapital(character: string | undefined): boolean {
  return character !== undefined && character >= 'A' && character <= 'Z';
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9';
}

function isItemCharacter(character: string | undefined): boolean {
  return character !== undefined && /^[A-Za-z0-9_+-]$/.test(character);
}
