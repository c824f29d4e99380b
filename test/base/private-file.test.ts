import { chownSync, closeSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { readdirSync, rmSync, statSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  makeFolders,
  makePrivateFile,
  openPrivateLog,
  writePrivateFile,
} from '../../src/base/private-file';

let folder: string;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sallyport-private-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function append(file: string, text: string): void {
  const handle = openPrivateLog(file);
  writeSync(handle, text);
  closeSync(handle);
}

/** Each way to write a file. */
const WAYS: readonly (readonly [name: string, write: (file: string) => void])[] = [
  ['writePrivateFile', (file) => writePrivateFile(file, 'new')],
  ['makePrivateFile', (file) => makePrivateFile(file, 'new')],
  ['openPrivateLog', (file) => append(file, 'new')],
];

test.each(WAYS)('%s makes file and folders for their owner alone', (_name, write) => {
  const before = process.umask(0);
  try {
    write(join(folder, 'a', 'b', 'file'));
  } finally {
    process.umask(before);
  }
  expect(readFileSync(join(folder, 'a', 'b', 'file'), 'utf8')).toBe('new');
  expect(statSync(join(folder, 'a', 'b', 'file')).mode & 0o777).toBe(0o600);
  for (const made of ['a', 'a/b']) expect(statSync(join(folder, made)).mode & 0o777).toBe(0o700);
  expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['file']);
});

test.each(WAYS)('%s does not write through a link (rule I5)', (name, write) => {
  const victim = join(folder, 'victim');
  writeFileSync(victim, 'old');
  symlinkSync(victim, join(folder, 'link'));
  symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'));
  for (const link of ['link', 'dangling']) {
    if (name === 'makePrivateFile') write(join(folder, link));
    else expect(() => write(join(folder, link))).toThrow('does not write through links');
  }
  expect(readFileSync(victim, 'utf8')).toBe('old');
  expect(existsSync(join(folder, 'nowhere'))).toBe(false);
});

test('of what root writes, the owner of the folder is the owner', () => {
  // Only root gives files away; who is not root owns both the folder and what is made in it.
  const owner = process.geteuid?.() === 0 ? { uid: 4711, gid: 4712 } : statSync(folder);
  if (process.geteuid?.() === 0) chownSync(folder, owner.uid, owner.gid);
  for (const [name, write] of WAYS) write(join(folder, name, 'file'));
  for (const path of WAYS.flatMap(([name]) => [name, `${name}/file`])) {
    const { uid, gid } = statSync(join(folder, path));
    expect([path, uid, gid]).toEqual([path, owner.uid, owner.gid]);
  }
});

test('a file that is there is left as it is by makePrivateFile, and replaced by writePrivateFile', () => {
  const file = join(folder, 'file');
  expect(makePrivateFile(file, 'one')).toBe(true);
  expect(makePrivateFile(file, 'two')).toBe(false);
  expect(readFileSync(file, 'utf8')).toBe('one');
  writePrivateFile(file, 'three');
  expect(readFileSync(file, 'utf8')).toBe('three');
});

test('folders that cannot be made end in an error', () => {
  expect(() => makeFolders('/proc/sallyport/a/b')).toThrow(/ENOENT|EACCES|EROFS/);
  writeFileSync(join(folder, 'file'), '');
  // Asked for what is below a file, Node.js 20 says ENOTDIR; later lines come to the file itself.
  expect(() => makeFolders(join(folder, 'file', 'a'))).toThrow(/ENOTDIR|EEXIST/);
  expect(() => makeFolders(join(folder, 'file'))).toThrow('EEXIST');
  mkdirSync(join(folder, 'there'));
  makeFolders(join(folder, 'there'));
});
