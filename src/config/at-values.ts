import { nearestName } from '../base/nearest';
import { LIMITS } from '../base/limits';
import { BbsError } from '../base/errors';
import type { Place } from '../base/errors';
import type { Steps } from '../base/steps';
import { isReservedKey } from './hjson-scan';
import type { Problem } from './problems';
import { valuesInSteps } from './source-tree';
import type { ObjectNode, Scalar, ScalarNode, SourceNode } from './source-tree';

const REFERENCE = '@reference:';
const ENVIRONMENT = '@environment:';
const FILE = '@file:';
/**
 * The variable of the key that seals all secrets: only the board reads it, and no file may show it.
 */
const SEALING_KEY = 'SALLYPORT_SEALING_KEY';

interface AtSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * The content of the files of `@file:` values, or the error why they cannot be read, by the name
   * as written.
   */
  readonly files: ReadonlyMap<string, string | BbsError>;
}

interface AtResult {
  readonly root: ObjectNode;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** The `@file:` values of a tree, each name with the first place where it is used. */
export function* findFileNames(root: ObjectNode): Steps<ReadonlyMap<string, Place>> {
  const names = new Map<string, Place>();
  for (const { node } of valuesInSteps(root)) {
    yield;
    visitScalars(node, (scalar) => {
      const name = textAfter(scalar, FILE);
      if (name !== undefined && !names.has(name)) names.set(name, scalar.place);
    });
  }
  return names;
}

function visitScalars(node: SourceNode, visit: (scalar: ScalarNode) => void): void {
  if (node.kind === 'scalar') visit(node);
  else if (node.kind === 'array') for (const item of node.items) visitScalars(item, visit);
  else for (const entry of node.entries.values()) visitScalars(entry.node, visit);
}

/** True for a `@file:` value, also after it was replaced. */
export function isFromFile(node: ScalarNode): boolean {
  return node.origin === 'file' || textAfter(node, FILE) !== undefined;
}

/** Replaces `@reference:`, `@environment:` and `@file:` values throughout a tree. */
export function* resolveAtValues(root: ObjectNode, sources: AtSources): Steps<AtResult> {
  const resolver = new Resolver(root, sources);
  const resolved = yield* resolver.resolveInSteps(root, 0);
  const { problems, warnings } = resolver;
  return { root: resolved.kind === 'object' ? resolved : root, problems, warnings };
}

class Resolver {
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];
  private readonly done = new Map<SourceNode, SourceNode>();
  /**
   * Nodes on the path from the root to the current one: a second visit means a circular reference.
   */
  private readonly open = new Set<SourceNode>();
  /** Number of values below a node, all of which a reference repeats. */
  private readonly sizes = new Map<
    SourceNode,
    { readonly values: number; readonly depth: number }
  >();

  constructor(
    private readonly root: ObjectNode,
    private readonly sources: AtSources,
  ) {}

  resolve(node: SourceNode, depth: number): SourceNode {
    const done = this.done.get(node);
    if (done !== undefined) return done;
    this.refuseTooMuch(node.place, { values: 1, depth });
    if (node.kind === 'scalar' && !isAtValue(node)) return node;
    this.open.add(node);
    const resolved =
      node.kind === 'scalar' ? this.resolveScalar(node, depth) : this.within(node, depth);
    this.open.delete(node);
    this.done.set(node, resolved);
    return resolved;
  }

  /** The file, or a block of it, whose values come first and one by one. */
  *resolveInSteps(node: ObjectNode, depth: number): Steps<SourceNode> {
    if (this.done.has(node)) return this.resolve(node, depth);
    this.refuseTooMuch(node.place, { values: 1, depth });
    this.open.add(node);
    for (const { node: child } of node.entries.values()) {
      yield;
      if (depth === 0 && child.kind === 'object') yield* this.resolveInSteps(child, depth + 1);
      else this.resolve(child, depth + 1);
    }
    this.open.delete(node);
    return this.resolve(node, depth);
  }

  /** A node below which nothing is to be replaced stays itself: most of a file is copied nowhere. */
  private within(node: Exclude<SourceNode, ScalarNode>, depth: number): SourceNode {
    const children =
      node.kind === 'array' ? node.items : [...node.entries.values()].map((entry) => entry.node);
    const resolved = children.map((child) => this.resolve(child, depth + 1));
    if (resolved.every((child, at) => child === children[at])) return this.measured(node, resolved);
    if (node.kind === 'array') return this.measured({ ...node, items: resolved }, resolved);
    const entries = new Map(
      [...node.entries].map(([key, entry], at) => [
        key,
        { ...entry, node: resolved[at] ?? entry.node },
      ]),
    );
    return this.measured({ ...node, entries }, resolved);
  }

  private measured(node: SourceNode, children: readonly SourceNode[]): SourceNode {
    let values = 1;
    let depth = 1;
    for (const child of children) {
      const size = this.sizes.get(child);
      values += size?.values ?? 1;
      depth = Math.max(depth, 1 + (size?.depth ?? 0));
    }
    this.refuseTooMuch(node.place, { values, depth });
    this.sizes.set(node, { values, depth });
    return node;
  }

  // Ten references to ten references to ten more would turn a small file into an enormous value.
  private refuseTooMuch(place: Place, size: { values: number; depth: number }): void {
    if (size.values <= LIMITS.hjsonValues && size.depth <= 2 * LIMITS.hjsonDepth) return;
    throw new BbsError('CONFIG_INVALID', 'with its @reference: values this grows too large', {
      place,
    });
  }

