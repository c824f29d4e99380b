import { readFile, stat } from 'node:fs/promises';
import { BbsError, toError } from '../base/errors';
import { LIMITS } from '../base/limits';
import type { Random } from '../base/random';
import { decodeArt, type Art } from './art-file';
import { createArtLookup, type LookupOptions } from './lookup';

export interface FindArtOptions extends LookupOptions {
  readonly encodedAs?: string | undefined;
  readonly readSauce?: boolean | undefined;
}

/** The board's art: found by spec, decoded once, and read again when a file has changed. */
export interface ArtStore {
  /** The decoded art that a spec names, undefined when there is none. Throws ART_UNREADABLE. */
  find(spec: string, options?: FindArtOptions): Promise<Art | undefined>;
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
}

interface Kept {
  readonly modifiedMs: number;
  readonly bytes: number;
  readonly art: Art;
}

// A theme has some 40 screens; a few megabytes at most.
const KEPT_FILES = 512;

export function createArtStore(options: ArtStoreOptions): ArtStore {
  const lookup = createArtLookup(options);
  const kept = new Map<string, Kept>();

  async function read(file: string, find: FindArtOptions): Promise<Art> {
    const key = `${file}\0${find.encodedAs ?? ''}\0${find.readSauce === false}`;
    try {
      const { mtimeMs, size } = await stat(file);
      const known = kept.get(key);
      if (known?.modifiedMs === mtimeMs && known.bytes === size) return known.art;
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
      kept.set(key, { modifiedMs: mtimeMs, bytes: size, art });
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
    locate: (spec, find) => lookup.find(spec, find),
    names: (find) => lookup.names(find),
    invalidate() {
      kept.clear();
      lookup.invalidate();
    },
  };
}
