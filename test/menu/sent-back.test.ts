import { MenuBoard, type MenuCaller } from '../support/menu-board';

const LAST_WORDS = 'These menus lead nowhere. Please tell the sysop.';
const art = { WELCOME: 'welcome to you', MAIN: 'the main menu', MATRIX: 'the matrix' };
const welcome = { art: 'WELCOME', config: { area: 'login', pause: true }, next: 'main' };
const arrive = { config: { area: 'login' }, next: 'welcome' };

let board: MenuBoard | undefined;
afterEach(() => board?.close());

/** A caller at the pause of the welcome, to which a main menu sends back whoever gets there. */
async function sentBackBy(main: object): Promise<MenuCaller> {
  board = await MenuBoard.open({ menus: { menus: { arrive, welcome, main } }, art });
  await board.addUser('joe', 'correct horse battery');
  const by = { userName: 'joe', password: 'correct horse battery' };
  const caller = await board.callBySsh(by, 'arrive');
  await caller.sees('Press any key');
  caller.type(' ');
  return caller;
}

const refuses = [
  [
    'a condition that nobody meets',
    { art: 'MAIN', config: { acs: 'GM[userz]' } },
    'You cannot go there.',
  ],
  [
    'neither form, prompt nor next',
    { art: 'MAIN', promt: 'x' },
    'There is no way on from here for you.',
  ],
  [
    'a module that is not here',
    { art: 'MAIN', module: 'nowhere_at_all' },
    'There is no way on from here for you.',
  ],
] as const;

describe.each(refuses)('a caller who is sent back to a pause by %s', (_why, main, sentence) => {
  const isRead = async (): Promise<MenuCaller> => {
    const caller = await sentBackBy(main);
    if ('module' in main) {
      await caller.sees('not here');
      caller.type(' ');
    }
    await caller.sees(sentence);
    const text = await caller.sees('Press any key');
    expect(text).toContain('welcome to you');
    return caller;
  };

  test.each([
    ['Esc', '\x1b'],
    ['Ctrl-C', '\x03'],
    ['Ctrl-D', '\x04'],
  ])('reads why, and leaves by %s', async (_key, typed) => {
    const caller = await isRead();
    caller.type(typed);
    await board?.accounts.fake.advance(200);
    expect(await caller.ended).toBe('log-off');
    await caller.sees(LAST_WORDS);
  });

  test('goes on once more at most: then the call ends with a sentence', async () => {
    const caller = await isRead();
    caller.type(' ');
    if ('module' in main) {
      await caller.sees('not here');
      caller.type(' ');
    }
    expect(await caller.ended).toBe('no-menu');
    await caller.sees(LAST_WORDS);
  });

  test('reads it in a window of another size too', async () => {
    const caller = await isRead();
    caller.resize(60, 20);
    await caller.until('the screen drawn anew', () => caller.screen.text().includes(sentence));
    caller.hangUp();
  });
});

test('a screen with a form in between gives every try back', async () => {
  const menus = {
    start: {
      art: 'MATRIX',
      form: {
        0: {
          mci: { ET1: { argName: 'a', submit: true } },
          submit: { '*': [{ value: { a: null }, action: '@menu:welcome' }] },
        },
      },
      config: { area: 'login' },
    },
    welcome: { ...welcome, next: 'gone' },
  };
  board = await MenuBoard.open({ menus: { menus }, art: { ...art, MATRIX: 'the matrix %ET1' } });
  const caller = board.call('start');
  for (let turn = 0; turn < 3; turn++) {
    await caller.isIn('start');
    await caller.sees('the matrix');
    caller.type('\r');
    await caller.sees('Press any key');
    caller.type(' ');
  }
  await caller.sees('the matrix');
  caller.hangUp();
});

test('a screen that a caller leaves for the one before by Esc is no dead end', async () => {
  const menus = {
    first: { art: 'WELCOME', config: { area: 'login', pause: true }, next: 'second' },
    second: { art: 'MAIN', config: { area: 'login', pause: true, menuFlags: ['escapeBack'] } },
  };
  board = await MenuBoard.open({ menus: { menus }, art });
  const caller = board.call('first');
  for (let turn = 0; turn < 3; turn++) {
    await caller.sees('welcome to you');
    expect(await caller.sees('Press any key')).not.toContain('no way on');
    caller.type(' ');
    await caller.sees('the main menu');
    await caller.until('its pause', () => caller.isAsked);
    await caller.escape();
  }
  await caller.sees('welcome to you');
  caller.hangUp();
});
