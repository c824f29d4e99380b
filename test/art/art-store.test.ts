import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArtStore, type ArtStore } from '../../src/art/art-store';
import { fillLayout } from '../../src/art/render';
import type { Random } from '../../src/base/random';
import { FakeClock } from '../support/fake-clock';
import { kindOfCode } from '../../src/menu/screen/mci-codes';

let directory: string;
let turn: number;
const random: Random = { bytes: (count) => Buffer.alloc(count), below: (limit) => turn++ % limit };

function write(path: string, text: string): string {
  const file = join(directory, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function store(): ArtStore {
  return createArtStore({
    kindOf: kindOfCode,
    roots: [join(directory, 'board'), join(directory, 'stock')],
    random,
  });
}

const themeDirs = (): string[] => [
  join(directory, 'board/themes/mine'),
  join(directory, 'stock/themes/gatehouse'),
];

beforeEach(() => {
  turn = 0;
  directory = mkdtempSync(join(tmpdir(), 'art-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('art lookup (contract A8, A10.6)', () => {
  it("looks at the given path, the caller's theme, the default theme, then general", async () => {
    const art = store();
    const find = async (): Promise<string | undefined> =>
      (await art.find('FOO', { themeDirs: themeDirs() }))?.text;
    expect(await find()).toBeUndefined();
    write('stock/general/FOO.ANS', 'general of the package');
    expect(await find()).toBe('general of the package');
    write('board/general/FOO.ANS', 'general');
    expect(await find()).toBe('general');
    write('stock/themes/gatehouse/FOO.ANS', 'default theme');
    expect(await find()).toBe('default theme');
    write('board/themes/mine/FOO.ANS', 'own theme');
    expect(await find()).toBe('own theme');
    write('board/FOO.ANS', 'path');
    expect(await find()).toBe('path');
  });

  it('passes over files, to other variants of their folder and then to the folders after it', async () => {
    const art = store();
    const passOver = new Set<string>();
    write('board/themes/mine/FOO.ANS', 'own theme');
    write('board/themes/mine/FOO1.ANS', 'its variant');
    write('stock/general/FOO.ANS', 'general of the package');
    const seen: (string | undefined)[] = [];
    for (let looks = 0; looks < 4; looks++) {
      const found = await art.find('FOO', { themeDirs: themeDirs(), random: false, passOver });
      seen.push(found?.text);
      if (found !== undefined) passOver.add(found.file);
    }
    expect(seen).toEqual(['own theme', 'its variant', 'general of the package', undefined]);
  });

  it('finds names without regard to letter case, with and without extension', async () => {
    write('board/general/FoO.AnS', 'x');
    const art = store();
    expect((await art.find('foo'))?.text).toBe('x');
    expect((await art.find('FOO.ANS'))?.text).toBe('x');
    expect(await art.find('FOO.ASC')).toBeUndefined();
    expect(await art.find('FO')).toBeUndefined();
  });

  it('finds folders in whatever letters they are written, as a board from Windows has them', async () => {
    write('board/General/FOO.ANS', 'general');
    write('board/THEMES/Mine/BAR.ANS', 'theme');
    write('board/Adverts/ONE.ANS', 'path');
    write('stock/general/FOO.ANS', 'of the package');
    const art = store();
    expect((await art.find('FOO', { themeDirs: themeDirs() }))?.text).toBe('general');
    expect((await art.find('BAR', { themeDirs: themeDirs() }))?.text).toBe('theme');
    expect((await art.find('adverts/ONE'))?.text).toBe('path');
    expect(await art.names({ themeDirs: themeDirs() })).toEqual(['BAR', 'FOO']);
  });

  it('takes an exact folder before one in other letters', async () => {
    write('board/General/FOO.ANS', 'other');
    write('board/general/FOO.ANS', 'exact');
    expect((await store().find('FOO'))?.text).toBe('exact');
  });

  it('shows nothing of a folder in other letters that is a link out of the board (rule M14)', async () => {
    write('elsewhere/FOO.ANS', 'private');
    write('board/BAR.ANS', 'x');
    symlinkSync(join(directory, 'elsewhere'), join(directory, 'board/General'));
    expect(await store().find('FOO')).toBeUndefined();
  });

  it('tries the extensions in their order', async () => {
    const art = store();
    for (const extension of ['txt', 'amiga', 'bbs', 'pcb', 'asc', 'utf8ans', 'ans']) {
      write(`board/general/FOO.${extension}`, extension);
      expect((await art.find('FOO'))?.text).toBe(extension);
    }
    expect((await art.find('FOO', { types: ['txt', 'asc'] }))?.text).toBe('txt');
  });

  it('prefers a .utf8ans twin on UTF-8 terminals only', async () => {
    write('board/general/FOO.ans', 'cp437');
    write('board/general/FOO.utf8ans', 'utf8');
    const art = store();
    expect((await art.find('FOO', { encoding: 'utf8' }))?.text).toBe('utf8');
    expect((await art.find('FOO.ANS', { encoding: 'utf8' }))?.text).toBe('utf8');
    expect((await art.find('FOO', { encoding: 'cp437' }))?.text).toBe('cp437');
  });

  it('picks a variant by chance unless told not to', async () => {
    write('board/general/FOO1.ans', '1');
    write('board/general/FOO2.ans', '2');
    write('board/general/FOO12.ans', '12');
    write('board/general/FOOD.ans', 'food');
    const art = store();
    const seen = new Set<string | undefined>();
    for (let call = 0; call < 6; call++) seen.add((await art.find('FOO'))?.text);
    expect([...seen].sort()).toEqual(['1', '12', '2']);
    expect((await art.find('FOO', { random: false }))?.text).toBe('1');
  });

  it('never leaves its roots', async () => {
    const secret = write('secret.txt', 'secret');
    write('board/general/FOO.ans', 'x');
    const art = store();
    const specs = ['../../secret.txt', '../secret', '..', '/etc/passwd', secret, 'a\0b', ''];
    for (const spec of specs) expect(await art.find(spec)).toBeUndefined();
    expect((await art.find(join(directory, 'board/general/FOO.ans')))?.text).toBe('x');
    expect((await art.find('general/../general/FOO.ans'))?.text).toBe('x');
  });

  it('lists the names that there are', async () => {
    write('board/general/FOO.ans', '');
    write('board/themes/mine/BAR.asc', '');
    write('board/themes/mine/theme.hjson', '');
    expect(await store().names({ themeDirs: themeDirs() })).toEqual(['BAR', 'FOO']);
  });
});

describe('art store', () => {
  it('decodes once and again after a change', async () => {
    const file = write('board/general/FOO.ans', 'old');
    const art = store();
    const first = await art.find('FOO');
    expect(await art.find('FOO')).toBe(first);
    writeFileSync(file, 'new!');
    expect((await art.find('FOO'))?.text).toBe('new!');
    writeFileSync(file, 'more');
    utimesSync(file, new Date(0), new Date(0));
    expect((await art.find('FOO'))?.text).toBe('more');
    const kept = await art.find('FOO');
    art.invalidate();
    expect(await art.find('FOO')).not.toBe(kept);
  });

  it('shows what was saved within half a second, and looks no more often than that', async () => {
    const clock = new FakeClock();
    const file = write('board/general/FOO.ans', 'old');
    const art = createArtStore({
      kindOf: kindOfCode,
      roots: [join(directory, 'board')],
      random,
      clock,
    });
    const first = await art.find('FOO');
    expect(first?.text).toBe('old');
    writeFileSync(file, 'newer');
    write('board/general/FOO1.ans', 'another');
    expect(await art.find('FOO')).toBe(first);
    await clock.advance(500);
    expect((await art.find('FOO', { random: false }))?.text).toBe('newer');
    expect(await art.find('BAR')).toBeUndefined();
    write('board/general/BAR.ans', 'made');
    await clock.advance(500);
    expect((await art.find('BAR'))?.text).toBe('made');
  });

  it('draws art once for everybody, and puts nothing of one caller into it', async () => {
    write('board/general/FOO.ans', 'Hello %UN      !\r\n%ET1');
    const art = store();
    const foo = await art.find('FOO');
    if (foo === undefined) throw new Error('no art');
    const layout = art.layout(foo, 80);
    const lines = (name: string): string[] =>
      fillLayout(layout, { height: 24, resolve: () => name }).canvas.toLines();
    expect(lines('a long name')).toEqual(['Hello a long name', '']);
    expect(lines('joe')).toEqual(['Hello joe      !', '']);
    expect(art.layout(foo, 80)).toBe(layout);
    expect(art.layout(foo, 40)).not.toBe(layout);
    expect(art.layout(foo, 40).canvas.width).toBe(40);
  });

  describe('what cannot be shown counts as missing, and is told with the reason', () => {
    const MINE = 'board/themes/mine/FOO.ans';
    const mine = (): string => join(directory, MINE);

    it.each([
      [
        'a file beyond the limit',
        'has 1048577 bytes, and the most is 1048576',
        () => {
          write(MINE, 'x'.repeat(1024 * 1024 + 1));
        },
      ],
      ['a folder', 'is a folder', () => mkdirSync(mine(), { recursive: true })],
      [
        'a link to a folder',
        'is a folder',
        () => {
          mkdirSync(join(directory, 'board/parts'));
          symlinkSync('../../parts', mine());
        },
      ],
      ['a link to nothing', 'is a link that leads nowhere', () => symlinkSync('none', mine())],
      ['a link to itself', 'is a link that leads nowhere', () => symlinkSync('FOO.ans', mine())],
      [
        'a link out of the art',
        'is a link that leads out of the art folders',
        () => {
          writeFileSync(join(directory, 'secret.ans'), 'secret');
          symlinkSync('../../../secret.ans', mine());
        },
      ],
      ['a pipe', 'is no file', () => execFileSync('mkfifo', [mine()])],
    ] as const)('%s', async (_, why, make) => {
      write('stock/themes/gatehouse/FOO.ans', 'the stock one');
      mkdirSync(join(directory, 'board/themes/mine'), { recursive: true });
      make();
      const art = store();
      expect((await art.find('FOO', { themeDirs: themeDirs() }))?.text).toBe('the stock one');
      expect(await art.locate('FOO', { themeDirs: themeDirs() })).toMatch(/gatehouse\/FOO\.ans$/);
      const own = themeDirs().slice(0, 1);
      expect(await art.find('FOO', { themeDirs: own })).toBeUndefined();
      expect([...art.unusable()]).toEqual([[mine(), why]]);
    });

    it('a file that this user may not read', async () => {
      rmSync(directory, { recursive: true });
      directory = mkdtempSync('/tmp/art-');
      chmodSync(directory, 0o755);
      write('stock/themes/gatehouse/FOO.ans', 'the stock one');
      write(MINE, 'hidden');
      chmodSync(mine(), 0);
      const art = store();
      // Whoever may read everything reads as nobody meanwhile.
      const isRoot = process.geteuid?.() === 0;
      if (isRoot) process.seteuid?.(65_534);
      try {
        expect((await art.find('FOO', { themeDirs: themeDirs() }))?.text).toBe('the stock one');
      } finally {
        if (isRoot) process.seteuid?.(0);
      }
      expect([...art.unusable()]).toEqual([[mine(), 'cannot be read (this user may not read it)']]);
    });

    it('another variant in the same folder stands in', async () => {
      mkdirSync(mine(), { recursive: true });
      write('board/themes/mine/FOO2.ans', 'the second');
      expect((await store().find('FOO', { themeDirs: themeDirs() }))?.text).toBe('the second');
    });

    it('a file that grows beyond the limit after it was found as well', async () => {
      write('stock/themes/gatehouse/FOO.ans', 'the stock one');
      write(MINE, 'mine');
      const art = store();
      expect(await art.locate('FOO', { themeDirs: themeDirs() })).toBe(mine());
      const draft = art.draft();
      await draft.locate('FOO', { themeDirs: themeDirs() });
      art.adopt(draft);
      write(MINE, 'x'.repeat(1024 * 1024 + 1));
      expect((await art.find('FOO', { themeDirs: themeDirs() }))?.text).toBe('the stock one');
      expect([...art.unusable()]).toEqual([[mine(), expect.stringContaining('cannot be read')]]);
    });

    it('no file that was read for a snapshot, however long looking at the rest of its folder took', async () => {
      write('stock/themes/gatehouse/FOO.ans', 'the stock one');
      write(MINE, 'mine');
      const clock = new FakeClock();
      const roots = [join(directory, 'board'), join(directory, 'stock')];
      const art = createArtStore({ kindOf: kindOfCode, roots, random, clock });
      const draft = art.draft();
      await draft.find('FOO', { themeDirs: themeDirs() });
      await clock.advance(1_000);
      await draft.find('BAR', { themeDirs: themeDirs() });
      art.adopt(draft);
      write(MINE, 'x'.repeat(1024 * 1024 + 1));
      expect((await art.find('FOO', { themeDirs: themeDirs() }))?.text).toBe('mine');
    });
  });
});
