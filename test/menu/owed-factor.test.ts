import type { ConfigInput } from '../../src/config/schema';
import { checkBoard } from '../../src/modules/board-check';
import { totp } from '../support/authenticator';
import { loginMenu } from '../support/login-menu';
import { MenuBoard, type CallOptions, type MenuCaller } from '../support/menu-board';

const PASSWORD = 'correct horse';
const DAY_MS = 86_400_000;
const GROUPS = /(?:[A-Z2-7]{4} ){3}[A-Z2-7]{4}/g;
const ASKED = 'Two-factor sign-in is asked of you here';
const INSIDE = 'You are inside.';

type TwoFactor = NonNullable<NonNullable<ConfigInput['users']>['twoFactorAuth']>;

/** Menus of a sysop who knows ACS: who needs a code is sent to it. */
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
          actionKeys: [{ keys: ['escape'], action: '@menu:inside' }],
        },
      },
    },
    inside: {
      art: 'INSIDE',
      form: {
        0: {
          mci: { ET1: { argName: 'where', focus: true, submit: true } },
          submit: {
            '*': [
              { value: { where: '2fa' }, action: '@menu:twoFactor' },
              { value: { where: 'code' }, action: '@menu:loginTwoFactorAuthOTP' },
              { value: { where: 'needs' }, action: '@menu:needs' },
              { value: { where: null }, action: '@menu:further' },
            ],
          },
        },
      },
    },
    further: { art: 'FURTHER', config: { pause: true }, next: 'inside' },
    needs: { art: 'NEEDS', config: { acs: 'AR2', pause: true }, next: 'inside' },
    twoFactor: {
      module: 'user_2fa_otp_config',
      art: '2FACONFSCR',
      config: { menuInfoFormat10: '{infoText}' },
      form: {
        0: {
          mci: {
            TM1: { argName: 'enableToggle', items: ['off', 'on'], focus: true },
            SM2: { argName: 'otpType', items: ['totp', 'hotp', 'google'] },
            TM3: { argName: 'submit', items: ['save', 'cancel'], submit: true },
            MT10: { width: 60, height: 3 },
          },
          submit: { '*': [{ value: { submit: 0 }, action: '@method:saveChanges' }] },
        },
      },
    },
  },
};

/** The same without any condition: whoever has typed a password is sent on. */
const WITHOUT_ACS = {
  menus: { ...MENUS.menus, login: loginMenu('USERLOG', 'inside') },
};

const ART = {
  USERLOG: 'User name %ET1\r\nPassword  %ET2\r\n\r\n%TL10',
  '2FAOTP': 'One-time code %ET1\r\n%TL10',
  '2FACONFSCR': 'Two-factor sign-in\r\n\r\n%TM1\r\n%SM2\r\n%TM3\r\n\r\n%MT10',
  INSIDE: `${INSIDE} %ET1`,
  FURTHER: 'Further in.',
  NEEDS: 'A code is needed of you.',
};

const boards: MenuBoard[] = [];
afterEach(async () => {
  for (const board of boards.splice(0)) await board.close();
});

async function openBoard(
  twoFactorAuth: TwoFactor,
  more: Partial<Parameters<typeof MenuBoard.open>[0]> = {},
): Promise<MenuBoard> {
  const config = { users: { twoFactorAuth: { required: 'GM[users]', ...twoFactorAuth } } };
  const board = await MenuBoard.open({ menus: MENUS, art: ART, config, ...more });
  boards.push(board);
  return board;
}

async function signIn(
  board: MenuBoard,
  name: string,
  options: CallOptions = { server: 'ssh' },
): Promise<MenuCaller> {
  const caller = board.call('login', options);
  await caller.sees('User name');
  caller.type(`${name}\r${PASSWORD}\r`);
  return caller;
}

/** Through the set-up on the screen, to the end of the backup codes. */
async function setUp(board: MenuBoard, caller: MenuCaller): Promise<string> {
  caller.type('y\r');
  const text = await caller.sees(/Type the code\s+that the/);
  const secret = (text.match(GROUPS) ?? []).join('').replaceAll(' ', '');
  caller.type(`${totp(secret, board.accounts.clock.nowMs())}\r`);
  await caller.sees('Your backup codes');
  await caller.escape();
  await caller.sees('Or Esc once more');
  await caller.escape();
  return secret;
}

