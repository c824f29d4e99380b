import { dirname } from 'node:path';
import { BbsError } from '../base/errors';
import type { Place } from '../base/errors';
import { nearestName } from '../base/nearest';
import { findConfigKey, listHomesOf, listNamesBelow } from './config-keys';
import { checkAcrossKeys } from './cross-checks';
import { findForeignKey, findRefusedKey } from './foreign-keys';
import { adaptPaths, adaptPlainServers, adaptRateLimits, nearestInRange } from './foreign-values';
import { loadHjsonTree, treeOf } from './hjson-tree';
import type { HjsonTree, HjsonTreeOptions } from './hjson-tree';
import { throwProblems } from './problems';
import type { Problem } from './problems';
import { isSecretName } from './secret-names';
import { configSchema } from './schema';
import type { Config, ConfigInput } from './schema';
import { isAbsent } from './source-text';
import { findNode, mergeNodes, toObjectNode } from './source-tree';
import type { Path, SourceNode } from './source-tree';

interface LoadConfigOptions extends HjsonTreeOptions {
  /** Full path of config.hjson; it only needs the keys that differ from the defaults. */
  readonly file: string;
  /**
   * True where the sysop named the file: it must then exist. Otherwise a missing file counts as
   * empty.
   */
  readonly mustExist?: boolean;
  /** Keys that an embedding program sets; they take precedence over the file. */
  readonly overrides?: ConfigInput | undefined;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Settings that are allowed but probably unintended; for the log and `oputil doctor`. */
  readonly warnings: readonly Problem[];
  /** The place of a key, or of the block to which it would belong. */
  readonly placeOf: (path: Path) => Place;
  /** Every file that was read, for a watcher; a missing file by its name. */
  readonly files: readonly string[];
}

/**
 * Reads the configuration. All problems are thrown as one InvalidFileError, each with its place,
 * the accepted values, and for an unknown key the nearest known name.
 */
export async function loadConfig(options: LoadConfigOptions): Promise<LoadedConfig> {
  const tree = withOverrides(await loadTree(options), options.overrides);
  const warnings = [...tree.warnings];
  const value = withoutForeignKeys(tree, warnings);
  const isFromElsewhere = warnings.some(({ kind }) => kind === 'foreign-key');
  adaptValues(tree, value, { options, warnings });
  const { config, problems } = validate(tree, value, warnings);
  if (isFromElsewhere) warnings.push(...firstEffects(tree, config));
  for (const { path, severity, message } of checkAcrossKeys(config)) {
    const found = severity === 'error' ? problems : warnings;
    found.push({ place: tree.placeOf(path), message, kind: 'setting' });
  }
  throwProblems('CONFIG_INVALID', problems);
  const placeOf = (path: Path): Place => tree.placeOf(path);
  return { config, warnings, placeOf, files: tree.files };
}

async function loadTree(options: LoadConfigOptions): Promise<HjsonTree> {
  const { file, mustExist = false } = options;
  try {
    // No folders of its own: included files must be beside the file or in the stock config (rule
    // M14).
    return await loadHjsonTree(file, { within: [], ...options, mayHoldFile, mergesDoubled: true });
  } catch (error) {
    if (mustExist || !isFileAbsent(error)) throw error;
    return treeOf(toObjectNode({}, { file }), { files: [file], warnings: [] });
  }
}

function withOverrides(tree: HjsonTree, overrides: ConfigInput | undefined): HjsonTree {
  // Without overrides the tree stays as it is, so that the place of a missing key is in the sysop's
  // file.
  if (overrides === undefined) return tree;
  const over = toObjectNode(overrides, { file: 'the config given by the program' });
  return treeOf(mergeNodes(tree.root, over), tree);
}

/**
 * True for values that no message, log or screen shows: a password, a token, a key, and other
 * settings that sign in to or secure the mail server (rule M14). The name of a menu, theme or file
 * appears in error messages, so it may not come from a file.
 */
function mayHoldFile(path: readonly string[]): boolean {
  const [section, block, part] = path;
  if (section === 'email' && block === 'transport') {
    return part === 'auth' || part === 'tls' || part === 'dkim';
  }
  return isSecretName(path.at(-1) ?? '');
}

