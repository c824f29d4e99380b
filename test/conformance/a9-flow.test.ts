import { totp } from '../support/authenticator';
import type { MenuCaller } from '../support/menu-board';
import { scenes, type Scene } from './scene';

const open = scenes();
const joe = { userName: 'joe', password: 'correct horse' };

interface Board {
  readonly scene: Scene;
  readonly secret: string;
  code(): string;
}

/** The stock menus with one account. */
async function board(more: { readonly otp?: true } = {}): Promise<Board> {
  const scene = await open({});
  const { secret } = await scene.board.addUser(joe.userName, joe.password, {
    ...more,
    properties: { email_address: 'joe@example.org' },
  });
  return { scene, secret, code: () => totp(secret, scene.board.accounts.clock.nowMs()) };
}

async function signIn(caller: MenuCaller): Promise<void> {
  await caller.isIn('matrix');
  caller.type('\r');
  await caller.isIn('login');
  caller.type(`${joe.userName}\r${joe.password}\r`);
}

async function toMainMenu(caller: MenuCaller): Promise<void> {
  await caller.isIn('fullLoginSequenceLoginArt');
  caller.type(' ');
  await caller.isIn('mainMenu');
}

/** Types a command in the main menu. */
async function command(caller: MenuCaller, text: string): Promise<void> {
  await caller.isIn('mainMenu');
  caller.type(`${text}\r`);
}

