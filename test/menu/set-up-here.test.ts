import { actorOf } from '../../src/menu/run/caller';
import { readQrCode } from '../support/photograph';
import { readKeyUri, totp } from '../support/authenticator';
import { MenuBoard, type CallOptions, type MenuCaller } from '../support/menu-board';

const PASSWORD = 'correct horse';
const CODE = /\b[a-z]{5}(?:-[a-z]{5}){3}\b/g;
const SWITCH_ON = 'o';

const boards: MenuBoard[] = [];
afterEach(async () => {
  for (const board of boards.splice(0)) await board.close();
});

async function openBoard(config: Parameters<typeof MenuBoard.open>[0]['config'] = {}) {
  const board = await MenuBoard.open({ config });
  boards.push(board);
  return board;
}

/** On the screen of the second factor of the stock board. */
async function openScreen(board: MenuBoard, name: string, screen: CallOptions = {}) {
  const caller = await board.callBySsh(
    { userName: name, password: PASSWORD },
    'userTwoFactorAuthOTPConfig',
    screen,
  );
  await caller.sees(/Kind of code|Number \(1\):/);
  return caller;
}

/** Through the password to the QR code and the field for the first code. */
async function beginHere(caller: MenuCaller): Promise<string> {
  const { isLineByLine } = caller.caller.terminal;
  caller.type(isLineByLine ? `${SWITCH_ON}\r` : SWITCH_ON);
  await caller.sees(/Your\s+password\s+first/);
  caller.type(`${PASSWORD}\r`);
  // Line by line the steps before have these words as well, and no QR code is between them.
  return caller.sees(isLineByLine ? /that the app shows now/ : /Type the code\s+that the/);
}

const GROUPS = /(?:[A-Z2-7]{4} ){3}[A-Z2-7]{4}/g;
const secretOn = (text: string): string => (text.match(GROUPS) ?? []).join('').replaceAll(' ', '');

const code = (board: MenuBoard, secret: string): string =>
  totp(secret, board.accounts.clock.nowMs());

/** One more call of an account, whose code was not given yet. */
async function callAgain(board: MenuBoard, name: string): Promise<MenuCaller['caller']['login']> {
  return (await board.callBySsh({ userName: name, password: PASSWORD })).caller.login;
}

