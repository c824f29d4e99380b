import { constants } from 'node:fs';
import { access, chmod, copyFile, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { BbsError, isError, toError } from '../base/errors';

/** The folder of the installed package: what a board lacks is taken from there. */
export const PACKAGE_DIR = resolve(__dirname, '..', '..');

const BOARD_FOLDERS = ['config', 'art', 'misc'] as const;

/** Parts of the package's folders that are its own tools and no part of a board. */
const NOT_COPIED: ReadonlySet<string> = new Set([join('misc', 'scripts')]);

export interface BoardOptions {
  /** `--board`, `--data` and `--config` as given, relative to `cwd`. */
  readonly board?: string | undefined;
  readonly data?: string | undefined;
  readonly config?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly packageDir?: string;
}

/** Where a board's files are. Only `dataDir` is ever written to. */
export interface Board {
  readonly boardDir: string;
  readonly dataDir: string;
  readonly packageDir: string;
  readonly configFile: string;
  /** The folder of the config file; menu files stand there too. */
  readonly configDir: string;
  /** True where the sysop named the config file: it must then exist. */
  readonly configMustExist: boolean;
  /** Folders that hold general/ and themes/, the board's own first. */
  readonly artRoots: readonly string[];
  /** Where to look for what a config folder includes but does not hold. */
  readonly configFallbacks: readonly string[];
  /** A file by its path in a board, e.g. `misc/bad_passwords.txt`: the board's own, else the package's. */
  find(relative: string): Promise<string>;
}

/** Finds the board: flags win over SALLYPORT_BOARD and SALLYPORT_DATA, and those over the current folder. */
export async function resolveBoard(options: BoardOptions): Promise<Board> {
  const { env, cwd = process.cwd(), packageDir = PACKAGE_DIR } = options;
  const named = given(options.board) ?? given(env['SALLYPORT_BOARD']);
  const boardDir = named === undefined ? await currentBoard(cwd, packageDir) : resolve(cwd, named);
  if (named !== undefined && !(await isFolder(boardDir))) {
    throw new BbsError(
      'CONFIG_UNREADABLE',
      `there is no board in ${boardDir}; 'sallyport init ${named}' makes one`,
    );
  }
  const find = (relative: string): Promise<string> => findFile(relative, [boardDir, packageDir]);
  const namedConfig = given(options.config);
  const configFile =
    namedConfig === undefined ? await find('config/config.hjson') : resolve(cwd, namedConfig);
  // A stock board run from elsewhere keeps its data where it is run, never inside the package.
  const besideBoard = named === undefined && boardDir === packageDir ? cwd : boardDir;
  const dataDir = given(options.data) ?? given(env['SALLYPORT_DATA']);
  const roots = [...new Set([boardDir, packageDir])];
  return {
    boardDir,
    packageDir,
    dataDir: dataDir === undefined ? join(besideBoard, 'data') : resolve(cwd, dataDir),
    configFile,
    configDir: dirname(configFile),
    configMustExist: namedConfig !== undefined,
    artRoots: roots.map((root) => join(root, 'art')),
    configFallbacks: roots.map((root) => join(root, 'config')),
    find,
  };
}

/** Makes the data folder, for this user alone, and checks that it can be written. */
export async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    // A folder that is there already may be open to others. On a volume of somebody else's this may
    // be refused, and the files inside are made for this user alone anyhow.
    await chmod(dataDir, 0o700).catch(() => undefined);
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new BbsError(
      'CONFIG_UNREADABLE',
      `cannot write to the data folder ${dataDir}: ${toError(error).message}; choose another by --data`,
      { cause: error },
    );
  }
}

/**
 * Makes a board of one's own in `dir`: copies config/, art/ and misc/ and makes data/. What is there
 * already is left alone. Returns what it did, a line each.
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
      lines.push(`${join(boardDir, folder)}: ${counts.copied === 1 ? '1 file' : `${counts.copied} files`} copied${kept}`);
    }
  } catch (error) {
    throw new BbsError('USAGE', `cannot make a board in ${boardDir}: ${toError(error).message}`, {
      cause: error,
    });
  }
  await makeDataDir(join(boardDir, 'data'));
  return [
    ...lines,
    `${join(boardDir, 'data')}: made, for this user alone`,
    `change config/config.hjson as you like, then: sallyport --board ${dir}`,
  ];
}

async function currentBoard(cwd: string, packageDir: string): Promise<string> {
  return (await isFolder(join(cwd, 'config'))) ? cwd : packageDir;
}

/** The first root that holds the file; where none does, the path in the first. */
async function findFile(relative: string, roots: readonly [string, ...string[]]): Promise<string> {
  if (isAbsolute(relative)) return relative;
  for (const root of roots) {
    const path = join(root, relative);
    if (await exists(path)) return path;
  }
  return join(roots[0], relative);
}

function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

async function exists(path: string): Promise<boolean> {
  return (await statOf(path)) !== undefined;
}

async function isFolder(path: string): Promise<boolean> {
  return (await statOf(path))?.isDirectory() ?? false;
}

// What cannot be looked at is as good as absent here; reading it says why.
function statOf(path: string): Promise<Awaited<ReturnType<typeof stat>> | undefined> {
  return stat(path).catch(() => undefined);
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
  await mkdir(join(toRoot, folder), { recursive: true });
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
    return true;
  } catch (error) {
    if (isError(error) && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
