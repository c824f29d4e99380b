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
    const bytes = await readAtMost(handle, mostBytes);
    if (bytes === undefined) throw new Error(`it is larger than ${mostBytes} bytes`);
    return { bytes, stats };
  } finally {
    await handle.close();
  }
}

const CHUNK_BYTES = 64 * 1024;

async function readAtMost(handle: FileHandle, mostBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    const { bytesRead } = await handle.read(chunk, 0, CHUNK_BYTES, null);
    if (bytesRead === 0) return Buffer.concat(chunks, total);
    total += bytesRead;
    if (total > mostBytes) return undefined;
    chunks.push(chunk.subarray(0, bytesRead));
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
 * itself.
 */
export async function findRealPath(
  path: string,
  folders: readonly string[],
): Promise<string | undefined> {
  // A missing file or folder counts as outside.
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) return undefined;
  const homes = await Promise.all(folders.map((folder) => realHome(folder)));
  return isInside(real, homes) ? real : undefined;
}

/** A folder by the real path of its parent; its own name is kept, and must not be a link. */
async function realHome(folder: string): Promise<string> {
  const parts = folder.split(sep);
  const parent = await realpath(parts.slice(0, -1).join(sep) || sep).catch(() => undefined);
  return parent === undefined ? folder : `${parent === sep ? '' : parent}${sep}${parts.at(-1)}`;
}
