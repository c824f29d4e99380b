import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createLog } from '../../src/base/log';
import { Database } from '../../src/store/database';
import { MIGRATIONS } from '../../src/store/migrations';
import { FakeClock } from './fake-clock';

/** By test/support/environment.cjs the same for all test files of a worker. */
const { keptByWorker: kept = new Map<string, Buffer>() } = globalThis as {
  readonly keptByWorker?: Map<string, Buffer>;
};

/**
 * Writes the file of a database that nobody has used, made once for a worker: to migrate an empty one takes ten
 * times the work of opening it. What a first start does is shown by test/store, by the boards that test/flows
 * starts as programs, and by Shell.openEmpty().
 */
export async function writeUnusedDatabase(file: string): Promise<void> {
  const key = MIGRATIONS.map(({ name, up }) => `${name} ${String(up)}`).join('\n');
  const bytes = kept.get(key) ?? (await makeDatabase());
  kept.set(key, bytes);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, bytes, { mode: 0o600 });
}

async function makeDatabase(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-unused-'));
  try {
    const file = join(folder, 'board.sqlite3');
    const log = createLog({ level: 'error', write: () => undefined, nowMs: () => 0 });
    await (await Database.open({ file, clock: new FakeClock(0), log })).close();
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}
