import { KEYS, type DialledCaller } from '../support/dial';
import { TestBoard } from '../support/board';
import {
  giveCode,
  goToMainMenu,
  openTwoFactor,
  PASSWORD,
  prove,
  signIn,
  SWITCH_OFF,
} from '../support/sign-in';

describe('switching the second factor off', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start();
  });
  afterAll(() => board.remove());

  async function openConfig(
    name: string,
    secret: string,
    code = board.freshCode(secret),
  ): Promise<DialledCaller> {
    const caller = await board.ssh({ userName: name, password: PASSWORD });
    await giveCode(caller, code);
    await goToMainMenu(caller);
    await openTwoFactor(caller);
    return caller;
  }

  async function isAskedForCode(name: string): Promise<boolean> {
    const caller = await board.telnet();
    await signIn(caller, name);
    const text = await caller.sees(/Both doors are open.|One-time code/);
    caller.hangUp();
    return text.includes('One-time code');
  }

  it('takes password and code, and from then on the password alone lets in', async () => {
    const secret = await board.addUser('ada', PASSWORD, 'google');
    const caller = await openConfig('ada', secret);
    caller.type(SWITCH_OFF);
    await prove(caller, PASSWORD, board.freshCode(secret));
    await caller.sees('Two-factor sign-in is off.');
    caller.type(KEYS.escape);
    await caller.sees('Command');
    caller.hangUp();
    expect(await isAskedForCode('ada')).toBe(false);
  });

  it('takes a backup code as well', async () => {
    const secret = await board.addUser('berta', PASSWORD, 'google');
    const caller = await openConfig('berta', secret);
    caller.type('n');
    await prove(caller, PASSWORD, board.freshCode(secret));
    const [code = ''] =
      /[a-z]{5}(-[a-z]{5}){3}/.exec(await caller.sees('Your new backup codes')) ?? [];
    caller.type(KEYS.return);
    await caller.sees('Kind of code');
    caller.type(SWITCH_OFF);
    await prove(caller, PASSWORD, code);
    await caller.sees('Two-factor sign-in is off.');
    caller.hangUp();
  });

  it.each([
    ['a wrong password', 'not the password', (fresh: string) => fresh],
    ['a wrong code', PASSWORD, () => '000000'],
    ['no code', PASSWORD, () => ''],
  ])('is refused with %s', async (what, password, codeFor) => {
    const name = what.replaceAll(' ', '-');
    const secret = await board.addUser(name, PASSWORD, 'google');
    const caller = await openConfig(name, secret);
    caller.type(SWITCH_OFF);
    await prove(caller, password, codeFor(board.freshCode(secret)));
    await caller.sees(what === 'no code' ? 'Please type a code.' : 'Wrong password or code.');
    caller.type(KEYS.escape);
    await caller.sees('Nothing was changed.');
    caller.hangUp();
    expect(await isAskedForCode(name)).toBe(true);
  });

  it('is refused with the code that signed in', async () => {
    const secret = await board.addUser('clara', PASSWORD, 'google');
    const code = board.freshCode(secret);
    const caller = await openConfig('clara', secret, code);
    caller.type(SWITCH_OFF);
    await prove(caller, PASSWORD, code);
    await caller.sees('Wrong password or code.');
    caller.hangUp();
    expect(await isAskedForCode('clara')).toBe(true);
  });

  it('ends the call after three wrong proofs and changes nothing', async () => {
    const secret = await board.addUser('dina', PASSWORD, 'google');
    const caller = await openConfig('dina', secret);
    caller.type(SWITCH_OFF);
    for (const wrong of ['000001', '000002', '000003']) await prove(caller, PASSWORD, wrong);
    expect(await caller.isHungUpOn()).toContain('Too many tries.');
    expect(await isAskedForCode('dina')).toBe(true);
  });

  it('is out of reach for who has given the password only', async () => {
    await board.addUser('ella', PASSWORD, 'google');
    const caller = await board.ssh({ userName: 'ella', password: PASSWORD });
    await caller.sees('One-time code');
    // Whatever he types is a code; the one key that leads away leads out.
    caller.type(`2fa${KEYS.return}`);
    await caller.sees('Six digits, or a backup code: 4 groups of 5 letters.');
    caller.type(KEYS.escape);
    expect(await caller.isHungUpOn()).not.toContain('Kind of code');
    expect(board.events('menu.refused')).toEqual([]);
    expect(await isAskedForCode('ella')).toBe(true);
  });

  it('by the sysop ends the calls of the account, and the password alone lets in', async () => {
    const secret = await board.addUser('flora', PASSWORD, 'google');
    const caller = await openConfig('flora', secret);
    await board.oputil('user', '2fa-otp', 'flora', 'disable');
    expect(await caller.isHungUpOn()).toContain('Your account was changed.');
    expect(await isAskedForCode('flora')).toBe(false);
  });

  it('tells the owner by mail', async () => {
    const secret = await board.addUser('greta', PASSWORD, 'google');
    const caller = await openConfig('greta', secret);
    caller.type(SWITCH_OFF);
    await prove(caller, PASSWORD, board.freshCode(secret));
    await caller.sees('Two-factor sign-in is off.');
    const letter = await board.letterTo('greta@example.org', /off/i);
    expect(letter.text).not.toContain(secret);
    caller.hangUp();
  });
});