/** True when the named file itself is missing, rather than one that it includes. */
function isFileAbsent(error: unknown): boolean {
  return error instanceof BbsError && error.place?.line === undefined && isAbsent(error);
}

/**
 * Where keys are invalid, the config consists of the others, so that they can be checked too. A number that
 * is out of range counts as the nearest that is not, and a key that is like no other has no effect: both are
 * warnings. A key that is nearly another one, or belongs elsewhere, may be a protection that is not there, and
 * stays an error.
 */
function validate(
  tree: HjsonTree,
  value: object,
  warnings: Problem[],
): { config: Config; problems: Problem[] } {
  const parsed = configSchema.safeParse(value);
  if (parsed.success) return { config: parsed.data, problems: [] };
  const problems: Problem[] = [];
  const rest = structuredClone(value);
  for (const issue of parsed.error.issues) {
    const path = issue.path as Path;
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        const { problem, isMistake } = unknownKey(tree, path, key);
        (isMistake ? problems : warnings).push(problem);
        if (!isMistake) warnings.push(...lostProtections(tree, [...path, key]));
        remove(rest, [...path, key]);
      }
      continue;
    }
    const allowed = valueInRange(tree, path, issue);
    if (allowed === undefined) {
      problems.push(wrongValue(tree, path));
      remove(rest, findConfigKey(path.join('.'))?.path.split('.') ?? path);
    } else {
      const message = `${wrongValue(tree, path).message}; ${allowed} counts`;
      warnings.push({ place: tree.placeOf(path), message, kind: 'out-of-range' });
      replace(rest, path, allowed);
    }
  }
  return { config: configSchema.parse(rest), problems };
}

/** What counts for a number that is out of range; a port that is, is none that anybody could call. */
function valueInRange(
  tree: HjsonTree,
  path: Path,
  issue: { readonly code?: string; readonly minimum?: unknown; readonly maximum?: unknown },
): number | undefined {
  const node = findNode(tree.root, path);
  const isRange = issue.code === 'too_small' || issue.code === 'too_big';
  if (!isRange || path.at(-1) === 'port') return undefined;
  if (node?.kind !== 'scalar' || typeof node.value !== 'number') return undefined;
  const { minimum, maximum } = findConfigKey(path.join('.')) ?? {};
  return nearestInRange(path.join('.'), node.value, { least: minimum, most: maximum });
}

/** Reads what other boards write in another form, and paths that lead elsewhere. */
function adaptValues(
  tree: HjsonTree,
  value: object,
  { options, warnings }: { readonly options: LoadConfigOptions; readonly warnings: Problem[] },
): void {
  // The folders with the config are those of the board and of the package.
  const roots = (options.fallbackFolders ?? []).map((folder) => dirname(folder));
  const paths = roots.length === 0 ? [] : adaptPaths(value, roots);
  // The key that ENiGMA½ has for it, and this board has not.
  const isMoved = findNode(tree.root, ['loginServers', 'webSocket', 'proxied']) !== undefined;
  const plain = isMoved ? adaptPlainServers(value) : [];
  const adapted = [...adaptRateLimits(value), ...plain, ...paths];
  for (const { path, value: meant, message, kind } of adapted) {
    replace(value, path, meant);
    if (message !== undefined) warnings.push({ place: tree.placeOf(path), message, kind });
  }
}

/** Settings that come along from a board on which they had no effect, and have one here. */
function firstEffects(tree: HjsonTree, { users }: Config): readonly Problem[] {
  const path = ['users', 'failedLogin', 'lockAccount'];
  const count = users.failedLogin.lockAccount;
  if (count === 0 || findNode(tree.root, path) === undefined) return [];
  const message = `${path.join('.')} is ${count} and takes effect here: so many failed sign-ins lock the account, whoever makes them; 0 never locks`;
  return [{ place: tree.placeOf(path), message, kind: 'first-effect' }];
}

