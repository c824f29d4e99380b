import { constants } from 'node:fs';
import { copyFile, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { BbsError, isError } from '../base/errors';
import { whyNotWritten } from '../base/file-reason';
import { giveToOwnerOf, makeFolders } from '../base/private-file';
import { PACKAGE_DIR, makeDataDir } from './board';

const BOARD_FOLDERS = ['config', 'art', 'misc'] as const;

/** Parts of the package's folders that are tools of the package and not part of a board. */
const NOT_COPIED: ReadonlySet<string> = new Set([join('misc', 'scripts'), join('misc', 'web')]);

/**
 * Creates a board in `dir`: copies config/, art/ and misc/ and creates data/. Existing files are
 * kept. Returns a report, one line per action.
 */
export async function initBoard(
  dir: string,
  packageDir: string = PACKAGE_DIR,
): Promise<readonly string[]> {
  const boardDir = resolve(dir);
  if (boardDir === packageDir || packageDir.startsWith(boardDir + sep)) {
    throw new BbsError('USAGE', `${boardDir} holds the program itself; choose another folder`);
  }
  const lines: string[] = [];
  try {
    for (const folder of BOARD_FOLDERS) {
      const counts = { copied: 0, kept: 0 };
      await copyFolder(packageDir, boardDir, folder, counts);
      const kept = counts.kept === 0 ? '' : `, ${counts.kept} already there and left alone`;
      lines.push(
        `${join(boardDir, folder)}: ${counts.copied === 1 ? '1 file' : `${counts.copied} files`} copied${kept}`,
      );
    }
  } catch (error) {
    throw new BbsError('USAGE', `cannot make a board in ${boardDir}: ${whyNotWritten(error)}`, {
      cause: error,
    });
  }
  await makeDataDir(join(boardDir, 'data'));
  return [
    ...lines,
    `${join(boardDir, 'data')}: made, for its owner alone`,
    `change config/config.hjson as you like, then: sallyport --board ${dir}`,
  ];
}

async function copyFolder(
  fromRoot: string,
  toRoot: string,
  folder: string,
  counts: { copied: number; kept: number },
): Promise<void> {
  if (NOT_COPIED.has(folder)) return;
  const from = join(fromRoot, folder);
  if ((await stat(from).catch(() => undefined)) === undefined) return;
  makeFolders(join(toRoot, folder));
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await copyFolder(fromRoot, toRoot, path, counts);
    else if (entry.isFile()) {
      const isNew = await copyNew(join(fromRoot, path), join(toRoot, path));
      counts[isNew ? 'copied' : 'kept']++;
    }
  }
}

async function copyNew(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL);
    giveToOwnerOf(dirname(to), to);
    return true;
  } catch (error) {
    if (isError(error) && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
