import { access } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { findRealPath } from '../base/bounded-file';
import { BbsError } from '../base/errors';
import type { Place } from '../base/errors';
import { LIMITS } from '../base/limits';
import { inTurns, type Steps } from '../base/steps';
import { findFileNames, isFromFile, resolveAtValues } from './at-values';
import { documentOf, parseHjsonInSteps } from './hjson';
import type { HjsonDocument } from './hjson';
import type { DoubledKey } from './hjson-scan';
import { throwProblems } from './problems';
import type { Problem } from './problems';
import { findInOtherLetters, isAbsent, readSourceText } from './source-text';
import { mergeDoubled, mergeNodes, placeInTree, valuesInSteps } from './source-tree';
import type { ObjectNode, SourceNode } from './source-tree';

export interface HjsonTreeOptions {
  /** For `@environment:` values. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Reads a file by its full path; `namedAt` is the place that names it. By default it is read from
   * the disk.
   */
  readonly readText?: (file: string, namedAt: Place) => Promise<string>;
  /** Parses the text of a file; whoever loads the same files again and again may keep what it gives. */
  readonly parse?: typeof parseHjsonInSteps;
  /**
   * Folders that are searched for included files which the config folder does not contain, the
   * board's first. Where the root file itself is in one of them, they are searched in their order:
   * a board's own file takes precedence over the stock one that a stock file includes.
   */
  readonly fallbackFolders?: readonly string[];
  /** Where `@file:` values, and references to them, are allowed; anywhere where not given. */
  readonly mayHoldFile?: (path: readonly string[], root: ObjectNode) => boolean;
  /**
   * Folders in which included files must be after all links are followed; anywhere where not given
   * (rule M14).
   */
  readonly within?: readonly string[];
  /** True where blocks whose key stands twice are read as one; otherwise the later one counts. */
  readonly mergesDoubled?: boolean;
}

/** One hjson file with its includes and references resolved. */
export interface HjsonTree extends HjsonDocument {
  /** Every file that was read, for a watcher. */
  readonly files: readonly string[];
  /** Findings that do not prevent loading: keys that stand twice, references to unknown keys. */
  readonly warnings: readonly Problem[];
}

/**
 * Reads a config, menu or theme file: merges its `includes` under it (the including file takes
 * precedence, then the earlier include), then replaces `@reference:`, `@environment:` and `@file:`
 * values. Names of files are relative to the folder of the root file, in included files too. However large
 * they are, callers are answered meanwhile.
 */
export async function loadHjsonTree(file: string, options: HjsonTreeOptions): Promise<HjsonTree> {
  const own = dirname(file);
  const fallbacks = options.fallbackFolders ?? [];
  const folders = fallbacks.includes(own) ? fallbacks : [own, ...fallbacks];
  const loader = new TreeLoader(folders, options.readText ?? readSourceText, options);
  const merged = await loader.load(file, { file });
  // A misplaced file is reported before any file is read.
  throwProblems('CONFIG_INVALID', await inTurns(findMisplacedFiles(merged, merged, options)));
  const contents = await loader.readAll(await inTurns(findFileNames(merged)), own);
  const sources = { env: options.env, files: contents };
  const resolved = await inTurns(resolveAtValues(merged, sources));
  throwProblems('CONFIG_INVALID', [
    ...resolved.problems,
    ...(await inTurns(findMisplacedFiles(resolved.root, merged, options))),
  ]);
  return treeOf(resolved.root, {
    files: [...loader.files],
    warnings: [...loader.warnings, ...resolved.warnings],
  });
}

/** A tree of existing nodes. */
export function treeOf(root: ObjectNode, from: Pick<HjsonTree, 'files' | 'warnings'>): HjsonTree {
  // Not a spread, which would compute the plain value at once.
  return Object.assign(documentOf(root), { files: from.files, warnings: from.warnings });
}

class TreeLoader {
  readonly files = new Set<string>();
  readonly warnings: Problem[] = [];
  private loads = 0;
  private readonly open: string[] = [];

  constructor(
    private readonly folders: readonly string[],
    private readonly readText: (file: string, namedAt: Place) => Promise<string>,
    private readonly how: Pick<HjsonTreeOptions, 'parse' | 'within' | 'mergesDoubled'>,
  ) {}

  async load(file: string, namedAt: Place): Promise<ObjectNode> {
    if (this.open.includes(file)) throw invalid(`${file} includes itself`, namedAt);
    if (++this.loads > LIMITS.hjsonIncludes) {
      throw invalid(`more than ${LIMITS.hjsonIncludes} files are included`, namedAt);
    }
    this.files.add(file);
    const text = await this.readText(file, namedAt);
    const { parse = parseHjsonInSteps } = this.how;
    const steps = parse(text, file, (doubled) =>
      this.warnings.push(doubledKey(doubled, this.how.mergesDoubled)),
    );
    const root = await inTurns(steps);
    const { includes, rest: written } = takeIncludes(root);
    const rest = this.how.mergesDoubled === true ? mergeDoubled(written) : written;
    let under: ObjectNode = { kind: 'object', place: root.place, entries: new Map() };
    this.open.push(file);
    for (const include of includes) under = mergeNodes(await this.loadInclude(include), under);
    this.open.pop();
    return mergeNodes(under, rest);
  }

