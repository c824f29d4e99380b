import { readFile, stat } from 'node:fs/promises';
import { BbsError, toError } from '../base/errors';
import { LIMITS } from '../base/limits';
import type { Clock } from '../base/clock';
import type { Random } from '../base/random';
import { decodeArt, type Art } from './art-file';
import { createArtLookup, FRESH_MS, type LookupOptions } from './lookup';
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
  const lookup = createArtLookup(options);
  const kept = new Map<string, Kept>();
  const sketches = new WeakMap<Art, ArtSketch[]>();

  async function read(file: string, find: FindArtOptions): Promise<Art> {
    const key = `${file}\0${find.encodedAs ?? ''}\0${find.readSauce === false}`;
    const known = kept.get(key);
    const lookedMs = options.clock?.monotonicMs() ?? Infinity;
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
      const art = decodeArt(await readFile(file), {
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

  return {
    async find(spec, find = {}) {
      const file = await lookup.find(spec, find);
      return file === undefined ? undefined : read(file, find);
    },
    sketch(art, width) {
      const known = sketches.get(art) ?? [];
      const found = known.find((sketch) => sketch.width === width);
      if (found !== undefined) return found;
      const made = sketchArt(art, width);
      if (made.rows * width <= LARGEST_SKETCH) {
        sketches.set(art, [made, ...known].slice(0, KEPT_SKETCHES));
      }
      return made;
    },
    locate: (spec, find) => lookup.find(spec, find),
    names: (find) => lookup.names(find),
    invalidate() {
      kept.clear();
      lookup.invalidate();
    },
  };
}
