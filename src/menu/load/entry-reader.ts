import { compileAcs } from '../../acs/acs';
import type { Acs } from '../../acs/acs';
import { groupsIn } from '../../acs/groups';
import { NO_OWN_CODES, type OwnCodes } from '../../acs/own-codes';
import type { Place } from '../../base/errors';
import { nearestName } from '../../base/nearest';
import { toPlain } from '../../config/source-tree';
import type { ArrayNode, ObjectNode, SourceNode } from '../../config/source-tree';
import type { Finding, GroupMention } from './menu-entry';

/** Keys with conditions for a caller; a misspelt one must not let everybody pass. */
const CONDITION_KEYS = ['acs', 'value'];

/** A key of the file with its value. */
interface Written {
  readonly node: SourceNode;
  readonly keyPlace: Place;
}

/** What the entries of a file have in common. */
interface CommonOfFile {
  readonly compiled: Map<string, Acs>;
  /** Gets the groups that the conditions name. */
  readonly groups: GroupMention[];
  readonly ownCodes?: OwnCodes | undefined;
}

/**
 * Reads one menu or prompt of a file. An invalid value is reported as a finding with its place and
 * left out, so that one mistake hides no other.
 */
export class EntryReader {
  constructor(
    readonly subject: string,
    private readonly findings: Finding[],
    private readonly common: CommonOfFile = { compiled: new Map(), groups: [] },
  ) {}

  /** An ACS string with the conditions that this board has. */
  compile(text: string): Acs {
    return compileAcs(text, this.common.ownCodes ?? NO_OWN_CODES);
  }

  error(rule: string, place: Place, text: string, nearest?: string): void {
    this.note('error', rule, place, text, nearest);
  }

  warn(rule: string, place: Place, text: string, nearest?: string): void {
    this.note('warning', rule, place, text, nearest);
  }

  private note(
    severity: Finding['severity'],
    rule: string,
    place: Place,
    text: string,
    nearest: string | undefined,
  ): void {
    const { subject } = this;
    const base = { severity, rule, place, subject, text };
    this.findings.push(nearest === undefined ? base : { ...base, nearest });
  }

  /**
   * Reports each key that is not in `known`, with the nearest one that is. True when one of them is nearly
   * a condition, or a condition in the wrong place: the object that holds it then lets nobody pass.
   */
  checkKeys(node: ObjectNode, known: readonly string[], what: string): boolean {
    let losesCondition = false;
    for (const [key, entry] of node.entries) {
      if (known.includes(key)) continue;
      const condition = nearestName(key, CONDITION_KEYS);
      if (condition !== undefined) {
        losesCondition = true;
        const text = `'${key}' means nothing in ${what}`;
        this.error('lost-condition', entry.keyPlace, text, nearestName(key, known));
        continue;
      }
      this.warn(
        'unknown-key',
        entry.keyPlace,
        `'${key}' means nothing in ${what}`,
        nearestName(key, known),
      );
    }
    return losesCondition;
  }

  /** The value of `key`; null counts as missing. */
  find(node: ObjectNode | undefined, key: string): Written | undefined {
    const entry = node?.entries.get(key);
    if (entry === undefined) return undefined;
    return entry.node.kind === 'scalar' && entry.node.value === null ? undefined : entry;
  }

  object(node: SourceNode | undefined, what: string): ObjectNode | undefined {
    if (node === undefined || node.kind === 'object') return node;
    this.error('wrong-form', node.place, `${what} is a block in braces: { ... }`);
    return undefined;
  }

  array(node: SourceNode | undefined, what: string): ArrayNode | undefined {
    if (node === undefined || node.kind === 'array') return node;
    this.error('wrong-form', node.place, `${what} is a list in square brackets: [ ... ]`);
    return undefined;
  }

  /** Text; a number is accepted, because hjson reads a name of digits as one. */
  text(node: SourceNode | undefined, what: string): string | undefined {
    if (node === undefined) return undefined;
    if (node.kind === 'scalar' && typeof node.value === 'string') return node.value;
    if (node.kind === 'scalar' && typeof node.value === 'number') return String(node.value);
    this.error('wrong-form', node.place, `${what} is text`);
    return undefined;
  }

  number(node: SourceNode | undefined, what: string): number | undefined {
    if (node === undefined) return undefined;
    if (node.kind === 'scalar' && typeof node.value === 'number') return node.value;
    this.error('wrong-form', node.place, `${what} is a number`);
    return undefined;
  }

  flag(node: SourceNode | undefined, what: string): boolean | undefined {
    if (node === undefined) return undefined;
    if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
    this.error('wrong-form', node.place, `${what} is true or false`);
    return undefined;
  }

  /** Text or a list of texts. */
  texts(node: SourceNode | undefined, what: string): readonly string[] {
    const nodes = node?.kind === 'array' ? node.items : node === undefined ? [] : [node];
    return nodes.flatMap((item) => this.text(item, what) ?? []);
  }

  plain(node: SourceNode | undefined): unknown {
    return node === undefined ? undefined : toPlain(node);
  }

  /** Compiles an ACS string once per file and reports errors with their column. */
  acs(node: SourceNode | undefined): Acs | undefined {
    const text = this.text(node, 'an ACS');
    if (node === undefined) return undefined;
    // An invalid condition denies access.
    const { compiled, groups } = this.common;
    const acs = compiled.get(text ?? '') ?? this.compile(text ?? '');
    compiled.set(acs.text, acs);
    if (acs.text.includes('GM')) {
      const { subject } = this;
      const { place } = node;
      groups.push(...groupsIn(acs.text).map((group) => ({ subject, group, place })));
    }
    const quote = node.kind === 'scalar' && !node.quoteless ? 1 : 0;
    for (const { severity, column, text: why, nearest } of text === undefined ? [] : acs.problems) {
      const place = shift(node.place, quote + column - 1);
      if (acs.root === undefined) {
        const said = `the condition '${shorten(acs.text)}' cannot be parsed at its column ${column}: ${why}`;
        this.note(severity, 'broken-acs', place, said, nearest);
      } else this.note(severity, 'acs', place, `ACS: ${why}`, nearest);
    }
    return acs;
  }
}

/** A condition may be thousands of characters long. */
function shorten(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}...`;
}

const MAX_SHOWN = 60;

function shift(place: Place, columns: number): Place {
  return place.column === undefined ? place : { ...place, column: place.column + columns };
}