  private async loadInclude({ name, place }: Include): Promise<ObjectNode> {
    let absent: unknown;
    for (const file of new Set(this.folders.map((folder) => resolve(folder, name)))) {
      try {
        await this.refuseOutside(file, place);
        return await this.load(file, place);
      } catch (error) {
        if (!isAbsent(error) || !(error instanceof BbsError) || error.place !== place) throw error;
        absent ??= error;
      }
    }
    for (const folder of this.folders) {
      const file = await findInOtherLetters(folder, name);
      if (file === undefined) continue;
      await this.refuseOutside(file, place);
      return this.load(file, place);
    }
    throw absent;
  }

  private async refuseOutside(file: string, place: Place): Promise<void> {
    const { within } = this.how;
    if (within === undefined) return;
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    const homes = [...within, ...this.folders];
    if (!isThere || (await findRealPath(file, homes)) !== undefined) return;
    throw invalid(`${file} lies outside the folders of this board; move it into one`, place);
  }

  async readAll(
    names: ReadonlyMap<string, Place>,
    folder: string,
  ): Promise<Map<string, string | BbsError>> {
    const contents = new Map<string, string | BbsError>();
    for (const [name, place] of names) {
      const file = resolve(folder, name);
      this.files.add(file);
      contents.set(name, await this.readText(file, place).catch(asBbsError));
    }
    return contents;
  }
}

/** What is said of a key that stands twice; in the configuration each one is said, for it may be a protection. */
function doubledKey(
  { key, place, firstLine, areBlocks }: DoubledKey,
  mergesDoubled = false,
): Problem {
  const before = `the key '${key}' is already set on line ${firstLine}`;
  const message =
    mergesDoubled && areBlocks
      ? `${before}; both are read as one block, in which the later of two equal keys counts`
      : `${before}; this one counts, so remove one of the two`;
  return mergesDoubled
    ? { place, message, isMistake: true }
    : { place, message, kind: 'doubled-key' };
}

/** Finds each value that comes from a file in a place that may be shown to callers (rule M14). */
function* findMisplacedFiles(
  tree: ObjectNode,
  written: ObjectNode,
  { mayHoldFile }: HjsonTreeOptions,
): Steps<readonly Problem[]> {
  if (mayHoldFile === undefined) return [];
  const problems: Problem[] = [];
  // One path for all values: a tree has many, and hardly any comes from a file.
  let path: string[] = [];
  const below = (key: string, node: SourceNode): void => {
    path.push(key);
    visit(node);
    path.pop();
  };
  const visit = (node: SourceNode): void => {
    if (node.kind === 'object') {
      for (const [key, entry] of node.entries) below(key, entry.node);
    } else if (node.kind === 'array') {
      node.items.forEach((item, index) => below(String(index), item));
    } else if (isFromFile(node) && !mayHoldFile(path, written)) {
      const message =
        "'@file:' cannot stand here, where messages or callers may show it: write the text itself; passwords, tokens and keys may come from a file";
      problems.push({ place: placeInTree(written, path), message });
    }
  };
  for (const { path: home, node } of valuesInSteps(tree)) {
    yield;
    path = [...home];
    visit(node);
  }
  return problems;
}

/** An unreadable `@file:` is reported with the other problems; anything else is a bug. */
function asBbsError(error: unknown): BbsError {
  if (error instanceof BbsError) return error;
  throw error;
}

interface Include {
  readonly name: string;
  readonly place: Place;
}

function takeIncludes(root: ObjectNode): { includes: readonly Include[]; rest: ObjectNode } {
  const entry = root.entries.get('includes');
  if (entry === undefined) return { includes: [], rest: root };
  // What an earlier list of them names may hold conditions: it is read as well.
  const items = [...(entry.earlier ?? []), entry].flatMap(({ node }) => {
    if (node.kind !== 'array') throw invalid('includes must be a list of file names', node.place);
    return node.items;
  });
  const entries = new Map(root.entries);
  entries.delete('includes');
  return { includes: items.map(includeOf), rest: { ...root, entries } };
}

function includeOf(node: SourceNode): Include {
  if (node.kind !== 'scalar' || typeof node.value !== 'string' || node.value === '') {
    throw invalid('each of the includes must be the name of a file', node.place);
  }
  return { name: node.value, place: node.place };
}

function invalid(message: string, place: Place): BbsError {
  return new BbsError('CONFIG_INVALID', message, { place });
}
