import { isError, toError } from './errors';

const SAME = {
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is not a folder',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  EMFILE: 'this process has too many files open',
} as const;

const READING: Readonly<Record<string, string>> = {
  ...SAME,
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
};

const WRITING: Readonly<Record<string, string>> = {
  ...SAME,
  ENOENT: 'its folder is not there',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EEXIST: 'something of this name is there already',
  EROFS: 'its file system is only for reading',
  ENOSPC: 'the disk is full',
};

/** Why a file or folder cannot be read, in words; other errors in their own. */
export function whyNotRead(error: unknown): string {
  return READING[fileErrorCode(error)] ?? toError(error).message;
}

/** The same for one that cannot be written. */
export function whyNotWritten(error: unknown): string {
  return WRITING[fileErrorCode(error)] ?? toError(error).message;
}

/** The system's code, such as ENOENT; '' for an error that has none. */
export function fileErrorCode(error: unknown): string {
  return isError(error) && 'code' in error ? String(error.code) : '';
}