  private resolveScalar(node: ScalarNode, depth: number): SourceNode {
    const path = textAfter(node, REFERENCE);
    if (path !== undefined) return this.resolveReference(node, path, depth);
    const spec = textAfter(node, ENVIRONMENT);
    if (spec !== undefined) return this.resolveEnvironment(node, spec);
    const name = textAfter(node, FILE);
    return name === undefined ? node : this.resolveFile(node, name);
  }

  private resolveReference(node: ScalarNode, path: string, depth: number): SourceNode {
    let target: SourceNode = this.root;
    for (const step of path.split(/[.[\]]+/).filter((part) => part !== '')) {
      if (target.kind === 'scalar') {
        if (this.open.has(target)) return this.refuseCircle(node, path);
        target = this.resolve(target, depth + 1);
      }
      const child = childOf(target, step);
      if (child === undefined) {
        const message = unknownReference(path, step, target);
        this.warnings.push({ place: node.place, message, kind: 'reference' });
        return node;
      }
      target = child;
    }
    if (this.open.has(target)) return this.refuseCircle(node, path);
    return this.resolve(target, depth + 1);
  }

  private refuseCircle(node: ScalarNode, path: string): SourceNode {
    const message = `${REFERENCE}${path} leads back to itself`;
    this.problems.push({ place: node.place, message });
    return node;
  }

  private resolveEnvironment(node: ScalarNode, spec: string): SourceNode {
    const [name = '', type = 'string', list] = spec.split(':');
    const text = this.sources.env[name];
    try {
      if (name === SEALING_KEY) throw new Error(`${name} is a key and stands for no value`);
      if (text === undefined) throw new Error(`the environment variable ${name} is not set`);
      if (list !== undefined && list !== 'array') {
        throw new Error(`'${list}' is not known here; only ':array' may follow the type`);
      }
      const convert = (part: string): unknown => convertText(part, type, name);
      const value = list === undefined ? convert(text) : text.split(',').map(convert);
      return this.nodeOf(value, node.place, 0);
    } catch (error) {
      if (error instanceof BbsError) throw error;
      this.problems.push({ place: node.place, message: (error as Error).message });
      return node;
    }
  }

  private nodeOf(value: unknown, place: Place, depth: number): SourceNode {
    if (depth > LIMITS.hjsonDepth) throw new Error('the variable is nested too deeply');
    if (Array.isArray(value)) {
      const items = value.map((item) => this.nodeOf(item, place, depth + 1));
      return this.measured({ kind: 'array', place, items }, items);
    }
    if (typeof value !== 'object' || value === null) {
      return {
        kind: 'scalar',
        place,
        value: value as Scalar,
        quoteless: false,
        origin: 'variable',
      };
    }
    const entries = Object.entries(value).map(([key, child]) => {
      if (isReservedKey(key)) throw new Error(`'${key}' cannot be a key`);
      return [key, { keyPlace: place, node: this.nodeOf(child, place, depth + 1) }] as const;
    });
    return this.measured(
      { kind: 'object', place, entries: new Map(entries) },
      entries.map(([, entry]) => entry.node),
    );
  }

  private resolveFile(node: ScalarNode, name: string): SourceNode {
    const content = this.sources.files.get(name);
    if (typeof content === 'string') {
      return { ...node, value: content.trim(), quoteless: false, origin: 'file' };
    }
    const message = content?.message ?? `${name} was not read`;
    this.problems.push({ place: node.place, message });
    return node;
  }
}

function convertText(text: string, type: string, name: string): unknown {
  const wrong = (what: string): Error =>
    new Error(`the environment variable ${name} must be ${what}`);
  switch (type) {
    case '':
    case 'string':
      return text;
    case 'bool':
    case 'boolean':
      if (!/^(true|false)$/i.test(text.trim())) throw wrong('true or false');
      return text.trim().toLowerCase() === 'true';
    case 'number':
      if (text.trim() === '' || !Number.isFinite(Number(text))) throw wrong('a number');
      return Number(text);
    case 'object':
      try {
        return JSON.parse(text) as unknown;
      } catch {
        // The parser's own message would quote the value, which may be a secret.
        throw wrong('JSON');
      }
    case 'date':
    case 'time':
    case 'datetime':
    case 'timestamp':
      if (Number.isNaN(Date.parse(text))) throw wrong('a date and time like 2026-01-31T20:00:00Z');
      return new Date(text).toISOString();
    default:
      throw new Error(
        `'${type}' is not a type; use string, boolean, number, object or timestamp for ${name}`,
      );
  }
}

function unknownReference(path: string, step: string, parent: SourceNode): string {
  const names = parent.kind === 'object' ? parent.entries.keys() : [];
  const nearest = nearestName(step, names);
  const hint = nearest === undefined ? '' : `; did you mean '${nearest}'?`;
  return `${REFERENCE}${path} names nothing: there is no '${step}'${hint}`;
}

function childOf(node: SourceNode, step: string): SourceNode | undefined {
  if (node.kind === 'object') return node.entries.get(step)?.node;
  return node.kind === 'array' ? node.items[Number(step)] : undefined;
}

function isAtValue({ value }: ScalarNode): boolean {
  return typeof value === 'string' && value.startsWith('@');
}

function textAfter(node: SourceNode, prefix: string): string | undefined {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return undefined;
  return node.value.startsWith(prefix) ? node.value.slice(prefix.length).trim() : undefined;
}
