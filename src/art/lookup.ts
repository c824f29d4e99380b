import { access, constants, lstat, readdir, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { findRealHomes, findRealPath, isInside } from '../base/bounded-file';
import type { Clock } from '../base/clock';
import { whyNotRead } from '../base/file-reason';
import { LIMITS } from '../base/limits';
import type { Random } from '../base/random';
import { findInOtherLetters } from '../config/source-text';
import type { Encoding } from '../terminal/terminal';
import { ART_EXTENSIONS, artExtension } from './art-file';

export interface LookupOptions {
  /** Folders of the caller's theme, then of the default theme; the first match wins. */
  readonly themeDirs?: readonly string[];
  /** Folders that are searched after `general`: those of the stock theme. */
  readonly lastDirs?: readonly string[];
  readonly encoding?: Encoding;
  /** Extensions to try instead of the usual ones, e.g. `['.asc', '.txt']`. */
  readonly types?: readonly string[] | undefined;
  /** False selects the plain name, or the lowest number, instead of a random variant. */
  readonly random?: boolean | undefined;
  /** Real paths of files that count as missing. */
  readonly passOver?: ReadonlySet<string> | undefined;
}

/** Finds art files by spec (contract A10.6); caches folder listings until they change. */
export interface ArtLookup {
  /** The file of a spec; undefined when there is none or when it lies outside the roots. */
  find(spec: string, options?: LookupOptions): Promise<string | undefined>;
  /** Every name without extension that a spec could mean here, for "did you mean". */
  names(options?: LookupOptions): Promise<readonly string[]>;
  invalidate(): void;
  /** What a look-up came by and passed over since it cannot be shown: the file, and why, as in "is a folder". */
  readonly unusable: Map<string, string>;
}

interface LookupSources {
  /** The `art/` folders: first the board's own, then the package's. */
  readonly roots: readonly string[];
  readonly random: Random;
  /** Cached results count as current for a moment; without a clock each look-up checks the disk. */
  readonly clock?: Clock | undefined;
  /** True once the cached listings are not to be read again. */
  readonly isFinal?: () => boolean;
}

/** How long a checked folder or file is not checked again: well within a second of a save. */
export const FRESH_MS = 400;

interface Folder {
  /** Its path in the letters in which it is written, as a board from Windows may have it. */
  readonly path: string;
  readonly lookedMs: number;
  readonly modifiedMs: number;
  readonly names: readonly string[];
  /**
   * The real path of each requested file, undefined for one that cannot be shown or leads outside the
   * roots (rule M14).
   */
  readonly reals: Map<string, string | undefined>;
  /** The roots as real paths, from the first requested file on. */
  homes?: readonly string[];
}

const SPEC_CHARACTERS = 256;
const KEPT_FOLDERS = 1024;

export function createArtLookup(sources: LookupSources): ArtLookup {
  const roots = sources.roots.map((root) => resolve(root));
  const folders = new Map<string, Folder>();
  const unusable = new Map<string, string>();

  async function list(directory: string): Promise<Folder> {
    const known = folders.get(directory);
    if (known !== undefined && sources.isFinal?.() === true) return known;
    const lookedMs = sources.clock?.monotonicMs() ?? Infinity;
    if (known !== undefined && lookedMs - known.lookedMs < FRESH_MS) return known;
    const looked = (await look(directory, known)) ?? (await lookInOtherLetters(directory, known));
    if (folders.size >= KEPT_FOLDERS) folders.clear();
    // A missing folder counts as empty: boards need not have every folder.
    const nothing = { path: directory, modifiedMs: -1, names: [] };
    // What was found in it stays found while it is as it was: a snapshot shows what was looked at first.
    const reals = looked !== undefined && looked === known ? usableOf(known.reals) : new Map();
    const folder: Folder = { ...(looked ?? nothing), lookedMs, reals };
    folders.set(directory, folder);
    return folder;
  }

  async function lookInOtherLetters(
    directory: string,
    known: Folder | undefined,
  ): Promise<Listing | undefined> {
    const root = roots.find((each) => isInside(directory, [each]));
    if (root === undefined || root === directory) return undefined;
    const written = await findInOtherLetters(root, relative(root, directory));
    return written === undefined ? undefined : look(written, known);
  }

  /**
   * A link that leads out of the art folders yields nothing, wherever in the path it is, and neither does what is no
   * file or too large.
   */
  async function realPath(folder: Folder, path: string): Promise<string | undefined> {
    const { reals } = folder;
    if (!reals.has(path)) {
      folder.homes ??= await findRealHomes(roots);
      const real = await findRealPath(path, roots, folder.homes);
      const why = await whyUnusable(path, real);
      if (why !== undefined && why !== GONE) unusable.set(path, why);
      reals.set(path, why === undefined ? real : undefined);
    }
    return reals.get(path);
  }

  async function findIn(
    folder: Folder,
    spec: string,
    options: LookupOptions,
  ): Promise<string | undefined> {
    let { names } = folder;
    for (;;) {
      const name = chooseName(names, spec, options, sources.random);
      if (name === undefined) return undefined;
      const real = await realPath(folder, join(folder.path, name));
      if (real !== undefined && options.passOver?.has(real) !== true) return real;
      names = names.filter((each) => each !== name);
    }
  }

  function candidates(
    spec: string,
    themeDirs: readonly string[],
    lastDirs: readonly string[],
  ): readonly string[] {
    if (isAbsolute(spec)) return isInside(spec, [...roots, ...themeDirs]) ? [spec] : [];
    const inRoots = roots.map((root) => resolve(root, spec));
    const inThemes = themeDirs.map((directory) => resolve(directory, spec));
    const general = roots.map((root) => resolve(root, 'general', spec));
    const last = lastDirs.map((directory) => resolve(directory, spec));
    return [...inRoots, ...inThemes, ...general, ...last].filter((path) =>
      isInside(path, [...roots, ...themeDirs]),
    );
  }

  return {
    unusable,

    async find(spec, options = {}) {
      if (spec === '' || spec.length > SPEC_CHARACTERS || spec.includes('\0')) return undefined;
      const themeDirs = (options.themeDirs ?? []).map((directory) => resolve(directory));
      const lastDirs = options.lastDirs ?? [];
      for (const path of candidates(spec.replaceAll('\\', '/'), themeDirs, lastDirs)) {
        const folder = await list(dirname(path));
        const real = await findIn(folder, basename(path), options);
        if (real !== undefined) return real;
      }
      return undefined;
    },

    async names(options = {}) {
      const directories = [
        ...(options.themeDirs ?? []),
        ...roots.map((root) => join(root, 'general')),
      ];
      const found = new Set<string>();
      for (const directory of directories) {
        for (const name of (await list(resolve(directory))).names) {
          if (isArtName(name)) found.add(name.slice(0, -artExtension(name).length).toUpperCase());
        }
      }
      return [...found].sort();
    },

    invalidate() {
      folders.clear();
    },
  };
}

/** What could be shown: of the others each look-up finds out anew. */
function usableOf(reals: Folder['reals']): Folder['reals'] {
  return new Map([...reals].filter(([, real]) => real !== undefined));
}

type Listing = Pick<Folder, 'path' | 'modifiedMs' | 'names'>;

/** What a folder holds; undefined where it is not there. */
async function look(path: string, known: Folder | undefined): Promise<Listing | undefined> {
  try {
    const modifiedMs = (await stat(path)).mtimeMs;
    if (known?.path === path && known.modifiedMs === modifiedMs) return known;
    const entries = await readdir(path, { withFileTypes: true });
    // A folder with the name of art is told of, where that is looked for.
    const names = entries
      .filter((entry) => !entry.isDirectory() || isArtName(entry.name))
      .map((entry) => entry.name);
    return { path, modifiedMs, names };
  } catch {
    // What cannot be read is as good as missing.
    return undefined;
  }
}

function isArtName(name: string): boolean {
  return (ART_EXTENSIONS as readonly string[]).includes(artExtension(name));
}

/** Removed since its folder was read: there is nothing to tell. */
const GONE = 'is gone';

/** Why what stands at a path cannot be shown, undefined where it can; `real` is its path within the roots. */
async function whyUnusable(path: string, real: string | undefined): Promise<string | undefined> {
  try {
    const found = await stat(real ?? path);
    if (real === undefined) return 'is a link that leads out of the art folders';
    if (found.isDirectory()) return 'is a folder';
    if (!found.isFile()) return 'is no file';
    if (found.size > LIMITS.artBytes)
      return `has ${found.size} bytes, and the most is ${LIMITS.artBytes}`;
    await access(real, constants.R_OK);
    return undefined;
  } catch (error) {
    const there = await lstat(path).catch(() => undefined);
    if (there === undefined) return GONE;
    if (there.isSymbolicLink() && real === undefined) return 'is a link that leads nowhere';
    return `cannot be read (${whyNotRead(error)})`;
  }
}

/** The file name in a folder that matches a spec, ignoring letter case. */
function chooseName(
  names: readonly string[],
  spec: string,
  options: LookupOptions,
  random: Random,
): string | undefined {
  const wanted = spec.toLowerCase();
  const extension = artExtension(wanted);
  const base = extension === '' ? wanted : wanted.slice(0, -extension.length);
  const exact = names.find((name) => name.toLowerCase() === wanted && extension !== '');
  if (exact !== undefined) {
    const utf8Variant =
      options.encoding === 'utf8'
        ? names.find((name) => name.toLowerCase() === `${base}.utf8ans`)
        : undefined;
    return utf8Variant ?? exact;
  }
  for (const type of extensionOrder(options)) {
    const variants = names
      .filter((name) => isVariant(name.toLowerCase(), wanted, type))
      .sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
    if (variants.length === 0) continue;
    return options.random === false ? variants[0] : variants[random.below(variants.length)];
  }
  return undefined;
}

function extensionOrder(options: LookupOptions): readonly string[] {
  const types = (options.types ?? ART_EXTENSIONS).map((type) =>
    (type.startsWith('.') ? type : `.${type}`).toLowerCase(),
  );
  return options.encoding === 'utf8' && types.includes('.utf8ans')
    ? ['.utf8ans', ...types.filter((type) => type !== '.utf8ans')]
    : types;
}

function isVariant(name: string, base: string, extension: string): boolean {
  if (!name.startsWith(base) || !name.endsWith(extension)) return false;
  return /^\d*$/.test(name.slice(base.length, -extension.length));
}
