import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { copyEnigmaBoard, describeEnigma } from './support';

describeEnigma('an ENiGMA½ board', () => {
  test('is copied with its accounts in the data folder, and can be removed', async () => {
    const copy = await copyEnigmaBoard();
    expect(existsSync(join(copy.dataDir, 'db', 'user.sqlite3'))).toBe(true);
    expect(existsSync(join(copy.boardDir, 'config', 'config.hjson'))).toBe(true);
    await copy.remove();
    expect(existsSync(copy.boardDir)).toBe(false);
  });
});
