import { totp } from '../support/authenticator';
import { loginMenu } from '../support/login-menu';
import { MenuBoard, type MenuCaller } from '../support/menu-board';

const MENUS = {
  menus: {
    login: loginMenu('USERLOG', [
      { acs: 'AR2', next: 'loginTwoFactorAuthOTP' },
      { next: 'twoFactor' },
    ]),
    loginTwoFactorAuthOTP: {
      art: '2FAOTP',
      next: 'twoFactor',
      form: {
        0: {
          mci: { ET1: { argName: 'token', submit: true } },
          submit: { '*': [{ value: { token: null }, action: '@systemMethod:login2FA_OTP' }] },
        },
      },
    },
    twoFactor: {
      module: 'user_2fa_otp_config',
      art: '2FASTATE',
      config: { menuInfoFormat10: '{infoText}', stateFormat13: '{step2}' },
      form: {
        0: {
          mci: {
            VM4: { argName: 'action', itemFormat: '{key} {text}', focus: true, submit: true },
            SM2: { argName: 'otpType', items: ['totp', 'hotp', 'google'] },
            MT10: { width: 60, height: 3 },
          },
          submit: { '*': [{ value: { action: null }, action: '@method:act' }] },
          actionKeys: [
            { keys: ['a'], action: '@method:apps' },
            { keys: ['escape'], action: '@systemMethod:logoff' },
          ],
        },
      },
    },
  },
};

const ART = {
  USERLOG: 'User name %ET1\r\nPassword  %ET2\r\n\r\n%TL10',
  '2FAOTP': 'One-time code %ET1\r\n%TL10',
  '2FASTATE': 'Two-factor sign-in\r\n%TL13\r\n%SM2\r\n%MT10\r\n\r\n\r\n%VM4',
};

const WORD = 'correct horse';

let board: MenuBoard;
let id: number;
let secret: string;

afterEach(() => board.close());

async function open(twoFactorAuth: Record<string, unknown> = {}): Promise<void> {
  board = await MenuBoard.open({ menus: MENUS, art: ART, config: { users: { twoFactorAuth } } });
  ({ id } = await board.addUser('joe', WORD));
  ({ secret } = await board.accounts.enrollment.bind(id, 'googleAuth'));
  board.accounts.notices.length = 0;
}

/** A code that was not used yet: each call of it is thirty seconds later. */
function nextCode(of = secret): string {
  board.accounts.fake.skip(30_000);
  return totp(of, board.accounts.clock.nowMs());
}

async function enter(): Promise<MenuCaller> {
  const caller = board.call('login', { server: 'ssh' });
  await caller.sees('User name');
  caller.type(`joe\r${WORD}\r`);
  await caller.sees('One-time code');
  caller.type(`${nextCode()}\r`);
  await caller.sees('Two-factor sign-in');
  return caller;
}

const labels = async (): Promise<readonly string[]> =>
  (await board.accounts.enrollment.status(id)).apps.map(({ label }) => label);

/** From the list of apps to the field for the first code; returns the new secret. */
async function toFirstCodeFromList(caller: MenuCaller, label: string): Promise<string> {
  caller.type('a\r');
  await caller.sees('What do you call this one');
  caller.type(`${label}\r`);
  await caller.sees('Have the device with the app at hand.');
  caller.type(`${WORD}\r${nextCode()}\r`);
  await caller.sees('Type the code that the app shows now.');
  const pending = await board.accounts.enrollment.pendingFor(id, caller.caller.login.sessionId);
  return pending?.secret ?? '';
}

/** The same from the screen of the second factor. */
async function toFirstCode(caller: MenuCaller, label: string): Promise<string> {
  caller.type('a');
  await caller.sees('1  Authenticator app');
  return toFirstCodeFromList(caller, label);
}

/** From the list of apps to the list of apps. */
async function addHere(caller: MenuCaller, label: string): Promise<string> {
  const added = await toFirstCodeFromList(caller, label);
  caller.type(`${nextCode(added)}\r`);
  await caller.sees(`${label} is added`);
  return added;
}

