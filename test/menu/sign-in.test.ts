import { sayStock } from '../../src/texts/texts';
import { typingProblem } from '../../src/menu/run/login-answer';
import { totp } from '../support/authenticator';
import { MenuBoard, type MenuCaller } from '../support/menu-board';

const credentials = {
  ET1: { argName: 'username', maxLength: '@config:users.usernameMax', focus: true },
  ET2: {
    argName: 'password',
    password: true,
    maxLength: '@config:users.passwordMax',
    submit: true,
  },
};

const MENUS = {
  menus: {
    matrix: {
      art: 'MATRIX',
      form: {
        0: {
          VM: {
            mci: {
              VM1: {
                argName: 'navSelect',
                items: ['log in', 'log off'],
                submit: true,
                focus: true,
              },
            },
            submit: {
              '*': [
                { value: { navSelect: 0 }, action: '@menu:login' },
                { value: { navSelect: 1 }, action: '@systemMethod:logoff' },
              ],
            },
          },
        },
      },
    },
    login: {
      art: 'USERLOG',
      config: { disabled: 'loginAttemptDisabled' },
      next: [{ acs: 'AR2', next: 'loginTwoFactorAuthOTP' }, { next: 'mainMenu' }],
      form: {
        0: {
          mci: credentials,
          submit: { '*': [{ value: { password: null }, action: '@systemMethod:login' }] },
          actionKeys: [{ keys: ['escape'], action: '@systemMethod:prevMenu' }],
        },
      },
    },
    loginOwnMask: {
      art: 'USERLOG',
      config: { area: 'login' },
      next: 'mainMenu',
      form: {
        0: {
          mci: {
            ET1: { argName: 'username', focus: true },
            ET2: { argName: 'password', textMaskChar: '#' },
            BT3: { text: 'go', submit: true, position: { row: 3, col: 1 } },
          },
          submit: { '*': [{ value: { password: null }, action: '@systemMethod:login' }] },
        },
      },
    },
    loginNoBranch: {
      art: 'USERLOG',
      config: { area: 'login' },
      next: 'mainMenu',
      form: {
        0: {
          mci: credentials,
          submit: { '*': [{ value: { password: null }, action: '@systemMethod:login' }] },
          actionKeys: [{ keys: ['f1'], action: '@menu:mainMenu' }],
        },
      },
    },
    loginTwoFactorAuthOTP: {
      art: '2FAOTP',
      next: 'mainMenu',
      form: {
        0: {
          mci: { ET1: { argName: 'token', focus: true, submit: true } },
          submit: { '*': [{ value: { token: null }, action: '@systemMethod:login2FA_OTP' }] },
          actionKeys: [{ keys: ['escape'], action: '@systemMethod:logoff' }],
        },
      },
    },
    loginAttemptDisabled: {
      art: 'DISABLED',
      config: { pause: true },
      next: '@systemMethod:logoff',
    },
    mainMenu: {
      desc: 'Main menu',
      art: 'MMENU',
      prompt: 'menuCommand',
      submit: [
        { value: { command: 'G' }, action: '@systemMethod:logoff' },
        { value: { command: 'S' }, action: '@menu:sysops' },
      ],
    },
    sysops: { art: 'SYSOPS', config: { acs: 'GM[sysops]', pause: true } },
  },
  prompts: {
    menuCommand: {
      art: 'MNUPRMT',
      mci: { ET2: { argName: 'command', submit: true, focus: true, textStyle: 'upper' } },
    },
  },
};

const ART = {
  MATRIX: 'The gate\r\n\r\n  %VM1',
  USERLOG: 'User name %ET1\r\nPassword  %ET2\r\n\r\n%TL10',
  '2FAOTP': 'One-time code %ET1\r\n%TL10',
  MMENU: 'The court of %BN\r\nHello %UN\r\n',
  MNUPRMT: 'Command: %ET2',
  SYSOPS: 'Only sysops see this.\r\n',
  DISABLED: 'Your account is disabled.\r\n',
};