describe.each([
  ['with conditions', MENUS],
  ['without any condition', WITHOUT_ACS],
])('who must have a second factor and has none, by menus %s', (_which, menus) => {
  it('is led to the set-up and to nothing else, and goes on with it (rule P1)', async () => {
    const board = await openBoard({ graceLogins: 0 }, { menus });
    await board.addUser('joe', PASSWORD);
    const caller = await signIn(board, 'joe');
    const asked = await caller.sees(ASKED);
    expect(asked).toContain('It is the only way on from here');
    expect(asked).toContain('Y: yes   N: no   Esc: log off');
    await setUp(board, caller);
    await caller.sees(INSIDE);
    expect(Buffer.concat(caller.screen.sent).toString('latin1')).not.toContain('One-time code');
    expect(caller.caller.login).toMatchObject({ factor: 2, requiredFactor: 2 });
    caller.hangUp();
  });

  it('is let past by no answer, and the call ends (rule P1)', async () => {
    const board = await openBoard({ graceDays: 0 }, { menus });
    const { id } = await board.addUser('joe', PASSWORD);
    const caller = await signIn(board, 'joe');
    await caller.sees(ASKED);
    caller.type('\r#');
    await caller.sees('Please type y or n.');
    caller.type('y\r');
    await caller.sees(/Type the code\s+that the/);
    await caller.escape();
    await caller.sees('Nothing was changed.');
    await caller.escape();
    expect(await caller.ended).toBe('not-let-past');
    expect(caller.screen.text()).not.toContain(INSIDE);
    expect(caller.menus).toEqual(['login']);
    expect((await board.accounts.enrollment.status(id)).pending).toBeUndefined();
  });
});

it('who came in by factor 2 and has no factor any more is led to the set-up as well (rule P1)', async () => {
  const board = await openBoard({ graceLogins: 0 });
  const { id } = await board.addUser('joe', PASSWORD);
  const bound = await board.accounts.enrollment.bind(id, 'googleAuth', { recovery: 'disable' });
  const caller = await signIn(board, 'joe');
  await caller.sees('One-time code');
  caller.type(`${bound.backupCodes[0]}\r`);
  await caller.sees(ASKED);
  expect(caller.caller.login).toMatchObject({ factor: 2, requiredFactor: 1 });
  caller.type('n\r');
  expect(await caller.ended).toBe('not-let-past');
  expect(caller.screen.text()).not.toContain(INSIDE);
});

describe('grace', () => {
  it('lasts for the sign-ins that the board allows, and says what is left of it', async () => {
    const board = await openBoard({ graceLogins: 2, graceDays: 10 });
    await board.addUser('joe', PASSWORD);
    for (const left of [/1 time more within\s+10\s+days/, 'in this call, and in no other']) {
      const caller = await signIn(board, 'joe');
      await caller.sees(left);
      caller.type('n\r');
      await caller.sees(INSIDE);
      // Once in a call, also at a question for a code.
      caller.type('code\r');
      await caller.sees(INSIDE);
      caller.type('on\r');
      await caller.sees('Further in.');
      caller.hangUp();
    }
    const last = await signIn(board, 'joe');
    await last.sees('It is the only way on from here');
    last.type('n\r');
    expect(await last.ended).toBe('not-let-past');
    expect(last.screen.text()).not.toContain(INSIDE);
  });

  it('leaves the condition AR2 true, which is false of others', async () => {
    const board = await openBoard({ required: 'GM[owing]', graceLogins: 9 });
    const { id } = await board.addUser('joe', PASSWORD);
    await board.services.accounts.setGroups(id, ['users', 'owing'], {});
    await board.addUser('ann', PASSWORD);
    const joe = await signIn(board, 'joe');
    await joe.sees(ASKED);
    joe.type('n\r');
    await joe.sees(INSIDE);
    joe.type('needs\r');
    await joe.sees('A code is needed of you.');
    joe.hangUp();
    const ann = await signIn(board, 'ann');
    await ann.sees(INSIDE);
    ann.type('needs\r');
    await ann.sees('Set it up now? (y/n)');
    ann.type('n\r');
    await ann.sees('That part is for two-factor sign-in.');
    expect(ann.menus).not.toContain('needs');
    ann.hangUp();
  });

  it('that ends in the middle of a call leads to the set-up at the next step, after the password', async () => {
    const board = await openBoard({ graceLogins: 9, graceDays: 10 });
    await board.addUser('joe', PASSWORD);
    const caller = await signIn(board, 'joe');
    await caller.sees(ASKED);
    caller.type('n\r');
    await caller.sees(INSIDE);
    await board.accounts.fake.advance(10 * DAY_MS);
    caller.type('on\r');
    await caller.sees('It is the only way on from here');
    caller.type('y\r');
    await caller.sees('You signed in a while ago.');
    caller.type(`${PASSWORD}\r`);
    await caller.sees(/Type the code\s+that the/);
    await caller.escape();
    await caller.sees('Nothing was changed.');
    caller.type('n\r');
    expect(await caller.ended).toBe('not-let-past');
    expect(caller.menus).not.toContain('further');
  });

  it('does not begin anew for who switches the factor off with the help of the sysop', async () => {
    const board = await openBoard({ graceLogins: 1 });
    const { id } = await board.addUser('joe', PASSWORD);
    const first = await signIn(board, 'joe');
    await first.sees(ASKED);
    await setUp(board, first);
    await first.sees(INSIDE);
    first.hangUp();
    await board.accounts.enrollment.disable(id);
    const next = await signIn(board, 'joe');
    await next.sees('It is the only way on from here');
    next.hangUp();
  });
});

