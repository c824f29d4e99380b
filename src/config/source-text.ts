import { lstat, readdir, stat } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import { readBoundedFile } from '../base/bounded-file';
import { BbsError, toError } from '../base/errors';
import type { Place } from '../base/errors';
import { fileErrorCode, whyNotRead } from '../base/file-reason';
import { LIMITS } from '../base/limits';

/**
 * Reads a text file of the sysop's; `namedAt` is the place that names it, for the error. A file
 * that all users may write, or may replace through its folder, is refused (rule M14).
 */
export async function readSourceText(file: string, namedAt: Place = { file }): Promise<string> {
  try {
    const { bytes, stats } = await readBoundedFile(file, LIMITS.hjsonBytes);
    refuseWritable(file, stats.mode);
    // The board's folder is checked too, because the whole config folder could be replaced there.
    for (const folder of [dirname(file), dirname(dirname(file))]) {
      const { mode } = await stat(folder);
      // In a sticky folder such as /tmp nobody can replace files of other users.
      if ((mode & STICKY) === 0) refuseWritable(folder, mode);
    }
    return decodeUtf8(bytes);
  } catch (thrown) {
    const lost = await findLostLink(file);
    const error = lost === undefined ? thrown : new Error(`${lost} is a link that leads nowhere`);
    throw new BbsError('CONFIG_UNREADABLE', `cannot read ${file}: ${whyNotRead(error)}`, {
      cause: error,
      place: namedAt,
    });
  }
}

/** The link in a path, or the path itself, that leads nowhere: what is behind it may be there, and is not seen. */
export async function findLostLink(path: string): Promise<string | undefined> {
  for (let at = path; ; at = dirname(at)) {
    const found = await lstat(at).catch(() => undefined);
    if (found === undefined && at !== dirname(at)) continue;
    const leads = found?.isSymbolicLink() !== true || (await stat(at).catch(() => undefined));
    return leads ? undefined : at;
  }
}

/**
 * The path of a file below a folder in whatever letters its parts are written, as a board from Windows has them; an
 * exact name comes before one in other letters. undefined where there is none.
 */
export async function findInOtherLetters(
  folder: string,
  relative: string,
): Promise<string | undefined> {
  let at = folder;
  for (const part of normalize(relative).split(sep)) {
    // Above the folder nothing is looked for.
    if (part === '..') return undefined;
    const names = (await readdir(at).catch(() => [])).sort();
    const wanted = part.toLowerCase();
    const name = names.includes(part) ? part : names.find((n) => n.toLowerCase() === wanted);
    if (name === undefined) return undefined;
    at = join(at, name);
  }
  return at;
}

/**
 * False where nothing has this path. True for what cannot be looked at: reading it says why, and nothing else takes
 * its place.
 */
export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    return !['ENOENT', 'ENOTDIR'].includes(fileErrorCode(error));
  }
}

const STICKY = 0o1000;

/**
 * Refuses a path that all users may write: the board's configuration gives control of the board.
 */
function refuseWritable(path: string, mode: number): void {
  // Windows has no such bits and reports them all as set.
  if (process.platform === 'win32' || (mode & 0o002) === 0) return;
  throw new Error(`${path} can be written by everybody; run: chmod o-w ${path}`);
}

/** True when a CONFIG_UNREADABLE was caused by a missing file. */
export function isAbsent(error: unknown): boolean {
  return fileErrorCode(toError(error).cause) === 'ENOENT';
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Error('it is not UTF-8 text; save it as UTF-8', { cause: error });
  }
}
