import { MenuBoard, type MenuCaller } from '../support/menu-board';
import { colorOf } from '../support/screen';

const PASSWORD = 'correct horse battery';
const FRESH = 'a brand new harbour 9';
const GREEN = 10;
const RED = 9;

let board: MenuBoard;

beforeAll(async () => {
  board = await MenuBoard.open({});
  await board.addUser('joe', PASSWORD);
});

afterAll(() => board.close());

const ownData = (): Promise<MenuCaller> =>
  board.callBySsh({ userName: 'joe', password: PASSWORD }, 'mainMenuUserConfig');

test('what is done is said in another colour than a problem, and the help follows the cursor', async () => {
  const caller = await ownData();
  await caller.sees('For the sysop; may stay empty');
  caller.type('\t\t\t');
  await caller.sees('Where you call from; others see it');
  caller.type(`Graz${'\t'.repeat(10)}\r`);
  await caller.sees('Saved.');
  expect(colorOf(caller.screen, 'Saved.')).toBe(GREEN);
  caller.type(`${'\t'.repeat(6)}\x15nobody\r`);
  await caller.sees('Use a plain mail address');
  expect(colorOf(caller.screen, 'Use a plain mail address')).toBe(RED);
  caller.hangUp();
});

test('the password is changed on a page of its own, whose help follows the cursor, and asked for anew where it is not taken', async () => {
  const caller = await ownData();
  await caller.sees('Real name');
  caller.type(`${'\t'.repeat(13)}p\r`);
  await caller.sees('Your present password first.');
  caller.type(`${PASSWORD}\r`);
  await caller.sees('New password');
  await caller.sees('Best: 15 letters or more, a few words for instance.');
  caller.type('\t');
  await caller.sees('The same once more.');
  caller.type('\t');
  caller.type('short\rshort\r');
  await caller.sees('Use at least');
  expect(colorOf(caller.screen, 'Use at least')).toBe(RED);
  caller.type(`${FRESH}\rsomething else\r`);
  await caller.sees(/The two passwords are not[^]*the same\./);
  caller.type(`${FRESH}\r${FRESH}\r`);
  await caller.sees('Your password is changed.');
  expect(colorOf(caller.screen, 'Your password is changed.')).toBe(GREEN);
  caller.hangUp();
  await board.callBySsh({ userName: 'joe', password: FRESH });
});

test('a password that was set elsewhere meanwhile is not changed by a call that has not noticed (rule N2)', async () => {
  const { id } = await board.addUser('ann', PASSWORD);
  const own = { userName: 'ann', password: PASSWORD };
  const caller = await board.callBySsh(own, 'mainMenuUserConfig');
  await caller.sees('Real name');
  caller.type(`${'\t'.repeat(13)}p\r`);
  await caller.sees('Your present password first.');
  caller.type(`${PASSWORD}\r`);
  await caller.sees('New password');
  const elsewhere = 'set by the owner 4';
  await board.services.accounts.changePassword(id, { password: elsewhere }, {});
  caller.type(`${FRESH}\r${FRESH}\r`);
  await caller.sees('The board cannot do this right now.');
  caller.hangUp();
  await board.callBySsh({ userName: 'ann', password: elsewhere });
});

test('a menu file without the prompt of the page has a plain one', async () => {
  const bare = await MenuBoard.open({
    stockArt: true,
    menus: {
      menus: {
        start: { module: 'user_config', art: 'CONFSCR', config: { acs: 'AF1' }, form: FORM },
      },
    },
  });
  await bare.addUser('ann', PASSWORD);
  const caller = await bare.callBySsh({ userName: 'ann', password: PASSWORD }, 'start');
  await caller.sees('Real name');
  caller.type('\r');
  await caller.sees('Your present password first.');
  expect(caller.screen.row(3).trimEnd()).toBe('    Change your password');
  caller.hangUp();
  await bare.close();
});

const FORM = {
  0: {
    mci: { ET1: { argName: 'realName', focus: true, submit: true } },
    submit: { '*': [{ value: { realName: null }, action: '@method:changePassword' }] },
  },
};
