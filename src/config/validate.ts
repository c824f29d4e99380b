import { nearestName } from '../base/nearest';
import { findConfigKey, isHarmless } from './config-keys';
import { countsInRange } from './foreign-values';
import type { HjsonTree } from './hjson-tree';
import { passedOver, type Problem } from './problems';
import { configSchema } from './schema';
import type { Config } from './schema';
import { isSecretName } from './secret-names';
import { findNode } from './source-tree';
import type { Path, SourceNode } from './source-tree';
import { judgeWrongKey, lostProtections } from './wrong-keys';

type Issue = NonNullable<ReturnType<typeof configSchema.safeParse>['error']>['issues'][number];

/** What keeps the board shut, and what does not. */
interface Findings {
  readonly problems: Problem[];
  readonly warnings: Problem[];
}

/**
 * Where keys are invalid, the config consists of the others, so that they can be checked too. A number that
 * is out of range counts as the nearest that is not, or the default where that protects more; what has a harmless default gives way to that; a key that is
 * like no other, or is meant for one with such a default, has no effect: all of these are warnings. Any other key or
 * value may be a protection that is not there, and stays an error.
 */
export function validate(
  tree: HjsonTree,
  value: object,
  warnings: Problem[],
): { config: Config; problems: Problem[] } {
  const problems: Problem[] = [];
  const rest = structuredClone(value);
  // What is left of a list or block may be wrong in turn, once.
  for (let round = 0; round < ROUNDS; round += 1) {
    const parsed = configSchema.safeParse(rest);
    if (parsed.success) return { config: parsed.data, problems };
    for (const issue of parsed.error.issues) settle(tree, rest, issue, { problems, warnings });
    dropMarked(rest);
  }
  return { config: configSchema.parse(rest), problems };
}

const ROUNDS = 4;

/** Says what is wrong at one place, and makes the rest right there. */
function settle(tree: HjsonTree, rest: object, issue: Issue, found: Findings): void {
  const path = issue.path as Path;
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) {
      const { problem, stops } = judgeWrongKey(tree, path, key);
      (stops ? found.problems : found.warnings).push(problem);
      if (!stops) found.warnings.push(...lostProtections(tree, [...path, key]));
      remove(rest, [...path, key]);
    }
    return;
  }
  const { place, message } = wrongValue(tree, path, issue);
  const allowed = valueInRange(tree, path, issue);
  if (allowed !== undefined) {
    found.warnings.push(passedOver({ place, message, kind: 'out-of-range' }, `${allowed} counts`));
    replace(rest, path, allowed);
    return;
  }
  const key = findConfigKey(path.join('.'));
  const keyPath: Path = key?.path.split('.') ?? path;
  if (!isHarmless(path.join('.'))) {
    found.problems.push({ place, message });
    remove(rest, keyPath);
    return;
  }
  const isPart = path.length > keyPath.length;
  const instead = isPart
    ? 'it is left out'
    : `the board starts with ${describeDefault(key?.default)}`;
  found.warnings.push(passedOver({ place, message, kind: 'wrong-config-value' }, instead));
  if (isPart) replace(rest, path.slice(0, keyPath.length + 1), DROPPED);
  else remove(rest, keyPath);
}

function describeDefault(value: unknown): string {
  const isShort = ['string', 'number', 'boolean'].includes(typeof value) && value !== '';
  return isShort ? `the default, ${JSON.stringify(value)}` : 'the default';
}

/** What counts for a number that is out of range; a port that is, is none that anybody could call. */
function valueInRange(
  tree: HjsonTree,
  path: Path,
  issue: { readonly code?: string },
): number | undefined {
  const node = findNode(tree.root, path);
  const isRange = issue.code === 'too_small' || issue.code === 'too_big';
  if (!isRange || path.at(-1) === 'port') return undefined;
  if (node?.kind !== 'scalar' || typeof node.value !== 'number') return undefined;
  const key = findConfigKey(path.join('.'));
  const range = { least: key?.minimum, most: key?.maximum, default: key?.default };
  return countsInRange(path.join('.'), node.value, range);
}

