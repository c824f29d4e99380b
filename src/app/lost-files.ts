import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import { isInside } from '../base/bounded-file';
import { fileErrorCode } from '../base/file-reason';
import type { Problem } from '../config/problems';

/** Those of the files that are there with something in them. */
export async function findWritten(files: readonly string[]): Promise<readonly string[]> {
  const written: string[] = [];
  for (const file of files) if ((await whyLost(file)) === undefined) written.push(file);
  return written;
}

/**
 * The files of the edition before that are gone or empty now, and in whose place the next edition has the package's
 * file, or nothing. One that nothing names any more is none of them.
 */
export async function findLostFiles(
  written: readonly string[],
  next: { readonly files: readonly string[]; readonly roots: readonly string[] },
): Promise<readonly Problem[]> {
  const named = new Set(next.files.map((file) => nameIn(next.roots, file)));
  const problems: Problem[] = [];
  for (const file of written) {
    const message = named.has(nameIn(next.roots, file)) ? await whyLost(file) : undefined;
    if (message !== undefined) problems.push({ place: { file }, message });
  }
  return problems;
}

async function whyLost(file: string): Promise<string | undefined> {
  try {
    if ((await stat(file)).size > 0) return undefined;
    return 'the file is empty; write it again, or { } where it has nothing to say';
  } catch (error) {
    // A file that is there and cannot be looked at has its reason from who reads it.
    if (fileErrorCode(error) !== 'ENOENT') return undefined;
    return 'the file is gone; put it back, or start the board again to go on without it';
  }
}

/** What a file is called in any board: in letters of either case, as it is found. */
function nameIn(roots: readonly string[], file: string): string {
  const root = roots.find((each) => isInside(file, [each]));
  return root === undefined ? file : relative(root, file).toLowerCase();
}
