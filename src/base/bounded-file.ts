import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import type { Stats } from 'node:fs';

/** A file's content and its status. */
interface BoundedFile {
  readonly bytes: Buffer;
  readonly stats: Stats;
}

/**
 * Reads a file of at most this many bytes. Pipes and devices are refused, and a file that grows
 * while it is read is refused like one that was too large at the start: reading always ends (rule
 * M14).
 */
export async function readBoundedFile(path: string, mostBytes: number): Promise<BoundedFile> {
  // Without O_NONBLOCK, opening a pipe waits for its writer.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new Error('it is not a file');
    const bytes = await readAtMost(handle, mostBytes, stats.size);
    if (bytes === undefined) throw new Error(`it is larger than ${mostBytes} bytes`);
    return { bytes, stats };
  } finally {
    await handle.close();
  }
}

const CHUNK_BYTES = 64 * 1024;

/** `size` is what the file had when it was opened; undefined for one of more than `mostBytes`. */
async function readAtMost(
  handle: FileHandle,
  mostBytes: number,
  size: number,
): Promise<Buffer | undefined> {
  // A byte more than the file has, so that its end is seen without a second buffer.
  let bytes = Buffer.alloc(Math.min(size, mostBytes) + 1);
  let total = 0;
  for (;;) {
    const { bytesRead } = await handle.read(bytes, total, bytes.length - total, null);
    if (bytesRead === 0) return bytes.subarray(0, total);
    total += bytesRead;
    if (total > mostBytes) return undefined;
    if (total === bytes.length) bytes = Buffer.concat([bytes, Buffer.alloc(CHUNK_BYTES)]);
  }
}

/** True for a path below one of the folders, judged by the names alone. */
export function isInside(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => {
    const way = relative(folder, path);
    return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  });
}

/**
 * The real path of a file, with all links followed; undefined where there is none, or where it
 * leads out of the folders (rule M14). A hard link has no path of its own and counts as the file
 * itself. `homes` are the folders by `findRealHomes`, where they are known.
 */
export async function findRealPath(
  path: string,
  folders: readonly string[],
  homes?: readonly string[],
): Promise<string | undefined> {
  // A missing file or folder counts as outside.
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) return undefined;
  return isInside(real, homes ?? (await findRealHomes(folders))) ? real : undefined;
}

/** The folders as `findRealPath` compares with them. */
export function findRealHomes(folders: readonly string[]): Promise<readonly string[]> {
  return Promise.all(folders.map((folder) => realHome(folder)));
}

/** A folder by the real path of its parent; its own name is kept, and must not be a link. */
async function realHome(folder: string): Promise<string> {
  const parts = folder.split(sep);
  const parent = await realpath(parts.slice(0, -1).join(sep) || sep).catch(() => undefined);
  return parent === undefined ? folder : `${parent === sep ? '' : parent}${sep}${parts.at(-1)}`;
}
