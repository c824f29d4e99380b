import { constants } from 'node:fs';
import { access, chmod, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { BbsError } from '../base/errors';
import { fileErrorCode, whyNotRead, whyNotWritten } from '../base/file-reason';
import { checkNoLink, makeFolders } from '../base/private-file';
import type { LoadedConfig } from './load';
import { findInOtherLetters, findLostLink } from './source-text';

/** The folder of the installed package: the default for files that a board lacks. */
export const PACKAGE_DIR = resolve(__dirname, '..', '..');

/** The configuration within the folder of a board. */
export const CONFIG_FILE = 'config/config.hjson';

interface BoardOptions {
  /** `--board`, `--data` and `--config` as given, relative to `cwd`. */
  readonly board?: string | undefined;
  readonly data?: string | undefined;
  readonly config?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly packageDir?: string;
}

/** The places of a board's files. The server writes into `dataDir` only. */
export interface Board {
  readonly boardDir: string;
  readonly dataDir: string;
  readonly packageDir: string;
  readonly configFile: string;
  /** True where the sysop named the config file: it must then exist. */
  readonly configMustExist: boolean;
  /** Folders that hold general/ and themes/, the board's own first. */
  readonly artRoots: readonly string[];
  /** Folders that are searched for files which a config folder includes but does not contain. */
  readonly configFallbacks: readonly string[];
  /** A file by its path in a board, e.g. `misc/bad_passwords.txt`: the board's own, else the package's. */
  find(relative: string): Promise<string>;
  /** The same. Throws CONFIG_UNREADABLE where nobody can tell whether the board has its own. */
  findOwn(relative: string): Promise<string>;
}

/**
 * Locates the board: flags take precedence over SALLYPORT_BOARD and SALLYPORT_DATA, and those over
 * the current folder.
 */
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
  const findOwn = async (relative: string): Promise<string> => {
    await refuseUnseen(join(boardDir, relative));
    return find(relative);
  };
  const namedConfig = given(options.config);
  const configFile =
    namedConfig === undefined ? await findOwn(CONFIG_FILE) : resolve(cwd, namedConfig);
  // A stock board that is run from elsewhere keeps its data in the current folder, never inside the
  // package.
  const besideBoard = named === undefined && boardDir === packageDir ? cwd : boardDir;
  const dataDir = given(options.data) ?? given(env['SALLYPORT_DATA']);
  const roots = [...new Set([boardDir, packageDir])];
  return {
    boardDir,
    packageDir,
    dataDir: dataDir === undefined ? join(besideBoard, 'data') : resolve(cwd, dataDir),
    configFile,
    configMustExist: namedConfig !== undefined,
    artRoots: await Promise.all(roots.map((root) => findFile('art', [root]))),
    configFallbacks: await Promise.all(roots.map((root) => findFile('config', [root]))),
    find,
    findOwn,
  };
}

/** What is not mounted, or hidden from this user, must not count as not written: a closed board would open by the defaults. */
async function refuseUnseen(path: string): Promise<void> {
  const error: unknown = await stat(path).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return;
  const lost = await findLostLink(path);
  if (lost === undefined && fileErrorCode(error) === 'ENOENT') return;
  const why =
    lost === undefined
      ? `cannot look for ${path}: ${whyNotRead(error)}`
      : `${lost} is a link that leads nowhere: make it lead to the board's configuration, or remove it`;
  throw new BbsError('CONFIG_UNREADABLE', why, { cause: error });
}

/**
 * The menu file by its name in config.hjson: in the config folder, in its menus/ as ENiGMA½ has it, or a full
 * path. Throws CONFIG_UNREADABLE where it is not there, with the place of its name.
 */
export async function findMenuFile(
  board: Pick<Board, 'boardDir' | 'findOwn'>,
  { config, placeOf }: Pick<LoadedConfig, 'config' | 'placeOf'>,
): Promise<string> {
  const name = config.general.menuFile;
  const homes = [join('config', name), join('config', 'menus', name)];
  const places = isAbsolute(name)
    ? [name]
    : await Promise.all(homes.map((at) => board.findOwn(at)));
  for (const file of places) if (await exists(file)) return file;
  const tried = isAbsolute(name) ? [name] : homes.map((at) => join(board.boardDir, at));
  throw new BbsError(
    'CONFIG_UNREADABLE',
    `general.menuFile is '${name}', and there is no ${tried.join(' and no ')}`,
    { place: placeOf(['general', 'menuFile']) },
  );
}

/**
 * Folders that the board creates in its data folder. The data folder itself may be a link; these
 * may not (rule I5).
 */
const DATA_FOLDERS = ['db', 'keys', 'logs', 'mail'] as const;

/**
 * Creates the data folder, accessible to its owner alone, and checks that the board can write to it
 * and others cannot.
 */
export async function makeDataDir(dataDir: string): Promise<void> {
  try {
    makeFolders(dataDir, 0o700);
    for (const name of DATA_FOLDERS) checkNoLink(join(dataDir, name));
    await refuseOpenFolders(dataDir);
    // An existing folder may be accessible to others. On a volume of another user chmod may be
    // refused; the files inside are created for this user alone in any case.
    await chmod(dataDir, 0o700).catch(() => undefined);
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    if (error instanceof BbsError) throw error;
    throw new BbsError(
      'CONFIG_UNREADABLE',
      `cannot write to the data folder ${dataDir}: ${whyNotWritten(error)}; choose another by --data`,
      { cause: error },
    );
  }
}

/**
 * Whoever can write to one of these folders controls the keys and the accounts of the board, and
 * may already have changed them: the sysop has to look at it, so permissions are not corrected
 * silently (rule M14).
 */
export async function refuseOpenFolders(dataDir: string): Promise<void> {
  // Windows has no such bits and reports them all as set.
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
  if ((await findLostLink(join(cwd, 'config'))) !== undefined) return cwd;
  return (await isFolder(await findFile('config', [cwd]))) ? cwd : packageDir;
}

/**
 * The file in the first root that has it, in the board's own also in other letters; where none does, its path in the
 * first root.
 */
async function findFile(relative: string, roots: readonly [string, ...string[]]): Promise<string> {
  if (isAbsolute(relative)) return relative;
  const [own] = roots;
  for (const root of roots) {
    const path = join(root, relative);
    if (await exists(path)) return path;
    // Before the package's file would silently take the place of the board's.
    const written = root === own ? await findInOtherLetters(own, relative) : undefined;
    if (written !== undefined) return written;
  }
  return join(own, relative);
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

// A path that cannot be examined counts as absent here; reading it reports the reason.
function statOf(path: string): Promise<Awaited<ReturnType<typeof stat>> | undefined> {
  return stat(path).catch(() => undefined);
}