it('who gets into a group that the policy names is led to the set-up in the same call (rule P1)', async () => {
  const board = await openBoard({ required: 'GM[owing]', graceLogins: 0 });
  const { id } = await board.addUser('joe', PASSWORD);
  const caller = await signIn(board, 'joe');
  await caller.sees(INSIDE);
  await board.services.accounts.setGroups(id, ['users', 'owing'], {});
  expect(await caller.caller.login.refresh()).toBe('keep');
  caller.type('on\r');
  await caller.sees('It is the only way on from here');
  caller.type('n\r');
  expect(await caller.ended).toBe('not-let-past');
  expect(caller.menus).not.toContain('further');
});

it.each([
  ['ahead', 0, 10, /Type the code\s+that the/],
  ['back', 6, -5, 'You signed in a while ago.'],
])(
  'the set-up asks for the password after five minutes of the call, also where the clock was set %s',
  async (_way, minutes, stepMinutes, asked) => {
    const board = await openBoard({ graceLogins: 0 });
    await board.addUser('joe', PASSWORD);
    const caller = await signIn(board, 'joe');
    await caller.sees(ASKED);
    await board.accounts.fake.advance(minutes * 60_000);
    board.accounts.fake.stepWall(stepMinutes * 60_000);
    caller.type('y\r');
    await caller.sees(asked);
    caller.hangUp();
  },
);

describe('over a line that others can read', () => {
  it('says where to call, lets on in time of grace, and ends the call after it (rule D16)', async () => {
    const board = await openBoard({ graceLogins: 1 });
    await board.addUser('joe', PASSWORD);
    const caller = await signIn(board, 'joe', { server: 'telnet' });
    expect(await caller.sees('in no other')).toContain('please call by SSH, port 8889.');
    caller.type(' ');
    await caller.sees(INSIDE);
    caller.hangUp();
    const last = await signIn(board, 'joe', { server: 'telnet' });
    const text = await last.sees('call by SSH, port 8889.');
    expect(await last.ended).toBe('not-let-past');
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      `${ASKED}. It is set up over a secure line: please call by SSH, port 8889.`,
    );
    expect(text).not.toContain(INSIDE);
  });
});

describe('the policy', () => {
  it('asks nothing of those whom it does not name, nor of who has a factor', async () => {
    const board = await openBoard({ required: 'GM[sysops]', graceLogins: 0 });
    await board.addUser('joe', PASSWORD);
    const joe = await signIn(board, 'joe');
    await joe.sees(INSIDE);
    joe.hangUp();
    const strict = await openBoard({ graceLogins: 0 });
    const { secret } = await strict.addUser('eve', PASSWORD, { otp: true });
    const eve = await signIn(strict, 'eve');
    await eve.sees('One-time code');
    eve.type(`${totp(secret, strict.accounts.clock.nowMs())}\r`);
    await eve.sees(INSIDE);
    eve.hangUp();
  });

  it('keeps a factor that it asks for from being switched off', async () => {
    const board = await openBoard({});
    const { id, secret } = await board.addUser('eve', PASSWORD, { otp: true });
    const eve = await signIn(board, 'eve');
    await eve.sees('One-time code');
    eve.type(`${totp(secret, board.accounts.clock.nowMs())}\r`);
    await eve.sees(INSIDE);
    eve.type('2fa\r');
    await eve.sees('Signing in takes your password');
    eve.type('\x1b[D\t\t\r');
    await eve.sees('it cannot be switched off');
    expect((await board.accounts.enrollment.status(id)).type).toBe('googleAuth');
    eve.hangUp();
  });

  it('that cannot be read is refused, and names everybody until then (rule P1)', async () => {
    const board = await openBoard({ required: 'GM[sysops', graceLogins: 0 });
    await board.addUser('joe', PASSWORD);
    const joe = await signIn(board, 'joe');
    await joe.sees(ASKED);
    joe.hangUp();
    const { services, menuSet } = board;
    if (menuSet === undefined) throw new Error('no menus');
    const parts = { config: services.config(), themes: services.themes(), art: services.art };
    const findings = await checkBoard({ ...parts, menus: menuSet });
    expect(findings.filter(({ rule }) => rule === 'policy')).toMatchObject([
      {
        severity: 'error',
        text: expect.stringContaining('users.twoFactorAuth.required cannot be read') as string,
      },
    ]);
  });
});