function replace(value: object, path: Path, by: unknown): void {
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

/** Removes the keys that ENiGMA½ knows and this board does not use, with a warning each. */
function withoutForeignKeys(tree: HjsonTree, warnings: Problem[]): object {
  const without = (value: object, path: Path): object => {
    const kept: Record<string, unknown> = {};
    for (const [key, child] of Object.entries(value) as [string, unknown][]) {
      const keyPath = [...path, key];
      const reason = findForeignKey(keyPath.join('.'));
      if (reason !== undefined) {
        const message = `${keyPath.join('.')} has no effect here: ${reason}`;
        warnings.push({ place: tree.placeOf(keyPath, 'key'), message, kind: 'foreign-key' });
      } else {
        kept[key] = isBlock(child) ? without(child, keyPath) : child;
      }
    }
    return kept;
  };
  return without(tree.value, []);
}

function isBlock(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unknownKey(
  tree: HjsonTree,
  path: Path,
  key: string,
): { readonly problem: Problem; readonly isMistake: boolean } {
  const below = path.join('.');
  const place = tree.placeOf([...path, key], 'key');
  const refused = findRefusedKey(`${below}.${key}`);
  if (refused !== undefined) {
    return {
      problem: { place, message: `${below}.${key} is refused: ${refused}` },
      isMistake: true,
    };
  }
  const names = listNamesBelow(below);
  const nearest = nearestName(key, names);
  const where = below === '' ? 'config' : below;
  const known = names.join(', ');
  // Whatever mails go out by is said in full or not at all (rule M14).
  if (nearest === undefined && below.startsWith('email.')) {
    return {
      problem: { place, message: `${where} has no key '${key}'; it knows ${known}` },
      isMistake: true,
    };
  }
  const homes = nearest === undefined ? listHomesOf(key) : [];
  if (homes.length > 0) {
    const message = `${where} has no key '${key}'; it belongs at ${homes.join(' or ')}`;
    return { problem: { place, message }, isMistake: true };
  }
  if (nearest === undefined) {
    const message = `${where} has no key '${key}', so it has no effect; it knows ${known}`;
    return { problem: { place, message, kind: 'unknown-config-key' }, isMistake: false };
  }
  const meant = `${below === '' ? '' : `${below}.`}${nearest}`;
  const message = `${where} has no key '${key}'; did you mean '${meant}'?`;
  return { problem: { place, message }, isMistake: true };
}

/** Keys that keep somebody out, or an account safe: in a block that is not known they do nothing. */
const PROTECTIONS: ReadonlySet<string> = new Set([
  ...['closedSystem', 'requireActivation', 'passwordMin', 'badPassFile', 'badUserNames'],
  ...['failedLogin', 'disconnect', 'lockAccount', 'unlockAtEmailPwReset', 'passwordLogin'],
  ...['loginGraceSeconds', 'preAuthIdleLogoutSeconds', 'idleLogoutSeconds', 'sessionMaxSeconds'],
  ...['maxConnections', 'budgets', 'rateLimits', 'disableAfter', 'allowedOrigins'],
]);

/** A protection below a key that has no effect, each with its own place and where it belongs. */
function lostProtections(tree: HjsonTree, path: Path): readonly Problem[] {
  const node = findNode(tree.root, path);
  if (node?.kind !== 'object') return [];
  return [...node.entries].flatMap(([key, { keyPlace }]): readonly Problem[] => {
    const below = [...path, key];
    const homes = PROTECTIONS.has(key) ? listHomesOf(key) : [];
    if (homes.length === 0) return lostProtections(tree, below);
    const message = `${below.join('.')} protects nothing there; it belongs at ${homes.join(' or ')}`;
    return [{ place: keyPlace, message, kind: 'lost-protection' }];
  });
}

function wrongValue(tree: HjsonTree, path: Path): Problem {
  const key = findConfigKey(path.join('.'));
  const accepts = key?.accepts ?? 'a block of keys in { }';
  const node = findNode(tree.root, path);
  const given =
    node === undefined ? '' : `, not ${describeGiven(node, /pass$/i.test(path.join('.')))}`;
  return {
    place: tree.placeOf(path),
    message: `${key?.path ?? path.join('.')} must be ${accepts}${given}${hintFor(node)}`,
  };
}

function describeGiven(node: SourceNode, isSecret: boolean): string {
  if (node.kind === 'array') return 'a list';
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
