import { findRealPath, readBoundedFile } from '../base/bounded-file';
import { toError } from '../base/errors';
import type { Log } from '../base/log';

/** Reads a template by the path that the configuration names; undefined when it cannot be used. */
export type FindTemplate = (path: string) => Promise<string | undefined>;

const MOST_BYTES = 256 * 1024;

/** Reads templates from the folders of a board that may hold them (rule M14), afresh each time: they are small, and an edit is live at once. */
export function createTemplateFiles(
  find: (relative: string) => Promise<string>,
  folders: readonly string[],
  log: Log,
): FindTemplate {
  return async (path) => {
    try {
      const file = await find(path);
      const real = await findRealPath(file, folders);
      if (real === undefined) {
        throw new Error(`it must lie in one of these folders: ${folders.join(', ')}`);
      }
      return (await readBoundedFile(real, MOST_BYTES)).bytes.toString('utf8');
    } catch (error) {
      // The built-in words go out instead: a mail that looks plain is better than none.
      log.warn('template-unreadable', { path, reason: toError(error).message });
      return undefined;
    }
  };
}
