import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boardLockFile, findLockHolder, takeBoardLock } from '../../src/store/board-lock';

let folder: string;

beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'sallyport-lock-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

async function take(pid: number) {
  const lock = await takeBoardLock(boardLockFile(folder), pid);
  if (lock.kind !== 'taken') throw new Error(`held by ${lock.pid}`);
  return lock;
}

test('one takes the lock, the next is told the process, and after the release it is free', async () => {
  const first = await take(4711);
  expect(await takeBoardLock(boardLockFile(folder), 4712)).toEqual({ kind: 'held', pid: 4711 });
  expect(await findLockHolder(boardLockFile(folder))).toEqual({ pid: 4711 });
  await first.release();
  expect(await findLockHolder(boardLockFile(folder))).toBeUndefined();
  await (await take(4712)).release();
});

test('of several who start at once exactly one gets it', async () => {
  const file = boardLockFile(folder);
  const locks = await Promise.all([1, 2, 3].map((pid) => takeBoardLock(file, pid)));
  const taken = locks.filter((lock) => lock.kind === 'taken');
  expect(taken).toHaveLength(1);
  for (const lock of taken) if (lock.kind === 'taken') await lock.release();
}, 20_000);

test('looking makes no file, and the file is for its owner alone', async () => {
  expect(await findLockHolder(boardLockFile(folder))).toBeUndefined();
  await expect(stat(boardLockFile(folder))).rejects.toThrow('ENOENT');
  const lock = await take(1);
  expect((await stat(boardLockFile(folder))).mode & 0o777).toBe(0o600);
  await lock.release();
});

test('a link in its place is refused', async () => {
  await writeFile(join(folder, 'victim'), '');
  await symlink(join(folder, 'victim'), boardLockFile(folder));
  await expect(take(1)).rejects.toThrow('does not write through links');
});
