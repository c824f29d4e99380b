import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchFiles } from '../../src/config/watch';
import type { FileWatch } from '../../src/config/watch';
import { FakeClock } from '../support/fake-clock';

let folder = '';
let clock: FakeClock;
let changes = 0;
let watching: FileWatch | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-watch-'));
  clock = new FakeClock();
  changes = 0;
});
afterEach(async () => {
  watching?.close();
  await rm(folder, { recursive: true });
});

function watch(...paths: string[]): void {
  watching = watchFiles(
    paths.map((path) => join(folder, path)),
    clock,
    () => changes++,
  );
}

/** The system tells of a change in its own time: waits until it has. */
async function event(): Promise<void> {
  const deadlineMs = Date.now() + 10_000;
  while (clock.waiting === 0) {
    if (Date.now() > deadlineMs) throw new Error('the system told of no change');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Lets pass what has been told so far, until a change has been called out. */
async function changed(): Promise<void> {
  const before = changes;
  while (changes === before) {
    await event();
    await clock.advance(300);
  }
}

test('a change is told once, after 300 ms of quiet', async () => {
  await writeFile(join(folder, 'a.hjson'), 'a: 1');
  watch('a.hjson');
  await writeFile(join(folder, 'a.hjson'), 'a: 22');
  await event();
  await clock.advance(299);
  expect(changes).toBe(0);
  await changed();
  expect(changes).toBe(1);
});

test('an edit that comes before the quiet is over belongs to the same change', async () => {
  await writeFile(join(folder, 'a.hjson'), 'a: 1');
  watch('a.hjson');
  for (const text of ['a: 22', 'a: 333', 'a: 4444']) {
    await writeFile(join(folder, 'a.hjson'), text);
    await event();
  }
  await changed();
  expect(changes).toBe(1);
});

test('an editor that puts a new file in the place of the old one is seen each time', async () => {
  await writeFile(join(folder, 'a.hjson'), 'a: 1');
  watch('a.hjson');
  for (let round = 1; round <= 3; round++) {
    await writeFile(join(folder, '.a.hjson.swp'), 'a: '.padEnd(5 + round, '1'));
    await rename(join(folder, '.a.hjson.swp'), join(folder, 'a.hjson'));
    await changed();
    expect(changes).toBe(round);
  }
});

test('a file that is not there yet is seen when it appears, with its folder', async () => {
  watch('config/config.hjson');
  await mkdir(join(folder, 'config'));
  await event();
  await clock.advance(300);
  await writeFile(join(folder, 'config/config.hjson'), 'a: 1');
  await changed();
  expect(changes).toBe(1);
});

test('a folder is watched with all that is in it, also with folders made later', async () => {
  await mkdir(join(folder, 'art/themes/one'), { recursive: true });
  watch('art');
  await writeFile(join(folder, 'art/themes/one/MATRIX.ANS'), 'x');
  await changed();
  await mkdir(join(folder, 'art/themes/two'));
  await changed();
  await writeFile(join(folder, 'art/themes/two/MATRIX.ANS'), 'x');
  await changed();
  expect(changes).toBe(3);
});

test('a folder that is removed and made again is watched again', async () => {
  await mkdir(join(folder, 'art'));
  await writeFile(join(folder, 'art/A.ANS'), 'x');
  watch('art');
  await rm(join(folder, 'art'), { recursive: true });
  await changed();
  await mkdir(join(folder, 'art'));
  await changed();
  await writeFile(join(folder, 'art/A.ANS'), 'x');
  await changed();
  expect(changes).toBe(3);
});

describe('links', () => {
  /** Points a link elsewhere, in one step. */
  async function relink(link: string, target: string): Promise<void> {
    await symlink(target, join(folder, 'new-link'));
    await rename(join(folder, 'new-link'), join(folder, link));
  }
  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);

  beforeEach(async () => {
    for (const release of ['one', 'two', 'three']) {
      await mkdir(join(folder, release));
      await write(`${release}/a.hjson`, `release: ${release}`);
    }
  });

  test('a link to a folder that is exchanged is seen, and edits in the new folder as well', async () => {
    await symlink('one', join(folder, 'current'));
    watch('current');
    for (const release of ['two', 'three']) {
      await relink('current', release);
      await changed();
      await write(`${release}/a.hjson`, `edited: ${release}`);
      await changed();
      await write(`${release}/b.hjson`, 'new: 1');
      await changed();
    }
    expect(changes).toBe(6);
    // Nobody edits in the first folder any more.
    await write('one/a.hjson', 'edited: one');
    await write('neighbour', '');
    await event();
    await clock.advance(300);
    expect(changes).toBe(6);
  });

  test('a file below a link that is exchanged is seen, and edits of the new file as well', async () => {
    await symlink('one', join(folder, 'current'));
    watch('current/a.hjson');
    for (const release of ['two', 'three']) {
      await relink('current', release);
      await changed();
      await write(`${release}/a.hjson`, `edited: ${release}`);
      await changed();
    }
    expect(changes).toBe(4);
  });

  test('a link to a file is followed, by way of other links: an edit and an exchange are seen', async () => {
    await mkdir(join(folder, 'board'));
    await symlink('one', join(folder, 'data'));
    await symlink('../data/a.hjson', join(folder, 'board/a.hjson'));
    watch('board/a.hjson');
    await write('one/a.hjson', 'edited: 1');
    await changed();
    await relink('data', 'two');
    await changed();
    await write('two/a.hjson', 'edited: 22');
    await changed();
    expect(changes).toBe(3);
  });

  test('a link within a watched folder is followed, also where it leads out of it', async () => {
    await mkdir(join(folder, 'art'));
    await symlink('../one', join(folder, 'art/theme'));
    watch('art');
    await write('one/a.hjson', 'edited: 1');
    await changed();
    await symlink('../two', join(folder, 'art/new'));
    await changed();
    await write('two/a.hjson', 'edited: 22');
    await changed();
    expect(changes).toBe(3);
  });

  test('a link that leads back, or nowhere, is no harm', async () => {
    await symlink('.', join(folder, 'one/again'));
    await symlink('..', join(folder, 'one/up'));
    await symlink('circle', join(folder, 'one/circle'));
    await symlink('nowhere', join(folder, 'one/dangling'));
    watch('one');
    await write('one/a.hjson', 'edited: 1');
    await changed();
    await write('one/nowhere', 'here');
    await changed();
    expect(changes).toBe(2);
  });
});

test('a neighbour that changes is not told of', async () => {
  await writeFile(join(folder, 'a.hjson'), 'a: 1');
  watch('a.hjson');
  await writeFile(join(folder, 'b.hjson'), 'b: 1');
  await event();
  await clock.advance(300);
  expect(changes).toBe(0);
});

test('where it is never quiet, a change is told after two seconds', async () => {
  await writeFile(join(folder, 'a.hjson'), 'a: 1');
  watch('a.hjson');
  await writeFile(join(folder, 'a.hjson'), 'a: 22');
  await event();
  let rounds = 0;
  while (changes === 0 && ++rounds < 40) {
    await clock.advance(150);
    await writeFile(join(folder, 'a.hjson'), 'a: '.padEnd(rounds + 6, '1'));
    await event();
  }
  expect(changes).toBe(1);
  expect(rounds).toBeGreaterThan(10);
});

test('after close nothing is told and nothing waits', async () => {
  await writeFile(join(folder, 'a.hjson'), 'a: 1');
  watch('a.hjson');
  await writeFile(join(folder, 'a.hjson'), 'a: 22');
  await event();
  watching?.close();
  expect(clock.waiting).toBe(0);
});
