import { readQrCode } from '../support/photograph';
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
    mainMenu: { art: 'MAIN', config: { pause: true }, next: 'twoFactor' },
    twoFactor: {
      module: 'user_2fa_otp_config',
      art: '2FACONFSCR',
      config: {
        menuInfoFormat10: '{infoText}',
        statusText: { saveEmailSent: 'Look into your mailbox, friend.' },
      },
      form: {
        0: {
          mci: {
            TM1: { argName: 'enableToggle', items: ['off', 'on'], focus: true },
            SM2: { argName: 'otpType', items: ['totp', 'hotp', 'google'] },
            TM3: { argName: 'submit', items: ['save', 'cancel'], submit: true },
            MT10: { width: 60, height: 3 },
          },
          submit: {
            '*': [
              { value: { submit: 0 }, action: '@method:saveChanges' },
              { value: { submit: 1 }, action: '@systemMethod:prevMenu' },
            ],
          },
          actionKeys: [
            { keys: ['q', 'shift + q'], action: '@method:showQRCode' },
            { keys: ['s', 'shift + s'], action: '@method:showSecret' },
            { keys: ['m'], action: '@method:mailLink' },
            { keys: ['m'], action: '@method:mailLink' },
            { keys: ['b'], action: '@method:showBackupCodes' },
            { keys: ['n'], action: '@method:generateNewBackupCodes' },
            { keys: ['escape'], action: '@systemMethod:logoff' },
          ],
        },
      },
    },
    userTwoFactorAuthOTPSecConnRequired: {
      art: '2FAOTPSECREQ',
      config: { pause: true },
      next: '@systemMethod:logoff',
    },
    userTwoFactorAuthOTPConfigShowDetails: {
      module: 'show_art',
      config: { pause: true, method: 'extraArgs' },
    },
  },
};

const ART = {
  USERLOG: 'User name %ET1\r\nPassword  %ET2\r\n\r\n%TL10',
  '2FAOTP': 'One-time code %ET1\r\n%TL10',
  MAIN: 'Main menu',
  '2FACONFSCR': 'Two-factor sign-in\r\n\r\n%TM1\r\n%SM2\r\n%TM3\r\n\r\n%MT10',
  '2FAOTPSECREQ': '%WI',
};

const LEFT = '\x1b[D';

