import { chmod, copyFile, cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ConfigInput } from '../../src/config/schema';
import { TestBoard } from '../support/board';

/** An ENiGMA½ installation as its own tool leaves it: read and copied, never changed. */
export const ENIGMA_BOARD = resolve(
  process.env['SALLYPORT_ENIGMA_BOARD'] ??
    join(__dirname, '..', '..', '..', 'shared', 'enigma-board'),
);

/**
 * Tests on that installation. Where the folder is missing they are left out with a sentence, or fail
 * where `SALLYPORT_ALL_ENIGMA` is set, as in `.ci/run`.
 */
export function describeEnigma(what: string, tests: () => void): void {
  if (existsSync(join(ENIGMA_BOARD, 'config', 'config.hjson'))) describe(what, tests);
  else if (process.env['SALLYPORT_ALL_ENIGMA'] === undefined) {
    test.todo(`without an ENiGMA½ board in ${ENIGMA_BOARD}: ${what}`);
  } else {
    test(what, () => {
      throw new Error(`there is no ENiGMA½ board in ${ENIGMA_BOARD}`);
    });
  }
}

/** A copy of the installation, its accounts where docs/moving.md says; nothing in it is edited. */
export interface EnigmaCopy {
  readonly boardDir: string;
  readonly dataDir: string;
  remove(): Promise<void>;
}

export async function copyEnigmaBoard(): Promise<EnigmaCopy> {
  const boardDir = await mkdtemp(join(tmpdir(), 'sallyport-enigma-'));
  for (const folder of ['config', 'art']) {
    await cp(join(ENIGMA_BOARD, folder), join(boardDir, folder), { recursive: true });
  }
  await makeWritable(boardDir);
  const dataDir = join(boardDir, 'data');
  const database = join(dataDir, 'db', 'user.sqlite3');
  await mkdir(join(dataDir, 'db'), { recursive: true, mode: 0o700 });
  await copyFile(join(ENIGMA_BOARD, 'db', 'user.sqlite3'), database);
  await chmod(database, 0o600);
  return { boardDir, dataDir, remove: () => rm(boardDir, { recursive: true, force: true }) };
}

/** The copy, open on free ports; `config` stands over what the installation says. */
export async function startEnigmaBoard(
  { boardDir, dataDir }: EnigmaCopy,
  config: ConfigInput = {},
): Promise<TestBoard> {
  return TestBoard.start({ boardDir, dataDir, config });
}

/** The installation may be read-only, and its copy with it; the tests add files, and remove it. */
async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await makeWritable(path);
    else await chmod(path, 0o644);
  }
}
