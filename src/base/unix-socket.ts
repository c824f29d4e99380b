import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  type Stats,
  unlinkSync,
} from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { BbsError, toError } from './errors';
import { makeFolders } from './private-file';

/** Longest path of a socket, in bytes: sun_path of macOS, which is the shortest, with its end. */
const MOST_PATH_BYTES = 103;
/** What a draft's name adds: `/.socket-`, six characters, `/s`, instead of the file's own name. */
const DRAFT_BYTES = '/.socket-123456/s'.length;
/** Of the mode of a folder: only the owner of what is in it can remove or rename that. */
const STICKY = 0o1000;

/** Where a server listens on a Unix socket. */
interface SocketPlace {
  /** Absolute. */
  readonly path: string;
  /** The key of the configuration that names it. */
  readonly key: string;
  /** True for mode 0660 in place of 0600. */
  readonly forGroup: boolean;
}

/**
 * Listens on a Unix socket by `listen`, in a folder where nobody but the board's user can put something in its place,
 * and below folders that only that user and root can change.
 * A socket that a dead board left is removed. Throws CONFIG_INVALID for an unfit path or folder, and ADDRESS_IN_USE where
 * something answers at it. Returns what removes the socket once its server is closed.
 */
export async function listenOnSocket(
  place: SocketPlace,
  listen: (path: string) => Promise<unknown>,
): Promise<() => void> {
  checkPlace(place);
  await removeStale(place);
  const made = await listenAt(place, listen);
  const { path } = place;
  return () => {
    if (isSame(lstatSync(path, { throwIfNoEntry: false }), made)) unlinkSync(path);
  };
}

/** Only the board's user may be able to put something in the socket's place. */
function checkPlace({ path, key }: SocketPlace): void {
  const folder = dirname(path);
  const unfit = (why: string): BbsError => unfitPlace({ path, key }, why);
  if (Math.max(Buffer.byteLength(path), Buffer.byteLength(folder) + DRAFT_BYTES) > MOST_PATH_BYTES)
    throw unfit(`is too long for a socket; ${MOST_PATH_BYTES} bytes at most`);
  try {
    makeFolders(folder, 0o700);
  } catch (error) {
    throw unfit(`has no folder: ${toError(error).message}`);
  }
  const found = lstatSync(folder);
  if (!found.isDirectory()) throw unfit(`is in ${folder}, which is a link or no folder`);
  const own = process.geteuid?.();
  if (own === undefined) return;
  if ((own !== 0 && found.uid !== own) || (found.mode & 0o022) !== 0)
    throw unfit(
      `is in ${folder}, where others than the board's user can write; make one of its own`,
    );
  // A link on the way is looked at in both places: where it stands and where it leads.
  const above = new Set([...foldersAbove(folder), ...foldersAbove(realpathSync(folder))]);
  for (const parent of above) {
    if (isOwnersAlone(statSync(parent), own)) continue;
    throw unfit(
      `is below ${parent}, where others than the board's user and root can put another folder in its place; run: chmod go-w ${parent}, or name another place`,
    );
  }
}

function foldersAbove(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [] : [parent, ...foldersAbove(parent)];
}

/** True where nobody but root and the board's user can rename what is in the folder: /tmp is sticky. */
function isOwnersAlone({ uid, mode }: Stats, own: number): boolean {
  const isWritable = (mode & 0o022) !== 0 && (mode & STICKY) === 0;
  return !isWritable && (own === 0 || uid === own || uid === 0);
}

/** Removes what a dead board left: only a socket, and only one on which nothing answers. */
async function removeStale({ path, key }: SocketPlace): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket())
    throw unfitPlace({ path, key }, 'is there, and is no socket; the board does not remove it');
  const refusal = await refusalAt(path);
  if (refusal !== 'ECONNREFUSED' && refusal !== 'ENOENT') throw takenPlace({ path, key });
  if (isSame(lstatSync(path, { throwIfNoEntry: false }), found)) unlinkSync(path);
}

/** The code of the refusal; undefined where something takes the connection. */
function refusalAt(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.once('error', ({ code = '' }: NodeJS.ErrnoException) => resolve(code));
  });
}

/**
 * Listens under another name in a folder of mode 0700 and gives the socket its own name when it has its mode. link()
 * replaces nothing, and Node.js, which removes the name that it listened on whatever is there by then, finds none.
 */
async function listenAt(
  place: SocketPlace,
  listen: (path: string) => Promise<unknown>,
): Promise<Stats> {
  const { path, forGroup } = place;
  const folder = mkdtempSync(join(dirname(path), '.socket-'));
  const draft = join(folder, 's');
  try {
    await listen(draft);
    chmodSync(draft, forGroup ? 0o660 : 0o600);
    linkSync(draft, path);
    unlinkSync(draft);
    return lstatSync(path);
  } catch (thrown) {
    const error: NodeJS.ErrnoException = toError(thrown);
    // Another board began at the same time, and has linked its own.
    if (error.code === 'EEXIST') throw takenPlace(place);
    throw unfitPlace(place, `cannot be listened on: ${error.message}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function isSame(one: Stats | undefined, other: Stats): boolean {
  return one?.isSocket() === true && one.dev === other.dev && one.ino === other.ino;
}

function unfitPlace({ path, key }: Pick<SocketPlace, 'path' | 'key'>, why: string): BbsError {
  return new BbsError('CONFIG_INVALID', `${key}: ${path} ${why}`);
}

function takenPlace({ path, key }: Pick<SocketPlace, 'path' | 'key'>): BbsError {
  const text = `${key}: ${path} is taken; stop what listens there or name another`;
  return new BbsError('ADDRESS_IN_USE', text);
}
