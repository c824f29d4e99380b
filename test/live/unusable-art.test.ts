import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sauceRecord } from '../art/sauce-record';
import type { TestBoard } from '../support/board';
import { LiveFolder } from './live-folder';

const CONFIG = '{ theme: { default: "mine", preLogin: "mine" } }';
const THEME = 'art/themes/mine/theme.hjson';
const MATRIX = 'art/themes/mine/MATRIX.ANS';
const BASE = '{ info: { name: "Mine", base: "gatehouse" } }';
const OWN = 'The gate of the harbour\r\n%VM1\r\n';
const TOO_LARGE = 'x'.repeat(1024 * 1024 + 1);

type Make = (file: string) => unknown;

/** What may lie in the place of a picture or a theme file, and what is said of it. */
const UNUSABLE: readonly (readonly [string, Make, RegExp])[] = [
  [
    'larger than 1 MiB',
    (file) => writeFileSync(file, TOO_LARGE),
    /has 1048577 bytes, and the most/,
  ],
  ['a folder', (file) => mkdirSync(file), /is a folder/],
  ['a link to nothing', (file) => symlinkSync('none.ans', file), /is a link that leads nowhere/],
  [
    'a link out of the art folders',
    (file) => symlinkSync('/etc/hostname', file),
    /is a link that leads out of the art folders/,
  ],
  ['a pipe', (file) => execFileSync('mkfifo', [file]), /is no file/],
];

const live = LiveFolder.forEachTest({ 'config/config.hjson': CONFIG, [THEME]: BASE });

/** Puts something else in the place of a file. A board that looks meanwhile sees one or the other, but for folders. */
const put = (name: string, make: Make): void => {
  const file = join(live.dir.path, name);
  const made = join(live.dir.path, 'made');
  mkdirSync(dirname(file), { recursive: true });
  make(made);
  if ([made, file].some((path) => lstatSync(path, { throwIfNoEntry: false })?.isDirectory()))
    rmSync(file, { recursive: true, force: true });
  renameSync(made, file);
};

const warned = (on: TestBoard, kind: string): readonly string[] =>
  on
    .events('board.warning')
    .filter((line) => line['kind'] === kind)
    .map(({ place, message }) => `${(place as { file: string }).file}: ${String(message)}`);

const seesTheStockMatrix = async (on: TestBoard): Promise<void> => {
  const caller = await on.telnet();
  await caller.sees('Sign in');
  expect(caller.screen.text()).not.toContain('The gate of the harbour');
  caller.hangUp();
};

const menuCheck = (...more: readonly string[]) =>
  live.shell.try('--board', live.dir.path, 'menu', 'check', '--all', ...more);

describe.each(UNUSABLE)('a picture that is %s', (_, make, why) => {
  it('is passed over at a start with a warning, the rest opens, and menu check says the same', async () => {
    put(MATRIX, make);
    const on = await live.start();
    const lines = warned(on, 'unusable-art');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`${join(live.dir.path, MATRIX)}: this picture `);
    expect(lines[0]).toMatch(why);
    expect(lines[0]).toMatch(/: it is passed over as if it were not there$/);
    await seesTheStockMatrix(on);
    const check = await menuCheck();
    expect([check.exitCode, check.err]).toEqual([0, '']);
    expect(check.out).toContain(lines[0]?.replace(': this', ': warning: this'));
    expect((await menuCheck('--strict')).exitCode).toBe(1);
  });

  it('is refused as an edit of a running board, which shows the last good one on', async () => {
    await live.dir.write(MATRIX, OWN);
    const on = await live.start();
    put(MATRIX, make);
    const [refused] = await on.logged('board.edit-refused', {}, 1);
    expect(refused?.['problems']).toEqual([expect.stringMatching(why)]);
    const caller = await on.telnet();
    await caller.sees('The gate of the harbour');
    caller.hangUp();
    put(MATRIX, (file) => writeFileSync(file, OWN.replace('gate', 'door')));
    await on.logged('board.reloaded', {}, 1);
    const other = await on.telnet();
    await other.sees('The door of the harbour');
    other.hangUp();
  });
});

