const { randomUUID } = require('node:crypto');
const fs = require('node:fs');
const { join } = require('node:path');

const MEMORY = '/dev/shm';
const NAME = 'sallyport-tests-';
/** A run needs a tenth of it. */
const LEAST_FREE_BYTES = 1024 ** 3;
const DAY_MS = 24 * 60 * 60_000;

/** Makes a folder in memory in which programs may be run; undefined where there is none, or too little of it. */
function makeFolder() {
  let folder;
  try {
    const { bavail, bsize } = fs.statfsSync(MEMORY);
    if (bavail * bsize < LEAST_FREE_BYTES) return undefined;
    folder = join(MEMORY, `${NAME}${randomUUID().slice(0, 8)}`);
    fs.mkdirSync(folder, { mode: 0o700 });
    const program = join(folder, 'program');
    fs.writeFileSync(program, '', { mode: 0o700 });
    // Refused where the file system is mounted `noexec`, as Docker does.
    fs.accessSync(program, fs.constants.X_OK);
    fs.rmSync(program);
    return folder;
  } catch {
    // Not Linux, or not ours to use: the tests run on the disk as well, more slowly.
    if (folder !== undefined) fs.rmSync(folder, { recursive: true, force: true });
    return undefined;
  }
}

/** Removes what a run left that was killed. */
function removeOldFolders() {
  for (const name of fs.readdirSync(MEMORY)) {
    const folder = join(MEMORY, name);
    if (!name.startsWith(NAME) || Date.now() - fs.statSync(folder).mtimeMs < DAY_MS) continue;
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

const SUITES = ['test/**/*.test.ts', 'test/programs/**/*.test.ts'];

/**
 * Jest's global setup: has the tests make their folders in memory, where a file is flushed at once. A database of
 * a test is flushed hundreds of times. The drills (test/faults and the like) keep the disk.
 */
module.exports = (_globalConfig, { testMatch, rootDir }) => {
  if (!SUITES.some((suite) => testMatch.includes(join(rootDir, suite)))) return;
  const folder = makeFolder();
  if (folder === undefined) return;
  removeOldFolders();
  process.env.TMPDIR = folder;
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
};
