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
 * The only way in which files are written into a data folder (rule I5): readable by their owner
 * alone, who is the owner of the folder also where root writes; completely or not at all; and never
 * through a link.
 */

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
/** Windows has no such flag, and no links that an unprivileged user can create. */
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;

/**
 * Writes to a file beside it, syncs, and renames: after a crash there is either the old content or
 * the new.
 */
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

/**
 * The same for a file that must not exist yet; false when it does, also when it was created a
 * moment ago.
 */
export function makePrivateFile(file: string, content: string | Buffer): boolean {
  if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) return false;
  const draft = writeDraft(file, content);
  try {
    // link() fails where a rename would replace a file that another process has just created.
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

/**
 * Opens a file for appending and creates it where it is missing. The caller closes the descriptor.
 */
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
 * Creates a folder and its missing parents; they belong to the owner of the lowest existing parent.
 * Node.js 20's recursive mkdir is not used: it never ends in a folder that accepts no new ones
 * (/proc).
 */
export function makeFolders(folder: string, mode?: number): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolders(parent, mode);
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    // Another process created it in the meantime; a file in its place is reported by the code that
    // writes into it.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
    throw error;
  }
  giveToOwnerOf(parent, folder);
}

/**
 * Throws where `path` is a symbolic link: a user who can create one there must not choose what is
 * written.
 */
export function checkNoLink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
  throw new Error(`${path} is a symbolic link, and the board does not write through links`);
}

/** Gives what root has created to the owner of its folder. Other users own what they create. */
export function giveToOwnerOf(folder: string, made: string | number): void {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = statSync(folder);
  if (typeof made === 'number') fchownSync(made, uid, gid);
  else chownSync(made, uid, gid);
}

/** Waits until a file, or the names in a folder, are on the disk. */
export function syncPath(path: string): void {
  // Windows cannot open folders.
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