describe('setting a second factor up on the screen', () => {
  it('takes the password, the first code and a backup code typed back, and goes on with factor 2', async () => {
    const board = await openBoard();
    const { id } = await board.addUser('joe', PASSWORD);
    const caller = await openScreen(board, 'joe');
    const secret = secretOn(await beginHere(caller));
    expect(readKeyUri(readQrCode(caller.screen) ?? '')).toMatchObject({ secret, type: 'totp' });
    expect((await board.accounts.enrollment.status(id)).type).toBeUndefined();
    caller.type(`${code(board, secret)}\r`);
    const codes = (await caller.sees('Your backup codes')).match(CODE) ?? [];
    expect(new Set(codes).size).toBe(10);
    caller.type('gujol-zoluh-rotas-bamiv\r');
    await caller.sees('That is none of them.');
    caller.type(`\x1b[H${'\x1b[3~'.repeat(40)}${(codes[6] ?? '').toUpperCase()}\r`);
    await caller.sees('Two-factor sign-in is on: from');
    expect(caller.caller.login).toMatchObject({ factor: 2, requiredFactor: 2, complete: true });
    // Its first code was used there.
    const [app] = (await board.accounts.enrollment.status(id)).apps;
    expect(app?.usedAtMs).toBe(app?.boundAtMs);
    // A tell-tale mail, and none with a link.
    expect(board.accounts.notices.map(({ kind }) => kind)).toEqual(['second-factor-on']);
    // The first code is spent (rule A3); the codes are those of the account.
    const next = await callAgain(board, 'joe');
    const spent = await next.submit({ kind: 'second-factor', code: code(board, secret) });
    expect(spent).toMatchObject({ kind: 'rejected', reason: 'bad-credential' });
    const backup = { kind: 'second-factor', code: codes[0] ?? '' } as const;
    expect(await next.submit(backup)).toMatchObject({ kind: 'accepted', factor: 2 });
    caller.hangUp();
  });

  it('ends every other session of the account, and not this one (rule M3)', async () => {
    const board = await openBoard();
    await board.addUser('joe', PASSWORD);
    const other = await board.callBySsh({ userName: 'joe', password: PASSWORD });
    const caller = await openScreen(board, 'joe');
    caller.type(`${code(board, secretOn(await beginHere(caller)))}\r`);
    await caller.sees('Your backup codes');
    expect(await other.caller.login.refresh()).toBe('end');
    expect(await caller.caller.login.refresh()).toBe('keep');
    await caller.escape();
    await caller.sees('Or Esc once more');
    await caller.escape();
    await caller.sees('Two-factor sign-in is on: from');
    for (const each of [caller, other]) each.hangUp();
  });

  it('has a help page that lists what the screen offers now, in its words', async () => {
    const board = await openBoard();
    await board.addUser('joe', PASSWORD);
    const caller = await openScreen(board, 'joe');
    const commands = async (): Promise<readonly string[]> => {
      caller.type('?');
      await caller.sees('Press a key');
      await caller.until('a key to be asked for', () => caller.isAsked);
      const text = caller.screen.text();
      caller.type(' ');
      await caller.sees('Kind of code');
      return [...text.matchAll(/^ *([A-Z]) {2,}(\S.*?) *$/gm)].map(
        ([, key, said]) => `${key} ${said}`,
      );
    };
    expect(await commands()).toEqual(['O Switch it on here, now', 'M Set it up by a mailed link']);
    caller.type('m');
    await caller.sees('A mail with a link');
    const waiting = await commands();
    expect(waiting.map((line) => line[0])).toEqual(['O', 'M', 'Q', 'S', 'D']);
    expect(waiting).toContain('D Drop this set-up');
    caller.hangUp();
  });

  it.each([
    ['on a screen', {}],
    ['in a narrow window', { width: 40, height: 25 }],
    ['line by line', { type: 'dumb' }],
  ])('warns who leaves the backup codes without one typed back, once, %s', async (_how, how) => {
    const board = await openBoard();
    await board.addUser('joe', PASSWORD);
    const caller = await openScreen(board, 'joe', how);
    caller.type(`${code(board, secretOn(await beginHere(caller)))}\r`);
    await caller.sees('Backup code');
    await caller.escape();
    await caller.sees(/Or\s+Esc\s+once\s+more,\s+to\s+go\s+on\s+without/);
    expect(caller.screen.text()).not.toContain('Two-factor sign-in is on: from');
    await caller.escape();
    await caller.sees('Two-factor sign-in is on: from');
    caller.hangUp();
  });

  it('counts wrong codes, says what is left of the tries, and ends with the fifth (rule D11)', async () => {
    const board = await openBoard();
    const { id } = await board.addUser('joe', PASSWORD);
    const caller = await openScreen(board, 'joe');
    const secret = secretOn(await beginHere(caller));
    const right = code(board, secret);
    const wrong = right === '000000' ? '000001' : '000000';
    caller.type('12 34\r');
    await caller.sees('A code has six digits.');
    for (const left of ['4 tries are left', '3 tries are left', '2 tries are left', 'One try']) {
      caller.type(`${wrong}\r`);
      await caller.sees(`Wrong code. ${left}`);
    }
    caller.type(`${wrong}\r`);
    await caller.sees('The set-up has ended');
    const { type, pending } = await board.accounts.enrollment.status(id);
    expect([type, pending]).toEqual([undefined, undefined]);
    expect(await board.accounts.enrollment.confirmHere(id, right, actorOf(caller.caller))).toEqual({
      kind: 'gone',
    });
    caller.hangUp();
  });

  it('changes nothing when it is left with escape, nor before the password is right', async () => {
    const board = await openBoard();
    const { id } = await board.addUser('joe', PASSWORD);
    const caller = await openScreen(board, 'joe');
    caller.type(SWITCH_ON);
    await caller.sees(/Your\s+password\s+first/);
    caller.type('not my password\r');
    await caller.sees('Wrong password.');
    const { enrollment } = board.accounts;
    expect((await enrollment.status(id)).pending).toBeUndefined();
    caller.type(`${PASSWORD}\r`);
    const secret = secretOn(await caller.sees(/Type the code\s+that the/));
    await caller.escape();
    await caller.sees('Nothing was changed.');
    const { type, pending, backupCodesLeft } = await enrollment.status(id);
    expect([type, pending, backupCodesLeft]).toEqual([undefined, undefined, 0]);
    const late = await enrollment.confirmHere(id, code(board, secret), actorOf(caller.caller));
    expect(late).toEqual({ kind: 'gone' });
    caller.hangUp();
  });

  it('is of no use to another session of the account, which ends it by signing in (rule M2)', async () => {
    const board = await openBoard();
    const { id } = await board.addUser('joe', PASSWORD);
    const caller = await openScreen(board, 'joe');
    const secret = secretOn(await beginHere(caller));
    const { enrollment } = board.accounts;
    const stranger = { sessionId: 'another', server: 'ssh', remoteIp: '192.0.2.9' };
    for (const actor of [stranger, {}]) {
      const tried = await enrollment.confirmHere(id, code(board, secret), actor);
      expect(tried).toEqual({ kind: 'gone' });
    }
    expect((await enrollment.begin(id, 'googleAuth', { actor: stranger })).kind).toBe('not-yours');
    await board.callBySsh({ userName: 'joe', password: PASSWORD });
    caller.type(`${code(board, secret)}\r`);
    await caller.sees('The set-up has ended');
    expect((await enrollment.status(id)).type).toBeUndefined();
    caller.hangUp();
  });

  it('keeps the factor that is in use until the new one is confirmed (rule D6)', async () => {
    const board = await openBoard();
    const { id, secret: old } = await board.addUser('eve', PASSWORD, { otp: true });
    const first = code(board, old);
    const caller = await board.callBySsh(
      { userName: 'eve', password: PASSWORD, code: first },
      'userTwoFactorAuthOTPConfig',
    );
    await caller.sees('Kind of code');
    await board.accounts.fake.advance(30_000);
    caller.type('o');
    await caller.sees('Set up two-factor sign-in anew');
    caller.type(`${PASSWORD}\r${code(board, old)}\r`);
    const secret = secretOn(await caller.sees('Type the code that the'));
    expect(secret).not.toBe(old);
    await board.accounts.fake.advance(30_000);
    const { db, secondFactor } = board.accounts;
    const verify = (typed: string) => db.run((sql) => secondFactor.verify(sql, id, typed));
    expect((await verify(code(board, secret))).kind).toBe('wrong');
    caller.type(`${code(board, secret)}\r`);
    await caller.sees('Your backup codes');
    await board.accounts.fake.advance(30_000);
    expect((await verify(code(board, old))).kind).toBe('wrong');
    expect((await verify(code(board, secret))).kind).toBe('right');
    caller.hangUp();
  });

  it('is offered by mail alone where the board says so, and not by mail where it does not', async () => {
    const users = (registration: ('terminal' | 'email')[]) => ({
      users: { twoFactorAuth: { registration } },
    });
    const mailing = await openBoard(users(['email']));
    await mailing.addUser('joe', PASSWORD);
    const caller = await openScreen(mailing, 'joe');
    caller.type(SWITCH_ON);
    await caller.sees('A mail with a link is on its');
    expect(mailing.accounts.notices).toMatchObject([{ kind: 'otp-register' }]);
    caller.hangUp();
    const here = await openBoard(users(['terminal']));
    await here.addUser('joe', PASSWORD, { properties: { email_address: '' } });
    const other = await openScreen(here, 'joe');
    other.type('m');
    await other.sees('No link is mailed here');
    await beginHere(other);
    other.hangUp();
  });
});