describe('signing in through the menus', () => {
  let board: MenuBoard;

  beforeEach(async () => {
    board = await MenuBoard.open({
      menus: MENUS,
      art: ART,
      config: { users: { failedLogin: { disconnect: 6 } } },
    });
  });

  afterEach(() => board.close());

  const signIn = async (caller: MenuCaller, name: string, password: string): Promise<void> => {
    await caller.sees('User name');
    caller.type(`${name}\r${password}\r`);
  };

  it('leads from the matrix over the login form to the main menu', async () => {
    await board.addUser('joe', 'correct horse');
    const caller = board.call('matrix');
    await caller.sees('The gate');
    caller.type('\r');
    await signIn(caller, 'joe', 'correct horse');
    const text = await caller.sees('Hello joe');
    expect(text).toContain('The court of Sallyport');
    expect(text).toContain('Command:');
    expect(caller.menus).toEqual(['matrix', 'login', 'mainMenu']);
    expect(caller.signedIn).toBe(1);
    caller.type('g\r');
    expect(await caller.ended).toBe('log-off');
  });

  it('tells who used a backup code how many are left, once', async () => {
    const { backupCodes } = await board.addUser('joe', 'correct horse', { otp: true });
    const enter = async (code: string): Promise<MenuCaller> => {
      const caller = board.call('login');
      await signIn(caller, 'joe', 'correct horse');
      await caller.sees('One-time code');
      caller.type(`${code}\r`);
      await caller.sees('Hello joe');
      return caller;
    };
    const [first, ...others] = backupCodes;
    const caller = await enter(first ?? '');
    expect(caller.screen.text()).toContain('You used a backup code; 9 are left.');
    caller.type('x');
    await caller.seesNot('backup code');
    caller.type('\x08S\r');
    await caller.sees('You cannot go there.');
    expect(caller.screen.text()).not.toContain('backup code');
    caller.hangUp();
    for (const code of others.slice(0, 5)) (await enter(code)).hangUp();
    const texts = [];
    for (const code of others.slice(5)) {
      const again = await enter(code);
      texts.push(/You used .*/.exec(again.screen.text())?.[0]);
      again.hangUp();
    }
    expect(texts).toEqual([
      'You used a backup code. Only 3 are left: please make new ones.',
      'You used a backup code. Only 2 are left: please make new ones.',
      'You used a backup code. Only 1 is left: please make new ones.',
      'You used your last backup code. Please make new ones now.',
    ]);
  });

  it('shows a whole screen in one write', async () => {
    const caller = board.call('login');
    await caller.sees('Password');
    expect(caller.screen.sent).toHaveLength(1);
    caller.hangUp();
    expect(await caller.ended).toBe('hung-up');
  });

  it('says that name or password is wrong, stays on the form and empties the password', async () => {
    await board.addUser('joe', 'correct horse');
    const caller = board.call('login');
    await signIn(caller, 'joe', 'wrong horse');
    const text = await caller.sees('Wrong user name or password.');
    expect(text).toContain('joe');
    expect(text).not.toContain('*');
    caller.type('correct horse\r');
    await caller.sees('Hello joe');
  });

  it('empties a password that is masked by a character of its own, whatever submitted it', async () => {
    await board.addUser('joe', 'correct horse');
    const caller = board.call('loginOwnMask');
    await signIn(caller, 'joe', 'wrong horse');
    await caller.sees('####');
    caller.type('\r');
    const text = await caller.sees('Wrong user name or password.');
    expect(text).toContain('joe');
    expect(text).not.toContain('#');
  });

  it('tells a caller how long he has to wait after too many tries', async () => {
    await board.addUser('joe', 'correct horse');
    const first = board.call('login');
    await first.sees('User name');
    first.type('joe\r');
    for (let attempt = 0; attempt < 5; attempt++) first.type('wrong horse\r');
    await first.until('five failures', () => board.events('login.rejected').length === 5);
    first.hangUp();
    const second = board.call('login');
    await signIn(second, 'joe', 'correct horse');
    await second.sees(/Too many tries\. Please wait \d+ (seconds|minutes)\./);
    second.hangUp();
  });

  it('says so and hangs up when a call has used up its tries', async () => {
    await board.close();
    board = await MenuBoard.open({ menus: MENUS, art: ART });
    await board.addUser('joe', 'correct horse');
    const caller = board.call('login');
    await signIn(caller, 'joe', 'wrong horse');
    caller.type('wrong horse\rwrong horse\r');
    expect(await caller.ended).toBe('too-many');
    await caller.sees('Too many tries. You may call again.');
  });

  it('asks a user with a second factor for his code and lets nobody past without', async () => {
    const { secret } = await board.addUser('eve', 'correct horse', { otp: true });
    const caller = board.call('login');
    await signIn(caller, 'eve', 'correct horse');
    await caller.sees('One-time code');
    caller.type('000000\r');
    await caller.sees('Wrong code.');
    caller.type(`${totp(secret, board.accounts.clock.nowMs())}\r`);
    await caller.sees('Hello eve');
    expect(caller.caller.login.factor).toBe(2);
  });

  it('sends a half signed in caller to the code although the menu file forgot to', async () => {
    const { secret } = await board.addUser('eve', 'correct horse', { otp: true });
    const caller = board.call('loginNoBranch');
    await signIn(caller, 'eve', 'correct horse');
    await caller.sees('One-time code');
    expect(caller.menus).not.toContain('mainMenu');
    expect(board.events('menu.refused')).toMatchObject([
      { menu: 'mainMenu', why: 'factor', factor: 1, requiredFactor: 2 },
    ]);
    caller.type(`${totp(secret, board.accounts.clock.nowMs())}\r`);
    await caller.sees('Hello eve');
  });

  it('keeps a caller who is nobody yet out of everything but the login area', async () => {
    const caller = board.call('loginNoBranch');
    await caller.sees('User name');
    caller.type('\x1bOP');
    await caller.sees('Please sign in first.');
    expect(caller.menus).toEqual(['loginNoBranch']);
    caller.hangUp();
  });

  it('ends the call of a stranger whose first menu is not in the login area', async () => {
    const caller = board.call('mainMenu');
    expect(await caller.ended).toBe('not-let-past');
    await caller.sees('Please sign in first.');
  });

  it('ends a half signed in call when there is no menu to ask for the code', async () => {
    await board.addUser('eve', 'correct horse', { otp: true });
    const { loginNoBranch, mainMenu } = MENUS.menus;
    await board.reload({ ...MENUS, menus: { loginNoBranch, mainMenu } });
    const caller = board.call('loginNoBranch');
    await signIn(caller, 'eve', 'correct horse');
    expect(await caller.ended).toBe('not-let-past');
    await caller.sees('Your account needs a one-time code as well');
  });

  it('shows the menu for disabled accounts to one who knew the password', async () => {
    await board.addUser('dora', 'correct horse', { properties: { account_status: '0' } });
    const caller = board.call('login');
    await signIn(caller, 'dora', 'correct horse');
    await caller.sees('Your account is disabled.');
    caller.type(' ');
    expect(await caller.ended).toBe('log-off');
  });

  it('tells a caller that he may not go where the menu has an acs', async () => {
    await board.addUser('joe', 'correct horse');
    const caller = board.call('login');
    await signIn(caller, 'joe', 'correct horse');
    await caller.sees('Command:');
    caller.type('s\r');
    await caller.sees('You cannot go there.');
    caller.type('x\r');
    await caller.sees('That is none of the choices.');
    expect(caller.menus.at(-1)).toBe('mainMenu');
    caller.hangUp();
  });
});

test.each([
  [undefined, 'Six digits, or a backup code: 4 groups of 5 letters. Nothing was counted.', 80],
  [80, 'Six digits, or a backup code: 4 groups of 5 letters. Nothing was counted.', 74],
  [40, 'Six digits, or 4 groups of 5 letters.', 38],
])(
  'in %s columns what cannot be a code is told, in one line, what codes look like',
  (width, sentence, most) => {
    const room = width === undefined ? undefined : { width };
    expect(typingProblem(sayStock, { code: '12345' }, room)).toBe(sentence);
    expect(sentence.length).toBeLessThanOrEqual(most);
    expect(typingProblem(sayStock, { password: 'x', code: ' ' }, room)).toMatch(
      /^Please type a code\./,
    );
  },
);
