import { constants } from 'node:fs';
import { access, chmod, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { BbsError, toError } from '../base/errors';
import { checkNoLink, makeFolders } from '../base/private-file';

/** The folder of the installed package: what a board lacks is taken from there. */
export const PACKAGE_DIR = resolve(__dirname, '..', '..');

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
    configMustExist: namedConfig !== undefined,
    artRoots: roots.map((root) => join(root, 'art')),
    configFallbacks: roots.map((root) => join(root, 'config')),
    find,
  };
}

/** The menu file by its name in config.hjson: in the config folder, or in its menus/ as ENiGMA½ has it. */
export async function findMenuFile(board: Pick<Board, 'find'>, name: string): Promise<string> {
  const usual = await board.find(join('config', name));
  if (await exists(usual)) return usual;
  const inMenus = await board.find(join('config', 'menus', name));
  return (await exists(inMenus)) ? inMenus : usual;
}

/** What the board makes in its data folder. The folder itself may be a link; these may not (rule I5). */
const DATA_FOLDERS = ['db', 'keys', 'logs', 'mail'] as const;

/** Makes the data folder, for its owner alone, and checks that it can be written, and not by others. */
export async function makeDataDir(dataDir: string): Promise<void> {
  try {
    makeFolders(dataDir, 0o700);
    for (const name of DATA_FOLDERS) checkNoLink(join(dataDir, name));
    await refuseOpenFolders(dataDir);
    // A folder that is there already may be open to others. On a volume of somebody else's this may
    // be refused, and the files inside are made for this user alone anyhow.
    await chmod(dataDir, 0o700).catch(() => undefined);
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    if (error instanceof BbsError) throw error;
    throw new BbsError(
      'CONFIG_UNREADABLE',
      `cannot write to the data folder ${dataDir}: ${toError(error).message}; choose another by --data`,
      { cause: error },
    );
  }
}

/**
 * Who can write one of these folders chooses the keys and the accounts of the board, and may have done
 * so already: that is for the sysop to look at, so it is not mended in passing (rule M14).
 */
export async function refuseOpenFolders(dataDir: string): Promise<void> {
  // Windows has no such bits and reports them all.
  if (process.platform === 'win32') return;
  for (const name of ['.', ...DATA_FOLDERS]) {
    const folder = join(dataDir, name);
    const mode = Number((await statOf(folder))?.mode ?? 0);
    const bits = name === 'keys' ? 0o022 : 0o002;
    if ((mode & bits) === 0) continue;
    const whom = (mode & 0o002) === 0 ? 'a group' : 'everybody';
    throw new BbsError(
      'CONFIG_UNREADABLE',
      `${folder} can be written by ${whom}: look at what is in it, then run: chmod go-w ${folder}`,
    );
  }
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