describe('the two-factor screen', () => {
  let board: MenuBoard;

  afterEach(() => board.close());

  const open = async (more: Partial<Parameters<typeof MenuBoard.open>[0]> = {}): Promise<void> => {
    board = await MenuBoard.open({ menus: MENUS, art: ART, ...more });
  };

  const enter = async (
    name: string,
    options: { secret?: string; server?: 'telnet' | 'ssh' } = {},
  ): Promise<MenuCaller> => {
    const caller = board.call('login', { server: options.server ?? 'ssh' });
    await caller.sees('User name');
    caller.type(`${name}\rcorrect horse\r`);
    if (options.secret !== undefined) {
      await caller.sees('One-time code');
      caller.type(`${totp(options.secret, board.accounts.clock.nowMs())}\r`);
    }
    return caller;
  };

  it('sends a mail with a link where that is asked for, and starts with the type of the config', async () => {
    await open();
    const { id } = await board.addUser('joe', 'correct horse');
    const caller = await enter('joe');
    const text = await caller.sees('Two-factor sign-in');
    expect(text).toContain('google');
    expect(text).toContain('Your password alone lets you in.');
    caller.type('m');
    await caller.sees('Look into your mailbox, friend.');
    expect(board.accounts.notices).toMatchObject([{ kind: 'otp-register', userId: id }]);
    expect((await board.accounts.enrollment.status(id)).type).toBeUndefined();
    caller.hangUp();
  });

  it('shows QR code and secret of its own registration, once the password is typed in that call (rule M2)', async () => {
    await open();
    const { id } = await board.addUser('joe', 'correct horse');
    const caller = await enter('joe');
    await caller.sees('Two-factor sign-in');
    caller.type('m');
    await caller.sees('Look into your mailbox, friend.');
    const { sessionId } = caller.caller.login;
    const pending = await board.accounts.enrollment.pendingFor(id, sessionId);
    caller.type('q');
    await caller.sees('Show the new secret');
    expect(caller.screen.text()).not.toContain(pending?.secret.slice(0, 4));
    caller.type('not my password\r');
    await caller.sees('Wrong password.');
    caller.type('correct horse\r');
    await caller.sees('Scan this');
    expect(caller.screen.scrolled).toBe(0);
    expect(readQrCode(caller.screen)).toBe(pending?.uri);
    caller.type(' ');
    await caller.sees('Two-factor sign-in');
    caller.type('s');
    await caller.sees('Your new secret');
    const groups = (pending?.secret ?? '').match(/.{4}/g) ?? [];
    expect(caller.screen.text()).toContain(groups.slice(0, 8).join(' '));
    caller.type(' ');
    await caller.sees('A set-up waits');
    caller.hangUp();
  });

  it.each([
    ['another session', { sessionId: 'another' }],
    ['the sysop', {}],
  ])('shows and changes nothing of a registration that %s began (rule M2)', async (_who, actor) => {
    await open();
    const { id } = await board.addUser('joe', 'correct horse');
    const caller = await enter('joe');
    await caller.sees('Two-factor sign-in');
    await board.accounts.enrollment.begin(id, 'googleAuth', { actor });
    caller.type('q');
    await caller.sees('There is a QR code only while');
    caller.type('s');
    await caller.sees('The secret is shown only while');
    caller.type('\t\t\r');
    await caller.sees('Two-factor sign-in is not switched on for you.');
    caller.hangUp();
    const next = await enter('joe');
    await next.sees('Two-factor sign-in');
    const begun = await board.accounts.enrollment.begin(id, 'googleAuth', { actor });
    next.type('m');
    await next.sees('No set-up can be begun right now.');
    const token = begun.kind === 'begun' ? begun.token : '';
    expect(await board.accounts.enrollment.find(token)).toBeDefined();
    next.hangUp();
  });

  it('shows neither QR code nor secret of a factor that is in use', async () => {
    await open();
    const { secret } = await board.addUser('eve', 'correct horse', { otp: true });
    const caller = await enter('eve', { secret });
    await caller.sees('Signing in takes your password');
    caller.type('q');
    await caller.sees('There is a QR code only while');
    caller.type('s');
    await caller.sees('The secret is shown only while');
    await caller.seesNot(secret.slice(0, 4));
    caller.hangUp();
  });

  it('switches 2FA off after password and a current code, and not before', async () => {
    await open();
    const { id, secret } = await board.addUser('eve', 'correct horse', { otp: true });
    const caller = await enter('eve', { secret });
    await caller.sees('Signing in takes your password');
    caller.type(`${LEFT}\t\t\r`);
    await caller.sees('Switch two-factor sign-in off');
    caller.type('correct horse\r000000\r');
    await caller.sees('Wrong password or code.');
    // Neither of them is echoed (rule F8).
    expect(Buffer.concat(caller.screen.sent).toString('latin1')).not.toMatch(
      /000000|correct horse/,
    );
    expect((await board.accounts.enrollment.status(id)).type).toBe('googleAuth');
    await board.accounts.fake.advance(30_000);
    caller.type(`correct horse\r${totp(secret, board.accounts.clock.nowMs())}\r`);
    await caller.sees('Two-factor sign-in is off.');
    expect((await board.accounts.enrollment.status(id)).type).toBeUndefined();
    expect(caller.caller.login.requiredFactor).toBe(1);
    caller.hangUp();
  });

  it('changes nothing when the question is left with escape', async () => {
    await open();
    const { id, secret } = await board.addUser('eve', 'correct horse', { otp: true });
    const caller = await enter('eve', { secret });
    await caller.sees('Signing in takes your password');
    caller.type(`${LEFT}\t\t\r`);
    await caller.sees('Switch two-factor sign-in off');
    await caller.escape();
    await caller.sees('Nothing was changed.');
    expect((await board.accounts.enrollment.status(id)).type).toBe('googleAuth');
    caller.hangUp();
  });

  it('makes new backup codes after password and code and shows them once', async () => {
    await open();
    const { id, secret, backupCodes } = await board.addUser('eve', 'correct horse', { otp: true });
    const caller = await enter('eve', { secret });
    await caller.sees('Signing in takes your password');
    caller.type('b');
    await caller.sees(`Backup codes left: ${backupCodes.length}.`);
    caller.type('n');
    await caller.sees('Your old backup codes stop working');
    await board.accounts.fake.advance(30_000);
    caller.type(`correct horse\r${totp(secret, board.accounts.clock.nowMs())}\r`);
    const text = await caller.sees('Your new backup codes');
    const shown = text.match(/\b[a-z]{5}(?:-[a-z]{5}){3}\b/g) ?? [];
    expect(shown).toHaveLength(10);
    expect(shown).not.toContain(backupCodes[0]);
    expect((await board.accounts.enrollment.status(id)).backupCodesLeft).toBe(10);
    caller.type(' ');
    await caller.sees('Two-factor sign-in');
    expect(caller.screen.text()).not.toContain(shown[0]);
    caller.hangUp();
  });

  it('asks for password and code before it replaces a factor that is in use', async () => {
    await open();
    const { id, secret } = await board.addUser('eve', 'correct horse', { otp: true });
    const caller = await enter('eve', { secret });
    await caller.sees('Signing in takes your password');
    caller.type('m');
    await caller.sees('Set up two-factor sign-in anew');
    board.accounts.notices.length = 0;
    await board.accounts.fake.advance(30_000);
    caller.type(`correct horse\r${totp(secret, board.accounts.clock.nowMs())}\r`);
    await caller.sees('Look into your mailbox, friend.');
    expect(board.accounts.notices).toMatchObject([{ kind: 'otp-register', userId: id }]);
    expect((await board.accounts.enrollment.status(id)).type).toBe('googleAuth');
    caller.hangUp();
  });

  it.each([
    [{ ssh: true, wss: true, ws: false, https: true }, 'Call by SSH, port 8889.'],
    [{ ssh: false, wss: true, ws: false, https: true }, 'Call by browser.'],
    [{ ssh: false, wss: false, ws: false, https: true }, 'No secure way in is on here now.'],
  ])('names on an open line a secure one that is on: %j', async (listening, sentence) => {
    await open({ listening });
    await board.addUser('joe', 'correct horse');
    const caller = await enter('joe', { server: 'telnet' });
    await caller.sees(sentence);
    caller.hangUp();
  });

  it.each([
    ['bbs.example.org', 'Call: ssh -p 8889 bbs.example.org'],
    ['a-board-with-a-long-name.example.org', 'Call by SSH, port 8889.'],
  ])('tells on an open line what to type, where it fits: %s', async (domain, sentence) => {
    await open({ config: { contentServers: { web: { domain } } } });
    await board.addUser('joe', 'correct horse');
    const caller = await enter('joe', { server: 'telnet' });
    await caller.sees(sentence);
    caller.hangUp();
  });

  it('names all that the board lacks, and sends nothing', async () => {
    await open({ listening: { ssh: false, wss: false, ws: false, https: false } });
    await board.addUser('joe', 'correct horse');
    const caller = await enter('joe');
    await caller.sees('Two-factor sign-in');
    caller.type('m');
    const text = await caller.sees('Please tell the sysop.');
    const flat = text.replaceAll(/\s+/g, ' ');
    expect(flat).toContain('SSH or secure WebSocket, on and listening; the HTTPS web server, on');
    expect(board.events('two-factor.prerequisite-missing')).toMatchObject([
      { missing: 'secure-login' },
      { missing: 'pages' },
    ]);
    expect(board.accounts.notices).toEqual([]);
    caller.hangUp();
  });

  it('promises no mail on a board that sends none', async () => {
    await open({ sendsMail: false });
    const { id } = await board.addUser('joe', 'correct horse');
    const caller = await enter('joe');
    await caller.sees('Two-factor sign-in');
    caller.type('m');
    await caller.sees('This board sends no mail: the sysop finds the link in its');
    expect(board.accounts.notices).toMatchObject([{ kind: 'otp-register', userId: id }]);
    caller.hangUp();
  });

  it('asks for a mail address where the account has none', async () => {
    await open();
    await board.addUser('joe', 'correct horse', { properties: { email_address: '' } });
    const caller = await enter('joe');
    await caller.sees('Two-factor sign-in');
    caller.type('m');
    await caller.sees('A confirmed mail address is needed first');
    caller.hangUp();
  });

  it('says that 2FA is not on when there is nothing to switch off', async () => {
    await open();
    await board.addUser('joe', 'correct horse');
    const caller = await enter('joe');
    await caller.sees('Two-factor sign-in');
    caller.type('\t\t\r');
    await caller.sees('Two-factor sign-in is not switched on for you.');
    caller.type('n');
    await caller.sees('Two-factor sign-in is not switched on for you.');
    caller.hangUp();
  });
});
