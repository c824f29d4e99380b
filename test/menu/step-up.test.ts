import { totp } from '../support/authenticator';
import { loginMenu } from '../support/login-menu';
import { MenuBoard, type CallOptions, type MenuCaller } from '../support/menu-board';

const PASSWORD = 'correct horse';
const GROUPS = /(?:[A-Z2-7]{4} ){3}[A-Z2-7]{4}/g;
const TITLE = 'That part is for two-factor sign-in';

const choose = (art: string) => ({
  art,
  config: { area: 'login' },
  form: {
    0: {
      mci: { ET1: { argName: 'where', focus: true, submit: true }, TL10: { width: 60 } },
      submit: {
        '*': [
          { value: { where: 'vault' }, action: '@menu:vault' },
          { value: { where: 'safe' }, action: '@menu:safe' },
          { value: { where: null }, action: '@menu:annex' },
        ],
      },
    },
  },
});

const MENUS = {
  menus: {
    // A board whose hall is open to who has typed a password.
    login: loginMenu('USERLOG', 'hall'),
    hall: choose('HALL'),
    annex: { art: 'ANNEX', config: { pause: true, area: 'login', acs: 'AF2' }, next: 'hall' },
    vault: { art: 'VAULT', config: { pause: true, acs: 'AF2' }, next: 'hall' },
    safe: {
      art: 'SAFE',
      config: { pause: true, area: 'login', acs: 'AF2&GM[sysops]' },
      next: 'hall',
    },
  },
};

const ART = {
  USERLOG: 'User name %ET1\r\nPassword  %ET2\r\n\r\n%TL10',
  HALL: 'Where to? %ET1\r\n\r\n%TL10',
  ANNEX: 'In the annex.',
  VAULT: 'In the vault.',
  SAFE: 'In the safe.',
};

const boards: MenuBoard[] = [];
afterEach(async () => {
  for (const board of boards.splice(0)) await board.close();
});

async function openBoard(): Promise<MenuBoard> {
  const board = await MenuBoard.open({ menus: MENUS, art: ART });
  boards.push(board);
  return board;
}

/** In the hall, with the password alone. */
async function enter(
  board: MenuBoard,
  options: CallOptions = { server: 'ssh' },
): Promise<MenuCaller> {
  const caller = board.call('login', options);
  await caller.sees('User name');
  caller.type(`joe\r${PASSWORD}\r`);
  await caller.sees('Where to?');
  return caller;
}

describe('who has a second factor and has not shown it, at a menu that asks for it,', () => {
  it('is asked for the code there, and goes on to the menu that was chosen (rule P3)', async () => {
    const board = await openBoard();
    const { secret } = await board.addUser('joe', PASSWORD, { otp: true });
    const caller = await enter(board);
    caller.type('annex\r');
    await caller.sees(TITLE);
    caller.type('12\r');
    await caller.sees('Nothing was counted.');
    caller.type(`${totp(secret, board.accounts.clock.nowMs())}\r`);
    await caller.sees('In the annex.');
    expect(caller.caller.login).toMatchObject({ factor: 2, complete: true });
    expect(caller.signedIn).toBe(2);
    caller.hangUp();
  });

  it('stays where he was with a wrong code or none (rule P3)', async () => {
    const board = await openBoard();
    const { secret } = await board.addUser('joe', PASSWORD, { otp: true });
    const caller = await enter(board);
    caller.type('annex\r');
    await caller.sees(TITLE);
    const wrong = totp(secret, board.accounts.clock.nowMs()) === '000000' ? '000001' : '000000';
    caller.type(`${wrong}\r`);
    await caller.sees('Wrong code.');
    await caller.escape();
    await caller.sees('Where to?');
    await caller.sees(`${TITLE}.`);
    expect(caller.caller.login.factor).toBe(1);
    caller.type('annex\r');
    await caller.sees('One-time code');
    caller.type(`${wrong}\r`);
    await caller.sees('Wrong code.');
    caller.type(`${wrong}\r`);
    // The tries of the connection are those of the sign-in (rule E3).
    expect(await caller.ended).toBe('not-let-past');
    expect(caller.screen.text()).not.toContain('In the annex.');
  });
});

describe('who has no second factor, at a menu that asks for it,', () => {
  it('is led to the set-up, and then goes on to the menu that was chosen (rule P3)', async () => {
    const board = await openBoard();
    await board.addUser('joe', PASSWORD);
    const caller = await enter(board);
    caller.type('vault\r');
    await caller.sees(TITLE);
    caller.type('y\r');
    const text = await caller.sees(/Type the code\s+that the/);
    const secret = (text.match(GROUPS) ?? []).join('').replaceAll(' ', '');
    caller.type(`${totp(secret, board.accounts.clock.nowMs())}\r`);
    await caller.sees('Your backup codes');
    await caller.escape();
    await caller.sees('Or Esc once more');
    await caller.escape();
    await caller.sees('In the vault.');
    caller.hangUp();
  });

  it('stays where he was when he does not want one, and is told where to call over an open line', async () => {
    const board = await openBoard();
    await board.addUser('joe', PASSWORD);
    const caller = await enter(board);
    caller.type('vault\r');
    await caller.sees(TITLE);
    caller.type('n\r');
    await caller.sees('Where to?');
    caller.hangUp();
    const open = await enter(board, { server: 'telnet' });
    open.type('vault\r');
    await open.sees(`${TITLE}. It is set up over`);
    expect(open.menus.at(-1)).toBe('hall');
    open.hangUp();
  });
});

test('a menu that asks for something else as well stays closed, and no code is asked for (rule P3)', async () => {
  const board = await openBoard();
  await board.addUser('joe', PASSWORD, { otp: true });
  const caller = await enter(board);
  caller.type('safe\r');
  await caller.sees('You cannot go there.');
  expect(caller.screen.text()).not.toContain(TITLE);
  caller.hangUp();
});
