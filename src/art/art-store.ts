import { stat } from 'node:fs/promises';
import { readBoundedFile } from '../base/bounded-file';
import { whyNotRead } from '../base/file-reason';
import { LIMITS } from '../base/limits';
import type { Clock } from '../base/clock';
import type { Random } from '../base/random';
import { decodeArt, type Art } from './art-file';
import type { FindCodeKind } from './art-token';
import { drawLetters, type LetterRoom, type Letters } from './lettering';
import { createArtLookup, FRESH_MS, type ArtLookup, type LookupOptions } from './lookup';
import { layOutArt, type LaidOutArt } from './render';

interface FindArtOptions extends LookupOptions {
  readonly encodedAs?: string | undefined;
  readonly readSauce?: boolean | undefined;
}

/** The board's art: found by spec, decoded once, and read again when a file has changed. */
export interface ArtStore {
  /** The decoded art of a spec, undefined when there is none. A file that cannot be shown counts as missing. */
  find(spec: string, options?: FindArtOptions): Promise<Art | undefined>;
  /** The art that is the same for all screens of this width; drawn once, then cached. */
  layout(art: Art, width: number): LaidOutArt;
  /** A text in letters of blocks; drawn once, then cached. */
  letters(text: string, room: LetterRoom): Letters | undefined;
  /** Finds the file without reading it. */
  locate(spec: string, options?: LookupOptions): Promise<string | undefined>;
  /** Names that a spec could mean here, for "did you mean". */
  names(options?: LookupOptions): Promise<readonly string[]>;
  /** What look-ups passed over since it cannot be shown: each file, and why, as in "is a folder". */
  unusable(): ReadonlyMap<string, string>;
  /** Clears everything that was read and listed. */
  invalidate(): void;
  /** The same art with an empty cache: to check whether the files on the disk are valid now. */
  draft(): ArtStore;
  /**
   * Takes over what a draft has read, whatever happens to the files afterwards: a refused edit is
   * never shown to anybody. What the draft did not read is read when it is needed.
   */
  adopt(draft: ArtStore): void;
}

interface ArtStoreOptions {
  /** The `art/` folders: first the board's own, then the package's. */
  readonly roots: readonly string[];
  readonly random: Random;
  readonly kindOf: FindCodeKind;
  /** With a clock, a file that was checked a moment ago counts as unchanged. */
  readonly clock?: Clock | undefined;
}

interface Kept {
  readonly lookedMs: number;
  readonly modifiedMs: number;
  readonly bytes: number;
  readonly art: Art;
}

// A theme has some 40 screens; this is a few megabytes at most.
const KEPT_FILES = 512;
// One for the most common width and one that the other widths share; very tall art is drawn each
// time.
const KEPT_SKETCHES = 2;
const MAX_SKETCH_CELLS = 40_000;
// The board's name in the sizes of a few windows; a text with a caller's name must not fill the memory.
const KEPT_LETTERS = 64;

export function createArtStore(options: ArtStoreOptions): ArtStore {
  return new FileArtStore(options);
}

/** What was read and listed; `isFinal` is true once the files are not checked again. */
interface ArtCache {
  readonly lookup: ArtLookup;
  readonly kept: Map<string, Kept>;
  isFinal: boolean;
}

function createCache(options: ArtStoreOptions): ArtCache {
  const lookup = createArtLookup({ ...options, isFinal: () => cache.isFinal });
  const cache: ArtCache = { lookup, kept: new Map(), isFinal: false };
  return cache;
}

class FileArtStore implements ArtStore {
  private readonly layouts = new WeakMap<Art, LaidOutArt[]>();
  private readonly lettered = new Map<string, Letters | undefined>();
  private cache: ArtCache;

  constructor(private readonly options: ArtStoreOptions) {
    this.cache = createCache(options);
  }

  async find(spec: string, find: FindArtOptions = {}): Promise<Art | undefined> {
    const { cache } = this;
    const passOver = new Set(find.passOver);
    for (;;) {
      const file = await cache.lookup.find(spec, { ...find, passOver });
      if (file === undefined) return undefined;
      try {
        return await this.read(cache, file, find);
      } catch (error) {
        // It changed since it was found: the next one stands in, as for one that is not there.
        cache.lookup.unusable.set(file, `cannot be read (${whyNotRead(error)})`);
        passOver.add(file);
      }
    }
  }

  unusable(): ReadonlyMap<string, string> {
    return this.cache.lookup.unusable;
  }

  layout(art: Art, width: number): LaidOutArt {
    const known = this.layouts.get(art) ?? [];
    const found = known.find((layout) => layout.width === width);
    if (found !== undefined) return found;
    const made = layOutArt(art, width);
    if (made.rows * width <= MAX_SKETCH_CELLS) {
      this.layouts.set(art, [made, ...known].slice(0, KEPT_SKETCHES));
    }
    return made;
  }

  letters(text: string, room: LetterRoom): Letters | undefined {
    const key = `${room.width} ${room.height} ${text}`;
    if (!this.lettered.has(key)) {
      if (this.lettered.size >= KEPT_LETTERS) this.lettered.clear();
      this.lettered.set(key, drawLetters(text, room));
    }
    return this.lettered.get(key);
  }

  locate(spec: string, find?: LookupOptions): Promise<string | undefined> {
    return this.cache.lookup.find(spec, find);
  }

  names(find?: LookupOptions): Promise<readonly string[]> {
    return this.cache.lookup.names(find);
  }

  invalidate(): void {
    this.cache = createCache(this.options);
  }

  draft(): ArtStore {
    return new FileArtStore(this.options);
  }

  adopt(draft: ArtStore): void {
    if (!(draft instanceof FileArtStore)) return;
    this.cache = draft.cache;
    this.cache.isFinal = true;
  }

  /** Throws what the file system says. */
  private async read(cache: ArtCache, file: string, find: FindArtOptions): Promise<Art> {
    const { kept } = cache;
    const key = `${file}\0${find.encodedAs ?? ''}\0${find.readSauce === false}`;
    const known = kept.get(key);
    if (known !== undefined && cache.isFinal) return known.art;
    const lookedMs = this.options.clock?.monotonicMs() ?? Infinity;
    if (known !== undefined && lookedMs - known.lookedMs < FRESH_MS) return known.art;
    const { mtimeMs, size } = await stat(file);
    if (known?.modifiedMs === mtimeMs && known.bytes === size) {
      kept.set(key, { ...known, lookedMs });
      return known.art;
    }
    const art = decodeArt((await readBoundedFile(file, LIMITS.artBytes)).bytes, {
      file,
      encodedAs: find.encodedAs,
      readSauce: find.readSauce,
      kindOf: this.options.kindOf,
    });
    if (kept.size >= KEPT_FILES) kept.clear();
    kept.set(key, { lookedMs, modifiedMs: mtimeMs, bytes: size, art });
    return art;
  }
}
