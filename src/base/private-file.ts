import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/*
 * The one way in which files are written into a data folder (rule I5): for their owner alone, who is
 * the owner of the folder also where root writes, whole or not at all, and never through a link.
 */

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
/** Windows has no such flag, and no links that a user without rights can make. */
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;

/** Writes beside the file, syncs, and moves into place: a crash leaves the old content or the new. */
export function writePrivateFile(file: string, content: string | Buffer): void {
  checkNoLink(file);
  const draft = writeDraft(file, content);
  try {
    renameSync(draft, file);
  } catch (error) {
    unlinkSync(draft);
    throw error;
  }
  syncPath(dirname(file));
}

/** The same for a file that must not be there yet; false when it is, also since a moment ago. */
export function makePrivateFile(file: string, content: string | Buffer): boolean {
  if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) return false;
  const draft = writeDraft(file, content);
  try {
    // link() fails where a rename would replace what another process has just made.
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(draft);
  }
  syncPath(dirname(file));
  return true;
}

/** Opens a file for appending and makes it where it is missing. The caller closes the descriptor. */
export function openPrivateLog(file: string): number {
  makeFolders(dirname(file), PRIVATE_FOLDER);
  checkNoLink(dirname(file));
  checkNoLink(file);
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | NO_FOLLOW;
  const handle = openSync(file, flags, PRIVATE_FILE);
  try {
    if (fstatSync(handle).size === 0) giveToOwnerOf(dirname(file), handle);
    return handle;
  } catch (error) {
    closeSync(handle);
    throw error;
  }
}

/**
 * Makes a folder with those above it that are missing; they belong to the owner of the one that is there.
 * Not the recursive mkdir of Node.js 20, which never ends in a folder that takes no new ones (/proc).
 */
export function makeFolders(folder: string, mode?: number): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolders(parent, mode);
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    // Another process made it meanwhile; a file in its place is told by whoever writes into it.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
    throw error;
  }
  giveToOwnerOf(parent, folder);
}

/** Throws where `path` is a symbolic link: who can put one there must not choose what is written. */
export function checkNoLink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
  throw new Error(`${path} is a symbolic link, and the board does not write through links`);
}

/** Gives what root has made to the owner of the folder that it is in. Other users own what they make. */
export function giveToOwnerOf(folder: string, made: string | number): void {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = statSync(folder);
  if (typeof made === 'number') fchownSync(made, uid, gid);
  else chownSync(made, uid, gid);
}

/** Waits until a file, or the names in a folder, are on the disk. */
export function syncPath(path: string): void {
  // Windows opens no folders.
  if (process.platform === 'win32' && statSync(path).isDirectory()) return;
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function writeDraft(file: string, content: string | Buffer): string {
  makeFolders(dirname(file), PRIVATE_FOLDER);
  const draft = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}.new`);
  const handle = openSync(draft, 'wx', PRIVATE_FILE);
  try {
    giveToOwnerOf(dirname(file), handle);
    writeFileSync(handle, content);
    fsyncSync(handle);
  } catch (error) {
    unlinkSync(draft);
    throw error;
  } finally {
    closeSync(handle);
  }
  return draft;
}
