import { join } from 'node:path';
import { findRealPath, readBoundedFile } from '../base/bounded-file';
import { toError } from '../base/errors';
import type { Log } from '../base/log';

/** Values for a template's `%NAME%` variables. */
export type TemplateValues = Readonly<Record<string, string>>;

/**
 * Inserts values into a text template in one pass: a value is data, so a `%NAME%` or `$&` inside it
 * stays as it is (rule D12). Unknown variables stay visible, which shows the sysop the mistake.
 */
export function fillText(template: string, values: TemplateValues): string {
  return template.replace(/%([A-Z][A-Z0-9_]*)%/g, (variable, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? '') : variable,
  );
}

/**
 * The same for HTML: values are escaped, for element text and quoted attributes alike. Fragments
 * are the board's own HTML, which is inserted unchanged.
 */
export function fillHtml(
  template: string,
  values: TemplateValues,
  fragments: TemplateValues = {},
): string {
  const encoded = Object.entries(values).map(([name, value]) => [name, escapeHtml(value)] as const);
  return fillText(template, { ...Object.fromEntries(encoded), ...fragments });
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Reads a template by the path in the configuration; undefined when it cannot be used. */
export type FindTemplate = (path: string) => Promise<string | undefined>;

const MAX_BYTES = 256 * 1024;

/** The folders of a board in which templates are allowed. */
export function templateFolders(board: {
  readonly boardDir: string;
  readonly packageDir: string;
}): readonly string[] {
  return [board.boardDir, board.packageDir].map((folder) => join(folder, 'misc'));
}

/** The text of a template; throws where it cannot be used. */
export async function readTemplate(
  find: (relative: string) => Promise<string>,
  folders: readonly string[],
  path: string,
): Promise<string> {
  const real = await findRealPath(await find(path), folders);
  if (real === undefined) {
    throw new Error(`it must be a file in one of these folders: ${folders.join(', ')}`);
  }
  return (await readBoundedFile(real, MAX_BYTES)).bytes.toString('utf8');
}

/**
 * Reads templates from the allowed folders of a board (rule M14), without caching: they are small,
 * and an edit takes effect at once.
 */
export function createTemplateFiles(
  find: (relative: string) => Promise<string>,
  folders: readonly string[],
  log: Log,
): FindTemplate {
  return async (path) => {
    try {
      return await readTemplate(find, folders, path);
    } catch (error) {
      // The built-in text is sent instead: a plain mail is better than none.
      log.warn('template.unreadable', { path, reason: toError(error).message });
      return undefined;
    }
  };
}