describe('A9 which menus form login, second factor, main menu and config', () => {
  it.each(['telnet', 'wss'] as const)('%s: telnetConnected -> matrix -> login', async (server) => {
    const { scene } = await board();
    const caller = scene.call({ server }, 'telnetConnected');
    await caller.isIn('matrix');
    caller.type('\r');
    await caller.isIn('login');
    expect(caller.menus).toEqual(['telnetConnected', 'matrix', 'login']);
  });

  it('ssh: sshConnected, with factor 1 done by SSH, -> fullLoginSequenceLoginArt', async () => {
    const { scene } = await board();
    const caller = await scene.callBySsh(joe);
    await caller.isIn('fullLoginSequenceLoginArt');
    expect(caller.menus).toEqual(['sshConnected', 'fullLoginSequenceLoginArt']);
  });

  it('ssh as new: sshConnectedNewUser -> newUserApplicationPreSsh -> newUserApplicationSsh', async () => {
    const { scene } = await board();
    const caller = scene.call({ server: 'ssh' }, 'sshConnectedNewUser');
    // A page before the sign-in takes no key that was typed before it is there.
    await caller.sees('Press a key');
    caller.type(' ');
    await caller.isIn('newUserApplicationSsh');
  });

  it('login.next without AR2 -> fullLoginSequenceLoginArt', async () => {
    const { scene } = await board();
    const caller = scene.call({}, 'telnetConnected');
    await signIn(caller);
    await caller.isIn('fullLoginSequenceLoginArt');
  });

  it('login.next with AR2 -> loginTwoFactorAuthOTP', async () => {
    const { scene } = await board({ otp: true });
    const caller = scene.call({}, 'telnetConnected');
    await signIn(caller);
    await caller.isIn('loginTwoFactorAuthOTP');
  });

  it('sshConnected.next with AR2 -> loginTwoFactorAuthOTPLoop -> loginTwoFactorAuthOTP', async () => {
    const { scene } = await board({ otp: true });
    const caller = await scene.callBySsh(joe);
    await caller.isIn('loginTwoFactorAuthOTP');
    expect(caller.menus).toEqual([
      'sshConnected',
      'loginTwoFactorAuthOTPLoop',
      'loginTwoFactorAuthOTP',
    ]);
  });

  it('loginTwoFactorAuthOTP, right code -> fullLoginSequenceLoginArt', async () => {
    const { scene, code } = await board({ otp: true });
    const caller = await scene.callBySsh(joe);
    await caller.isIn('loginTwoFactorAuthOTP');
    caller.type(`${code()}\r`);
    await toMainMenu(caller);
  });

  it('loginTwoFactorAuthOTP, wrong code -> asks again; the third failure of a call ends it', async () => {
    const { scene } = await board({ otp: true });
    const caller = await scene.callBySsh(joe);
    await caller.isIn('loginTwoFactorAuthOTP');
    for (const wrong of ['000001', '000002']) {
      caller.type(`${wrong}\r`);
      await caller.sees('Wrong code.');
      await caller.isIn('loginTwoFactorAuthOTP');
      // The message goes with the next key.
      caller.type('1\x7f');
      await caller.seesNot('Wrong code.');
    }
    caller.type('000003\r');
    expect(await caller.ended).toBe('too-many');
  });

  it('loginTwoFactorAuthOTP, escape -> log-off', async () => {
    const { scene } = await board({ otp: true });
    const caller = await scene.callBySsh(joe);
    await caller.isIn('loginTwoFactorAuthOTP');
    await caller.escape();
    expect(await caller.ended).toBe('log-off');
  });

  it('loginTwoFactorAuthOTPLoop has neither art nor form and goes on by itself', async () => {
    const { scene } = await board();
    const loop = scene.board.menuSet?.menus.get('loginTwoFactorAuthOTPLoop');
    expect(loop).toMatchObject({ art: undefined, forms: [], autoNext: true });
  });

  it('fullLoginSequenceLoginArt shows WELCOME with a pause, and leads to mainMenu', async () => {
    const { scene } = await board();
    const caller = await scene.callBySsh(joe);
    await toMainMenu(caller);
  });

  it('mainMenu asks by the prompt menuCommand', async () => {
    const { scene } = await board();
    expect(scene.board.menuSet?.menus.get('mainMenu')?.prompt?.name).toBe('menuCommand');
  });

  it('mainMenu C -> mainMenuUserConfig', async () => {
    const { scene } = await board();
    const caller = await scene.callBySsh(joe);
    await toMainMenu(caller);
    await command(caller, 'c');
    await caller.isIn('mainMenuUserConfig');
  });

  it.each([
    ['2FA', 'userTwoFactorAuthOTPConfig'],
    ['SSH', 'userSSHKeyConfig'],
  ])('mainMenu %s -> [SC] %s | userTwoFactorAuthOTPSecConnRequired', async (text, menu) => {
    const { scene } = await board();
    const secure = await scene.callBySsh(joe);
    await toMainMenu(secure);
    await command(secure, text);
    await secure.isIn(menu);
    const plain = scene.call({}, 'telnetConnected');
    await signIn(plain);
    await toMainMenu(plain);
    await command(plain, text);
    await plain.isIn('userTwoFactorAuthOTPSecConnRequired');
  });

  it('mainMenu G -> fullLogoffSequence', async () => {
    const { scene } = await board();
    const caller = await scene.callBySsh(joe);
    await toMainMenu(caller);
    await command(caller, 'g');
    expect(await caller.ended).toBe('log-off');
    expect(caller.menus.at(-1)).toBe('fullLogoffSequence');
  });

  it('userTwoFactorAuthOTPConfig -> details by userTwoFactorAuthOTPConfigShowDetails', async () => {
    const { scene } = await board();
    const details = scene.board.menuSet?.menus.get('userTwoFactorAuthOTPConfigShowDetails');
    expect(details?.module.name).toBe('show_art');
    expect(details?.config.all).toMatchObject({ pause: true, method: 'extraArgs' });
  });

  it('every menu that A9 names is in the stock file', async () => {
    const { scene } = await board();
    const names = [
      ...['telnetConnected', 'matrix', 'login', 'sshConnected', 'sshConnectedNewUser'],
      ...['newUserApplicationPreSsh', 'newUserApplicationSsh', 'newUserApplicationPre'],
      ...['newUserApplication', 'loginTwoFactorAuthOTPLoop', 'loginTwoFactorAuthOTP', 'logoff'],
      ...['fullLoginSequenceLoginArt', 'mainMenu', 'mainMenuUserConfig', 'fullLogoffSequence'],
      ...['userTwoFactorAuthOTPConfig', 'userTwoFactorAuthOTPConfigShowDetails'],
      ...['userTwoFactorAuthOTPSecConnRequired', 'userSSHKeyConfig'],
      ...['forgotPassword', 'forgotPasswordSubmitted', 'loginAttemptTooNode'],
    ];
    expect(names.filter((name) => scene.board.menuSet?.menus.has(name) !== true)).toEqual([]);
  });
});