const LONG_NAMES = [
  'An Old Harbour Light Bulletin Board 1989',
  'Grüße aus dem Café „Zum stillen Örtchen“',
];

describe.each(LONG_NAMES)('on a board called %s the QR code', (boardName) => {
  let board: MenuBoard;
  beforeAll(async () => {
    board = await MenuBoard.open({ config: { general: { boardName } } });
    for (const theme of ['gatehouse', 'plain']) {
      await board.addUser(`x ${theme} & co.`, PASSWORD, { properties: { theme_id: theme } });
    }
  });
  afterAll(() => board.close());

  it.each([
    ['gatehouse', 'cp437'],
    ['gatehouse', 'utf8'],
    ['plain', 'cp437'],
    ['plain', 'utf8'],
  ] as const)('is read from a picture of the screen: %s, %s', async (theme, encoding) => {
    const name = `x ${theme} & co.`;
    const caller = await openScreen(board, name, { encoding });
    const secret = secretOn(await beginHere(caller));
    const uri = readKeyUri(readQrCode(caller.screen) ?? '');
    expect(uri.secret).toBe(secret);
    expect([boardName.length, boardName.startsWith(uri.issuer ?? '?')]).toEqual([40, true]);
    expect(uri.issuer?.length).toBeGreaterThanOrEqual(7);
    expect(caller.screen.scrolled).toBe(0);
    // The whole link, with the whole name, for power users.
    caller.type('url\r');
    const shown = (await caller.sees('otpauth://totp/')).replaceAll(/\s/g, '');
    expect(readKeyUri(/otpauth:.*?issuer=[^&]*?(?=Press|$)/.exec(shown)?.[0] ?? '').issuer).toBe(
      boardName,
    );
    caller.hangUp();
  });
});

describe('a screen that is too small for the QR code', () => {
  it.each([
    [40, 25],
    [60, 24],
  ])('has the secret and the field: %ix%i', async (width, height) => {
    const board = await openBoard();
    await board.addUser('joe', PASSWORD);
    const caller = await openScreen(board, 'joe', { width, height });
    const text = await beginHere(caller);
    expect(text).not.toMatch(/[▀▄█]{3}/);
    caller.type(`${code(board, secretOn(text))}\r`);
    const codes = (await caller.sees('backup codes')).match(CODE) ?? [];
    expect(new Set(codes).size).toBe(10);
    if (!caller.screen.text().includes('Type one of them')) caller.type(' ');
    await caller.sees('Backup code');
    caller.type(`${codes[9] ?? ''}\r`);
    await caller.sees('Two-factor sign-in is on: from');
    caller.hangUp();
  });
});
