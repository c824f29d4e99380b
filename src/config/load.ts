import { dirname } from 'node:path';
import { BbsError } from '../base/errors';
import type { Place } from '../base/errors';
import { checkAcrossKeys } from './cross-checks';
import { findForeignKey } from './foreign-keys';
import { adaptPaths, adaptPlainServers, adaptRateLimits } from './foreign-values';
import { loadHjsonTree, treeOf } from './hjson-tree';
import type { HjsonTree, HjsonTreeOptions } from './hjson-tree';
import { mendTogether } from './mended-values';
import { passedOver, throwProblems } from './problems';
import type { Problem } from './problems';
import { isSecretName } from './secret-names';
import type { Config, ConfigInput } from './schema';
import { isAbsent } from './source-text';
import { findNode, mergeNodes, toObjectNode } from './source-tree';
import type { Path } from './source-tree';
import { replace, validate } from './validate';

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
  for (const { path, message, instead, counts } of mendTogether(config)) {
    for (const [key, value] of counts) replace(config, key.split('.'), value);
    const place = tree.placeOf(path);
    warnings.push(passedOver({ place, message, kind: 'wrong-config-value' }, instead));
  }
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
