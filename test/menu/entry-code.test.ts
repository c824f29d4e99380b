import type { AcsSubject } from '../../src/acs/subject';
import { EntryCodes } from '../../src/auth/entry-code';
import { admit, BIND_FIRST } from '../../src/menu/run/menu-access';
import { totp } from '../support/authenticator';
import { MenuBoard, type MenuCaller } from '../support/menu-board';

const PASSWORD = 'correct horse';

let board: MenuBoard;
let id: number;

beforeAll(async () => {
  board = await MenuBoard.open({});
  ({ id } = await board.addUser('joe', PASSWORD, { otp: true }));
});

afterAll(() => board.close());

async function newCode(): Promise<string> {
  const made = await new EntryCodes(board.accounts).make(id, { minutes: 15, actor: {} });
  if (made.kind !== 'made') throw new Error(made.kind);
  return made.code;
}

async function comeIn(): Promise<MenuCaller> {
  const code = await newCode();
  const caller = await board.callBySsh({ userName: 'joe', password: PASSWORD, code });
  await caller.sees('Kind of code');
  return caller;
}

test('who comes in by an entry code is led to the set-up of a new factor, and told why (rule N1)', async () => {
  const caller = await comeIn();
  expect(caller.screen.text()).toMatch(
    /You came in without a code of yours:[^]+set up a new second factor[^]+first\./,
  );
  expect(caller.menus.at(-1)).toBe('userTwoFactorAuthOTPConfig');
  expect(caller.menus).not.toContain('fullLoginSequenceLoginArt');
  caller.hangUp();
});

test('on that screen nothing is switched off and no backup codes are made (rule N1)', async () => {
  const caller = await comeIn();
  for (const keys of ['n', 'f']) {
    caller.type('b');
    await caller.sees('Backup codes left: 10.');
    caller.type(keys);
    await caller.sees('You came in without a code of yours:');
  }
  expect(await board.accounts.enrollment.status(id)).toMatchObject({
    type: 'googleAuth',
    backupCodesLeft: 10,
  });
  caller.hangUp();
});

test('a new set-up asks for the password alone, as there is no code', async () => {
  const caller = await comeIn();
  caller.type('\t\t\r');
  const asked = await caller.sees('Set up two-factor sign-in anew');
  expect(asked).toContain('Password');
  expect(asked).not.toContain('One-time code');
  caller.hangUp();
});

test('who has begun a set-up since is asked again before leaving', async () => {
  const caller = await comeIn();
  await caller.escape();
  await caller.sees('You have no new second factor yet.');
  caller.type('o');
  await caller.sees('Set up two-factor sign-in anew');
  await caller.escape();
  await caller.sees('Nothing was changed.');
  expect(caller.screen.text()).not.toContain('You have no new second factor yet.');
  await caller.escape();
  await caller.sees('You have no new second factor yet.');
  await caller.escape();
  expect(await caller.ended).toBe('log-off');
});

test('leaving without a new factor is asked for twice', async () => {
  const caller = await comeIn();
  await caller.escape();
  await caller.sees('You have no new second factor yet.');
  await caller.escape();
  expect(await caller.ended).toBe('log-off');
});

test('every other menu that needs a sign-in stays closed, and those before it are open (rule N1)', async () => {
  const { services } = board;
  const subject: AcsSubject = {
    factor: 2,
    requiredFactor: 2,
    secure: true,
    remoteIp: '192.0.2.1',
    node: 1,
    encoding: 'utf8',
    terminalType: 'xterm',
    width: 80,
    height: 24,
    themeId: 'plain',
    nowMs: services.clock.nowMs(),
    services: new Set<string>(),
    user: { id, status: 2, groups: ['users', 'sysops'], property: () => undefined },
  };
  const menus = services.menus();
  const access = { menus, modules: services.modules, subject };
  const open = [...menus.menus.values()].filter(
    ({ name }) => admit(name, { ...access, bindsFirst: true }).kind === 'admitted',
  );
  expect(open.filter(({ loginArea }) => !loginArea).map(({ name }) => name)).toEqual([
    'userTwoFactorAuthOTPConfig',
  ]);
  expect(open.map(({ name }) => name)).toContain('logoff');
  expect(admit('mainMenu', access).kind).toBe('admitted');
  expect(admit('mainMenu', { ...access, bindsFirst: true })).toMatchObject({
    why: 'binds-first',
    says: BIND_FIRST,
  });
});

test('the code screen says what is left without the app, and a caller in clear text what to do', async () => {
  const code = await newCode();
  const caller = board.call('login', { server: 'telnet' });
  await caller.sees('User name');
  caller.type(`joe\r${PASSWORD}\r`);
  await caller.sees('Lost both? The sysop has entry codes.');
  caller.type(`${code}\r`);
  await caller.sees('For a secure line only: call by SSH, port 8889. A code typed here is void.');
  caller.hangUp();
});

test('a code of the app leads to the board as before', async () => {
  const bound = await board.accounts.enrollment.bind(id, 'googleAuth');
  const code = totp(bound.secret, board.accounts.clock.nowMs());
  const caller = await board.callBySsh({ userName: 'joe', password: PASSWORD, code });
  await caller.sees('Both doors are open.');
  caller.hangUp();
});
