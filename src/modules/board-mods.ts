import { createRequire } from 'node:module';
import { join } from 'node:path';
import { BbsError, toError } from '../base/errors';
import { readSourceText } from '../config/source-text';
import type { MenuModule } from '../menu/run/module';
import { MODS, type PartsFrom } from './own-parts';

/** What a file of mods/ for this program exports; files of other programs do not have the word in them. */
const MARK = 'sallyportModule';

/**
 * Loads the files of mods/ that `mods` of config.hjson names, and no others: what a board of another program has there
 * was written for that. Nothing of a file is run that does not name the export of this program.
 */
export async function loadMods(
  boardDir: string,
  names: readonly string[],
): Promise<readonly PartsFrom[]> {
  const loaded: PartsFrom[] = [];
  for (const name of names) {
    const from = join(boardDir, 'mods', `${name}.js`);
    const module = await loadMod(from, name);
    loaded.push({ from, parts: { modules: [{ ...module, name: `${MODS}${name}` }] } });
  }
  return loaded;
}

async function loadMod(file: string, name: string): Promise<MenuModule> {
  const refuse = (text: string, cause?: unknown): never => {
    throw new BbsError('CONFIG_INVALID', text, { place: { file }, cause });
  };
  if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(name)) {
    const text = `mods: '${name}' is no file name of letters, digits, - and _; leave folder and .js out`;
    return refuse(text);
  }
  // Who writes it decides what the board does, with all of its rights: also through its folders (rule M14).
  const text = await readSourceText(file).catch((error: unknown) =>
    refuse(
      `mods names '${name}', but ${toError(error).message}; take it out, or add the file`,
      error,
    ),
  );
  if (!text.includes(MARK)) {
    return refuse(
      `it does not export ${MARK}, so it was not run: it may be a mod of another program; ` +
        "take its name out of 'mods' in config.hjson, or see docs/embedding.md for how one is written",
    );
  }
  const exported = runFile(file, refuse);
  const module = exported[MARK];
  if (typeof module !== 'object' || module === null)
    return refuse(`its ${MARK} is no object; write: module.exports = { ${MARK}: { ... } }`);
  return module as MenuModule;
}

function runFile(
  file: string,
  refuse: (text: string, cause?: unknown) => never,
): Readonly<Record<string, unknown>> {
  try {
    return createRequire(file)(file) as Readonly<Record<string, unknown>>;
  } catch (error) {
    return refuse(
      `it cannot be loaded: ${toError(error).message}; mend it, or take it out of 'mods'`,
      error,
    );
  }
}
