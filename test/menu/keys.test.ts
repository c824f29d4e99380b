import { THEMES } from '../golden/tour';
import { MenuBoard, type MenuCaller } from '../support/menu-board';
import {
  BEHIND_KEYS,
  CTRL,
  ESCAPE,
  HELP,
  MENUS,
  PASSWORD,
  serverOf,
  signInKeys,
  type AskingMenu as Row,
} from './asking-menus';

describe.each(THEMES)('keys of the stock menus in the theme %s', (theme) => {
  let board: MenuBoard;
  const callers: MenuCaller[] = [];
  beforeAll(async () => {
    board = await MenuBoard.open({ config: { theme: { preLogin: theme, default: theme } } });
    await board.addUser('joe', PASSWORD);
    await board.addUser('ann', PASSWORD, { otp: true });
  });
  afterAll(() => board.close());
  afterEach(async () => {
    for (const caller of callers) caller.hangUp();
    await Promise.all(callers.splice(0).map((caller) => caller.ended));
  });

  async function isAskedIn(caller: MenuCaller, menu: string): Promise<void> {
    await caller.isIn(menu);
    await caller.until('a key to be asked for', () => caller.isAsked);
  }

  /** At the first menu of the way to another. */
  async function call(row: Row): Promise<MenuCaller> {
    const first = 'first' in row ? row.menu : 'matrix';
    // Plain text is the theme of narrow windows too.
    const width = theme === 'plain' ? 40 : 80;
    const caller = board.call(first, { server: serverOf(row), width });
    callers.push(caller);
    await isAskedIn(caller, first);
    return caller;
  }

  /** In a menu, by the keys that lead there. */
  async function goTo(row: Row): Promise<MenuCaller> {
    const caller = await call(row);
    if ('as' in row) {
      caller.type('s');
      await isAskedIn(caller, 'login');
      caller.type(`${row.as}\r${PASSWORD}\r`);
      await caller.sees(row.as === 'ann' ? 'One-time code' : 'Press a key');
      if (row.as === 'joe') caller.type(' ');
      if (row.as === 'joe') await isAskedIn(caller, 'mainMenu');
    }
    return goFrom(caller, row);
  }

  /** To a menu from the one before it. */
  async function goFrom(caller: MenuCaller, { way, menu }: Row): Promise<MenuCaller> {
    for (const keys of way) {
      await caller.until('a key to be asked for', () => caller.isAsked);
      const { length } = caller.places;
      caller.type(keys);
      await caller.until('the next menu', () => caller.places.length > length);
    }
    await isAskedIn(caller, menu);
    return caller;
  }

  const rowOf = (menu: string): Row => MENUS.find((row) => row.menu === menu) ?? MENUS[0];

  it('the table has every menu with a form or a prompt', () => {
    const asking = [...(board.menuSet?.menus.values() ?? [])].filter((menu) => !menu.autoNext);
    expect(MENUS.map(({ menu }) => menu).sort()).toEqual(asking.map(({ name }) => name).sort());
  });

  it.each(MENUS)(
    'in $menu $help and F1 show help, and ^L and ^R the same screen again',
    async (row) => {
      const caller = await goTo(row);
      const before = caller.screen.text();
      const isBack = async (): Promise<void> => {
        await caller.until('the screen as it was', () => caller.screen.text() === before);
        await isAskedIn(caller, row.menu);
      };
      for (const keys of new Set([HELP[row.help], HELP.F1])) {
        caller.type(keys);
        // The help of a menu with many keys has a second page.
        let page = await caller.sees(/Press a key|Any key: next page/);
        if (page.includes('next page')) {
          await caller.until('a key to be asked for', () => caller.isAsked);
          caller.type(' ');
          page += await caller.sees('Press a key');
        }
        expect(page).toMatch(/^ *Help:? +\S/m);
        expect(page).toMatch(/Ctrl-L +Draw this screen again/);
        expect(page).toMatch(/F1 +This page/);
        expect(page.includes('Esc')).toBe(row.escape !== 'nowhere');
        await caller.until('a key to be asked for', () => caller.isAsked);
        caller.type(' ');
        await isBack();
      }
      for (const letter of ['l', 'r']) {
        // What a broken line has left.
        caller.screen.write(Buffer.from('\x1b[2J\x1b[5;5Hgarbage'));
        await caller.sees('garbage');
        caller.type(CTRL(letter));
        await isBack();
      }
      if (row.help !== 'F1') return;
      const { column } = caller.screen.cursor;
      caller.type('?');
      await caller.until('it to be typed', () => caller.screen.cursor.column === column + 1);
      expect(caller.screen.text()).not.toContain('This page');
    },
  );

  it.each(MENUS.filter(({ help }) => help === '?'))(
    'in $menu a letter that means nothing is told, on a row that was empty',
    async (row) => {
      const caller = await goTo(row);
      const before = caller.screen.text().split('\n');
      caller.type('#');
      await caller.sees('No such key here: #. ?: help');
      const after = caller.screen.text().split('\n');
      const changed = after.flatMap((line, index) => {
        const was = before[index] ?? '';
        return was === line ? [] : [was.trim()];
      });
      expect(changed).toEqual(['']);
      expect(caller.places.at(-1)?.menu).toBe(row.menu);
      const { length } = caller.screen.sent;
      caller.type('##%');
      await caller.sees('No such key here: %. ?: help');
      const sent = Buffer.concat(caller.screen.sent.slice(length)).toString('latin1');
      // The same once more is not said once more.
      expect(sent).not.toContain('#');
    },
  );

  it('what is said of an unknown letter goes when the list is moved in', async () => {
    const caller = await goTo(rowOf('matrix'));
    const before = caller.screen.text();
    caller.type('#');
    await caller.sees('No such key here');
    caller.type('\x1b[B\x1b[A');
    await caller.until('the screen as it was', () => caller.screen.text() === before);
  });

  it('what is said of an unknown letter goes with the help page', async () => {
    const caller = await goTo(rowOf('matrix'));
    const before = caller.screen.text();
    caller.type('#');
    await caller.sees('No such key here');
    caller.type('?');
    await caller.sees('Press a key');
    await caller.until('a key to be asked for', () => caller.isAsked);
    caller.type(' ');
    await caller.until('the screen as it was', () => caller.screen.text() === before);
  });

  it('what is said of an unknown letter goes with the answer to a key that has a meaning', async () => {
    const caller = await goTo(rowOf('userTwoFactorAuthOTPConfig'));
    caller.type('#');
    await caller.sees('No such key here');
    caller.type('q');
    await caller.sees('There is a QR code only');
    expect(caller.screen.text()).not.toContain('No such key here');
  });

  it.each(MENUS)('from $menu Esc, ^C and ^D lead to $escape', async (row) => {
    let caller = await goTo(row);
    for (const keys of [CTRL('c'), CTRL('d'), ESCAPE]) {
      if (keys === ESCAPE) await caller.escape();
      else caller.type(keys);
      if (row.escape === 'the end') {
        expect(await caller.ended).toBe('log-off');
        if (keys !== ESCAPE) caller = await goTo(row);
      } else if (row.escape === 'nowhere') {
        await caller.sees(/There is no way back from here\. \?:\s+help/);
        caller.type(CTRL('l'));
        expect(caller.places.at(-1)?.menu).toBe(row.menu);
      } else {
        await isAskedIn(caller, row.escape);
        if (keys !== ESCAPE) await goFrom(caller, row);
      }
    }
  });

  it.each(['Esc', '^C'])(
    'at the pause before the application %s leads to the matrix',
    async (key) => {
      const caller = await goTo(rowOf('matrix'));
      caller.type('n');
      await isAskedIn(caller, 'newUserApplicationPre');
      if (key === 'Esc') await caller.escape();
      else caller.type(CTRL('c'));
      await isAskedIn(caller, 'matrix');
      expect(caller.menus).not.toContain('newUserApplication');
    },
  );

  it.each(BEHIND_KEYS)('all keys of the way to $menu may be typed at once', async (row) => {
    const caller = await call(row);
    // A page before the sign-in waits for a key that is typed when it is seen.
    const isHeld = row.way.some((keys) => keys === ' ');
    const keys = row.way.filter((each) => each !== ' ').join('');
    caller.type(`${'as' in row ? 's' : ''}${signInKeys(row)}${keys}`);
    if (isHeld) await caller.sees('Press a key');
    if (isHeld) await caller.until('a key to be asked for', () => caller.isAsked);
    if (isHeld) caller.type(' ');
    await isAskedIn(caller, row.menu);
    expect(caller.screen.text()).not.toMatch(/No such|Please fill|Wrong/);
  });

  it.each(['q', 'quit', 'bye', 'x', 'logoff', 'g', 'Q'])(
    'the command %s of the main menu logs off',
    async (command) => {
      const caller = await goTo(rowOf('mainMenu'));
      caller.type(`${command}\r`);
      expect(await caller.ended).toBe('log-off');
    },
  );

  it('an unknown command of the main menu is told, and the screen is not drawn again', async () => {
    const caller = await goTo(rowOf('mainMenu'));
    const writes = caller.screen.sent.length;
    caller.type('foo\r');
    await caller.sees('No such command: FOO. ?: help');
    const sent = Buffer.concat(caller.screen.sent.slice(writes)).toString('latin1');
    expect(sent).not.toContain('\x1b[2J');
    expect(sent.length).toBeLessThan(500);
    // An empty one is none.
    caller.type('\r');
    await caller.seesNot('No such command');
    caller.type('h\r');
    await caller.sees('This page');
  });

  it('the help page of the main menu tells all commands', async () => {
    const caller = await goTo(rowOf('mainMenu'));
    caller.type('?\r');
    const page = await caller.sees('This page');
    for (const line of [
      /C +Your own data/,
      /Y +About you/,
      /W +Who is online/,
      /2FA +Two-factor sign-in/,
      /G +Log off \(also Q, QUIT/,
    ])
      expect(page).toMatch(line);
  });
});

describe('the help page of a board of its own', () => {
  let board: MenuBoard;
  beforeAll(async () => {
    board = await MenuBoard.open({
      menus: {
        menus: {
          hall: {
            desc: 'The hall',
            help: 'A wish is heard here.\nG is the best one.',
            art: 'HALL',
            config: { area: 'login' },
            form: {
              0: {
                mci: { ET1: { argName: 'wish', submit: true } },
                submit: {
                  '*': [
                    { value: { wish: 'G' }, action: '@menu:garden' },
                    { value: { wish: 'GARDEN' }, action: '@menu:garden' },
                    { value: { wish: 'W' }, action: '@menu:garden', help: 'Water the roses' },
                    { value: { wish: 'N' }, action: [{ acs: 'GM[gods]', action: '@menu:garden' }] },
                    { value: { wish: null }, action: '@systemMethod:unknownCommand' },
                  ],
                },
                actionKeys: [
                  { keys: ['escape', 'q'], action: '@systemMethod:logoff' },
                  { keys: ['ctrl + w'], action: '@systemMethod:redrawMenu' },
                ],
              },
            },
          },
          garden: {
            desc: 'In the garden',
            helpName: 'The garden',
            art: 'GARDEN',
            config: { area: 'login' },
          },
        },
      },
      art: { HALL: 'Your wish: %ET1', GARDEN: 'roses' },
    });
  });
  afterAll(() => board.close());

  it('has the words of the sysop first, then commands and keys, on an empty screen where there is no art for it', async () => {
    const caller = board.call('hall');
    await caller.sees('Your wish:');
    caller.type('\x1bOP');
    await caller.sees('Press any key');
    const lines = caller.screen.text().split('\n');
    expect(lines.map((line) => line.trim().replace(/ +/g, ' '))).toEqual([
      ...['', 'A wish is heard here.', 'G is the best one.', ''],
      ...['G The garden (also GARDEN)', 'W Water the roses', 'Ctrl-W Draw this screen again', ''],
      ...['Esc, Q, Ctrl-C Log off', 'Ctrl-L Draw this screen again', 'F1 This page', ''],
      'Press any key to go on.',
    ]);
    caller.hangUp();
    await caller.ended;
  });
});
