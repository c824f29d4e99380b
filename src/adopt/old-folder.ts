import { readdirSync, readFileSync, realpathSync, statSync, type Stats } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { BbsError } from '../base/errors';
import { whyNotRead } from '../base/file-reason';

/** A file below a folder of the old board, by its path from there. */
interface OldFile {
  readonly path: string;
  readonly full: string;
}

/** Deeper than any board; a link that leads back to its own folder ends here. */
const MAX_DEPTH = 12;

/**
 * The folder of an old board. Nothing in it is changed. Names are found whatever their letters' case is,
 * since a board may come from a system to which that makes no difference.
 */
export class OldFolder {
  readonly root: string;
  /** What could not be read, by its full path, with the reason. */
  readonly unread = new Map<string, string>();

  constructor(root: string) {
    this.root = realpathSync(root);
  }

  /** The path as it is on the disk; an exact name comes before one in other letters. */
  find(path: string): string | undefined {
    let at = '';
    for (const part of partsOf(path)) {
      const names = this.namesIn(at);
      const found =
        names.find((name) => name === part) ??
        names.find((name) => name.toLowerCase() === part.toLowerCase());
      if (found === undefined) return undefined;
      at = join(at, found);
    }
    return at === '' ? undefined : at;
  }

  /** What stands beside a name and differs from it in letter case only. */
  findTwins(path: string): readonly string[] {
    const found = this.find(path);
    if (found === undefined) return [];
    const parts = partsOf(found);
    const folder = parts.slice(0, -1).join('/');
    const last = parts.at(-1) ?? '';
    return this.namesIn(folder)
      .filter((name) => name !== last && name.toLowerCase() === last.toLowerCase())
      .map((name) => join(folder, name));
  }

  full(path: string): string {
    return join(this.root, path);
  }

  /**
   * Every file below a folder, given by its path or its full one. Links are followed within the folder
   * and the board, but not into its private folders: what a link shows would be shown to callers.
   */
  files(folder: string): readonly OldFile[] {
    const found: OldFile[] = [];
    this.walk({ folder, below: '', depth: 0 }, found);
    return found;
  }

  read(full: string): Buffer | undefined {
    try {
      return readFileSync(full);
    } catch (error) {
      this.note(full, error);
      return undefined;
    }
  }

  private walk(
    at: { readonly folder: string; readonly below: string; readonly depth: number },
    found: OldFile[],
  ): void {
    for (const name of this.namesIn(join(at.folder, at.below))) {
      const path = at.below === '' ? name : `${at.below}/${name}`;
      const full = this.resolve(join(at.folder, path));
      const stats = this.stats(full);
      if (stats !== undefined && !this.mayFollow(at.folder, full)) continue;
      if (stats?.isDirectory() === true && at.depth < MAX_DEPTH)
        this.walk({ ...at, below: path, depth: at.depth + 1 }, found);
      else if (stats?.isFile() === true) found.push({ path, full });
      else if (stats !== undefined) this.unread.set(full, 'it is neither a file nor a folder');
    }
  }

  /** False for what a link below `folder` must not lead to; it is noted. */
  mayFollow(folder: string, full: string): boolean {
    const real = realpathSync(full);
    if (real === full) return true;
    const within = realpathSync(this.resolve(folder));
    const isOutside = !isBelow(real, this.root) && !isBelow(real, within);
    if (isOutside) this.unread.set(full, 'it is a link that leads out of the old board');
    if (isOutside) return false;
    const isHidden = PRIVATE_FOLDERS.some((name) => {
      const path = this.find(name);
      if (path === undefined || isBelow(full, this.full(path))) return false;
      const hidden = realpathSync(this.full(path));
      return isBelow(real, hidden) && (name === SECURITY || !isBelow(within, hidden));
    });
    if (isHidden) this.unread.set(full, 'it is a link to what is private');
    return !isHidden;
  }

  private namesIn(folder: string): readonly string[] {
    const full = this.resolve(folder);
    if (this.stats(full)?.isDirectory() !== true) return [];
    try {
      return readdirSync(full).sort();
    } catch (error) {
      this.note(full, error);
      return [];
    }
  }

  private resolve(path: string): string {
    return path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path) ? path : this.full(path);
  }

  private stats(full: string): Stats | undefined {
    try {
      return statSync(full, { throwIfNoEntry: false });
    } catch (error) {
      this.note(full, error);
      return undefined;
    }
  }

  private note(full: string, error: unknown): void {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    this.unread.set(full, code === 'EACCES' ? 'this user may not read it' : code);
  }
}

const NEXT = 'name the folder of the installation, in which config/, art/ and db/ are';

/** The folder of an installation; one that is none is thrown as USAGE, with the next step. */
export function openOldBoard(path: string): OldFolder {
  const full = resolve(path);
  try {
    const stats = statSync(full, { throwIfNoEntry: false });
    if (stats === undefined) throw new BbsError('USAGE', `there is no folder ${full}; ${NEXT}`);
    if (!stats.isDirectory()) throw new BbsError('USAGE', `${full} is a file; ${NEXT}`);
    readdirSync(full);
  } catch (error) {
    if (error instanceof BbsError) throw error;
    const why = whyNotRead(error);
    throw new BbsError('USAGE', `cannot read ${full}: ${why}; ${NEXT}`, { cause: error });
  }
  const old = new OldFolder(full);
  if (old.find('data/keys') !== undefined)
    throw new BbsError(
      'USAGE',
      `${full} is a board of this program already: sallyport --board ${full}`,
    );
  if (['config', 'art', 'db'].some((name) => old.find(name) !== undefined)) return old;
  const near = [dirname(full), ...foldersIn(full)].find(isInstallation);
  const next = near === undefined ? NEXT : `did you mean ${near}?`;
  throw new BbsError(
    'USAGE',
    `${full} is no ENiGMA½ board: it has neither config/ nor art/ nor db/; ${next}`,
  );
}

function foldersIn(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
}

function isInstallation(folder: string): boolean {
  try {
    const names = readdirSync(folder).map((name) => name.toLowerCase());
    return names.includes('config') && (names.includes('art') || names.includes('db'));
  } catch {
    // What this user may not look into is no suggestion.
    return false;
  }
}

const SECURITY = 'config/security';
/** Folders of a board that hold its secrets. */
const PRIVATE_FOLDERS = [SECURITY, 'config', 'db'] as const;

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** The parts of a path in the manner of either system. */
export function partsOf(path: string): readonly string[] {
  return path.split(/[\\/]+/).filter((part) => part !== '' && part !== '.');
}

type OldEncoding = 'UTF-8' | 'UTF-16' | 'Windows-1252';

/** The text of a file that an editor may have saved in the manner of another system. */
export function decodeOldText(bytes: Buffer): {
  readonly text: string;
  readonly encoding: OldEncoding;
} {
  if (bytes[0] === 0xff && bytes[1] === 0xfe)
    return { text: new TextDecoder('utf-16le').decode(bytes), encoding: 'UTF-16' };
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return { text: new TextDecoder('utf-16be').decode(bytes), encoding: 'UTF-16' };
  try {
    return {
      text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
      encoding: 'UTF-8',
    };
  } catch {
    // Latin-1, as editors of Windows write it.
    return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'Windows-1252' };
  }
}
