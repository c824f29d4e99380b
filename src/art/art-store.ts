import { stat } from 'node:fs/promises';
import { readBoundedFile } from '../base/bounded-file';
import { BbsError, toError } from '../base/errors';
import { LIMITS } from '../base/limits';
import type { Clock } from '../base/clock';
import type { Random } from '../base/random';
import { decodeArt, type Art } from './art-file';
import { createArtLookup, FRESH_MS, type ArtLookup, type LookupOptions } from './lookup';
import { sketchArt, type ArtSketch } from './render';

export interface FindArtOptions extends LookupOptions {
  readonly encodedAs?: string | undefined;
  readonly readSauce?: boolean | undefined;
}

/** The board's art: found by spec, decoded once, and read again when a file has changed. */
export interface ArtStore {
  /** The decoded art that a spec names, undefined when there is none. Throws ART_UNREADABLE. */
  find(spec: string, options?: FindArtOptions): Promise<Art | undefined>;
  /** The art as everybody with a screen of this width sees it; drawn once, then remembered. */
  sketch(art: Art, width: number): ArtSketch;
  /** The file alone, without reading it. */
  locate(spec: string, options?: LookupOptions): Promise<string | undefined>;
  /** Names that a spec could mean here, for "did you mean". */
  names(options?: LookupOptions): Promise<readonly string[]>;
  /** Forgets what was read and listed. */
  invalidate(): void;
  /** The same art, looked at afresh: to see whether what is on the disk now is any good. */
  draft(): ArtStore;
  /**
   * Goes on with what a draft has read, whatever becomes of the files: an edit that is refused is seen
   * by nobody. What the draft never read is read when it is asked for.
   */
  adopt(draft: ArtStore): void;
}

export interface ArtStoreOptions {
  /** The `art/` folders, the board's own before the package's. */
  readonly roots: readonly string[];
  readonly random: Random;
  /** With a clock, what was looked at a moment ago counts as unchanged. */
  readonly clock?: Clock | undefined;
}

interface Kept {
  readonly lookedMs: number;
  readonly modifiedMs: number;
  readonly bytes: number;
  readonly art: Art;
}

// A theme has some 40 screens; a few megabytes at most.
const KEPT_FILES = 512;
// One for most callers' width and one for the others' in turn; art without end is drawn each time.
const KEPT_SKETCHES = 2;
const LARGEST_SKETCH = 40_000;

export function createArtStore(options: ArtStoreOptions): ArtStore {
  return new FileArtStore(options);
}

/** What was read and listed, and whether that is the last word. */
interface Shelf {
  readonly lookup: ArtLookup;
  readonly kept: Map<string, Kept>;
  isFinal: boolean;
}

function emptyShelf(options: ArtStoreOptions): Shelf {
  const lookup = createArtLookup({ ...options, isFinal: () => shelf.isFinal });
  const shelf: Shelf = { lookup, kept: new Map(), isFinal: false };
  return shelf;
}

class FileArtStore implements ArtStore {
  private readonly sketches = new WeakMap<Art, ArtSketch[]>();
  private shelf: Shelf;

  constructor(private readonly options: ArtStoreOptions) {
    this.shelf = emptyShelf(options);
  }

  async find(spec: string, find: FindArtOptions = {}): Promise<Art | undefined> {
    const { shelf } = this;
    const file = await shelf.lookup.find(spec, find);
    return file === undefined ? undefined : this.read(shelf, file, find);
  }

  sketch(art: Art, width: number): ArtSketch {
    const known = this.sketches.get(art) ?? [];
    const found = known.find((sketch) => sketch.width === width);
    if (found !== undefined) return found;
    const made = sketchArt(art, width);
    if (made.rows * width <= LARGEST_SKETCH) {
      this.sketches.set(art, [made, ...known].slice(0, KEPT_SKETCHES));
    }
    return made;
  }

  locate(spec: string, find?: LookupOptions): Promise<string | undefined> {
    return this.shelf.lookup.find(spec, find);
  }

  names(find?: LookupOptions): Promise<readonly string[]> {
    return this.shelf.lookup.names(find);
  }

  invalidate(): void {
    this.shelf = emptyShelf(this.options);
  }

  draft(): ArtStore {
    return new FileArtStore(this.options);
  }

  adopt(draft: ArtStore): void {
    if (!(draft instanceof FileArtStore)) return;
    this.shelf = draft.shelf;
    this.shelf.isFinal = true;
  }

  private async read(shelf: Shelf, file: string, find: FindArtOptions): Promise<Art> {
    const { kept } = shelf;
    const key = `${file}\0${find.encodedAs ?? ''}\0${find.readSauce === false}`;
    const known = kept.get(key);
    if (known !== undefined && shelf.isFinal) return known.art;
    const lookedMs = this.options.clock?.monotonicMs() ?? Infinity;
    if (known !== undefined && lookedMs - known.lookedMs < FRESH_MS) return known.art;
    try {
      const { mtimeMs, size } = await stat(file);
      if (known?.modifiedMs === mtimeMs && known.bytes === size) {
        kept.set(key, { ...known, lookedMs });
        return known.art;
      }
      if (size > LIMITS.artBytes) {
        throw new BbsError(
          'ART_UNREADABLE',
          `art has ${size} bytes, ${LIMITS.artBytes} are the most; make it smaller`,
          { place: { file } },
        );
      }
      const art = decodeArt((await readBoundedFile(file, LIMITS.artBytes)).bytes, {
        file,
        encodedAs: find.encodedAs,
        readSauce: find.readSauce,
      });
      if (kept.size >= KEPT_FILES) kept.clear();
      kept.set(key, { lookedMs, modifiedMs: mtimeMs, bytes: size, art });
      return art;
    } catch (thrown) {
      if (thrown instanceof BbsError) throw thrown;
      throw new BbsError(
        'ART_UNREADABLE',
        `art cannot be read (${toError(thrown).message}); check the file and who may read it`,
        { cause: thrown, place: { file } },
      );
    }
  }
}
