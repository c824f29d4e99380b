import { BbsError } from '../base/errors';
import type { Place } from '../base/errors';
import { LIMITS } from '../base/limits';
import type { Steps } from '../base/steps';
import { outlineOf, type Outline } from './hjson-outline';
import { HjsonTokens, isPunctuation } from './hjson-tokens';
import { placeFinder } from './problems';

/** Positions in an hjson text; offsets count UTF-16 units from 0. */
export type ScanNode =
  | { readonly kind: 'object'; readonly at: number; readonly entries: Map<string, ScanEntry> }
  | { readonly kind: 'array'; readonly at: number; readonly items: ScanNode[] }
  | { readonly kind: 'scalar'; readonly at: number; readonly quoteless: boolean };

export interface ScanEntry {
  readonly keyAt: number;
  /** Behind its colon. */
  readonly keyEnd: number;
  readonly node: ScanNode;
  /** The same key where it stood before in this block, the first one first. */
  readonly earlier?: Earlier[];
}

interface Earlier extends ScanEntry {
  /** Its name in `Scan.outline`, where every key of a block is another one. */
  readonly name: string;
}

type WrittenKey = Pick<ScanEntry, 'keyAt' | 'keyEnd'> & { readonly key: string };

/** A key that stands twice in one block. */
export interface DoubledKey {
  readonly key: string;
  readonly place: Place;
  readonly firstLine: number;
  /** True where both are blocks in braces. */
  readonly areBlocks: boolean;
}

interface Scan {
  readonly root: Extract<ScanNode, { kind: 'object' }>;
  readonly doubled: readonly DoubledKey[];
  /** Another name stands there for each key that stands again later. */
  readonly outline: Outline<ScanNode>;
  readonly place: (at: number) => Place;
}

/**
 * Scans an hjson text in linear time by the grammar of the hjson package, and refuses what that
 * package accepts or cannot handle: bombs, keys that reach a prototype. Keys that stand twice are told.
 * In steps of an entry each.
 */
export function* scanHjson(text: string, file: string): Steps<Scan> {
  if (text.length > LIMITS.hjsonBytes) {
    throw new BbsError('CONFIG_SYNTAX', `larger than ${LIMITS.hjsonBytes} bytes`, {
      place: { file },
    });
  }
  const place = placeFinder(text, file);
  const scanner = new Scanner(text, place);
  const root = yield* scanner.scanRoot();
  return { root, doubled: scanner.doubled, outline: yield* scanner.outline(), place };
}

const RESERVED_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Keys that would reach an object's prototype; they are not allowed in any file of a board. */
export function isReservedKey(key: string): boolean {
  return RESERVED_KEYS.has(key);
}

class Scanner extends HjsonTokens {
  readonly doubled: DoubledKey[] = [];
  private readonly again: Earlier[] = [];
  private readonly blocks: { readonly node: ScanNode; readonly end: number }[] = [];
  private depth = 0;

  *scanRoot(): Steps<Scan['root']> {
    this.skipWhite();
    const first = this.text[this.at];
    if (first === '[') this.fail(this.at, "a file begins with a key or with '{', not with '['");
    const root = yield* first === '{'
      ? this.bracesInSteps(0)
      : this.entriesInSteps(this.at, 0, false);
    this.skipWhite();
    if (this.at < this.text.length) {
      this.fail(this.at, "there is text after the last '}'; is there a '}' too many before it?");
    }
    return root;
  }

  private scanValue(): ScanNode {
    this.skipWhite();
    const at = this.at;
    switch (this.text[at]) {
      case '{':
        return this.scanBraces();
      case '[':
        return this.scanArray();
      case "'":
      case '"':
        if (this.text.startsWith("'''", at)) this.skipMultiLine();
        else this.scanQuoted();
        return { kind: 'scalar', at, quoteless: false };
      default:
        this.skipQuoteless();
        return { kind: 'scalar', at, quoteless: true };
    }
  }

  private scanBraces(): Scan['root'] {
    const at = this.at++;
    this.enter(at);
    const entries = new Map<string, ScanEntry>();
    for (let key = this.nextKey(at); key !== undefined; key = this.nextKey(at)) {
      this.addEntry(entries, key, this.scanValue());
    }
    this.depth--;
    return { kind: 'object', at, entries };
  }

