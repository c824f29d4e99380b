import { readFile, stat } from 'node:fs/promises';
import { toError } from '../base/errors';
import type { Log } from '../base/log';

/** Reads a template by the path that the configuration names; undefined when it cannot be used. */
export type FindTemplate = (path: string) => Promise<string | undefined>;

const MOST_BYTES = 256 * 1024;

/** Reads templates from a board, afresh each time: they are small, and an edit is live at once. */
export function createTemplateFiles(
  find: (relative: string) => Promise<string>,
  log: Log,
): FindTemplate {
  return async (path) => {
    try {
      const file = await find(path);
      const { size } = await stat(file);
      if (size > MOST_BYTES) throw new Error(`it is larger than ${MOST_BYTES} bytes`);
      return await readFile(file, 'utf8');
    } catch (error) {
      // The built-in words go out instead: a mail that looks plain is better than none.
      log.warn('template-unreadable', { path, reason: toError(error).message });
      return undefined;
    }
  };
}
