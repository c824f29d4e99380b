import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import type { DialledCaller } from '../support/dial';
import { PASSWORD, signIn } from '../support/sign-in';

const DISABLED = 'This account is disabled. Please ask the sysop.';

let dir: BoardDir | undefined;
let board: TestBoard;

afterEach(async () => {
  await board.remove();
  await dir?.remove();
  dir = undefined;
});

/** A board with these menus over the stock ones, and a caller who has signed in to a disabled account. */
async function sentAway(own?: string, art: Readonly<Record<string, string>> = {}) {
  if (own !== undefined) {
    const stock = await readFile(join(__dirname, '../../config/menu.hjson'), 'utf8');
    const menus = stock.replace(/^ {4}menus: \{\s*^ {4}\}/m, () => `    menus: {\n${own}\n    }`);
    dir = await BoardDir.make({ 'config/menu.hjson': menus, ...art });
  }
  board = await TestBoard.start(dir === undefined ? {} : { boardDir: dir.path });
  await board.addUser('dina', PASSWORD);
  await board.oputil('user', 'disable', 'dina', '-y');
  const caller = await board.telnet();
  await signIn(caller, 'dina');
  return caller;
}

const rowsOf = (caller: DialledCaller): readonly string[] => {
  const rows = caller.screen.text().split('\n');
  return rows.map((row) => row.trim()).filter((row) => row !== '');
};

const lastRow = async (caller: DialledCaller): Promise<string> => {
  await caller.isHungUpOn();
  return rowsOf(caller).at(-1) ?? '';
};

/** A notice that waits for nobody, as ENiGMA½ has it, and the screen behind it. */
const menus = (notice: string, behind: string): string =>
  `login: { config: { disabled: "away" } }
   away: { art: "${notice}", config: { area: "login", cls: true }, next: "gone" }
   gone: { art: "${behind}", config: { area: "login", cls: true }, next: "@systemMethod:logoff" }`;

describe('why an account is sent away', () => {
  it.each([
    ['whose art is missing', 'NONE', {}],
    ['whose picture is covered at once', 'AWAY', { 'art/general/AWAY.ANS': 'Go away.' }],
  ])('are the last words of the call behind a notice %s', async (_, notice, art) => {
    const files = { ...art, 'art/general/BYE.ANS': 'Good-bye.' };
    const caller = await sentAway(menus(notice, 'BYE'), files);
    expect(await lastRow(caller)).toBe(DISABLED);
    expect(rowsOf(caller)).toEqual(['Good-bye.', DISABLED]);
  });

  it('are the last words where no screen of it has art at all', async () => {
    expect(await lastRow(await sentAway(menus('NONE', 'NONE')))).toBe(DISABLED);
  });

  it('is not said again to who has pressed a key at the notice', async () => {
    const caller = await sentAway();
    await caller.sees('Press a key');
    caller.type(' ');
    expect(await caller.isHungUpOn()).not.toContain(DISABLED);
  });

  it('is not said to who leaves from a later screen', async () => {
    const caller = await sentAway(menus('NONE', 'NONE').replace('next: "gone"', 'next: "matrix"'));
    await caller.sees('Sign in');
    caller.type('l');
    expect(await caller.isHungUpOn()).not.toContain(DISABLED);
  });
});
