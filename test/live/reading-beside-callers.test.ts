import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'hjson';
import { LiveBoard, type EditWatch } from '../../src/app/live-board';
import { createArtStore } from '../../src/art/art-store';
import { systemClock } from '../../src/base/clock';
import { createLog } from '../../src/base/log';
import { systemRandom } from '../../src/base/random';
import { PACKAGE_DIR, resolveBoard } from '../../src/config/board';
import { parseHjson } from '../../src/config/hjson';
import { checkBoard } from '../../src/modules/board-check';
import { NO_OWN_PARTS } from '../../src/modules/own-parts';
import { kindOfCode } from '../../src/menu/screen/mci-codes';
import { BoardDir } from '../support/board-dir';

const LOG = createLog({ level: 'silent', write: () => undefined, nowMs: () => 0 });

describe('a board that is read again', () => {
  let dir: BoardDir;
  let edits: EditWatch | undefined;
  let refused: string[];
  let taken: number;
  /** Runs once, between reading the files and going on with them. */
  let beforeLive: (() => Promise<void>) | undefined;

  afterEach(async () => {
    edits?.close();
    await dir.remove();
  });

  const follow = async (files: Readonly<Record<string, string>>): Promise<LiveBoard> => {
    dir = await BoardDir.make(files);
    const env = {};
    const board = await resolveBoard({ board: dir.path, env });
    const art = createArtStore({ roots: board.artRoots, random: systemRandom, kindOf: kindOfCode });
    const live = await LiveBoard.load({
      ...{ board, env, clock: systemClock, art },
      own: () => Promise.resolve(NO_OWN_PARTS),
      check: async (snapshot) => {
        const work = beforeLive;
        beforeLive = undefined;
        await work?.();
        return checkBoard(snapshot);
      },
      checkFiles: () => Promise.resolve([]),
    });
    const nothing = (): void => undefined;
    refused = [];
    taken = 0;
    const onTaken = (): void => void taken++;
    const onRefused = (lines: readonly string[]): void => void refused.push(...lines);
    edits = live.follow({ log: LOG, onRefused, onTaken, onWaiting: nothing });
    return live;
  };

  const named = (name: string): string => `{ general: { boardName: "${name}" } }`;

  it('goes on with what was saved last, also where that was saved while it was reading', async () => {
    const live = await follow({ 'config/config.hjson': named('First') });
    await dir.write('config/config.hjson', named('Second'));
    const seen: string[] = [];
    beforeLive = async () => {
      seen.push(live.config.general.boardName);
      await dir.write('config/config.hjson', named('The third'));
    };
    expect(await edits?.reload()).toBe(true);
    expect(seen).toEqual(['First']);
    expect(live.config.general.boardName).toBe('The third');
  });

  it('refuses nothing for what was mended while it was reading', async () => {
    const live = await follow({ 'config/config.hjson': named('First') });
    await dir.write('config/config.hjson', named('Second'));
    beforeLive = async () => {
      await dir.write('config/config.hjson', named('The third'));
      throw new Error('read too early');
    };
    expect(await edits?.reload()).toBe(true);
    expect(live.config.general.boardName).toBe('The third');
  });

  it.each([
    ['an edit', (): Promise<void> => Promise.resolve()],
    ['a broken edit', (): Promise<void> => Promise.reject(new Error('broken'))],
  ])('lets %s alone that it was reading when it was closed', async (_, outcome) => {
    const live = await follow({ 'config/config.hjson': named('First') });
    await dir.write('config/config.hjson', named('Second'));
    beforeLive = () => {
      edits?.close();
      return outcome();
    };
    expect(await edits?.reload()).toBe(false);
    expect([live.config.general.boardName, live.refusedFile]).toEqual(['First', undefined]);
    expect([refused, taken]).toEqual([[], 0]);
  });

  it('gives other work a turn after each step that takes long, of which every menu has several', async () => {
    const menus = 400;
    const stock = await readFile(join(PACKAGE_DIR, 'config/menu.hjson'), 'utf8');
    const live = await follow({
      'config/menu.hjson': stock.replace('includes: [', 'includes: [\n        own.hjson'),
      'config/own.hjson': '{}',
    });
    const own = Array.from(
      { length: menus },
      (_, at) => `own${at}: { desc: "Menu ${at}", next: "own${at + 1}" }`,
    );
    const last = `own${menus}: { next: "matrix" }`;
    await dir.write('config/own.hjson', `{ menus: {\n${[...own, last].join('\n')}\n} }`);
    // A machine on which every look at the time is three milliseconds after the one before.
    let nowMs = 0;
    const time = jest.spyOn(performance, 'now').mockImplementation(() => (nowMs += 3));
    const turns = jest.spyOn(globalThis, 'setImmediate');
    const isTaken = await edits?.reload();
    const given = turns.mock.calls.length;
    turns.mockRestore();
    time.mockRestore();
    expect(refused).toEqual([]);
    expect(isTaken).toBe(true);
    expect(live.menus.menus.has('own7')).toBe(true);
    // In each of thirteen passes over the menus, from scanning to the proof.
    expect(given).toBeGreaterThan(13 * menus);
  });
});

it.each([
  ['beside a block on its line', "menus: { a: { b: 1 }, c: '''x\n             y\n   z''' }"],
  ['in a block on its line', "menus: { a: { c: '''x\n             y\n   z''' }\n d: 1 }"],
  ['behind a block of two lines', "menus: { a: {\n b: 1 }, c: '''x\n             y''' }"],
  ['in a block that stands twice', "m: { a: { b: 1 }\n a: { c: '''x\n     y''' } }"],
  ['in a file in braces', "{ menus: { a: { c: '''x\n  y''' } } }"],
])('blocks are read by themselves as in their file: a text of several lines %s', (_where, text) => {
  expect(parseHjson(text, 'x.hjson').value).toEqual(parse(text));
});