describe('the list of authenticator apps', () => {
  it('adds one on the screen, after password and code, and goes on in the same call', async () => {
    await open();
    const caller = await enter();
    caller.type('a');
    await caller.sees('1  Authenticator app');
    const added = await addHere(caller, 'Tablet');
    const text = caller.screen.text();
    expect(text).toContain('2  Tablet');
    expect(text).not.toContain('backup code');
    expect(board.accounts.notices).toEqual([{ kind: 'app-added', userId: id, label: 'Tablet' }]);
    expect((await board.accounts.verifyCode(id, nextCode(added))).kind).toBe('right');
    await caller.escape();
    await caller.sees('Codes of 2 apps let you in.');
    caller.hangUp();
  });

  it('ends every other call of the account, and not this one (rule M3)', async () => {
    await open();
    const other = await enter();
    const caller = await enter();
    caller.type('a');
    await caller.sees('1  Authenticator app');
    await addHere(caller, 'Tablet');
    expect(await other.caller.login.refresh()).toBe('end');
    expect(await caller.caller.login.refresh()).toBe('keep');
    other.hangUp();
    caller.hangUp();
  });

  it('refuses a name that another app has, and one with a colour code', async () => {
    await open();
    const caller = await enter();
    caller.type('aa\r');
    await caller.sees('What do you call this one');
    caller.type('authenticator APP\r');
    await caller.sees('Another app of yours is called so.');
    caller.type(`${'\b'.repeat(20)}a|15b\r`);
    await caller.sees('Letters, digits, blanks and signs');
    expect(await labels()).toHaveLength(1);
    caller.hangUp();
  });

  it('adds nothing where the password is wrong or the set-up is left', async () => {
    await open();
    const caller = await enter();
    caller.type('aa\r');
    await caller.sees('What do you call this one');
    caller.type('Tablet\r');
    await caller.sees('Have the device with the app at hand.');
    caller.type(`not it\r${nextCode()}\r`);
    await caller.sees('Wrong password or code.');
    await caller.escape();
    await caller.sees('Nothing was changed.');
    expect(await labels()).toEqual(['Authenticator app']);
    caller.hangUp();
  });

  it('says where another set-up waits, which stays as it is', async () => {
    await open();
    const [first, second] = [await enter(), await enter()];
    await toFirstCode(second, 'Tablet');
    first.type('a');
    await first.sees('1  Authenticator app');
    first.type('a\r');
    await first.sees('What do you call this one');
    first.type('Watch\r');
    await first.sees('Have the device with the app at hand.');
    first.type(`${WORD}\r${nextCode()}\r`);
    await first.sees('Another set-up waits: finish it by its mail or in the call that began it');
    const { sessionId } = second.caller.login;
    expect(await board.accounts.enrollment.pendingFor(id, sessionId)).toMatchObject({
      label: 'Tablet',
    });
    first.hangUp();
    second.hangUp();
  });

  it('ends a set-up whose name another call has given to an app meanwhile', async () => {
    await open();
    const caller = await enter();
    const added = await toFirstCode(caller, 'Tablet');
    const [app] = (await board.accounts.enrollment.status(id)).apps;
    const named = { binding: app?.binding ?? '', label: 'Tablet' };
    expect(await board.accounts.enrollment.renameApp(id, named)).toBeUndefined();
    caller.type(`${nextCode(added)}\r`);
    await caller.sees('The set-up has ended, and nothing was changed.');
    expect(await labels()).toEqual(['Tablet']);
    expect((await board.accounts.enrollment.status(id)).pending).toBeUndefined();
    caller.hangUp();
  });

  it('removes one by its number after password and code, and tells its owner', async () => {
    await open();
    const caller = await enter();
    caller.type('a');
    await caller.sees('1  Authenticator app');
    await addHere(caller, 'Tablet');
    caller.type('d2\r');
    await caller.sees('Codes of Tablet will not let anybody in any more.');
    caller.type(`${WORD}\r${nextCode()}\r`);
    await caller.sees('Tablet is removed.');
    expect(await labels()).toEqual(['Authenticator app']);
    expect(board.accounts.notices.at(-1)).toMatchObject({ kind: 'app-removed', label: 'Tablet' });
    caller.hangUp();
  });

  it('names the switching off where the only one is removed', async () => {
    await open();
    const caller = await enter();
    caller.type('ad1\r');
    await caller.sees('Switch two-factor sign-in off');
    caller.type(`${WORD}\r${nextCode()}\r`);
    await caller.sees('Two-factor sign-in is off.');
    expect(await labels()).toEqual([]);
    caller.hangUp();
  });

  it('keeps the only one where the policy asks for a second factor (rule P1)', async () => {
    await open({ required: 'AF1' });
    const caller = await enter();
    caller.type('ad\r');
    await caller.sees('it cannot be switched off');
    expect(await labels()).toHaveLength(1);
    caller.hangUp();
  });

  it('gives one another name', async () => {
    await open();
    const caller = await enter();
    caller.type('ar1\r');
    await caller.sees('It is called Authenticator app now.');
    caller.type('Phone\r');
    await caller.sees('It has its new name.');
    expect(await labels()).toEqual(['Phone']);
    caller.hangUp();
  });

  it('mails the link to add one where the screen does not do it', async () => {
    await open({ registration: ['email'] });
    const caller = await enter();
    caller.type('aa\r');
    await caller.sees('What do you call this one');
    caller.type('Tablet\r');
    await caller.sees('Have the device with the app at hand.');
    caller.type(`${WORD}\r${nextCode()}\r`);
    await caller.sees('A mail with a link is on its way.');
    const notice = board.accounts.notices.find(({ kind }) => kind === 'otp-register');
    const token = notice?.kind === 'otp-register' ? notice.token : '';
    expect(await board.accounts.enrollment.find(token)).toMatchObject({ label: 'Tablet' });
    caller.hangUp();
  });

  it('says what can be typed for anything else', async () => {
    await open();
    const caller = await enter();
    caller.type('ax9\r');
    await caller.sees('Please type A, or R or D with the number of an app');
    caller.hangUp();
  });
});

describe('with stepUpMinutes', () => {
  it('of 0 a code is asked for each time (rule D18)', async () => {
    await open();
    const caller = await enter();
    caller.type('ad\r');
    await caller.sees('Switch two-factor sign-in off');
    expect(caller.screen.text()).toContain('One-time code');
    caller.hangUp();
  });

  it('the password alone is asked for while a code of this call is young enough (rule D18)', async () => {
    await open({ stepUpMinutes: 5 });
    const caller = await enter();
    caller.type('ad\r');
    await caller.sees('Switch two-factor sign-in off');
    expect(caller.screen.text()).not.toContain('One-time code');
    caller.type('not it\r');
    await caller.sees('Wrong password.');
    board.accounts.fake.skip(5 * 60_000);
    caller.type(`${WORD}\r`);
    await caller.sees('Your last code was typed a while ago.');
    caller.type(`${WORD}\r${nextCode()}\r`);
    await caller.sees('Two-factor sign-in is off.');
    caller.hangUp();
  });
});
