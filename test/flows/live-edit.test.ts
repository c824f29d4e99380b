import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { KEYS } from '../support/dial';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { PASSWORD, signIn } from '../support/sign-in';

const STOCK_MAIN = resolve(__dirname, '..', '..', 'config', 'menus', 'main.hjson');

const named = (boardName: string): string => `{ general: { boardName: "${boardName}" } }`;

describe('editing a board that runs', () => {
  let dir: BoardDir;
  let board: TestBoard;
  beforeEach(async () => {
    dir = await BoardDir.make({ 'config/config.hjson': named('Before') });
    board = await TestBoard.start({ boardDir: dir.path });
    await board.addUser('alice', PASSWORD);
  });
  afterEach(async () => {
    await board.remove();
    await dir.remove();
  });

  /** The name of the board on the first screen of a new caller. */
  async function shown(): Promise<string> {
    const caller = await board.telnet();
    const text = await caller.sees('Sign in');
    caller.hangUp();
    return /Before|After/.exec(text)?.[0] ?? text;
  }

  it('takes a new configuration over for the next caller, and leaves those who are there', async () => {
    const there = await board.telnet();
    await signIn(there, 'alice');
    await there.sees('Welcome, alice');
    await dir.write('config/config.hjson', named('After'));
    await board.logged('board.reloaded');
    expect(await shown()).toBe('After');
    expect(there.hungUp).toBe(false);
    there.hangUp();
  });

  it.each([
    ['is cut off', '{ general: { boardName: "Aft', /config\.hjson:1:\d+/],
    [
      'names a key that is none',
      '{\n general: { bordName: "After" } }',
      /config\.hjson:2:\d+.*boardName/,
    ],
    ['is empty of sense', '{ users: { usernameMin: "many" } }', /config\.hjson:1:\d+.*usernameMin/],
    [
      'has a network that is none',
      '{ security: { exemptNetworks: ["nonsense"] } }',
      /config\.hjson:1:\d+.*nonsense/,
    ],
  ])('refuses a configuration that %s, with its place, and goes on', async (_what, text, place) => {
    await dir.write('config/config.hjson', text);
    const [refused] = await board.logged('board.edit-refused');
    expect(JSON.stringify(refused?.problems)).toMatch(place);
    expect(await shown()).toBe('Before');
    await dir.write('config/config.hjson', named('After'));
    await board.logged('board.reloaded');
    expect(await shown()).toBe('After');
  });

  it('takes a menu file over that the board had not before, in place of the stock one', async () => {
    const stock = readFileSync(STOCK_MAIN, 'utf8');
    expect(stock).toContain('desc: Main menu');
    await dir.write('config/menus/main.hjson', stock.replace('desc: Main menu', 'desc: The hall'));
    await board.logged('board.reloaded');
    const caller = await board.telnet();
    await signIn(caller, 'alice');
    await caller.sees('Welcome, alice');
    caller.type(KEYS.return);
    await caller.sees('The hall');
    caller.hangUp();
  });

  it('refuses a menu file that leads nowhere, and signs callers in by the last good one', async () => {
    await dir.write('config/menus/main.hjson', '{ menus: { mainMenu: { next: nowhere\n } } }');
    const [refused] = await board.logged('board.edit-refused');
    expect(JSON.stringify(refused?.problems)).toContain('main.hjson:1:');
    const caller = await board.telnet();
    await signIn(caller, 'alice');
    await caller.sees('Welcome, alice');
    caller.hangUp();
  });
});
