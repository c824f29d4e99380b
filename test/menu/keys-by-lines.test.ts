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

/** A question waits at the end of what was said. */
const QUESTION = /\n[^\n]+: $/;

describe('keys of the stock menus, line by line', () => {
  let board: MenuBoard;
  const callers: Listener[] = [];
  beforeAll(async () => {
    board = await MenuBoard.open({});
    await board.addUser('joe', PASSWORD, { properties: { real_name: 'Joe' } });
    await board.addUser('ann', PASSWORD, { otp: true });
  });
  afterAll(() => board.close());
  afterEach(async () => {
    for (const { caller } of callers) caller.hangUp();
    await Promise.all(callers.splice(0).map(({ caller }) => caller.ended));
  });

  /** A caller whose terminal shows text only, with what was said since the last keys. */
  class Listener {
    private from = 0;

    constructor(readonly caller: MenuCaller) {
      callers.push(this);
    }

    get said(): string {
      const bytes = Buffer.concat(this.caller.screen.sent.slice(this.from));
      return bytes.toString('latin1').replace(/\r/g, '');
    }

    async press(keys: string): Promise<void> {
      this.from = this.caller.screen.sent.length;
      if (keys === ESCAPE) await this.caller.escape();
      else this.caller.type(keys);
    }

    async hears(wanted: RegExp): Promise<string> {
      const holds = (): boolean => wanted.test(this.said) && this.caller.isAsked;
      await this.caller.until(`${String(wanted)} to be said`, holds).catch((error: unknown) => {
        throw new Error(`heard: ${this.said}`, { cause: error });
      });
      return this.said;
    }

    /** In a menu, with its question asked. */
    async isIn(menu: string): Promise<string> {
      await this.caller.isIn(menu);
      return this.hears(QUESTION);
    }
  }

  async function goTo(row: Row): Promise<Listener> {
    const first = 'first' in row ? row.menu : 'matrix';
    const options = { server: serverOf(row), type: 'dumb' };
    const listener = new Listener(board.call(first, options));
    await listener.isIn(first);
    if ('as' in row) {
      await listener.press('s\r');
      await listener.isIn('login');
      await listener.press(`${row.as}\r${PASSWORD}\r`);
      if (row.as === 'joe') {
        await listener.hears(/Press a key/);
        await listener.press('\r');
        await listener.isIn('mainMenu');
      }
    }
    return goFrom(listener, row);
  }

  async function goFrom(listener: Listener, { way, menu }: Row): Promise<Listener> {
    for (const keys of way) {
      const { length } = listener.caller.places;
      await listener.press(keys.length === 1 && keys !== ' ' ? `${keys}\r` : keys);
      await listener.caller.until('the next menu', () => listener.caller.places.length > length);
      if (menu === 'newUserApplication' && keys !== ' ') await listener.hears(/Press a key/);
    }
    await listener.isIn(menu);
    return listener;
  }

  it.each(MENUS)('in $menu F1 says the help, and ^L the whole menu again', async (row) => {
    const listener = await goTo(row);
    for (const keys of new Set([HELP.F1, ...(row.help === 'F1' ? [] : ['?\r'])])) {
      await listener.press(keys);
      let page = await listener.hears(/Press a key|Any key: next page/);
      while (!page.includes('Press a key')) {
        await listener.press(' ');
        page += await listener.hears(/Press a key|Any key: next page/);
      }
      expect(page).toMatch(/Help: \S/);
      expect(page).toMatch(/Ctrl-L: Draw this screen again/);
      await listener.press('\r');
      await listener.isIn(row.menu);
    }
    await listener.press(CTRL('l'));
    const again = await listener.hears(QUESTION);
    expect(again.trim().split('\n').length).toBeGreaterThan(1);
    expect(again).not.toContain('\x1b');
  });

  it.each(MENUS)('from $menu Esc, ^C and ^D lead to $escape', async (row) => {
    let listener = await goTo(row);
    for (const keys of [CTRL('c'), CTRL('d'), ESCAPE]) {
      await listener.press(keys);
      if (row.escape === 'the end') {
        expect(await listener.caller.ended).toBe('log-off');
        if (keys !== ESCAPE) listener = await goTo(row);
      } else if (row.escape === 'nowhere') {
        await listener.hears(/There is no way back from here\. \?: help[^]*: $/);
        expect(listener.caller.places.at(-1)?.menu).toBe(row.menu);
      } else {
        await listener.isIn(row.escape);
        if (keys !== ESCAPE) await goFrom(listener, row);
      }
    }
  });

  it.each(MENUS.filter(({ help }) => help === '?'))(
    'a choice that $menu does not have is told, and asked for again',
    async (row) => {
      const listener = await goTo(row);
      await listener.press('99\r');
      await listener.hears(
        /99\n(?:Please type a number from 1 to \d+|There is only one, number 1|There is nothing here)\.\n[^]*: $/,
      );
      expect(listener.caller.places.at(-1)?.menu).toBe(row.menu);
    },
  );

  it('an unknown command is told, and asked for again', async () => {
    const listener = await goTo(MENUS.find(({ menu }) => menu === 'mainMenu') ?? MENUS[0]);
    await listener.press('foo\r');
    const said = await listener.hears(/No such command: FOO\. \?: help[^]*: $/);
    expect(said).toMatch(/Command: $/);
  });

  it.each(BEHIND_KEYS)('all lines of the way to $menu may be sent at once', async (row) => {
    const first = 'first' in row ? row.menu : 'matrix';
    const listener = new Listener(board.call(first, { server: serverOf(row), type: 'dumb' }));
    await listener.isIn(first);
    const isHeld = row.way.some((keys) => keys === ' ');
    const keys = row.way
      .filter((each) => each !== ' ')
      .map((each) => (each.endsWith('\r') ? each : `${each}\r`));
    await listener.press(`${'as' in row ? 's\r' : ''}${signInKeys(row)}${keys.join('')}`);
    if (isHeld) await listener.hears(/Press a key/);
    if (isHeld) await listener.press('\r');
    const said = await listener.isIn(row.menu);
    expect(said).not.toMatch(/No such|Please fill|Wrong/);
  });
});
