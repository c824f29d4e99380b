import { MenuBoard } from '../support/menu-board';

let board: MenuBoard;

afterEach(() => board.close());

const menus = {
  first: {
    art: 'FIRST',
    config: { area: 'login', pause: true, interrupt: 'never' },
    next: 'second',
  },
  second: {
    art: 'SECOND',
    config: { area: 'login', pause: 'slow', pausePosition: { row: 20, col: 30 } },
    next: '@systemMethod:logoff',
  },
};
const art = { FIRST: 'the first', SECOND: 'the second', SLOW: '<go on>' };

test('a pause waits for a key, by a plain line where the board has no prompt for it', async () => {
  board = await MenuBoard.open({ menus: { menus, prompts: { slow: { art: 'SLOW' } } }, art });
  const caller = board.call('first');
  await caller.sees('Press any key to go on.');
  expect(caller.screen.row(2)).toContain('Press any key');
  caller.type(' ');
  await caller.sees('<go on>');
  expect(caller.screen.row(20).indexOf('<go on>')).toBe(29);
  caller.type(' ');
  expect(await caller.ended).toBe('log-off');
  await caller.screen.settled();
  expect(caller.screen.text()).not.toContain('<go on>');
});

test('an urgent message is shown in a pause and does not end it', async () => {
  board = await MenuBoard.open({ menus: { menus }, art });
  const caller = board.call('first');
  await caller.sees('Press any key');
  caller.caller.inbox.post({ text: 'The board closes soon.', urgent: true });
  const text = await caller.sees('The board closes soon.');
  expect(text).toContain('the first');
  expect(caller.menus).toEqual(['first']);
  caller.type(' ');
  await caller.sees('the second');
  caller.hangUp();
});

test('a ticker in a pause prompt moves until a key comes', async () => {
  const ticker = { TK1: { text: 'smash a key', motion: 'typewriter', width: 20 } };
  const prompts = { pause: { art: 'SLOW', mci: ticker } };
  board = await MenuBoard.open({ menus: { menus, prompts }, art: { ...art, SLOW: '%TK1' } });
  const caller = board.call('first');
  await caller.sees('smash a key');
  await board.accounts.fake.advance(300);
  await caller.until('three letters', () => caller.screen.row(2).trim() === 'sma');
  caller.type(' ');
  await caller.sees('the second');
  caller.hangUp();
});
