import { EntryCodes } from '../../src/auth/entry-code';
import type { Caller } from '../../src/menu/run/caller';
import { totp } from '../support/authenticator';
import { loginMenu } from '../support/login-menu';
import { MenuBoard, type MenuBoardOptions } from '../support/menu-board';

const PASSWORD = 'correct horse';
const GROUPS = /(?:[A-Z2-7]{4} ){3}[A-Z2-7]{4}/g;

const MENUS = {
  menus: {
    login: loginMenu('USERLOG', [
      { acs: 'AR2', next: 'loginTwoFactorAuthOTP' },
      { next: 'inside' },
    ]),
    loginTwoFactorAuthOTP: {
      art: '2FAOTP',
      next: 'inside',
      form: {
        0: {
          mci: { ET1: { argName: 'token', focus: true, submit: true } },
          submit: { '*': [{ value: { token: null }, action: '@systemMethod:login2FA_OTP' }] },
        },
      },
    },
    inside: { art: 'INSIDE', config: { pause: true }, next: 'inside' },
    twoFactor: {
      module: 'user_2fa_otp_config',
      art: 'BIND',
      form: {
        0: {
          mci: {
            TM1: { argName: 'enableToggle', items: ['off', 'on'], focus: true },
            SM2: { argName: 'otpType', items: ['totp', 'hotp', 'google'] },
            TM3: { argName: 'submit', items: ['save', 'cancel'], submit: true },
          },
        },
      },
    },
  },
};

const ART = {
  USERLOG: 'User name %ET1\r\nPassword  %ET2\r\n\r\n%TL10',
  '2FAOTP': 'One-time code %ET1\r\n%TL10',
  INSIDE: 'You are inside.',
  BIND: 'Bind a new factor\r\n%TM1\r\n%SM2\r\n%TM3',
};

const boards: MenuBoard[] = [];
afterEach(async () => {
  for (const board of boards.splice(0)) await board.close();
});

/** A board, and the factors of its callers at the moment when its program met them. */
async function open(
  more: MenuBoardOptions = {},
): Promise<{ readonly board: MenuBoard; readonly met: number[] }> {
  const met: number[] = [];
  const onEntered = (caller: Caller): Promise<void> => {
    met.push(caller.login.factor);
    return Promise.resolve();
  };
  const board = await MenuBoard.open({ menus: MENUS, art: ART, onEntered, ...more });
  boards.push(board);
  return { board, met };
}

describe('the program that runs the board', () => {
  it('meets a caller once, before the first menu, and not before the code (rule P4)', async () => {
    const { board, met } = await open();
    const { secret } = await board.addUser('bob', PASSWORD, { otp: true });
    const caller = board.call('login', { server: 'ssh' });
    await caller.sees('User name');
    caller.type(`bob\r${PASSWORD}\r`);
    await caller.sees('One-time code');
    expect(met).toEqual([]);
    caller.type(`${totp(secret, board.accounts.clock.nowMs())}\r`);
    await caller.sees('You are inside.');
    expect(met).toEqual([2]);
    caller.type(' ');
    await caller.until('the menu again', () => caller.menus.length > 3);
    expect(met).toEqual([2]);
    caller.hangUp();
  });

  it('does not meet a caller who must have a factor and has not bound it yet (rule P4)', async () => {
    const config = { users: { twoFactorAuth: { required: 'GM[users]', graceLogins: 0 } } };
    const { board, met } = await open({ config });
    await board.addUser('joe', PASSWORD);
    const caller = board.call('login', { server: 'ssh' });
    await caller.sees('User name');
    caller.type(`joe\r${PASSWORD}\r`);
    await caller.sees('Two-factor sign-in is asked of you here');
    caller.type('y\r');
    const text = await caller.sees(/Type the code\s+that the/);
    expect(caller.caller.login.complete).toBe(true);
    expect(met).toEqual([]);
    const secret = (text.match(GROUPS) ?? []).join('').replaceAll(' ', '');
    caller.type(`${totp(secret, board.accounts.clock.nowMs())}\r`);
    await caller.sees('Your backup codes');
    expect(met).toEqual([]);
    await caller.escape();
    await caller.sees('Or Esc once more');
    await caller.escape();
    await caller.sees('You are inside.');
    expect(met).toEqual([2]);
    caller.hangUp();
  });

  it('does not meet a caller who came in by an entry code and has not bound a factor yet (rule P4)', async () => {
    const { board, met } = await open();
    const { id } = await board.addUser('bob', PASSWORD, { otp: true });
    const made = await new EntryCodes(board.accounts).make(id, {
      minutes: 60,
      actor: { server: 'oputil' },
    });
    if (made.kind !== 'made') throw new Error('no entry code');
    const login = { userName: 'bob', password: PASSWORD, code: made.code };
    const caller = await board.callBySsh(login, 'inside');
    await caller.sees('Bind a new factor');
    expect(caller.caller.login).toMatchObject({ complete: true, bindsFirst: true });
    expect(met).toEqual([]);
    caller.hangUp();
  });

  it('ends the call with a sentence where it fails', async () => {
    const onEntered = (): Promise<void> => Promise.reject(new Error('no game today'));
    const { board } = await open({ onEntered });
    await board.addUser('joe', PASSWORD);
    const caller = await board.callBySsh({ userName: 'joe', password: PASSWORD }, 'inside');
    expect(await caller.ended).toBe('failure');
    await caller.sees('Something went wrong here');
    expect(caller.menus).toEqual([]);
  });
});