it('a picture of no theme that cannot be used is told as one that is not there, with the reason', async () => {
  await live.dir.write(
    'config/menu.hjson',
    '{ includes: [ "menus/login.hjson" ], menus: { rules: { art: "HOUSERULES" } } }',
  );
  put('art/general/HOUSERULES.ANS', (file) => writeFileSync(file, TOO_LARGE));
  const { out } = await menuCheck();
  expect(out).toMatch(/rules: the art 'HOUSERULES' has 1048577 bytes, .* and is not shown/);
});

it('of a picture that grows while the board is open, callers never see another than the last good one', async () => {
  await live.dir.write(MATRIX, OWN);
  const on = await live.start();
  put(MATRIX, (file) => writeFileSync(file, TOO_LARGE));
  const caller = await on.telnet();
  await caller.sees('The gate of the harbour');
});

describe('a theme keeps no board shut', () => {
  it.each([
    [
      'whose folder is a file',
      'art/themes/mine',
      'unknown-theme',
      /names a theme that is not there/,
    ],
    ['in a folder of themes that is a file', 'art/themes', 'unknown-theme', /that is not there/],
    ['of a folder of art that is a file', 'art', 'unknown-theme', /that is not there/],
  ])('%s', async (_, name, kind, said) => {
    put(name, (file) => writeFileSync(file, 'not a folder'));
    const on = await live.start();
    expect(warned(on, kind).length).toBeGreaterThan(0);
    for (const line of warned(on, kind)) expect(line).toMatch(said);
    await seesTheStockMatrix(on);
    expect((await menuCheck()).exitCode).toBe(0);
  });

  it.each(UNUSABLE)('whose theme.hjson is %s', async (_, make) => {
    put(THEME, make);
    const on = await live.start();
    expect(warned(on, 'broken-theme')).toEqual([
      expect.stringMatching(/mine\/theme\.hjson: the theme\.hjson of 'mine' cannot be used \(/),
    ]);
    await seesTheStockMatrix(on);
    expect((await menuCheck()).exitCode).toBe(0);
  });
});

/** Art with a record that says something else than is there. */
const LIES: readonly (readonly [string, (record: Buffer) => Buffer])[] = [
  ['a width of 65,535 columns', (record) => at(record, 96, 0xff, 0xff)],
  ['a width of one column', (record) => at(record, 96, 1, 0)],
  ['65,535 rows', (record) => at(record, 98, 0xff, 0xff)],
  ['255 lines of comment that are not there', (record) => at(record, 104, 0xff)],
  ['another kind of file', (record) => at(record, 94, 2, 9)],
  ['a file of 4 GiB', (record) => at(record, 90, 0xff, 0xff, 0xff, 0xff)],
  ['a font of control characters', (record) => at(record, 106, 0x1b, 0x5b, 0x32, 0x4a)],
  ['half of itself', (record) => record.subarray(0, 64)],
];

function at(record: Buffer, offset: number, ...bytes: readonly number[]): Buffer {
  const changed = Buffer.from(record);
  changed.set(bytes, offset);
  return changed;
}

it.each(LIES)(
  'a SAUCE record that claims %s takes nothing of the picture away, at a start, by menu check and as an edit',
  async (_, change) => {
    const record = change(sauceRecord({ width: 80, height: 25 }));
    const lying = Buffer.concat([Buffer.from(`${OWN}\x1a`), record]);
    put(MATRIX, (file) => writeFileSync(file, lying));
    const on = await live.start();
    expect(warned(on, 'unusable-art')).toEqual([]);
    const caller = await on.telnet();
    await caller.sees('Sign in');
    expect(caller.screen.text()).not.toContain('SAUCE');
    caller.hangUp();
    expect((await menuCheck()).exitCode).toBe(0);
    put(MATRIX, (file) => writeFileSync(file, Buffer.concat([Buffer.from('Anew '), lying])));
    await on.logged('board.reloaded', {}, 1);
    expect(on.events('board.edit-refused')).toEqual([]);
  },
);