/** In place of an item until all of its list are known. */
const DROPPED = Symbol('dropped');

function dropMarked(value: object): void {
  for (const [key, child] of Object.entries(value) as [string, unknown][]) {
    if (child === DROPPED) Reflect.deleteProperty(value, key);
    else if (Array.isArray(child))
      Reflect.set(
        value,
        key,
        child.filter((item) => item !== DROPPED),
      );
    else if (typeof child === 'object' && child !== null) dropMarked(child);
  }
}

/** Sets what is at a path; nothing where there is no block for it. */
export function replace(value: object, path: Path, by: unknown): void {
  let parent = value as Record<string, unknown>;
  for (const step of path.slice(0, -1)) {
    const child = parent[String(step)];
    if (typeof child !== 'object' || child === null) return;
    parent = child as Record<string, unknown>;
  }
  parent[String(path.at(-1) ?? '')] = by;
}

function remove(value: object, path: Path): void {
  const parents = path.slice(0, -1);
  let parent: unknown = value;
  for (const step of parents) parent = (parent as Record<string, unknown> | undefined)?.[step];
  if (typeof parent === 'object' && parent !== null)
    Reflect.deleteProperty(parent, path.at(-1) ?? '');
}

function wrongValue(tree: HjsonTree, path: Path, issue: Issue): Problem {
  const name = path.join('.');
  const key = findConfigKey(name);
  const accepts = key?.accepts ?? 'a block of keys in { }';
  const node = findNode(tree.root, path);
  const isSecret = /pass$/i.test(name) || isSecretName(String(path.at(-1)));
  const given = node === undefined ? '' : `, not ${describeGiven(node, isSecret)}`;
  // Of a table of blocks, what the block itself may have there.
  const isInBlock = key !== undefined && typeof path.at(-1) === 'string' && key.path !== name;
  const must = isInBlock ? acceptedBy(issue) : accepts;
  return {
    place: tree.placeOf(path),
    message: `${isInBlock ? name : (key?.path ?? name)} must be ${must}${given}${hintFor(node)}${nearestOf(issue, node)}`,
  };
}

/** The nearest of a few values that a text may be; nothing of a text that stands in no file of the sysop. */
function nearestOf(issue: Issue, node: SourceNode | undefined): string {
  if (issue.code !== 'invalid_value' || node?.kind !== 'scalar') return '';
  if (typeof node.value !== 'string' || node.origin !== undefined) return '';
  const nearest = nearestName(node.value, issue.values.map(String));
  return nearest === undefined ? '' : `; did you mean '${nearest}'?`;
}

/** Of a value in a table of blocks, which the list of keys does not know. */
function acceptedBy(issue: Issue): string {
  if (issue.code === 'invalid_value') return issue.values.map(String).join(', ');
  if (issue.code === 'invalid_type') return KINDS[issue.expected] ?? issue.expected;
  const must: unknown = issue.code === 'custom' ? issue.params?.['must'] : undefined;
  return typeof must === 'string' ? must : 'as docs/config.md says';
}

const KINDS: Readonly<Record<string, string>> = {
  ...{ string: 'a text', number: 'a number', int: 'a whole number' },
  ...{ boolean: 'true or false', object: 'a block of keys in { }', array: 'a list' },
};

function describeGiven(node: SourceNode, isSecret: boolean): string {
  if (node.kind === 'array') return node.items.length === 0 ? 'an empty list' : 'a list';
  if (node.kind === 'object') return 'a block of keys';
  if (node.origin !== undefined) return `what that ${node.origin} holds`;
  if (isSecret) return `a ${typeof node.value}`;
  if (typeof node.value !== 'string') return String(node.value);
  return node.value.length > 40
    ? `a text of ${node.value.length} characters`
    : `the text '${node.value}'`;
}

function hintFor(node: SourceNode | undefined): string {
  if (node?.kind !== 'scalar' || typeof node.value !== 'string') return '';
  if (!node.quoteless || !/[#,}\]]|\/\/|\/\*/.test(node.value)) return '';
  return '; without quotes a text goes on to the end of its line, comments and commas included';
}
