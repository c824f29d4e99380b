import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { BbsError, isError, toError } from '../base/errors';
import type { Place } from '../base/errors';
import { LIMITS } from '../base/limits';

/** Reads a text file of the sysop's; `namedAt` is the place that names it, for the error. */
export async function readSourceText(file: string, namedAt: Place = { file }): Promise<string> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    return await readText(handle);
  } catch (error) {
    throw new BbsError('CONFIG_UNREADABLE', `cannot read ${file}: ${reasonOf(error)}`, {
      cause: error,
      place: namedAt,
    });
  } finally {
    await handle?.close();
  }
}

/** Whether the reason of a CONFIG_UNREADABLE is that there is no such file. */
export function isAbsent(error: unknown): boolean {
  return codeOf(toError(error).cause) === 'ENOENT';
}

async function readText(handle: FileHandle): Promise<string> {
  const stat = await handle.stat();
  if (!stat.isFile()) throw new Error('it is not a file');
  if (stat.size > LIMITS.hjsonBytes)
    throw new Error(`it is larger than ${LIMITS.hjsonBytes} bytes`);
  const bytes = await handle.readFile();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Error('it is not UTF-8 text; save it as UTF-8', { cause: error });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is not a folder',
  ELOOP: 'its links lead in a circle',
};

function reasonOf(error: unknown): string {
  return REASONS[codeOf(error)] ?? toError(error).message;
}

function codeOf(error: unknown): string {
  return isError(error) && 'code' in error ? String(error.code) : '';
}