  private *bracesInSteps(level: number): Steps<Scan['root']> {
    const at = this.at++;
    this.enter(at);
    const root = yield* this.entriesInSteps(at, level, true);
    this.depth--;
    return root;
  }

  /** The file, and each block of it, which holds what `Scan.blocks` are. */
  private *entriesInSteps(at: number, level: number, braces: boolean): Steps<Scan['root']> {
    const entries = new Map<string, ScanEntry>();
    const next = (): WrittenKey | undefined => this.nextKey(at, braces);
    for (let key = next(); key !== undefined; key = next()) {
      yield;
      this.skipWhite();
      const inSteps = level === 0 && this.text[this.at] === '{';
      const node = inSteps ? yield* this.bracesInSteps(level + 1) : this.scanValue();
      if (level > 0 && node.kind === 'object') this.blocks.push({ node, end: this.at });
      this.addEntry(entries, key, node);
    }
    return { kind: 'object', at, entries };
  }

  /** The key of the next entry of a block; undefined at its end, which without braces is the end of the file. */
  private nextKey(openedAt: number, braces = true): WrittenKey | undefined {
    this.skipWhite();
    if (this.at >= this.text.length) {
      if (braces) this.failUnclosed(openedAt);
      return undefined;
    }
    if (braces && this.text[this.at] === '}') {
      this.at++;
      return undefined;
    }
    const keyAt = this.at;
    const key = this.scanKey();
    if (isReservedKey(key)) this.fail(keyAt, `'${key}' cannot be a key; choose another name`);
    return { key, keyAt, keyEnd: this.at };
  }

  private scanArray(): ScanNode {
    const at = this.at++;
    this.enter(at);
    const items: ScanNode[] = [];
    for (;;) {
      this.skipWhite();
      if (this.at >= this.text.length) this.failUnclosed(at);
      if (this.text[this.at] === ']') break;
      items.push(this.scanValue());
      this.skipComma();
    }
    this.at++;
    this.depth--;
    return { kind: 'array', at, items };
  }

  private enter(at: number): void {
    if (++this.depth > LIMITS.hjsonDepth) {
      this.fail(at, `nested deeper than ${LIMITS.hjsonDepth} levels`);
    }
  }

  private addEntry(
    entries: Map<string, ScanEntry>,
    { key, keyAt, keyEnd }: WrittenKey,
    node: ScanNode,
  ): void {
    const before = entries.get(key);
    const entry = { keyAt, keyEnd, node };
    entries.set(key, before === undefined ? entry : this.standsAgain(key, before, entry));
    this.skipComma();
  }

  private standsAgain(key: string, before: ScanEntry, entry: ScanEntry): ScanEntry {
    const name = `${this.again.length} stands again later`;
    const { earlier = [], ...first } = before;
    const last = { ...first, name };
    earlier.push(last);
    this.again.push(last);
    this.doubled.push({
      key,
      place: this.place(entry.keyAt),
      firstLine: this.place(first.keyAt).line ?? 0,
      areBlocks: first.node.kind === 'object' && entry.node.kind === 'object',
    });
    return { ...entry, earlier };
  }

  outline(): Steps<Outline<ScanNode>> {
    const renamed = this.again.sort((a, b) => a.keyAt - b.keyAt);
    return outlineOf(this.text, this.blocks, renamed);
  }

  private scanKey(): string {
    const start = this.at;
    const first = this.text[start];
    if (first === '"' || first === "'") {
      const key = this.scanQuoted();
      this.skipWhite();
      if (this.text[this.at] !== ':') this.fail(start, `the key "${key}" is not followed by ':'`);
      this.at++;
      return key;
    }
    let end = -1;
    for (; this.at < this.text.length; this.at++) {
      const character = this.text.charAt(this.at);
      if (character === ':') return this.endKey(start, end);
      if (character <= ' ') {
        if (end < 0) end = this.at;
      } else if (isPunctuation(character)) {
        this.fail(this.at, `found '${character}' where a key name or its ':' belongs`);
      } else if (end >= 0) {
        this.fail(start, `'${this.text.slice(start, end).slice(0, 40)}' is not followed by ':'`);
      }
    }
    return this.fail(start, 'the file ends in the middle of a key; a key is followed by a colon');
  }

  private endKey(start: number, end: number): string {
    if (this.at === start) this.fail(start, "found ':' without a key name before it");
    const key = this.text.slice(start, end < 0 ? this.at : end);
    this.at++;
    return key;
  }
}
