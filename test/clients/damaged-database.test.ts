import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { databaseFile } from '../../src/backend';
import { PASSWORD, Shell } from '../oputil/shell';
import { DocsPage } from './docs-page';
import { output } from './programs';

const SECTION = 'A damaged database';
const runbook = new DocsPage('runbook.md');

let shell: Shell;
beforeEach(async () => {
  shell = await Shell.open();
});
afterEach(() => shell.close());

test('what the runbook saves from a damaged database with sqlite3 has the accounts that it counts', async () => {
  for (const name of ['joe', 'ann', 'bob']) {
    await shell.run('user', 'add', name, '--password', PASSWORD);
  }
  const file = databaseFile(shell.dataDir);
  await damage(file);
  const saved = await follow('sqlite3 /srv', file);
  expect(saved).toBe('');
  const found = await follow('sqlite3 saved.sqlite3', file);
  expect(found).toMatch(/^ok\n[34]\n$/);
  await writeFile(join(shell.folder, 'saved.sqlite3'), '');
  await expect(follow('sqlite3 saved.sqlite3', file)).rejects.toThrow('no such table');
});

/** Overwrites a page in the middle, of what is not needed to read accounts. */
async function damage(file: string): Promise<void> {
  const page = "SELECT rootpage FROM sqlite_master WHERE name = 'audit'";
  const rootpage = await output('sqlite3', [file, page]);
  const handle = await open(file, 'r+');
  await handle.write(Buffer.alloc(4096, 0xaa), 0, 4096, (Number(rootpage) - 1) * 4096);
  await handle.close();
}

/** Runs a command of the runbook on this database. */
function follow(start: string, file: string): Promise<string> {
  const command = runbook
    .command(SECTION, start)
    .replace('/srv/bbs/data.damaged/db/user.sqlite3', file);
  return output('bash', ['-c', `cd '${shell.folder}' && ${command}`]);
}
